"""How executions in memory end: results folded, gaps failed, outcomes counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.records import ActionStatus, DeliveryStatus, ExecutionStatus
from bookflow.store.batches import (
    STALE_CODE,
    UNFINISHED_CODE,
    UNFINISHED_DELIVERY,
    UNFINISHED_REASON,
)
from bookflow.store.json_text import through_json

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.records import ActionResult

_Row = dict[str, Any]


def fold_result(known: _Row | None, result: ActionResult) -> _Row:
    """Give the row after one more try; a final one stays."""
    if known is not None and known["status"] != ActionStatus.RETRYING:
        return known
    row = {
        "execution_id": result.execution_id,
        "action": result.action,
        "type": result.type,
        "status": result.status,
        "reason": through_json(result.reason),
        "error_code": result.error_code,
        "conditions": through_json(result.conditions),
        "rendered": through_json(result.rendered),
        "attempts": result.attempts,
        "started_at": result.started_at,
        "duration_ms": result.duration_ms,
    }
    if known is not None:
        row["attempts"] += known["attempts"]
        row["started_at"] = min(row["started_at"], known["started_at"])
        row["duration_ms"] += known["duration_ms"]
    return row


def fail_open_deliveries(deliveries: Iterable[_Row], now: datetime) -> None:
    """End what an execution left undelivered."""
    for row in deliveries:
        if row["status"] in UNFINISHED_DELIVERY:
            parts = [UNFINISHED_DELIVERY[row["status"]], row["error_message"]]
            row.update(
                status=DeliveryStatus.FAILED,
                error_code=UNFINISHED_CODE,
                error_message="; its last try: ".join(part for part in parts if part is not None),
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
        if known is not None and known["status"] != ActionStatus.RETRYING:
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
        parts = [UNFINISHED_REASON, row["reason"]]
        reason = "; its last try: ".join(part for part in parts if part is not None)
        row.update(status=ActionStatus.FAILED, reason=reason, error_code=UNFINISHED_CODE)
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
        if row["error_code"] == STALE_CODE and row["status"] == ActionStatus.SKIPPED
    ]
    if stale and len(stale) == len(ordered):
        return {"status": ExecutionStatus.CANCELLED, "error_message": stale[0]["reason"]}
    return {"status": ExecutionStatus.COMPLETED, "error_message": None}
