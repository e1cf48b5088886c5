"""Figures of what became of executions, actions and deliveries, counted right to the row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LATENCY_GROWTH = 1.04
"""Bucket n of latencies reaches up to this to the power of n, in milliseconds."""
PERCENTILES = (50, 90, 95, 99)


class Part(StrEnum):
    """What can be counted; each gives rows with these keys.

    Executions count when they ended (`created`: when they were made), actions when they had their
    final result, deliveries when they were settled.

    - `executions`: bucket, created, completed, failed, cancelled
    - `latencies`: bucket, count, p50, p90, p95, p99 (completed executions, from due to completed);
      of several spans one more row comes last, of all of them together, with no bucket
    - `workflows`: workflow_id, created, completed, failed, cancelled
    - `activity`: workflow_id, bucket, created, completed, failed, cancelled
    - `workflow_latencies`: workflow_id, count, p50, p90, p95, p99
    - `types`: type, status, count, duration_ms
    - `actions`: workflow_id, action, type, status, count, duration_ms
    - `causes`: bucket, type, status (failed or skipped), cause, count
    - `places`: workflow_id, action, type, status, cause, count; the largest first
    - `endpoints`: endpoint, channel, status, error_code, count, attempts

    A `bucket` is the position in the edges, from 0. Percentiles are given as powers of
    `LATENCY_GROWTH` in milliseconds: the least that the nearest rank's value does not exceed. Rows
    without any count are left out. The order is by all the keys before the counts, unless it says
    otherwise.
    """

    EXECUTIONS = "executions"
    LATENCIES = "latencies"
    WORKFLOWS = "workflows"
    ACTIVITY = "activity"
    WORKFLOW_LATENCIES = "workflow_latencies"
    TYPES = "types"
    ACTIONS = "actions"
    CAUSES = "causes"
    PLACES = "places"
    ENDPOINTS = "endpoints"


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """What to count: between the first and the last edge, all of them quarters of an hour in UTC.

    `workflow_ids` limits to these; None is all. `statuses` and `limit` are for `places` alone.
    """

    part: Part
    edges: tuple[datetime, ...]
    workflow_ids: frozenset[str] | None = None
    status: str = "failed"
    limit: int = 20


class AnalyticsStore(Protocol):
    """Where figures come from; answers are exact at the moment they are read."""

    def read_figures(self, requests: Sequence[FigureRequest]) -> list[list[dict[str, Any]]]:
        """Count what is asked for, all of it at the same moment; one list of rows per request."""
        ...


class FigureUpkeep(Protocol):
    """Keeps counting fast."""

    def fold_figures(self, *, limit: int) -> int:
        """Fold at most about `limit` changes of each kind into the roll-ups; gives how many.

        One process at a time: gives 0 at once while another one does it.
        """
        ...
