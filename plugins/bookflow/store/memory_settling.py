"""How executions in memory end: results folded, gaps failed, outcomes counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.records import ActionStatus, DeliveryStatus, ExecutionStatus
from bookflow.store.batches import (
    CANCELLED_CODE,
    CUT_OFF_LIMIT,
    CUT_OFF_PAUSE,
    RETIRED_REASON,
    STALE_CODES,
    UNFINISHED_CODE,
    UNFINISHED_DELIVERY,
    UNFINISHED_REASON,
    ending_of,
)
from bookflow.store.json_text import through_json

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.records import ActionResult

_Row = dict[str, Any]


def is_final(row: _Row | None) -> bool:
    """Tell whether there is a result, and nothing more will be done."""
    return row is not None and ActionStatus(row["status"]).is_final


def fold_result(known: _Row | None, result: ActionResult) -> _Row:
    """Give the row after one more try; a final one stays."""
    if known is not None and is_final(known):
        return known
    cause, ended_at = ending_of(result)
    row = {
        "execution_id": result.execution_id,
        "action": result.action,
        "type": result.type,
        "status": result.status,
        "reason": through_json(result.reason),
        "error_code": result.error_code,
        "cause": through_json(cause),
        "conditions": through_json(result.conditions),
        "rendered": through_json(result.rendered),
        "attempts": result.attempts,
        "started_at": result.started_at,
        "ended_at": ended_at,
        "duration_ms": result.duration_ms,
        "resume_at": result.resume_at,
    }
    if known is not None:
        row["attempts"] += known["attempts"]
        row["started_at"] = min(row["started_at"], known["started_at"])
        row["duration_ms"] += known["duration_ms"]
    return row


def retire_results(
    results: Mapping[tuple[uuid.UUID, str], _Row],
    execution_id: uuid.UUID,
    plan: Collection[str],
    now: datetime,
) -> list[str]:
    """End what was put off for actions that are no longer planned; gives their names."""
    retired = []
    for (key, action), row in results.items():
        if key == execution_id and action not in plan and not is_final(row):
            row.update(
                status=ActionStatus.SKIPPED,
                reason=RETIRED_REASON,
                error_code=CANCELLED_CODE,
                cause=CANCELLED_CODE,
                ended_at=now,
                resume_at=None,
            )
            retired.append(action)
    return retired


def park(
    execution: _Row,
    results: Mapping[tuple[uuid.UUID, str], _Row],
    plan: Iterable[str],
    now: datetime,
    claimed_at: datetime,
) -> bool:
    """Make an execution pending again where an action has to go on; tells whether it did.

    A time from before the run claimed is what an earlier run left: this one's task said nothing.
    """
    found = [results.get((execution["id"], action)) for action in plan]
    unfinished = [row for row in found if not is_final(row)]
    said = [row["resume_at"] for row in unfinished if row and row["resume_at"]]
    times = [at for at in said if at >= claimed_at]
    cut_off = execution["cut_off"]
    if len(times) < len(unfinished):
        cut_off += 1
        if cut_off < CUT_OFF_LIMIT:
            times.append(now + CUT_OFF_PAUSE)
    if not times:
        return False
    execution.update(status=ExecutionStatus.PENDING, wake_at=min(times), cut_off=cut_off)
    return True


def fail_begun(results: Iterable[_Row], now: datetime) -> None:
    """Fail what actions of an execution had begun and not ended."""
    for row in results:
        if not is_final(row):
            _fail(row, now)


def fail_open_deliveries(deliveries: Iterable[_Row], now: datetime) -> None:
    """End what an execution left undelivered."""
    for row in deliveries:
        if row["status"] in UNFINISHED_DELIVERY:
            parts = [UNFINISHED_DELIVERY[row["status"]], row["error_message"]]
            row.update(
                status=DeliveryStatus.FAILED,
                error_code=UNFINISHED_CODE,
                error_message="; its last try: ".join(part for part in parts if part is not None),
                not_before=None,
                lease_until=None,
                settled_at=now,
            )


def fail_unfinished(
    results: dict[tuple[uuid.UUID, str], _Row],
    deliveries: Sequence[_Row],
    execution_id: uuid.UUID,
    actions: Iterable[tuple[str, str]],
    now: datetime,
) -> None:
    """Give every planned action of an execution a final result."""
    for action, kind in actions:
        known = results.get((execution_id, action))
        if is_final(known):
            continue
        begun = [row["created_at"] for row in deliveries if row["action"] == action]
        row = known or {
            "execution_id": execution_id,
            "action": action,
            "type": kind,
            "reason": None,
            "conditions": None,
            "rendered": None,
            "attempts": 0,
            "started_at": min(begun, default=now),
            "duration_ms": 0.0,
        }
        _fail(row, now)
        results[execution_id, action] = row


def count_results(results: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count an execution's results by how they ended."""
    found = [row["status"] for row in results]
    return {
        "actions_executed": found.count(ActionStatus.COMPLETED),
        "actions_failed": found.count(ActionStatus.FAILED),
        "actions_skipped": found.count(ActionStatus.SKIPPED),
    }


def settled_row(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give status and error message of an execution with these results."""
    ordered = sorted(results, key=lambda row: (row["started_at"], row["action"]))
    failed = [row for row in ordered if row["status"] == ActionStatus.FAILED]
    if failed:
        parts = [failed[0]["action"], failed[0]["reason"]]
        message = ": ".join(part for part in parts if part is not None)
        return {"status": ExecutionStatus.FAILED, "error_message": message}
    stale = [
        row
        for row in ordered
        if row["error_code"] in STALE_CODES and row["status"] == ActionStatus.SKIPPED
    ]
    if stale and len(stale) == len(ordered):
        return {"status": ExecutionStatus.CANCELLED, "error_message": stale[0]["reason"]}
    return {"status": ExecutionStatus.COMPLETED, "error_message": None}


def _fail(row: _Row, now: datetime) -> None:
    parts = [UNFINISHED_REASON, row["reason"]]
    reason = "; its last try: ".join(part for part in parts if part is not None)
    row.update(
        status=ActionStatus.FAILED,
        reason=reason,
        error_code=UNFINISHED_CODE,
        cause=UNFINISHED_CODE,
        ended_at=now,
        resume_at=None,
    )
