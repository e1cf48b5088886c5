"""Validating: each night every active workflow is held against what is really there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.ports.upkeep import KEY_LIMIT, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bookflow.journey.validation.runtime_checks import Check
    from bookflow.settings import Settings
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Workflow

VALIDATION = "validation"
# by day a hint, at night the reason why nothing is sent
_TAKEN_HARD = ("dag", "event_types")
_CONNECTION_KEYS = ("webhook_conn_id", "secret_conn_id")


def needed_connections(workflow: Workflow, settings: Settings) -> dict[str, str]:
    """Give the Airflow connections that the active actions of a workflow need, with the action."""
    needed: dict[str, str] = {}
    for action in workflow.active_actions:
        if action.type == "send_email":
            needed.setdefault(settings.smtp_conn_id, action.name)
        elif action.type == "send_sms":
            needed.setdefault(settings.sms_conn_id, action.name)
        for key in _CONNECTION_KEYS:
            conn_id = getattr(action, key, None)
            if conn_id:
                needed.setdefault(conn_id, action.name)
    return needed


def find_invalid(
    workflows: Iterable[LoadedWorkflow],
    check: Callable[[LoadedWorkflow], Sequence[Check]],
) -> Iterator[Finding]:
    """Find active workflows that name what does not exist, or that could not send as they say."""
    for loaded in workflows:
        if loaded.workflow.is_active:
            problems = [one for one in check(loaded) if _is_problem(one)]
            if problems:
                yield _describe(loaded.workflow, problems)


def _is_problem(check: Check) -> bool:
    # endpoints in trouble are incidents of their own
    if check.name == "endpoints":
        return False
    return check.status == "error" or (check.status == "warning" and check.name in _TAKEN_HARD)


def _describe(workflow: Workflow, problems: Sequence[Check]) -> Finding:
    lines = [f"{one.message}: {one.advice}" if one.advice else one.message for one in problems]
    return Finding(
        VALIDATION,
        workflow.id[:KEY_LIMIT],
        f"the workflow `{workflow.id}` can't do all it says",
        "\n".join(lines),
        workflow_id=workflow.id,
        owner=workflow.organizer,
        tells_owner=True,
        details={"checks": [one.name for one in problems]},
    )
