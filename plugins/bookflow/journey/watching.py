"""What somebody who watches bookflow from outside sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bookflow.ports.metrics import Vitals, WorkflowCounts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.ports.metrics import MetricStore

SHOWN_WORKFLOWS = 200
OTHERS = "(others)"


@dataclass(frozen=True, slots=True)
class Sight:
    """Figures of the moment; `vitals` is None for who may see some workflows only."""

    at: datetime
    workflows: Sequence[WorkflowCounts] = field(default_factory=tuple)
    vitals: Vitals | None = None

    @property
    def overdue_seconds(self) -> float:
        """For how long the oldest execution that is due has been waiting for a run."""
        oldest = self.vitals.oldest_due_at if self.vitals else None
        return max(0.0, (self.at - oldest).total_seconds()) if oldest else 0.0

    @property
    def clock_lag_seconds(self) -> float | None:
        """How long ago the clock ticked; None where it never did."""
        ticked = self.vitals.ticked_at if self.vitals else None
        return max(0.0, (self.at - ticked).total_seconds()) if ticked else None


def take_sight(store: MetricStore, workflow_ids: frozenset[str] | None, *, now: datetime) -> Sight:
    """Measure what the asker may see; None means everything.

    Beyond the busiest 200 workflows the rest is one line, so that no number of them can flood
    whoever stores the figures.
    """
    counts = store.count_by_workflow(workflow_ids)
    shown, rest = counts[:SHOWN_WORKFLOWS], counts[SHOWN_WORKFLOWS:]
    if rest:
        shown.append(
            WorkflowCounts(
                OTHERS,
                sum(one.created for one in rest),
                sum(one.completed for one in rest),
                sum(one.failed for one in rest),
                sum(one.cancelled for one in rest),
            )
        )
    return Sight(now, shown, store.measure(now) if workflow_ids is None else None)
