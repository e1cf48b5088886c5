"""What the dispatcher asks of the store: changes that the database noticed by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.clock import SpecRule
    from bookflow.records import ExecutionHead, NewExecution, Subject


@dataclass(frozen=True, slots=True)
class Change:
    """An event of the database that no workflow was matched against yet.

    `depth` counts the changes by workflows that led to it; `cause_workflow_id` is the workflow
    whose action made the change, None when it came from outside.
    """

    event_id: uuid.UUID
    trigger: str
    subject_id: str
    occurred_at: datetime
    depth: int = 0
    cause_workflow_id: str | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """What changes lead to; `notes` say by event why fewer workflows start than listen."""

    executions: list[NewExecution] = field(default_factory=list)
    notes: dict[uuid.UUID, str] = field(default_factory=dict)


class Matcher(Protocol):
    """Decides; asked within the store's transaction, possibly again after a collision."""

    def __call__(
        self,
        changes: Sequence[Change],
        subjects: Mapping[str, Subject],
        rules: Sequence[SpecRule],
    ) -> Matched:
        """Match changes against rules; a subject that was deleted is absent."""
        ...


@dataclass(frozen=True, slots=True)
class MatchedBatch:
    """How many changes a batch took, and the executions it made."""

    changes: int
    executions: tuple[ExecutionHead, ...] = ()
    notes: Mapping[uuid.UUID, str] = field(default_factory=dict[Any, str])


class ChangeStore(Protocol):
    """Where changes wait."""

    def match_changes(self, match: Matcher, *, now: datetime, limit: int) -> MatchedBatch:
        """Match the oldest waiting changes, at most `limit`, in one transaction.

        Those that another dispatcher is just matching are passed over. `match` gets the rules
        whose trigger and event type fit any of the changes.
        """
        ...

    def has_changes(self) -> bool:
        """Tell whether any change waits."""
        ...
