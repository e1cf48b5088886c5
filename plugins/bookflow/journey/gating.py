"""Gating: which of a run's executions an action works on, and what it will send for each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, DeliveryError
from bookflow.journey.wording import mask_cause
from bookflow.records import ActionResult, ActionStatus, Job, Json, Message
from bookflow.spec.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.journey.steps import Step
    from bookflow.ports import Domain, NowSource
    from bookflow.records import Subject
    from bookflow.spec.conditions import Conditions

log = logging.getLogger(__name__)

SHOWN_MESSAGES = 20
"""Messages of one execution that its record shows in full."""


@dataclass(frozen=True, slots=True)
class Gated:
    """A job that passed its gate, rendered and ready."""

    job: Job
    messages: tuple[Message, ...]
    conditions: Json
    rendered: Json
    started_at: datetime


def gate(
    step: Step, jobs: Sequence[Job], *, domain: Domain, now: NowSource
) -> tuple[list[Gated], list[ActionResult]]:
    """Split jobs into those to perform, rendered, and results of those that end here.

    Skipped: the booking is gone, cancelled or moved, it is too late, or the conditions fail.
    Failed: the content can't be rendered or has no valid recipient. One bad job never touches
    another.
    """
    ready: list[Gated] = []
    ended: list[ActionResult] = []
    for job in jobs:
        outcome = _gate_one(step, job, domain, now())
        if isinstance(outcome, Gated):
            ready.append(outcome)
        else:
            ended.append(outcome)
    return ready, ended


def find_stale_reason(
    domain: Domain,
    trigger: str,
    subject: Subject,
    conditions: Conditions,
    *,
    anchor_at: datetime | None = None,
) -> str | None:
    """Say why nothing should happen any more; conditions on the status decide for themselves.

    With `anchor_at`, what was computed from it is stale once the subject has another one.
    """
    if domain.status_field not in conditions.fields:
        reason = domain.stale_reason(trigger, subject)
        if reason:
            return reason
    current = domain.anchor_of(trigger, subject) if anchor_at else None
    if current is None or current == anchor_at:
        return None
    return (
        f"the meeting was moved to {current.isoformat()}; the reminder for the new time is an "
        "execution of its own"
    )


def find_late_reason(
    domain: Domain,
    trigger: str,
    subject: Subject,
    due_at: datetime,
    if_late: int | None,
    *,
    now: datetime,
) -> str | None:
    """Say that it is too late for what was due then, or None; `if_late` is in minutes."""
    limit = domain.late_limit(trigger, subject, due_at, if_late)
    if limit is None or now <= limit:
        return None
    said = "not set" if if_late is None else format_duration(if_late)
    return (
        f"it was due at {due_at.isoformat()} and worth sending until {limit.isoformat()} "
        f"(if_late: {said})"
    )


def show_messages(messages: Sequence[Message]) -> dict[str, Json]:
    """Give rendered content as people read it: the first message, and all where there are more.

    Of a large group only the first are shown, and how many more there are.
    """
    if not messages:
        return {}
    shown: dict[str, Json] = dict(messages[0].masked)
    if len(messages) > 1:
        shown["messages"] = [
            {"recipient": message.recipient, **message.masked}
            for message in messages[:SHOWN_MESSAGES]
        ]
    if len(messages) > SHOWN_MESSAGES:
        shown["more_messages"] = len(messages) - SHOWN_MESSAGES
    return shown


def _gate_one(step: Step, job: Job, domain: Domain, now: datetime) -> Gated | ActionResult:
    def end(
        status: ActionStatus,
        reason: str,
        code: str | None,
        trace: Json = None,
        *,
        cause: str | None = None,
    ) -> ActionResult:
        return ActionResult(
            execution_id=job.execution_id,
            action=step.name,
            type=step.type,
            status=status,
            started_at=now,
            duration_ms=0.0,
            conditions=trace,
            reason=reason,
            error_code=code,
            cause=cause or code,
        )

    subject = job.subject
    if subject is None:
        return end(ActionStatus.SKIPPED, "the booking no longer exists", "stale", cause="gone")
    trace: Json = None
    try:
        expired = _find_expiry(step, job, subject, domain, now)
        if expired:
            reason, code, cause = expired
            return end(ActionStatus.SKIPPED, reason, code, cause=cause)
        context = domain.build_context(subject, now=now)
        verdict = step.conditions.explain(context, now=now)
        trace = verdict.to_json()
        if not verdict.holds:
            return end(
                ActionStatus.SKIPPED,
                f"conditions not met: {verdict.why_not()}",
                "conditions",
                trace,
                cause=mask_cause(f"condition: {verdict.cause()}"),
            )
        messages = step.action.render(subject, context, _facts(step, job, now))
    except BookflowError as error:
        code = error.code if isinstance(error, DeliveryError) else "invalid-content"
        return end(ActionStatus.FAILED, str(error), code, trace)
    except Exception as error:
        log.exception("bookflow: gate failed: execution=%s action=%s", job.execution_id, step.name)
        reason = f"unexpected {type(error).__name__}; the task's log has the details"
        return end(ActionStatus.FAILED, reason, "internal", trace)
    return Gated(job, tuple(messages), trace, show_messages(messages), now)


def _find_expiry(
    step: Step, job: Job, subject: Subject, domain: Domain, now: datetime
) -> tuple[str, str, str] | None:
    """Give reason, code and cause why nothing should be sent any more, or None.

    An execution all of whose actions were skipped with one of these codes ends as cancelled.
    """
    stale = find_stale_reason(
        domain, job.trigger, subject, step.conditions, anchor_at=job.anchor_at
    )
    if stale:
        # a status that says so by itself, else another time
        if domain.status_field in step.conditions.fields:
            return stale, "stale", "moved"
        told = domain.stale_reason(job.trigger, subject)
        status = domain.build_context(subject, now=now).get(domain.status_field)
        return stale, "stale", str(status) if told else "moved"
    late = find_late_reason(domain, job.trigger, subject, job.due_at, step.timing.if_late, now=now)
    return (late, "late", "late") if late else None


def _facts(step: Step, job: Job, now: datetime) -> dict[str, Any]:
    return {
        "workflow_id": step.workflow.id,
        "workflow_name": step.workflow.name,
        "action": step.name,
        "execution_id": str(job.execution_id),
        "timestamp": now.isoformat(),
    }
