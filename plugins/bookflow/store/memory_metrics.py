"""Figures of the moment of what is in memory, counted from the rows themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.ports.metrics import Vitals, WorkflowCounts
from bookflow.records import ExecutionStatus

if TYPE_CHECKING:
    import threading
    import uuid
    from datetime import datetime

    from bookflow.store.memory_clock import ClockRoom
    from bookflow.store.memory_endpoints import EndpointRoom

_Row = dict[str, Any]


class MemoryMetrics:
    """The `MetricStore` of the memory store."""

    _lock: threading.RLock
    _clock: ClockRoom
    _room: EndpointRoom
    _events: dict[uuid.UUID, _Row]
    _executions: dict[uuid.UUID, _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _past_executions: dict[uuid.UUID, _Row]
    _past_deliveries: dict[uuid.UUID, _Row]

    def count_by_workflow(self, workflow_ids: frozenset[str] | None) -> list[WorkflowCounts]:
        """Count the executions of each workflow (None: of all), those with the most first."""
        tallies: dict[str, Counter[str]] = defaultdict(Counter)
        with self._lock:
            for row in (*self._executions.values(), *self._past_executions.values()):
                if workflow_ids is None or row["workflow_id"] in workflow_ids:
                    tallies[row["workflow_id"]].update(("created", str(row["status"])))
        found = [
            WorkflowCounts(
                key, tally["created"], tally["completed"], tally["failed"], tally["cancelled"]
            )
            for key, tally in tallies.items()
        ]
        return sorted(found, key=lambda counts: (-counts.created, counts.workflow_id))

    def measure(self, now: datetime) -> Vitals:
        """Tell how things stand now."""
        with self._lock:
            statuses = Counter(row["status"] for row in self._executions.values())
            due = [
                row["wake_at"]
                for row in self._executions.values()
                if row["status"] == ExecutionStatus.PENDING and row["wake_at"] <= now
            ]
            rows = (*self._deliveries.values(), *self._past_deliveries.values())
            return Vitals(
                pending=statuses[ExecutionStatus.PENDING],
                due=len(due),
                oldest_due_at=min(due, default=None),
                running=statuses[ExecutionStatus.RUNNING],
                unmatched_events=sum(row["matched_at"] is None for row in self._events.values()),
                ticked_at=self._clock.ticked_at,
                deliveries=Counter((row["channel"], str(row["status"])) for row in rows),
                endpoints=Counter(
                    (one.channel, one.state.value) for one in self._room.endpoints.values()
                ),
            )
