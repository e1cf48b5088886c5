"""Recording events in PostgreSQL: a transaction of a few statements, whatever the batch size."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.records import ExecutionHead, ExecutionStatus
from bookflow.store.batches import (
    answer_for,
    event_types_of,
    first_of_each_key,
    newest_snapshots,
    organizers_of,
)
from bookflow.store.booking_rows import booking_row, nest_booking
from bookflow.store.json_text import clean_text, dump_json, is_storable
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence

    from bookflow.records import NewEvent, NewExecution, RecordedEvent
    from bookflow.store.connecting import Database, Link


class PostgresIntake:
    """The `IntakeStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read bookings in the shape of the API; unknown ids are absent."""
        wanted = sorted({key for key in ids if is_storable(key)})
        if not wanted:
            return {}
        return self._database.read(lambda link: load_bookings(link, wanted))

    def record_events(
        self, events: Sequence[NewEvent], executions: Sequence[NewExecution]
    ) -> list[RecordedEvent]:
        """Record a batch; see `ports.IntakeStore`."""
        if not events:
            return []
        cleaned = [_clean_event(event) for event in events]
        return self._database.write(lambda link: _record(link, cleaned, executions))


def load_bookings(link: Link, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read bookings on a connection; unknown ids are absent."""
    rows = link.execute(load_queries("intake")["load_bookings"].sql, {"ids": list(ids)})
    return {row["id"]: nest_booking(row) for row in rows}


def _clean_event(event: NewEvent) -> NewEvent:
    key = event.idempotency_key
    if key is None or is_storable(key):
        return event
    return replace(event, idempotency_key=clean_text(key))


def _record(
    link: Link, events: Sequence[NewEvent], executions: Sequence[NewExecution]
) -> list[RecordedEvent]:
    firsts = first_of_each_key(events)
    written = _insert_events(link, firsts)
    fresh = [event for event in firsts if event.id in written]
    _upsert_snapshots(link, newest_snapshots(fresh))
    heads = _insert_executions(link, fresh, executions)
    if len(fresh) == len(events):
        return [answer_for(event, None, heads[event.id]) for event in events]
    winners = _find_winners(link, fresh, [e for e in events if e.id not in written])
    missing = [row["id"] for row in winners.values() if row["id"] not in written]
    heads.update(_load_heads(link, missing))
    answers = []
    for event in events:
        winner = None if event.id in written else _winner_of(event, winners)
        held_by = event.id if winner is None else winner["id"]
        answers.append(answer_for(event, winner, heads[held_by]))
    return answers


def _insert_events(link: Link, events: Iterable[NewEvent]) -> set[uuid.UUID]:
    rows = [
        {
            "id": str(event.id),
            "trigger": event.trigger,
            "booking_id": event.subject_id,
            "source": event.source.value,
            "occurred_at": event.occurred_at,
            "received_at": event.received_at,
            "idempotency_key": event.idempotency_key,
            "fingerprint": event.fingerprint,
            "actor": event.actor,
        }
        for event in events
    ]
    return {row["id"] for row in _run(link, "insert_events", rows, has_answer=True)}


def _upsert_snapshots(link: Link, newest: Sequence[NewEvent]) -> None:
    if not newest:
        return
    _run(link, "upsert_organizers", organizers_of(newest))
    event_types = event_types_of(newest)
    _run(link, "update_event_types", event_types)
    _run(link, "insert_event_types", event_types)
    bookings = [
        booking_row(event.subject, event.occurred_at, event.received_at)
        for event in newest
        if event.subject is not None
    ]
    _run(link, "upsert_bookings", bookings)


def _insert_executions(
    link: Link, fresh: Iterable[NewEvent], executions: Iterable[NewExecution]
) -> defaultdict[uuid.UUID, list[ExecutionHead]]:
    received = {event.id: event.received_at for event in fresh}
    heads: defaultdict[uuid.UUID, list[ExecutionHead]] = defaultdict(list)
    rows: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for execution in executions:
        at = received.get(execution.event_id)
        if at is None:
            continue
        run = execution.run
        status = ExecutionStatus.RUNNING if run else ExecutionStatus.PENDING
        rows.append(
            {
                "id": str(execution.id),
                "workflow_id": execution.workflow_id,
                "workflow_version": execution.workflow_version,
                "event_id": str(execution.event_id),
                "booking_id": execution.subject_id,
                "status": status.value,
                "due_at": execution.due_at,
                "anchor_at": execution.anchor_at,
                "created_at": at,
                "started_at": at if run else None,
                "dag_id": run.dag_id if run else None,
                "run_id": run.run_id if run else None,
            }
        )
        if run:
            workflow = {"workflow_id": execution.workflow_id, "claimed_at": at}
            runs.append({"dag_id": run.dag_id, "run_id": run.run_id, **workflow})
        heads[execution.event_id].append(
            ExecutionHead(execution.id, execution.workflow_id, status, execution.due_at)
        )
    if rows:
        _run(link, "insert_executions", rows)
    if runs:
        _run(link, "insert_runs", runs)
    return heads


def _find_winners(
    link: Link, fresh: Iterable[NewEvent], refused: Sequence[NewEvent]
) -> dict[str | uuid.UUID, Mapping[str, Any]]:
    """Give the events that hold the keys or ids of refused ones, by key and by id."""
    winners: dict[str | uuid.UUID, Mapping[str, Any]] = {}
    for event in fresh:
        if event.idempotency_key is not None:
            winners[event.idempotency_key] = {
                "id": event.id,
                "trigger": event.trigger,
                "booking_id": event.subject_id,
                "fingerprint": event.fingerprint,
            }
    keys = [
        e.idempotency_key for e in refused if e.idempotency_key and e.idempotency_key not in winners
    ]
    found = link.execute(
        load_queries("intake")["find_events"].sql,
        {"keys": keys, "ids": [event.id for event in refused]},
    )
    for row in found:
        winners[row["id"]] = row
        if row["idempotency_key"] is not None:
            winners[row["idempotency_key"]] = row
    return winners


def _winner_of(
    event: NewEvent, winners: Mapping[str | uuid.UUID, Mapping[str, Any]]
) -> Mapping[str, Any]:
    by_key = winners.get(event.idempotency_key) if event.idempotency_key is not None else None
    return by_key or winners[event.id]


def _load_heads(link: Link, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[ExecutionHead]]:
    heads: dict[uuid.UUID, list[ExecutionHead]] = {event_id: [] for event_id in event_ids}
    if event_ids:
        rows = link.execute(
            load_queries("intake")["find_heads"].sql, {"event_ids": list(event_ids)}
        )
        for row in rows:
            status = ExecutionStatus(row["status"])
            due_at = row["due_at"].astimezone(UTC)
            head = ExecutionHead(row["id"], row["workflow_id"], status, due_at)
            heads[row["event_id"]].append(head)
    return heads


def _run(
    link: Link, name: str, rows: Sequence[Mapping[str, Any]], *, has_answer: bool = False
) -> list[dict[str, Any]]:
    cursor = link.execute(load_queries("intake")[name].sql, {"rows": dump_json(rows)})
    return cursor.fetchall() if has_answer else []
