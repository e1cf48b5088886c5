"""Settling: outcomes gathered while deliveries are in flight, recorded in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.steps import ActSummary
from bookflow.journey.wording import mask_reason
from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryStatus,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from bookflow.journey.gating import Gated
    from bookflow.journey.sending import Parcel
    from bookflow.journey.steps import Step
    from bookflow.ports import RunStore

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.25
FINAL_FLUSHES = 30
SHOWN_REASONS = 5


class Ledger:
    """Turns delivery outcomes into action results and records both every quarter second.

    What a crash can leave unrecorded is what happened since the last flush: those deliveries are
    sent again under the same id.
    """

    def __init__(
        self,
        store: RunStore,
        step: Step,
        ready: Sequence[Gated],
        parcels: Mapping[uuid.UUID, Sequence[Parcel]],
    ) -> None:
        """Know what is expected; executions whose deliveries all ended earlier settle at once."""
        self.results: list[ActionResult] = []
        self._store = store
        self._step = step
        self._gated = {gated.job.execution_id: gated for gated in ready}
        self._started = time.monotonic()
        self._owner: dict[uuid.UUID, uuid.UUID] = {}
        self._open: dict[uuid.UUID, int] = {}
        self._outcomes: dict[uuid.UUID, list[DeliveryOutcome]] = {}
        self._earlier_failures: dict[uuid.UUID, int] = {}
        self._new_results: list[ActionResult] = []
        self._new_outcomes: list[DeliveryOutcome] = []
        self._noted: set[uuid.UUID] = set()
        for execution_id, group in parcels.items():
            self._expect(execution_id, group)

    def _expect(self, execution_id: uuid.UUID, group: Sequence[Parcel]) -> None:
        waiting = 0
        failed = 0
        for parcel in group:
            status = parcel.state.status
            if status is not None and status.is_final:
                failed += status is DeliveryStatus.FAILED
            else:
                waiting += 1
                self._owner[parcel.delivery.id] = execution_id
        self._open[execution_id] = waiting
        self._outcomes[execution_id] = []
        self._earlier_failures[execution_id] = failed
        if not waiting:
            self._conclude(execution_id)

    def has(self, delivery: uuid.UUID) -> bool:
        """Tell whether the delivery's outcome was noted already."""
        return delivery in self._noted

    def note(self, outcome: DeliveryOutcome) -> None:
        """Take one outcome; the execution's result follows with its last delivery."""
        execution_id = self._owner[outcome.id]
        self._noted.add(outcome.id)
        self._new_outcomes.append(outcome)
        self._outcomes[execution_id].append(outcome)
        self._open[execution_id] -= 1
        if not self._open[execution_id]:
            self._conclude(execution_id)

    async def flush_until(self, done: asyncio.Event) -> None:
        """Record what gathered, again and again; the rest once `done` is set.

        A database that goes away for a while loses nothing: the batch is kept and tried again,
        at the end for about half a minute, before `DatabaseUnavailableError` is raised.
        """
        patience = FINAL_FLUSHES
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), FLUSH_SECONDS)
            is_last = done.is_set()
            try:
                await asyncio.to_thread(self._flush)
            except DatabaseUnavailableError:
                patience -= is_last
                if not patience:
                    raise
                log.warning("bookflow: outcomes can't be recorded yet, trying again")
                await asyncio.sleep(FLUSH_SECONDS * (4 if is_last else 1))
            else:
                if is_last:
                    return

    def _flush(self) -> None:
        results, outcomes = list(self._new_results), list(self._new_outcomes)
        if results or outcomes:
            self._store.settle(results, outcomes)
            del self._new_results[: len(results)]
            del self._new_outcomes[: len(outcomes)]

    def _conclude(self, execution_id: uuid.UUID) -> None:
        gated = self._gated[execution_id]
        outcomes = self._outcomes[execution_id]
        bad = [o for o in outcomes if o.status is DeliveryStatus.FAILED]
        again = [o for o in outcomes if o.status is DeliveryStatus.RETRYING]
        if again:
            status = ActionStatus.RETRYING
        elif bad or self._earlier_failures[execution_id]:
            status = ActionStatus.FAILED
        else:
            status = ActionStatus.COMPLETED
        worst = next(iter([*bad, *again]), None)
        reason = worst.error_message if worst else None
        if status is ActionStatus.FAILED and not worst:
            reason = "an earlier try failed for good; see its delivery"
        result = ActionResult(
            execution_id=execution_id,
            action=self._step.name,
            type=self._step.type,
            status=status,
            started_at=gated.started_at,
            duration_ms=round((time.monotonic() - self._started) * 1000, 1),
            attempts=max((o.attempts for o in outcomes), default=0),
            conditions=gated.conditions,
            rendered=gated.rendered,
            reason=reason,
            error_code=worst.error_code if worst else None,
        )
        self.results.append(result)
        self._new_results.append(result)


def summarize(results: Sequence[ActionResult]) -> ActSummary:
    """Count results and keep the first few reasons of those that went wrong."""
    summary = ActSummary()
    for result in results:
        match result.status:
            case ActionStatus.COMPLETED:
                summary.completed += 1
            case ActionStatus.SKIPPED:
                summary.skipped += 1
            case ActionStatus.FAILED:
                summary.failed += 1
            case ActionStatus.RETRYING:
                summary.retrying += 1
        is_bad = result.status in (ActionStatus.FAILED, ActionStatus.RETRYING)
        if is_bad and len(summary.messages) < SHOWN_REASONS:
            summary.messages.append(
                f"execution {result.execution_id}: {mask_reason(result.reason)}"
            )
    return summary
