"""People's decisions about executions, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.records import ActionStatus, DeliveryStatus, ExecutionStatus
from bookflow.store.batches import CANCELLED_CODE
from bookflow.store.interventions import (
    audit_row,
    cancelled_text,
    pick_retried,
    refuse_ended,
    refuse_unknown,
)
from bookflow.store.json_text import clean_text, through_json
from bookflow.store.memory_deliveries import close_open
from bookflow.store.memory_settling import count_results, is_final

if TYPE_CHECKING:
    import threading
    import uuid
    from datetime import datetime

_Row = dict[str, Any]


class MemoryInterventions:
    """The `InterventionStore` part of the memory store."""

    _lock: threading.RLock
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _decisions: list[_Row]

    def cancel_execution(
        self, execution_id: uuid.UUID, *, reason: str, actor: str, now: datetime
    ) -> None:
        """End an execution that is pending or running; see `ports.interventions`."""
        with self._lock:
            row = self._find_execution(execution_id)
            refuse_ended(row)
            text = clean_text(cancelled_text(actor, reason))
            after = {"status": "cancelled", "error_message": text}
            self._decide(row, "execution.cancel", actor, after, now)
            open_ones = [
                delivery
                for delivery in self._deliveries.values()
                if delivery["execution_id"] == execution_id
                and delivery["status"] is not DeliveryStatus.SENDING
            ]
            close_open(open_ones, text, now)
            results = [r for (key, _), r in self._results.items() if key == execution_id]
            for result in results:
                if not is_final(result):
                    result.update(
                        status=ActionStatus.SKIPPED,
                        reason=text,
                        error_code=CANCELLED_CODE,
                        cause=CANCELLED_CODE,
                        ended_at=now,
                        resume_at=None,
                    )
            row.update(
                status=ExecutionStatus.CANCELLED,
                error_message=text,
                completed_at=now,
                **count_results(results),
            )

    def retry_execution(
        self, execution_id: uuid.UUID, *, action: str | None, actor: str, now: datetime
    ) -> None:
        """Make a failed or cancelled execution pending again; see `ports.interventions`."""
        with self._lock:
            row = self._find_execution(execution_id)
            results = [r for (key, _), r in self._results.items() if key == execution_id]
            results.sort(key=lambda result: (result["started_at"], result["action"]))
            actions = pick_retried(row, results, action)
            after = {"status": "pending", "actions": actions}
            self._decide(row, "execution.retry", actor, after, now)
            for result in results:
                if result["action"] in actions:
                    result.update(status=ActionStatus.RETRYING, resume_at=now)
            for delivery in self._deliveries.values():
                is_mine = delivery["execution_id"] == execution_id
                if is_mine and delivery["action"] in actions:
                    _reopen(delivery, now)
            row.update(
                status=ExecutionStatus.PENDING,
                wake_at=now,
                error_message=None,
                completed_at=None,
                cut_off=0,
                actions_failed=0,
            )

    def _find_execution(self, execution_id: uuid.UUID) -> _Row:
        row = self._executions.get(execution_id)
        refuse_unknown(execution_id, row)
        return row or {}

    def _decide(self, row: _Row, what: str, actor: str, after: _Row, now: datetime) -> None:
        made = audit_row(row, what, clean_text(actor), after)
        self._decisions.append({"at": now, **through_json(made)})


def _reopen(delivery: _Row, now: datetime) -> None:
    if delivery["status"] is DeliveryStatus.FAILED:
        delivery.update(status=DeliveryStatus.RETRYING, not_before=now, trying_since=now, rounds=0)
