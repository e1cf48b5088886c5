"""Live tests: a trial whose messages really go out, marked, to places that are allowed for it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, InputError
from bookflow.journey.retrying import RetrySchedule, RoundEnd
from bookflow.journey.sending import Guard, Parcel, RetryPolicy, Sender
from bookflow.journey.trials.outcomes import TrialStatus
from bookflow.journey.trials.trying_out import try_out
from bookflow.ports.audit import AuditEntry
from bookflow.records import DeliveryState, DeliveryStatus, NewDelivery
from bookflow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bookflow.journey.steps import Step, WorkflowFacts
    from bookflow.journey.trials.outcomes import Trial, TriedAction
    from bookflow.journey.trials.subjects import SubjectFinder, TrialRequest
    from bookflow.ports import CompiledAction, NowSource
    from bookflow.ports.audit import AuditStore
    from bookflow.ports.trials import Aims, LiveMarker
    from bookflow.records import Message
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action

log = logging.getLogger(__name__)

LIVE_SECONDS = 30.0
"""How long one live test may take in all."""
MOST_MESSAGES = 10
"""How many messages one live test sends; of a group the first ones."""
UPDATE_EFFECT = "update"


@dataclass(slots=True)
class _Shot:
    """One message of a live test, and how it went."""

    action: str
    message: Message
    status: str = "not_sent"
    reason: str | None = None
    provider_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "recipient": self.message.recipient,
            "channel": self.message.channel,
            "address": self.message.address,
            "status": self.status,
            "reason": self.reason,
            "provider_id": self.provider_id,
            "details": self.details,
            "content": dict(self.message.masked),
        }


@dataclass(frozen=True, slots=True)
class LiveTester:
    """Carries live tests out. Nothing of one is recorded but its audit rows."""

    finder: SubjectFinder
    compile_action: Callable[[Action], CompiledAction]
    marker: LiveMarker
    audit: AuditStore
    make_guard: Callable[[WorkflowFacts], Guard]
    now: NowSource
    seconds: float = LIVE_SECONDS

    def test(
        self,
        loaded: LoadedWorkflow,
        request: TrialRequest,
        asked: Aims,
        *,
        actor: str,
        own_email: str | None,
    ) -> dict[str, Any]:
        """Try the workflow, then send what it would send; gives the trial with `deliveries`.

        Conditions decide as in a run, but nothing waits. Raises `InputError` where nothing may be
        sent at all.
        """
        aims = self.marker.take_aim(asked, own_email=own_email)
        now = request.at or self.now()
        subject, origin = self.finder.find(request, loaded.workflow, now)

        def attempt(tried: LoadedWorkflow) -> Trial:
            return try_out(
                tried,
                subject,
                domain=self.finder.domain,
                now=now,
                compile_action=self.compile_action,
                only=request.only,
            )

        trial = attempt(loaded)
        aimed, refused = self._redirect(loaded, aims)
        shots = [
            shot
            for action in (attempt(aimed) if aimed else trial).actions
            for shot in self._load(action, aims, refused)
        ]
        ready = [(shot, step) for shot, step in shots if step is not None]
        if shots and not ready:
            reasons = dict.fromkeys(shot.reason or "" for shot, _ in shots)
            raise InputError("send_to", f"nothing can be sent; {'; '.join(reasons)}")
        if ready:
            self._note([shot for shot, _ in ready], loaded, actor)
            asyncio.run(self._send_all(ready))
        extra = {
            "mode": request.mode.value,
            "booking": origin.to_json(),
            "deliveries": [shot.to_json() for shot, _ in shots],
        }
        return replace(trial, extra=extra).to_json()

    def _redirect(
        self, loaded: LoadedWorkflow, aims: Aims
    ) -> tuple[LoadedWorkflow | None, frozenset[str]]:
        """Give the workflow as it is carried out, and the actions that may send nowhere."""
        actions: list[Action] = []
        refused = []
        for action in loaded.workflow.actions:
            turned = self.marker.redirect(action, aims)
            if turned is None:
                refused.append(action.name)
            actions.append(turned or action)
        if tuple(actions) == loaded.workflow.actions:
            return None, frozenset(refused)
        workflow = loaded.workflow.model_copy(update={"actions": tuple(actions)})
        return replace(loaded, workflow=workflow), frozenset(refused)

    def _load(
        self, action: TriedAction, aims: Aims, refused: frozenset[str]
    ) -> list[tuple[_Shot, Step | None]]:
        """Mark and address what an action would send; a shot without a step is not fired."""
        step = action.step
        if step is None or action.status not in (TrialStatus.WOULD_RUN, TrialStatus.WAITS):
            return []
        if step.action.effect == UPDATE_EFFECT:
            return []
        shots: list[tuple[_Shot, Step | None]] = []
        for number, foreseen in enumerate(action.messages):
            message = foreseen.message
            if foreseen.refusal:
                shots.append((_Shot(action.name, message, reason=foreseen.refusal), None))
                continue
            marked = None if action.name in refused else self.marker.mark(message, aims)
            if marked is None:
                reason = self.marker.explain(message.channel)
                shots.append((_Shot(action.name, message, reason=reason), None))
            elif number >= MOST_MESSAGES:
                reason = f"a live test sends {MOST_MESSAGES} messages of an action at most"
                shots.append((_Shot(action.name, marked, reason=reason), None))
            else:
                shots.append((_Shot(action.name, marked), step))
        return shots

    def _note(self, shots: Sequence[_Shot], loaded: LoadedWorkflow, actor: str) -> None:
        """Write down what is about to be sent: nothing goes out that the audit doesn't know."""
        deliveries = [
            {
                "action": shot.action,
                "channel": shot.message.channel,
                "address": self.marker.mask(shot.message.channel, shot.message.address),
            }
            for shot in shots
        ]
        after = {"version": loaded.version, "deliveries": deliveries}
        entry = AuditEntry(actor, "workflow.live_test", loaded.workflow.id, after=after)
        self.audit.record_audit([entry], now=self.now())

    async def _send_all(self, ready: Sequence[tuple[_Shot, Step]]) -> None:
        for shot, _ in ready:
            shot.reason = f"the {self.seconds:g} s that a live test may take were over"
        guards: dict[str, Guard] = {}
        try:
            async with asyncio.timeout(self.seconds):
                for name in dict.fromkeys(shot.action for shot, _ in ready):
                    group = [shot for shot, _ in ready if shot.action == name]
                    step = next(step for shot, step in ready if shot.action == name)
                    guard = guards.setdefault(name, self.make_guard(step.workflow))
                    await self._send_group(step, group, guard)
        except TimeoutError:
            log.warning("bookflow: a live test took longer than %g s", self.seconds)
        finally:
            for guard in guards.values():
                await asyncio.to_thread(guard.flush)

    async def _send_group(self, step: Step, shots: Sequence[_Shot], guard: Guard) -> None:
        end = RoundEnd(step, RetrySchedule.of(Settings()), is_last_try=True)
        try:
            async with step.action.open_channel() as channel:
                guard.use(channel)
                sender = Sender(channel, RetryPolicy(attempts=1), end, self.now, guard)
                for shot in shots:
                    await _fire(sender, shot)
        except BookflowError as error:
            for shot in shots:
                if shot.status == "not_sent":
                    shot.status, shot.reason = "failed", str(error)


async def _fire(sender: Sender, shot: _Shot) -> None:
    test_id = uuid.uuid4()
    message = shot.message
    delivery = NewDelivery(
        id=test_id,
        execution_id=test_id,
        action=shot.action,
        recipient=message.recipient,
        channel=message.channel,
        address=message.address,
        endpoint=message.endpoint,
    )
    outcome = await sender.send(Parcel(message, delivery, DeliveryState(test_id, None, 0)))
    is_sent = outcome.status is DeliveryStatus.SENT
    is_held = not is_sent and not outcome.attempts
    shot.status = "sent" if is_sent else "not_sent" if is_held else "failed"
    shot.reason = outcome.error_message
    shot.provider_id = outcome.provider_id
    shot.details = dict(outcome.details)
