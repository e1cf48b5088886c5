"""Gating: which of a run's executions an action works on, and what it will send for each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, DeliveryError
from bookflow.records import ActionResult, ActionStatus, Job, Json, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.journey.steps import Step
    from bookflow.ports import Domain, NowSource
    from bookflow.records import Subject
    from bookflow.spec.conditions import Conditions

log = logging.getLogger(__name__)


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

    Skipped: the booking is gone or cancelled, or the conditions fail. Failed: the content can't
    be rendered or has no valid recipient. One bad job never touches another.
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
    domain: Domain, trigger: str, subject: Subject, conditions: Conditions
) -> str | None:
    """Say why nothing should happen any more; conditions on the status decide for themselves."""
    if domain.status_field in conditions.fields:
        return None
    return domain.stale_reason(trigger, subject)


def show_messages(messages: Sequence[Message]) -> dict[str, Json]:
    """Give rendered content as people read it: the first message, and all where there are more."""
    if not messages:
        return {}
    shown: dict[str, Json] = dict(messages[0].masked)
    if len(messages) > 1:
        shown["messages"] = [
            {"recipient": message.recipient, **message.masked} for message in messages
        ]
    return shown


def _gate_one(step: Step, job: Job, domain: Domain, now: datetime) -> Gated | ActionResult:
    def end(
        status: ActionStatus, reason: str, code: str | None, trace: Json = None
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
        )

    if job.subject is None:
        return end(ActionStatus.SKIPPED, "the booking no longer exists", "stale")
    trace: Json = None
    try:
        context = domain.build_context(job.subject, now=now)
        stale = find_stale_reason(domain, job.trigger, job.subject, step.conditions)
        if stale:
            return end(ActionStatus.SKIPPED, stale, "stale")
        verdict = step.conditions.explain(context, now=now)
        trace = verdict.to_json()
        if not verdict.holds:
            return end(
                ActionStatus.SKIPPED,
                f"conditions not met: {verdict.why_not()}",
                "conditions",
                trace,
            )
        messages = step.action.render(job.subject, context, _facts(step, job, now))
    except BookflowError as error:
        code = error.code if isinstance(error, DeliveryError) else "invalid-content"
        return end(ActionStatus.FAILED, str(error), code, trace)
    except Exception as error:
        log.exception("bookflow: gate failed: execution=%s action=%s", job.execution_id, step.name)
        reason = f"unexpected {type(error).__name__}; the task's log has the details"
        return end(ActionStatus.FAILED, reason, "internal", trace)
    return Gated(job, tuple(messages), trace, show_messages(messages), now)


def _facts(step: Step, job: Job, now: datetime) -> dict[str, Any]:
    return {
        "workflow_id": step.workflow.id,
        "workflow_name": step.workflow.name,
        "action": step.name,
        "execution_id": str(job.execution_id),
        "timestamp": now.isoformat(),
    }
