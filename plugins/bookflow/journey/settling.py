"""Settling: outcomes gathered while deliveries are in flight, recorded in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.steps import ActSummary
from bookflow.journey.wording import mask_reason
from bookflow.ports import LEASE
from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryStatus,
    Hold,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bookflow.journey.gating import Gated
    from bookflow.journey.sending import Parcel
    from bookflow.journey.steps import Step
    from bookflow.ports import NowSource, RunStore

log = logging.getLogger(__name__)

FINAL_FLUSHES = 30
SHOWN_REASONS = 5


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often outcomes are recorded and leases renewed, in seconds."""

    flush: float = 0.25
    renewal: float = 15.0


@dataclass(slots=True)
class _Account:
    """What became of one execution's deliveries so far."""

    gated: Gated
    open: int = 0
    outcomes: list[DeliveryOutcome] = field(default_factory=list)
    holds: list[tuple[DeliveryStatus, Hold]] = field(default_factory=list)
    earlier_failures: int = 0

    def of_status(self, status: DeliveryStatus) -> list[DeliveryOutcome]:
        return [outcome for outcome in self.outcomes if outcome.status is status]

    @property
    def status(self) -> ActionStatus:
        """Judge the action: what goes on later comes before what has failed for good."""
        held = [status for status, _ in self.holds]
        found = [*held, *(outcome.status for outcome in self.outcomes)]
        if DeliveryStatus.RETRYING in found:
            return ActionStatus.RETRYING
        if DeliveryStatus.WAITING in found:
            return ActionStatus.WAITING
        if DeliveryStatus.FAILED in found or self.earlier_failures:
            return ActionStatus.FAILED
        return ActionStatus.COMPLETED

    @property
    def resume_at(self) -> datetime | None:
        """Give when the first of those goes on that do."""
        times = [hold.until for _, hold in self.holds]
        times += [outcome.not_before for outcome in self.outcomes if outcome.not_before]
        return min(times, default=None)

    @property
    def cause(self) -> tuple[str | None, str | None]:
        """Give reason and code of the worst that happened."""
        bad = self.of_status(DeliveryStatus.FAILED)
        again = [*self.of_status(DeliveryStatus.RETRYING), *self.of_status(DeliveryStatus.WAITING)]
        for outcome in [*bad, *again]:
            return outcome.error_message, outcome.error_code
        for _, hold in self.holds:
            return hold.reason, hold.code
        if self.earlier_failures:
            return "an earlier try failed for good; see its delivery", None
        return None, None


class Ledger:
    """Turns delivery outcomes into action results and records both a few times a second.

    What a crash can leave unrecorded is what happened since the last flush: those deliveries are
    sent again under the same id, once their leases have ended, which are renewed here.
    """

    def __init__(
        self,
        store: RunStore,
        step: Step,
        parcels: Mapping[uuid.UUID, tuple[Gated, Sequence[Parcel]]],
        *,
        now: NowSource,
        cadence: Cadence,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """Know what is expected; executions without a delivery to send settle at once.

        `tell` is called at every flush, in the same thread.
        """
        self.results: list[ActionResult] = []
        self._store = store
        self._step = step
        self._now = now
        self._cadence = cadence
        self._tell = tell
        self._started = time.monotonic()
        self._renewed = self._started
        self._accounts: dict[uuid.UUID, _Account] = {}
        self._owner: dict[uuid.UUID, uuid.UUID] = {}
        self._new_results: list[ActionResult] = []
        self._new_outcomes: list[DeliveryOutcome] = []
        for execution_id, (gated, group) in parcels.items():
            self._expect(execution_id, gated, group)

    def _expect(self, execution_id: uuid.UUID, gated: Gated, group: Sequence[Parcel]) -> None:
        account = self._accounts[execution_id] = _Account(gated)
        for parcel in group:
            status = parcel.state.status
            if status is not None and status.is_final:
                account.earlier_failures += status is DeliveryStatus.FAILED
            elif parcel.state.hold is not None:
                is_retried = status is DeliveryStatus.RETRYING or not self._step.may_wait
                kind = DeliveryStatus.RETRYING if is_retried else DeliveryStatus.WAITING
                account.holds.append((kind, parcel.state.hold))
            else:
                account.open += 1
                self._owner[parcel.delivery.id] = execution_id
        if not account.open:
            self._conclude(account)

    def has(self, delivery: uuid.UUID) -> bool:
        """Tell whether the delivery's outcome was noted already."""
        return delivery not in self._owner

    def note(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        """Take outcomes of one call; an execution's result follows with its last delivery."""
        # all of them before any result: they are recorded together
        self._new_outcomes.extend(outcomes)
        for outcome in outcomes:
            account = self._accounts[self._owner.pop(outcome.id)]
            account.outcomes.append(outcome)
            account.open -= 1
            if not account.open:
                self._conclude(account)

    async def flush_until(self, done: asyncio.Event) -> None:
        """Record what gathered, again and again; the rest once `done` is set.

        A database that goes away for a while loses nothing: the batch is kept and tried again,
        at the end for about half a minute, before `DatabaseUnavailableError` is raised.
        """
        patience = FINAL_FLUSHES
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), self._cadence.flush)
            is_last = done.is_set()
            try:
                await asyncio.to_thread(self._flush)
            except DatabaseUnavailableError:
                patience -= is_last
                if not patience:
                    raise
                log.warning("bookflow: outcomes can't be recorded yet, trying again")
                await asyncio.sleep(self._cadence.flush * (4 if is_last else 1))
            else:
                if is_last:
                    return

    def _flush(self) -> None:
        # results first: whose outcomes come meanwhile are then not missing
        results, outcomes = list(self._new_results), list(self._new_outcomes)
        if results or outcomes:
            self._store.settle(results, outcomes)
            del self._new_results[: len(results)]
            del self._new_outcomes[: len(outcomes)]
        self._renew()
        self._tell()

    def _renew(self) -> None:
        """Say of what is not settled yet that this task is still alive."""
        elapsed = time.monotonic()
        if elapsed - self._renewed < self._cadence.renewal:
            return
        self._store.renew_leases(list(self._owner), until=self._now() + LEASE)
        self._renewed = elapsed

    def _conclude(self, account: _Account) -> None:
        reason, code = account.cause
        gated = account.gated
        result = ActionResult(
            execution_id=gated.job.execution_id,
            action=self._step.name,
            type=self._step.type,
            status=account.status,
            started_at=gated.started_at,
            duration_ms=round((time.monotonic() - self._started) * 1000, 1),
            attempts=max((o.attempts for o in account.outcomes), default=0),
            conditions=gated.conditions,
            rendered=gated.rendered,
            reason=reason,
            error_code=code,
            resume_at=account.resume_at if self._step.may_wait else None,
        )
        self.results.append(result)
        self._new_results.append(result)


def summarize(results: Sequence[ActionResult]) -> ActSummary:
    """Count results and keep the first few reasons of those that didn't end well."""
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
            case ActionStatus.WAITING:
                summary.waiting += 1
        if result.resume_at:
            summary.resume_at = min(summary.resume_at or result.resume_at, result.resume_at)
        is_well = result.status in (ActionStatus.COMPLETED, ActionStatus.SKIPPED)
        if not is_well and len(summary.messages) < SHOWN_REASONS:
            summary.messages.append(
                f"execution {result.execution_id}: {mask_reason(result.reason)}"
            )
    return summary
