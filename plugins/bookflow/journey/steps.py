"""What a run works with: the workflow's facts, one compiled action, and how a task went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.ports import CompiledAction
    from bookflow.spec.conditions import Conditions
    from bookflow.spec.timing import Digest, QuietHours


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """What records and messages say of a workflow."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Timing:
    """What a workflow says about when its messages may go out.

    `if_late` is in minutes, None for the trigger's default; `quiet_hours` and `digest` are the
    spec's models.
    """

    if_late: int | None = None
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None


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


@dataclass(slots=True)
class ActSummary:
    """How many executions ended how in one task, with the first few reasons for people."""

    completed: int = 0
    failed: int = 0
    skipped: int = 0
    retrying: int = 0
    waiting: int = 0
    messages: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count every execution worked on."""
        return self.completed + self.failed + self.skipped + self.retrying + self.waiting
