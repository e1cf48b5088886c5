"""Figures of the moment, for whoever watches bookflow from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class WorkflowCounts:
    """How many executions a workflow ever had, and how many of them stand ended which way."""

    workflow_id: str
    created: int
    completed: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """How much there is of what; the keys of mappings are (channel, status).

    Deliveries that have ended are counted for good, also after they were cleaned up.
    """

    pending: int = 0
    due: int = 0
    oldest_due_at: datetime | None = None
    running: int = 0
    unmatched_events: int = 0
    ticked_at: datetime | None = None
    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    endpoints: Mapping[tuple[str, str], int] = field(default_factory=dict)


class MetricStore(Protocol):
    """What `GET /metrics` asks of the store, at a cost that does not grow with the history."""

    def count_by_workflow(self, workflow_ids: frozenset[str] | None) -> list[WorkflowCounts]:
        """Count the executions of each workflow (None: of all), those with the most first."""
        ...

    def measure(self, now: datetime) -> Vitals:
        """Tell how things stand now."""
        ...
