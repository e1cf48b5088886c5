"""Rows of executions, results and deliveries as the JSON that pages and reports get."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.ports.reports import ExecutionOrder
from bookflow.records import ExecutionStatus
from bookflow.store.json_text import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bookflow.ports.reports import ExecutionFilter

CURSOR_LIMIT = 300
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, binascii.Error)
"""What reading a cursor that was made elsewhere can raise."""


def shape_execution(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give an execution's JSON, without its log."""
    return {
        "id": str(row["id"]),
        "workflow_id": row["workflow_id"],
        "workflow_version": row["workflow_version"],
        "event_id": str(row["event_id"]),
        "booking_id": row["booking_id"],
        "trigger": row["trigger"],
        "occurred_at": iso(row["occurred_at"]),
        "status": str(row["status"]),
        "due_at": iso(row["due_at"]),
        "anchor_at": iso(row["anchor_at"]),
        "next_attempt_at": iso(row["wake_at"]) if _is_parked(row) else None,
        "rounds": row["rounds"],
        "created_at": iso(row["created_at"]),
        "started_at": iso(row["started_at"]),
        "completed_at": iso(row["completed_at"]),
        "error_message": row["error_message"],
        "actions_executed": row["actions_executed"],
        "actions_failed": row["actions_failed"],
        "actions_skipped": row["actions_skipped"],
        "dag_id": row["dag_id"],
        "run_id": row["run_id"],
    }


def shape_with_log(
    executions: Iterable[Mapping[str, Any]],
    results: Iterable[Mapping[str, Any]],
    deliveries: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Give executions with their `execution_log`; results and deliveries come in order."""
    parcels = defaultdict(list)
    for row in deliveries:
        parcels[row["execution_id"], row["action"]].append(shape_delivery(row))
    logs = defaultdict(list)
    for row in results:
        found = parcels[row["execution_id"], row["action"]]
        logs[row["execution_id"]].append(_shape_result(row, found))
    return [{**shape_execution(row), "execution_log": logs[row["id"]]} for row in executions]


def shape_statistics(
    workflows: Iterable[Mapping[str, Any]], actions: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give statistics per workflow, each with those of its `actions`."""
    by_workflow = defaultdict(list)
    for row in actions:
        by_workflow[row["workflow_id"]].append(
            {
                "action": row["action"],
                "type": row["type"],
                **_shape_counts(row),
                "skipped_executions": row["skipped_executions"],
            }
        )
    return [
        {
            "workflow_id": row["workflow_id"],
            **_shape_counts(row),
            "actions": by_workflow[row["workflow_id"]],
        }
        for row in workflows
    ]


def make_cursor(row: Mapping[str, Any], order: ExecutionOrder = ExecutionOrder.NEWEST) -> str:
    """Make the cursor that continues after this execution in this order."""
    parts = [iso(row[order.field]), str(row["id"])]
    if order is not ExecutionOrder.NEWEST:
        parts.append(order.value)
    return pack_cursor(parts)


def pack_cursor(parts: Sequence[object]) -> str:
    """Write the place where a page ended as text for an address."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unpack_cursor(cursor: str) -> list[Any]:
    """Read what `pack_cursor` wrote; raises `ValueError` for anything else, or its like."""
    if len(cursor) > CURSOR_LIMIT:
        raise ValueError
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(parts, list):
        raise ValueError
    return parts


def read_cursor(
    cursor: str, order: ExecutionOrder = ExecutionOrder.NEWEST
) -> tuple[datetime, uuid.UUID]:
    """Read a cursor made by `make_cursor` for this order; raises `InputError` for anything else."""
    try:
        parts = unpack_cursor(cursor)
        at, key, made_for = parts if len(parts) > 2 else (*parts, ExecutionOrder.NEWEST)
        if made_for != order:
            raise ValueError
        instant, last = read_instant(at), uuid.UUID(key)
    except UNREADABLE:
        message = (
            "is not a cursor of this list in this order; use `next_cursor` of the page before as "
            "it is, or leave it out to begin again"
        )
        raise InputError("cursor", message) from None
    return instant, last


def read_instant(text: str) -> datetime:
    """Read a time with an offset; raises `ValueError` for one without."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant


def refuse_order(wanted: ExecutionFilter, order: ExecutionOrder) -> None:
    """Refuse an order that no index serves together with a cause; raises `InputError`."""
    if wanted.cause is not None and order.field != "created_at":
        message = "can't be combined with `cause`, which lists by `created_at` or `-created_at`"
        raise InputError("sort", message)


def _is_parked(row: Mapping[str, Any]) -> bool:
    """Tell whether an execution waits for a further run; before the first it is merely due."""
    return bool(row["status"] == ExecutionStatus.PENDING and row["rounds"])


def _shape_result(row: Mapping[str, Any], deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "action": row["action"],
        "type": row["type"],
        "status": str(row["status"]),
        "reason": row["reason"],
        "error_code": row["error_code"],
        "cause": counted_cause(row),
        "conditions": row["conditions"],
        "rendered": row["rendered"],
        "attempts": row["attempts"],
        "next_attempt_at": iso(row["resume_at"]),
        "started_at": iso(row["started_at"]),
        "duration_ms": row["duration_ms"],
        "deliveries": deliveries,
    }


def shape_brief_result(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give an action result's JSON without what was seen, rendered and delivered."""
    return {
        "action": row["action"],
        "type": row["type"],
        "status": str(row["status"]),
        "reason": row["reason"],
        "cause": counted_cause(row),
        "attempts": row["attempts"],
        "started_at": iso(row["started_at"]),
        "duration_ms": row["duration_ms"],
    }


def counted_cause(row: Mapping[str, Any]) -> str | None:
    """Give what a failed or skipped action counts under in analytics, None for others."""
    if row["status"] not in ("failed", "skipped"):
        return None
    return str(row.get("cause") or row["error_code"] or "")[:200]


def shape_delivery(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a delivery's JSON."""
    return {
        "id": str(row["id"]),
        "recipient": row["recipient"],
        "channel": row["channel"],
        "address": row["address"],
        "status": str(row["status"]),
        "attempts": row["attempts"],
        "rounds": row["rounds"],
        "next_attempt_at": iso(row["not_before"]),
        "digest_id": str(row["digest_id"]) if row["digest_id"] else None,
        "provider_id": row["provider_id"],
        "error_code": row["error_code"],
        "error_message": row["error_message"],
        "details": row["details"],
        "created_at": iso(row["created_at"]),
        "sent_at": iso(row["sent_at"]),
        "settled_at": iso(row["settled_at"]),
    }


def _shape_counts(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the figures; `success_rate` is in per cent of what ended well or failed."""
    successful, failed = row["successful_executions"], row["failed_executions"]
    ended = successful + failed
    return {
        "total_executions": row["total_executions"],
        "successful_executions": successful,
        "failed_executions": failed,
        "success_rate": round(100 * successful / ended, 2) if ended else None,
        "last_executed_at": iso(row["last_executed_at"]),
    }
