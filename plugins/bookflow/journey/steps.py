"""What a run works with: the workflow's facts, one compiled action, and how a task went."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bookflow.ports import CompiledAction
    from bookflow.spec.conditions import Conditions
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action
    from bookflow.spec.timing import Digest, QuietHours
    from bookflow.spec.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """What records and messages say of a workflow."""

    id: str
    name: str
    version: str
    organizer: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a workflow says about when its messages may go out.

    `if_late` is in minutes, None for the trigger's default; `quiet_hours` and `digest` are the
    spec's models.
    """

    if_late: int | None = None
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None


def facts_of(loaded: LoadedWorkflow) -> WorkflowFacts:
    """Give what records say of a loaded workflow."""
    workflow = loaded.workflow
    return WorkflowFacts(workflow.id, workflow.name, loaded.version, workflow.organizer)


def timing_of(loaded: LoadedWorkflow) -> Timing:
    """Give what a loaded workflow says about when its messages may go out."""
    workflow = loaded.workflow
    return Timing(workflow.if_late, workflow.quiet_hours, workflow.digest)


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a workflow, compiled, with its conditions.

    `retries` counts the rounds after the first one in which a delivery failed for now. A step that
    `may_wait` puts off what can't be sent now to a later run; others leave it to Airflow's retry.
    """

    workflow: WorkflowFacts
    name: str
    type: str
    conditions: Conditions
    action: CompiledAction
    retries: int = 0
    timing: Timing = field(default_factory=Timing)
    may_wait: bool = False


def build_step(
    facts: WorkflowFacts,
    action: Action,
    timing: Timing | None,
    *,
    vocabulary: Vocabulary,
    compile_action: Callable[[Action], CompiledAction],
) -> Step:
    """Compile one action with its conditions.

    With a `timing` the step may wait: what can't be sent now is put off to a later run.
    """
    from bookflow.spec.conditions import compile_conditions

    if timing is not None and getattr(action, "ignore_quiet_hours", False):
        timing = replace(timing, quiet_hours=None)
    return Step(
        workflow=facts,
        name=action.name,
        type=action.type,
        conditions=compile_conditions(action.conditions, vocabulary),
        action=compile_action(action),
        retries=action.retries,
        timing=timing or Timing(),
        may_wait=timing is not None,
    )


@dataclass(slots=True)
class ActSummary:
    """How many executions ended how in one task, with the first few reasons for people.

    `resume_at` is when the first of those goes on that were put off to a later run.
    """

    completed: int = 0
    failed: int = 0
    skipped: int = 0
    retrying: int = 0
    waiting: int = 0
    resume_at: datetime | None = None
    messages: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count every execution worked on."""
        return self.completed + self.failed + self.skipped + self.retrying + self.waiting
