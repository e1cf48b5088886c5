"""Acting: one action performed for every execution of a run that still needs it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from bookflow.errors import ConfigurationError, TransientDeliveryError
from bookflow.journey.bundling import Bundle, bundle_parcels
from bookflow.journey.delaying import find_digest, find_quiet_hold
from bookflow.journey.gating import Gated, gate
from bookflow.journey.retrying import RetrySchedule, RoundEnd
from bookflow.journey.sending import Guard, OpenGuard, Parcel, RetryPolicy, Sender
from bookflow.journey.settling import Cadence, Ledger, summarize
from bookflow.journey.wording import mask_reason
from bookflow.ports import LEASE
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryState,
    DeliveryStatus,
    NewDelivery,
    SubjectUpdate,
    delivery_id,
)
from bookflow.settings import Settings

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.journey.steps import ActSummary, Step, WorkflowFacts
    from bookflow.ports import Domain, NowSource, RunStore
    from bookflow.records import Job

log = logging.getLogger(__name__)

LOGGED_RESULTS = 50
LEASE_WAITS = 3

Groups: TypeAlias = "Mapping[uuid.UUID, tuple[Gated, list[Parcel]]]"


@dataclass(frozen=True, slots=True)
class Actor:
    """Performs actions; `concurrency` bounds the deliveries in flight.

    `make_guard` gives what watches over circuits and limits during one act.
    """

    store: RunStore
    domain: Domain
    now: NowSource
    policy: RetryPolicy
    concurrency: int = 32
    schedule: RetrySchedule = field(default_factory=lambda: RetrySchedule.of(Settings()))
    make_guard: Callable[[WorkflowFacts], Guard] = lambda workflow: OpenGuard()
    sleep: Callable[[float], None] = time.sleep
    cadence: Cadence = field(default_factory=Cadence)
    tracer: Tracer = SILENCE

    def act(self, step: Step, jobs: Sequence[Job], *, is_last_try: bool) -> ActSummary:
        """Gate, perform and record; raises `DatabaseUnavailableError` when it can't record."""
        with self.tracer.span(
            "act", workflow_id=step.workflow.id, action=step.name, type=step.type, jobs=len(jobs)
        ) as span:
            summary = self._act(step, jobs, is_last_try=is_last_try)
            span.note(
                completed=summary.completed,
                skipped=summary.skipped,
                failed=summary.failed,
                put_off=summary.retrying + summary.waiting,
            )
            return summary

    def _act(self, step: Step, jobs: Sequence[Job], *, is_last_try: bool) -> ActSummary:
        with self.tracer.span("gate", action=step.name) as span:
            ready, ended = gate(step, jobs, domain=self.domain, now=self.now)
            span.note(ready=len(ready), ended=len(ended))
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
        groups = self._claim(step, ready)
        guard = self.make_guard(step.workflow)
        ledger = Ledger(
            self.store, step, groups, now=self.now, cadence=self.cadence, tell=guard.flush
        )
        open_ones = [
            parcel
            for _, group in groups.values()
            for parcel in group
            if not ledger.has(parcel.delivery.id)
        ]
        bundles = bundle_parcels(open_ones, step.timing.digest)
        end = RoundEnd(step, self.schedule, is_last_try)
        asyncio.run(self._send_all(step, bundles, ledger, end, guard))
        return ledger.results

    def _claim(self, step: Step, ready: Sequence[Gated]) -> Groups:
        """Claim all deliveries; executions that were cancelled meanwhile are left out."""
        wanted = {gated.job.execution_id: self._deliveries(step, gated) for gated in ready}
        everything = [delivery for group in wanted.values() for delivery in group]
        states = self.store.claim_deliveries(everything, now=self.now())
        if not step.may_wait:
            states = self._outwait(everything, states)
        for state in states.values():
            if state.status is DeliveryStatus.SENDING and state.hold is None:
                log.warning(
                    "bookflow: delivery %s was being sent when an earlier task died; it is sent "
                    "again under the same id, so the receiver can tell",
                    state.id,
                )
        groups: dict[uuid.UUID, tuple[Gated, list[Parcel]]] = {}
        for gated in ready:
            mine = wanted[gated.job.execution_id]
            if all(delivery.id in states for delivery in mine):
                pairs = zip(gated.messages, mine, strict=True)
                parcels = [Parcel(message, one, states[one.id]) for message, one in pairs]
                groups[gated.job.execution_id] = (gated, parcels)
            else:
                log.info("execution %s was cancelled meanwhile", gated.job.execution_id)
        return groups

    def _outwait(
        self, deliveries: Sequence[NewDelivery], states: Mapping[uuid.UUID, DeliveryState]
    ) -> dict[uuid.UUID, DeliveryState]:
        """Wait for the leases of an earlier try: no later run would come back for them."""
        found = dict(states)
        for _ in range(LEASE_WAITS):
            held = {key: state.hold.until for key, state in found.items() if state.hold}
            if not held:
                break
            log.info("waiting for what an earlier try may still be sending")
            self.sleep(max(0.0, (max(held.values()) - self.now()).total_seconds()))
            now = self.now()
            self.store.renew_leases([key for key in found if key not in held], until=now + LEASE)
            again = [delivery for delivery in deliveries if delivery.id in held]
            found.update(self.store.claim_deliveries(again, now=now))
        return found

    async def _send_all(
        self, step: Step, bundles: Sequence[Bundle], ledger: Ledger, end: RoundEnd, guard: Guard
    ) -> None:
        done = asyncio.Event()
        flusher = asyncio.create_task(ledger.flush_until(done))
        try:
            if bundles:
                async with step.action.open_channel() as channel:
                    guard.use(channel)
                    sender = Sender(channel, self.policy, end, self.now, guard, tracer=self.tracer)
                    await self._send_through(sender, bundles, ledger)
        except ConfigurationError as error:
            log.error("bookflow: %s can't send: %s", step.name, error)
            wrapped = TransientDeliveryError(str(error), code="configuration")
            for bundle in bundles:
                if not ledger.has(bundle.members[0]):
                    outcome = end.fail(bundle.parcel.state, wrapped, 0, self.now())
                    ledger.note(bundle.share(outcome))
        finally:
            done.set()
            await flusher

    async def _send_through(
        self, sender: Sender, bundles: Sequence[Bundle], ledger: Ledger
    ) -> None:
        waiting = iter(bundles)

        async def work() -> None:
            for bundle in waiting:
                ledger.note(bundle.share(await sender.send(bundle.parcel)))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.concurrency, len(bundles))):
                group.create_task(work())

    def _deliveries(self, step: Step, gated: Gated) -> list[NewDelivery]:
        execution_id = gated.job.execution_id
        digest = step.timing.digest
        domain, now = self.domain, self.now()
        return [
            NewDelivery(
                id=delivery_id(execution_id, step.name, message.recipient),
                execution_id=execution_id,
                action=step.name,
                recipient=message.recipient,
                channel=message.channel,
                address=message.address,
                endpoint=message.endpoint,
                hold=find_quiet_hold(step, gated.job, message, domain=domain, now=now),
                digest_key=find_digest(step, gated.job, message, domain=domain, now=now),
                digest_window=digest.window * 60.0 if digest else 0.0,
            )
            for message in gated.messages
        ]


def _sum_up(step: Step, results: Sequence[ActionResult]) -> ActSummary:
    """Count results; the task's log gets a line each, of a large batch those that went wrong."""
    shown = results
    if len(results) > LOGGED_RESULTS:
        well = (ActionStatus.COMPLETED, ActionStatus.SKIPPED)
        shown = [result for result in results if result.status not in well][:LOGGED_RESULTS]
    for result in shown:
        log.info(
            "%s: execution %s %s%s%s",
            step.name,
            result.execution_id,
            result.status,
            f" until {result.resume_at.isoformat()}" if result.resume_at else "",
            f": {mask_reason(result.reason)}" if result.reason else "",
        )
    return summarize(results)
