"""The orders that executions can be listed in."""

from __future__ import annotations

from enum import StrEnum


class ExecutionOrder(StrEnum):
    """How a list is sorted; a leading `-` puts the latest first. Each has an index of its own.

    Executions that have not ended are in no list by `completed_at`.
    """

    NEWEST = "-created_at"
    OLDEST = "created_at"
    DUE_LAST = "-due_at"
    DUE_FIRST = "due_at"
    ENDED_LAST = "-completed_at"
    ENDED_FIRST = "completed_at"

    @property
    def field(self) -> str:
        """The time it sorts by."""
        return self.value.lstrip("-")

    @property
    def is_descending(self) -> bool:
        """Whether the latest come first."""
        return self.value.startswith("-")
