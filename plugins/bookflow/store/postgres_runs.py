"""What a run asks of PostgreSQL, from its claim to its finish; every method one transaction."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports import LEASE
from bookflow.records import (
    Claim,
    DeliveryStatus,
    ExecutionStatus,
    Finish,
    HeldRun,
    Job,
    Json,
    RunKey,
)
from bookflow.store.batches import (
    CANCELLED_CODE,
    CUT_OFF_LIMIT,
    CUT_OFF_PAUSE,
    RETIRED_REASON,
    STALE_CODES,
    STRANDED_REASON,
    UNFINISHED_CODE,
    UNFINISHED_DELIVERY,
    UNFINISHED_REASON,
    cause_of,
)
from bookflow.store.booking_rows import apply_fields
from bookflow.store.json_text import dump_json, is_storable
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_deliveries import claim_deliveries, renew_leases, settle
from bookflow.store.postgres_intake import load_bookings

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from bookflow.records import (
        ActionResult,
        DeliveryOutcome,
        DeliveryState,
        NewDelivery,
        SubjectUpdate,
    )
    from bookflow.store.connecting import Database, Link


_LOST = {status.value: text for status, text in UNFINISHED_DELIVERY.items()}


class PostgresRuns:
    """The `RunStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def claim(self, workflow_id: str, run: RunKey, *, limit: int, now: datetime) -> Claim:
        """Give the run its executions, once; see `ports.RunStore`."""
        asked = {**_key(run), "workflow_id": workflow_id, "limit": limit, "now": now}
        return self._database.write(lambda link: _claim(link, asked))

    def load_jobs(self, run: RunKey, action: str) -> list[Job]:
        """Read the unfinished executions that have no final result for the action."""
        return self._database.read(lambda link: _load_jobs(link, run, action))

    def claim_deliveries(
        self, deliveries: Sequence[NewDelivery], *, now: datetime, lease: timedelta = LEASE
    ) -> dict[uuid.UUID, DeliveryState]:
        """Mark deliveries as being sent or put off; tells how each stood before."""
        wanted = list({delivery.id: delivery for delivery in deliveries}.values())
        if not wanted:
            return {}
        return self._database.write(lambda link: claim_deliveries(link, wanted, now, lease))

    def renew_leases(self, ids: Sequence[uuid.UUID], *, until: datetime) -> None:
        """Say that these deliveries are still being sent."""
        if ids:
            self._database.write(lambda link: renew_leases(link, ids, until))

    def settle(
        self, results: Sequence[ActionResult], deliveries: Sequence[DeliveryOutcome]
    ) -> None:
        """Record outcomes; final ones are never overwritten."""
        if results or deliveries:
            self._database.write(lambda link: settle(link, results, deliveries))

    def apply_updates(
        self, updates: Sequence[SubjectUpdate], *, now: datetime
    ) -> dict[uuid.UUID, dict[str, Json] | None]:
        """Apply updates with audit rows, once each; gives old values by execution id."""
        if not updates:
            return {}
        return self._database.write(lambda link: _apply_updates(link, updates, now))

    def finish(self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime) -> Finish:
        """Settle or park all executions of the run; see `ports.RunStore`."""
        return self._database.write(lambda link: _finish(link, run, dict(actions), now))

    def finish_complete(
        self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime
    ) -> None:
        """Settle those executions of the run that have a final result for every action."""
        self._database.write(lambda link: _settle_executions(link, run, list(dict(actions)), now))

    def workflows_to_wake(self, now: datetime) -> list[str]:
        """List workflows with due executions that no run has claimed."""
        query = load_queries("runs")["workflows_to_wake"].sql
        rows = self._database.read(lambda link: link.execute(query, {"now": now}).fetchall())
        return [row["workflow_id"] for row in rows]

    def stranded_runs(self, *, before: datetime, limit: int) -> list[HeldRun]:
        """List runs that claimed before then and still hold unfinished executions."""
        asked = {"before": before, "limit": limit}
        rows = self._database.read(lambda link: _ask(link, "stranded_runs", asked))
        return [
            HeldRun(
                run=RunKey(row["dag_id"], row["run_id"]),
                workflow_id=row["workflow_id"],
                claimed_at=row["claimed_at"].astimezone(UTC),
            )
            for row in rows
        ]

    def release(self, run: RunKey, *, now: datetime) -> Finish:
        """Park what a run that is over has left unfinished, due now."""
        return self._database.write(lambda link: _release(link, run, now))


def _key(run: RunKey) -> dict[str, str]:
    return {"dag_id": run.dag_id, "run_id": run.run_id}


def _ask(link: Link, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("runs")[name].sql, params).fetchall()


def _tell(link: Link, name: str, params: Mapping[str, Any]) -> None:
    link.execute(load_queries("runs")[name].sql, params)


def _claim(link: Link, asked: Mapping[str, Any]) -> Claim:
    if _ask(link, "open_run", asked):
        [row] = _ask(link, "take_due", asked)
        return Claim(row["taken"], row["has_more"])
    [row] = _ask(link, "count_held", asked)
    return Claim(row["held"], row["has_more"])


def _load_jobs(link: Link, run: RunKey, action: str) -> list[Job]:
    rows = _ask(link, "load_jobs", {**_key(run), "action": action})
    # a booking may stand in many executions of a batch; it is read once
    subjects = load_bookings(link, sorted({row["booking_id"] for row in rows})) if rows else {}
    return [
        Job(
            execution_id=row["execution_id"],
            workflow_id=row["workflow_id"],
            workflow_version=row["workflow_version"],
            event_id=row["event_id"],
            trigger=row["trigger"],
            subject_id=row["booking_id"],
            occurred_at=row["occurred_at"].astimezone(UTC),
            due_at=row["due_at"].astimezone(UTC),
            subject=subjects.get(row["booking_id"]),
            attempts=row["attempts"],
            anchor_at=row["anchor_at"].astimezone(UTC) if row["anchor_at"] else None,
        )
        for row in rows
    ]


def _apply_updates(
    link: Link, updates: Sequence[SubjectUpdate], now: datetime
) -> dict[uuid.UUID, dict[str, Json] | None]:
    ids = sorted({update.subject_id for update in updates if is_storable(update.subject_id)})
    # the lock comes first, as a statement of its own: what is read next is then up to date
    current = {row["id"]: row for row in _ask(link, "lock_bookings", {"ids": ids})}
    applied = {
        (row["execution_id"], row["action"]): row["before"]
        for row in _ask(
            link,
            "find_applied",
            {
                "execution_ids": [update.execution_id for update in updates],
                "actions": [update.action for update in updates],
            },
        )
    }
    audit: list[dict[str, Any]] = []
    changed: set[str] = set()
    answers: dict[uuid.UUID, dict[str, Json] | None] = {}
    for update in updates:
        key = (update.execution_id, update.action)
        row = current.get(update.subject_id)
        if key not in applied and row is not None:
            before, current[update.subject_id] = apply_fields(row, update.fields)
            current[update.subject_id]["changed_by"] = cause_of(update)
            applied[key] = before
            changed.add(update.subject_id)
            audit.append(
                {
                    "actor": f"workflow:{update.workflow_id}",
                    "subject_id": update.subject_id,
                    "execution_id": str(update.execution_id),
                    "action": update.action,
                    "before": before,
                    "after": update.fields,
                }
            )
        answers[update.execution_id] = applied.get(key)
    if changed:
        rows = dump_json([current[key] for key in sorted(changed)])
        _tell(link, "update_bookings", {"rows": rows, "now": now})
        _tell(link, "insert_audit", {"rows": dump_json(audit), "now": now})
    return answers


def _finish(link: Link, run: RunKey, actions: Mapping[str, str], now: datetime) -> Finish:
    names = list(actions)
    at = {**_key(run), "now": now}
    cancelled = {**at, "code": CANCELLED_CODE, "sending": _LOST[DeliveryStatus.SENDING.value]}
    _tell(link, "retire_results", {**cancelled, "actions": names, "reason": RETIRED_REASON})
    soon = now + CUT_OFF_PAUSE
    _tell(link, "park_executions", {**at, "actions": names, "soon": soon, "limit": CUT_OFF_LIMIT})
    _fail_deliveries(link, at)
    plan = {"actions": names, "types": list(actions.values())}
    why = {"reason": UNFINISHED_REASON, "code": UNFINISHED_CODE}
    _tell(link, "fail_unfinished", {**at, **plan, **why})
    _settle_executions(link, run, names, now)
    _tell(link, "close_cancelled", cancelled)
    return _count(link, run)


def _release(link: Link, run: RunKey, now: datetime) -> Finish:
    at = {**_key(run), "now": now}
    _tell(link, "park_all", {**at, "limit": CUT_OFF_LIMIT})
    _fail_deliveries(link, at)
    why = {"reason": UNFINISHED_REASON, "code": UNFINISHED_CODE, "why": STRANDED_REASON}
    _tell(link, "fail_all", {**at, **why})
    return _count(link, run)


def _fail_deliveries(link: Link, at: Mapping[str, Any]) -> None:
    _tell(link, "fail_open_deliveries", {**at, **_LOST, "code": UNFINISHED_CODE})


def _count(link: Link, run: RunKey) -> Finish:
    rows = {row["status"]: row for row in _ask(link, "count_ended", _key(run))}
    counts = {status: row["count"] for status, row in rows.items()}
    parked = rows.get(ExecutionStatus.PENDING.value)
    return Finish(
        completed=counts.get(ExecutionStatus.COMPLETED.value, 0),
        failed=counts.get(ExecutionStatus.FAILED.value, 0),
        cancelled=counts.get(ExecutionStatus.CANCELLED.value, 0),
        parked=parked["count"] if parked else 0,
        wake_at=tuple(at.astimezone(UTC) for at in parked["wake_at"]) if parked else (),
        workflow_id=parked["workflow_id"] if parked else None,
    )


def _settle_executions(link: Link, run: RunKey, actions: list[str], now: datetime) -> None:
    params = {**_key(run), "actions": actions, "stale": list(STALE_CODES), "now": now}
    _tell(link, "settle_executions", params)
