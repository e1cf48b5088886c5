"""Trying a workflow out on a booking: everything but sending, nothing recorded."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError
from bookflow.journey.gating import find_stale_reason, show_messages
from bookflow.spec.conditions import compile_conditions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bookflow.ports import CompiledAction, Domain
    from bookflow.records import Subject
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action

TRIAL_EXECUTION = uuid.UUID(int=0)


def try_out(
    loaded: LoadedWorkflow,
    subject: Subject,
    *,
    domain: Domain,
    now: datetime,
    compile_action: Callable[[Action], CompiledAction],
) -> dict[str, Any]:
    """Say per action whether it would run for the subject at `now`, and what it would send.

    The answer is JSON-ready: `{"workflow", "matches", "reason", "due_at", "actions": [{"name",
    "type", "status", "conditions", "rendered", "reason"}]}` with status `would_run`, `skipped` or
    `invalid`. Actions are judged even when the workflow itself would not match.
    """
    workflow = loaded.workflow
    reason = _mismatch(loaded, domain.category_of(subject))
    due_at = domain.due_at(workflow.trigger, subject, now, workflow.delay_minutes)
    context = domain.build_context(subject, now=now)
    facts = {
        "workflow_id": workflow.id,
        "workflow_name": workflow.name,
        "execution_id": str(TRIAL_EXECUTION),
        "timestamp": now.isoformat(),
    }
    actions = []
    for action in workflow.active_actions:
        judged = _judge(
            action,
            subject,
            context,
            {**facts, "action": action.name},
            domain=domain,
            now=now,
            trigger=workflow.trigger,
            compile_action=compile_action,
        )
        actions.append({"name": action.name, "type": action.type, **judged})
    return {
        "workflow": workflow.id,
        "workflow_version": loaded.version,
        "trigger": workflow.trigger,
        "booking_id": domain.subject_id(subject),
        "matches": reason is None,
        "reason": reason,
        "due_at": due_at.isoformat(),
        "actions": actions,
    }


def _mismatch(loaded: LoadedWorkflow, category: str | None) -> str | None:
    workflow = loaded.workflow
    if not workflow.is_active:
        return "the workflow is not active"
    if workflow.event_types and category not in workflow.event_types:
        wanted = ", ".join(workflow.event_types)
        return f"the event type `{category}` is not among {wanted}"
    return None


def _judge(
    action: Action,
    subject: Subject,
    context: dict[str, Any],
    facts: dict[str, Any],
    *,
    domain: Domain,
    now: datetime,
    trigger: str,
    compile_action: Callable[[Action], CompiledAction],
) -> dict[str, Any]:
    conditions = compile_conditions(action.conditions, domain.vocabulary)
    verdict = conditions.explain(context, now=now)
    answer: dict[str, Any] = {
        "status": "would_run",
        "reason": None,
        "conditions": verdict.to_json(),
        "rendered": {},
    }
    stale = find_stale_reason(domain, trigger, subject, conditions)
    if stale:
        return {**answer, "status": "skipped", "reason": stale}
    if not verdict.holds:
        return {**answer, "status": "skipped", "reason": f"conditions not met: {verdict.why_not()}"}
    try:
        messages = compile_action(action).render(subject, context, facts)
    except BookflowError as error:
        return {**answer, "status": "invalid", "reason": str(error)}
    return {**answer, "rendered": show_messages(messages)}
