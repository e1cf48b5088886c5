"""Trying a workflow out on a booking: everything but sending, nothing recorded.

Gate, lateness, quiet hours and digests are judged by the code that judges them in a run.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError
from bookflow.journey.by_hand import MANUAL
from bookflow.journey.delaying import find_deadline, find_digest, find_quiet_hold
from bookflow.journey.gating import Gated, find_late_reason, gate
from bookflow.journey.reminders.planning import judge
from bookflow.journey.steps import build_step, facts_of, timing_of
from bookflow.journey.trials.outcomes import ForeseenMessage, Trial, TrialStatus, TriedAction
from bookflow.ports.clock import Candidate, SpecRule
from bookflow.records import ActionStatus, Hold, Job
from bookflow.spec.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bookflow.journey.steps import Step
    from bookflow.ports import CompiledAction
    from bookflow.ports.trials import TrialDomain
    from bookflow.records import Message, Subject
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action, Workflow

    Compiler = Callable[[Action], CompiledAction]

TRIAL_EXECUTION = uuid.UUID(int=0)
DIGEST = "digest"


def try_out(
    loaded: LoadedWorkflow,
    subject: Subject,
    *,
    domain: TrialDomain,
    now: datetime,
    compile_action: Compiler,
    only: Collection[str] | None = None,
    event_trigger: str | None = None,
) -> Trial:
    """Say what the workflow would do for the subject, had the event happened `now`.

    Conditions and content are those of the moment the execution would run. `only` names the
    actions to try; without it all active ones are. `event_trigger` is the kind of event, where
    that may be another than the workflow listens to; started by hand it is due at once.
    """
    started = time.perf_counter()
    workflow = loaded.workflow
    is_by_hand = event_trigger == MANUAL
    due_at, reason = (now, None) if is_by_hand else _plan(workflow, subject, domain, now)
    job = Job(
        execution_id=TRIAL_EXECUTION,
        workflow_id=workflow.id,
        workflow_version=loaded.version,
        event_id=TRIAL_EXECUTION,
        trigger=MANUAL if is_by_hand else workflow.trigger,
        subject_id=domain.subject_id(subject),
        occurred_at=now,
        due_at=due_at,
        subject=subject,
    )
    attempt = _Attempt(loaded, job, domain, max(now, due_at), compile_action)
    actions = tuple(
        attempt.try_action(action)
        for action in workflow.active_actions
        if only is None or action.name in only
    )
    return Trial(
        workflow_id=workflow.id,
        workflow_version=loaded.version,
        trigger=job.trigger,
        subject_id=job.subject_id,
        reason=_mismatch(workflow, domain.category_of(subject), event_trigger) or reason,
        due_at=due_at,
        runs_at=attempt.runs_at,
        actions=actions,
        duration_ms=round((time.perf_counter() - started) * 1000, 1),
    )


def _mismatch(workflow: Workflow, category: str | None, event_trigger: str | None) -> str | None:
    if not workflow.is_active:
        return "the workflow is not active"
    if event_trigger == MANUAL:
        return None
    if event_trigger not in (None, workflow.trigger):
        return f"the event is `{event_trigger}`, the workflow listens to `{workflow.trigger}`"
    if workflow.event_types and category not in workflow.event_types:
        wanted = ", ".join(workflow.event_types)
        return f"the event type `{category}` is not among {wanted}"
    return None


def _plan(
    workflow: Workflow, subject: Subject, domain: TrialDomain, now: datetime
) -> tuple[datetime, str | None]:
    """Give when it is due, and for a reminder why the clock would not plan it."""
    due_at = domain.due_at(workflow.trigger, subject, now, workflow.delay_minutes)
    if domain.anchor_of(workflow.trigger, subject) is None:
        return due_at, None
    rule = SpecRule(
        path="",
        signature="",
        trigger=workflow.trigger,
        delay_minutes=workflow.delay_minutes,
        if_past=workflow.if_past,
        if_late=workflow.if_late,
    )
    known_since = domain.made_at(subject)
    since = min(known_since, now) if known_since else now
    due = judge(rule, Candidate(0, subject, since), due_at, domain=domain, now=now)
    if due is not None and not due.missed:
        return due.at, None
    is_past = due is None and workflow.if_past != "send"
    late = find_late_reason(domain, workflow.trigger, subject, due_at, workflow.if_late, now=now)
    if late is None or is_past:
        late = (
            f"its time, {due_at.isoformat()}, had passed when the {domain.vocabulary.domain} was "
            f"made (if_past: {workflow.if_past})"
        )
    return due_at, late


@dataclass(frozen=True, slots=True)
class _Attempt:
    loaded: LoadedWorkflow
    job: Job
    domain: TrialDomain
    runs_at: datetime
    compile_action: Compiler

    def try_action(self, action: Action) -> TriedAction:
        facts, timing = facts_of(self.loaded), timing_of(self.loaded)
        words = self.domain.vocabulary
        try:
            step = build_step(
                facts, action, timing, vocabulary=words, compile_action=self.compile_action
            )
        except BookflowError as error:
            return TriedAction(
                action.name,
                action.type,
                TrialStatus.INVALID,
                self.job.due_at,
                self.runs_at,
                str(error),
            )
        ready, ended = gate(step, [self.job], domain=self.domain, now=lambda: self.runs_at)
        deadline = find_deadline(step, self.job, self.domain)
        if ready:
            return self._foresee(step, ready[0], deadline)
        [result] = ended
        is_skipped = result.status is ActionStatus.SKIPPED
        trace = result.conditions
        if trace is None and self.job.subject is not None:
            # people want to see the rules as well where something else decided before them
            context = self.domain.build_context(self.job.subject, now=self.runs_at)
            trace = step.conditions.explain(context, now=self.runs_at).to_json()
        return TriedAction(
            name=step.name,
            type=step.type,
            status=TrialStatus.SKIPPED if is_skipped else TrialStatus.INVALID,
            due_at=self.job.due_at,
            runs_at=self.runs_at,
            reason=result.reason,
            conditions=trace,
            deadline=deadline,
            step=step,
        )

    def _foresee(self, step: Step, gated: Gated, deadline: datetime | None) -> TriedAction:
        messages = tuple(
            ForeseenMessage(message, self._find_hold(step, message)) for message in gated.messages
        )
        sendable = [one for one in messages if one.refusal is None]
        waits = bool(sendable) and all(one.hold for one in sendable)
        first = min((one.hold for one in sendable if one.hold), key=_end_of, default=None)
        return TriedAction(
            name=step.name,
            type=step.type,
            status=TrialStatus.WAITS if waits else TrialStatus.WOULD_RUN,
            due_at=self.job.due_at,
            runs_at=self.runs_at,
            reason=first.reason if waits and first else None,
            conditions=gated.conditions,
            messages=messages,
            deadline=deadline,
            step=step,
        )

    def _find_hold(self, step: Step, message: Message) -> Hold | None:
        """Give what a message waits for: quiet hours come before the window of a digest."""
        if step.action.effect != "deliver" or "refusal" in message.content:
            return None
        hold = find_quiet_hold(step, self.job, message, domain=self.domain, now=self.runs_at)
        if hold:
            return hold
        key = find_digest(step, self.job, message, domain=self.domain, now=self.runs_at)
        if key is None or step.timing.digest is None:
            return None
        window = step.timing.digest.window
        reason = (
            f"gathered for a digest for up to {format_duration(window)}, from the first message on"
        )
        return Hold(self.runs_at + timedelta(minutes=window), reason, DIGEST)


def _end_of(hold: Hold) -> datetime:
    return hold.until
