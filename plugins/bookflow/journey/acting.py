"""Acting: one action performed for every execution of a run that still needs it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, TransientDeliveryError
from bookflow.journey.gating import Gated, gate
from bookflow.journey.sending import Parcel, RetryPolicy, failed_outcome, send_parcel
from bookflow.journey.settling import Ledger, summarize
from bookflow.journey.wording import mask_reason
from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryState,
    DeliveryStatus,
    NewDelivery,
    SubjectUpdate,
    delivery_id,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from bookflow.journey.steps import ActSummary, Step
    from bookflow.ports import Channel, Domain, NowSource, RunStore
    from bookflow.records import Job

log = logging.getLogger(__name__)

LOGGED_RESULTS = 50


@dataclass(frozen=True, slots=True)
class Actor:
    """Performs actions; `concurrency` bounds the deliveries in flight."""

    store: RunStore
    domain: Domain
    now: NowSource
    policy: RetryPolicy
    concurrency: int = 32

    def act(self, step: Step, jobs: Sequence[Job], *, is_last_try: bool) -> ActSummary:
        """Gate, perform and record; raises `DatabaseUnavailableError` when it can't record."""
        ready, ended = gate(step, jobs, domain=self.domain, now=self.now)
        if ended:
            self.store.settle(ended, ())
        if not ready:
            return _sum_up(step, ended)
        if step.action.effect == "update":
            results = self._update(step, ready)
        else:
            results = self._deliver(step, ready, is_last_try=is_last_try)
        return _sum_up(step, [*ended, *results])

    def _update(self, step: Step, ready: Sequence[Gated]) -> list[ActionResult]:
        updates = [
            SubjectUpdate(
                execution_id=gated.job.execution_id,
                action=step.name,
                workflow_id=gated.job.workflow_id,
                subject_id=gated.job.subject_id,
                fields=gated.messages[0].content["fields"],
            )
            for gated in ready
        ]
        started = time.monotonic()
        before = self.store.apply_updates(updates, now=self.now())
        elapsed = (time.monotonic() - started) * 1000 / len(updates)
        results = [self._updated(step, gated, before, elapsed) for gated in ready]
        self.store.settle(results, ())
        return results

    @staticmethod
    def _updated(
        step: Step, gated: Gated, before: Mapping[uuid.UUID, object], elapsed: float
    ) -> ActionResult:
        old = before.get(gated.job.execution_id)
        is_gone = old is None
        return ActionResult(
            execution_id=gated.job.execution_id,
            action=step.name,
            type=step.type,
            status=ActionStatus.SKIPPED if is_gone else ActionStatus.COMPLETED,
            started_at=gated.started_at,
            duration_ms=round(elapsed, 2),
            attempts=1,
            conditions=gated.conditions,
            rendered={**gated.rendered, "before": old},
            reason="the booking no longer exists" if is_gone else None,
            error_code="stale" if is_gone else None,
        )

    def _deliver(
        self, step: Step, ready: Sequence[Gated], *, is_last_try: bool
    ) -> list[ActionResult]:
        parcels: dict[uuid.UUID, list[Parcel]] = {}
        states = self._claim(step, ready)
        for gated in ready:
            execution_id = gated.job.execution_id
            parcels[execution_id] = [
                Parcel(message, delivery, states[delivery.id])
                for message, delivery in zip(gated.messages, _deliveries(step, gated), strict=True)
            ]
        ledger = Ledger(self.store, step, ready, parcels)
        waiting = [
            parcel
            for group in parcels.values()
            for parcel in group
            if not (parcel.state.status and parcel.state.status.is_final)
        ]
        asyncio.run(self._send_all(step, waiting, ledger, is_last_try=is_last_try))
        return ledger.results

    def _claim(self, step: Step, ready: Sequence[Gated]) -> dict[uuid.UUID, DeliveryState]:
        wanted = [delivery for gated in ready for delivery in _deliveries(step, gated)]
        states = self.store.claim_deliveries(wanted, now=self.now())
        for state in states.values():
            if state.status is DeliveryStatus.SENDING:
                log.warning(
                    "bookflow: delivery %s was being sent when an earlier task died; it is sent "
                    "again under the same id, so the receiver can tell",
                    state.id,
                )
        return states

    async def _send_all(
        self, step: Step, parcels: Sequence[Parcel], ledger: Ledger, *, is_last_try: bool
    ) -> None:
        done = asyncio.Event()
        flusher = asyncio.create_task(ledger.flush_until(done))
        try:
            if parcels:
                async with step.action.open_channel() as channel:
                    await self._send_through(channel, parcels, ledger, is_last_try=is_last_try)
        except ConfigurationError as error:
            log.error("bookflow: %s can't send: %s", step.name, error)
            wrapped = TransientDeliveryError(str(error), code="configuration")
            for parcel in parcels:
                if not ledger.has(parcel.delivery.id):
                    ledger.note(failed_outcome(parcel, wrapped, 0, self.now, is_final=is_last_try))
        finally:
            done.set()
            await flusher

    async def _send_through(
        self, channel: Channel, parcels: Sequence[Parcel], ledger: Ledger, *, is_last_try: bool
    ) -> None:
        waiting = iter(parcels)

        async def work() -> None:
            for parcel in waiting:
                outcome: DeliveryOutcome = await send_parcel(
                    channel, parcel, policy=self.policy, is_last_try=is_last_try, now=self.now
                )
                ledger.note(outcome)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.concurrency, len(parcels))):
                group.create_task(work())


def _sum_up(step: Step, results: Sequence[ActionResult]) -> ActSummary:
    """Count results; the task's log gets a line each, of a large batch those that went wrong."""
    shown = results
    if len(results) > LOGGED_RESULTS:
        wrong = (ActionStatus.FAILED, ActionStatus.RETRYING)
        shown = [result for result in results if result.status in wrong][:LOGGED_RESULTS]
    for result in shown:
        log.info(
            "%s: execution %s %s%s",
            step.name,
            result.execution_id,
            result.status,
            f": {mask_reason(result.reason)}" if result.reason else "",
        )
    return summarize(results)


def _deliveries(step: Step, gated: Gated) -> list[NewDelivery]:
    execution_id = gated.job.execution_id
    return [
        NewDelivery(
            id=delivery_id(execution_id, step.name, message.recipient),
            execution_id=execution_id,
            action=step.name,
            recipient=message.recipient,
            channel=message.channel,
            address=message.address,
        )
        for message in gated.messages
    ]
