"""What a run works with: the workflow's facts, one compiled action, and how a task went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.ports import CompiledAction
    from bookflow.spec.conditions import Conditions


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """What records and messages say of a workflow."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a workflow, compiled, with its conditions."""

    workflow: WorkflowFacts
    name: str
    type: str
    conditions: Conditions
    action: CompiledAction


@dataclass(slots=True)
class ActSummary:
    """How many executions ended how in one task, with the first few reasons for people."""

    completed: int = 0
    failed: int = 0
    skipped: int = 0
    retrying: int = 0
    messages: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count every execution worked on."""
        return self.completed + self.failed + self.skipped + self.retrying
