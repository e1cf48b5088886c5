"""What both stores decide when people cancel executions or have them tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.errors import ConflictError, NotFoundError
from bookflow.records import ActionStatus, ExecutionStatus
from bookflow.store.batches import CANCELLED_CODE, STALE_CODES

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping

    from bookflow.records import Json

_Row = dict[str, Any]

OPEN = (ExecutionStatus.PENDING, ExecutionStatus.RUNNING)
CALLED_OFF = (*STALE_CODES, CANCELLED_CODE)


def refuse_unknown(execution_id: uuid.UUID, row: Mapping[str, Any] | None) -> None:
    """Raise `NotFoundError` where there is no such execution."""
    if row is None:
        raise NotFoundError(f"no execution {execution_id} is known")


def refuse_ended(row: Mapping[str, Any]) -> None:
    """Raise `ConflictError` where nothing is left to cancel."""
    if row["status"] not in OPEN:
        message = f"the execution is {row['status']!s} already; only an open one can be cancelled"
        raise ConflictError(message)


def pick_retried(
    execution: Mapping[str, Any], results: Iterable[Mapping[str, Any]], action: str | None
) -> list[str]:
    """Name the actions to try again; raises `ConflictError` where there are none."""
    status = execution["status"]
    if status not in (ExecutionStatus.FAILED, ExecutionStatus.CANCELLED):
        message = f"the execution is {status!s}; only a failed or cancelled one can be tried again"
        raise ConflictError(message)
    is_cancelled = status == ExecutionStatus.CANCELLED
    failed = [row["action"] for row in results if _is_retried(row, is_cancelled=is_cancelled)]
    if action is None:
        return failed
    if is_cancelled:
        message = "a cancelled execution is taken up as a whole; leave `action` out"
        raise ConflictError(message)
    if action not in failed:
        known = ", ".join(f"`{name}`" for name in failed)
        raise ConflictError(f"`{action:.64}` is no failed action of it; failed: {known or 'none'}")
    return [action]


def cancelled_text(actor: str, reason: str) -> str:
    """Say who cancelled it, and why where that was given."""
    return f"cancelled by {actor}: {reason}" if reason else f"cancelled by {actor}"


def audit_row(
    execution: Mapping[str, Any], what: str, actor: str, after: Mapping[str, Json]
) -> _Row:
    """Give the audit row of a decision."""
    return {
        "actor": f"user:{actor}",
        "what": what,
        "subject_id": execution["booking_id"],
        "execution_id": str(execution["id"]),
        "before": {
            "status": str(execution["status"]),
            "error_message": execution["error_message"],
        },
        "after": dict(after),
    }


def _is_retried(row: Mapping[str, Any], *, is_cancelled: bool) -> bool:
    if row["status"] == ActionStatus.FAILED:
        return True
    return (
        is_cancelled and row["status"] == ActionStatus.SKIPPED and row["error_code"] in CALLED_OFF
    )
