"""Figures of what is in memory, counted from the rows themselves."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from bookflow.ports.analytics import LATENCY_GROWTH, PERCENTILES, Part
from bookflow.records import ActionStatus, DeliveryStatus, ExecutionStatus
from bookflow.store.figure_pieces import QUARTER

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bookflow.ports.analytics import FigureRequest

_Row = dict[str, Any]
_Entry: TypeAlias = tuple[datetime, _Row]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ENDED = (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.CANCELLED)
_BAD = (ActionStatus.FAILED, ActionStatus.SKIPPED)
_OUTCOMES = ("created", "completed", "failed", "cancelled")


class MemoryAnalytics:
    """The `AnalyticsStore` and `FigureUpkeep` of the memory store."""

    _lock: threading.RLock
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _past_executions: dict[uuid.UUID, _Row]
    _past_results: dict[tuple[uuid.UUID, str], _Row]
    _past_deliveries: dict[uuid.UUID, _Row]

    def read_figures(self, requests: Sequence[FigureRequest]) -> list[list[dict[str, Any]]]:
        """Count what is asked for, all of it at the same moment."""
        with self._lock:
            return [self._figures_for(request) for request in requests]

    def fold_figures(self, *, limit: int) -> int:
        """Do nothing: there is nothing to fold."""
        del limit
        return 0

    def _keep_figures_of(self, execution_id: uuid.UUID) -> None:
        """Let an execution count on that is about to be cleaned up."""
        self._past_executions[execution_id] = dict(self._executions[execution_id])
        for key, row in self._results.items():
            if key[0] == execution_id:
                self._past_results[key] = dict(row)
        for delivery_id, row in self._deliveries.items():
            if row["execution_id"] == execution_id:
                self._past_deliveries[delivery_id] = dict(row)

    def _all_executions(self) -> dict[uuid.UUID, _Row]:
        return self._past_executions | self._executions

    def _all_results(self) -> dict[tuple[uuid.UUID, str], _Row]:
        return self._past_results | self._results

    def _figures_for(self, request: FigureRequest) -> list[_Row]:
        counters: dict[Part, tuple[Callable[[], Iterator[_Entry]], Callable[..., list[_Row]]]] = {
            Part.EXECUTIONS: (self._execution_entries, _count_executions),
            Part.LATENCIES: (self._execution_entries, _count_latencies),
            Part.WORKFLOWS: (self._execution_entries, _count_workflows),
            Part.ACTIVITY: (self._execution_entries, _count_activity),
            Part.WORKFLOW_LATENCIES: (self._execution_entries, _count_workflow_latencies),
            Part.TYPES: (self._action_entries, _count_types),
            Part.ACTIONS: (self._action_entries, _count_actions),
            Part.CAUSES: (self._action_entries, _count_causes),
            Part.PLACES: (self._action_entries, _count_places),
            Part.ENDPOINTS: (self._delivery_entries, _count_endpoints),
        }
        list_entries, count = counters[request.part]
        found = [
            {**entry, "bucket": bisect_right(request.edges, slot) - 1}
            for slot, entry in list_entries()
            if request.edges[0] <= slot < request.edges[-1]
            and (request.workflow_ids is None or entry["workflow_id"] in request.workflow_ids)
        ]
        return count(found, request)

    def _execution_entries(self) -> Iterator[_Entry]:
        for row in self._all_executions().values():
            key = {"workflow_id": row["workflow_id"], "power": None}
            yield _slot_of(row["created_at"]), {**key, "kind": "created"}
            if row["status"] in _ENDED:
                if row["status"] == ExecutionStatus.COMPLETED:
                    key["power"] = _power_of(row["completed_at"] - row["due_at"])
                yield _slot_of(row["completed_at"]), {**key, "kind": row["status"].value}

    def _action_entries(self) -> Iterator[_Entry]:
        executions = self._all_executions()
        for (execution_id, action), row in self._all_results().items():
            if ActionStatus(row["status"]).is_final:
                is_bad = row["status"] in _BAD
                yield (
                    _slot_of(row["ended_at"]),
                    {
                        "workflow_id": executions[execution_id]["workflow_id"],
                        "action": action,
                        "type": row["type"],
                        "status": str(row["status"]),
                        "cause": (row["cause"] or "") if is_bad else "",
                        "count": 1,
                        "duration_ms": round(row["duration_ms"]),
                    },
                )

    def _delivery_entries(self) -> Iterator[_Entry]:
        executions = self._all_executions()
        for row in (self._past_deliveries | self._deliveries).values():
            if row["status"].is_final:
                is_bad = row["status"] is DeliveryStatus.FAILED
                yield (
                    _slot_of(row["settled_at"]),
                    {
                        "workflow_id": executions[row["execution_id"]]["workflow_id"],
                        "endpoint": row["endpoint"] or "",
                        "channel": row["channel"],
                        "status": str(row["status"]),
                        "error_code": (row["error_code"] or "") if is_bad else "",
                        "count": 1,
                        "attempts": row["attempts"],
                    },
                )


def _slot_of(at: datetime) -> datetime:
    return _EPOCH + (at - _EPOCH) // QUARTER * QUARTER


def _power_of(latency: timedelta) -> int:
    milliseconds = max(latency.total_seconds() * 1000, 1.0)
    return math.ceil(math.log(milliseconds) / math.log(LATENCY_GROWTH))


def _sum_by(
    entries: Iterable[Mapping[str, Any]], keys: tuple[str, ...], sums: tuple[str, ...]
) -> list[_Row]:
    totals: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for entry in entries:
        totals[tuple(entry[key] for key in keys)].update({name: entry[name] for name in sums})
    return [
        {**dict(zip(keys, found, strict=True)), **{name: total[name] for name in sums}}
        for found, total in sorted(totals.items())
    ]


def _outcomes(entries: Iterable[Mapping[str, Any]]) -> Iterator[_Row]:
    for entry in entries:
        yield {**entry, **{name: int(entry["kind"] == name) for name in _OUTCOMES}}


def _rank(entries: Iterable[Mapping[str, Any]], key: str) -> list[_Row]:
    powers: dict[Any, list[int]] = defaultdict(list)
    for entry in entries:
        if entry["kind"] == "completed":
            powers[entry[key]].append(entry["power"])
    return [
        {key: found, "count": len(values), **_percentiles(sorted(values))}
        for found, values in sorted(powers.items())
    ]


def _percentiles(ordered: Sequence[int]) -> dict[str, int]:
    return {f"p{one}": ordered[-(-len(ordered) * one // 100) - 1] for one in PERCENTILES}


def _count_executions(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    return _sum_by(_outcomes(entries), ("bucket",), _OUTCOMES)


def _count_latencies(entries: list[_Row], request: FigureRequest) -> list[_Row]:
    together = [{**entry, "bucket": None} for entry in entries] if len(request.edges) > 2 else []
    return [*_rank(entries, "bucket"), *_rank(together, "bucket")]


def _count_workflows(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    return _sum_by(_outcomes(entries), ("workflow_id",), _OUTCOMES)


def _count_activity(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    return _sum_by(_outcomes(entries), ("workflow_id", "bucket"), _OUTCOMES)


def _count_workflow_latencies(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    return _rank(entries, "workflow_id")


def _count_types(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    return _sum_by(entries, ("type", "status"), ("count", "duration_ms"))


def _count_actions(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    keys = ("workflow_id", "action", "type", "status")
    return _sum_by(entries, keys, ("count", "duration_ms"))


def _count_causes(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    bad = [entry for entry in entries if entry["status"] in _BAD]
    return _sum_by(bad, ("bucket", "type", "status", "cause"), ("count",))


def _count_places(entries: list[_Row], request: FigureRequest) -> list[_Row]:
    chosen = [entry for entry in entries if entry["status"] == request.status]
    keys = ("workflow_id", "action", "type", "cause")
    found = [{**row, "status": request.status} for row in _sum_by(chosen, keys, ("count",))]
    return sorted(found, key=lambda row: -row["count"])[: request.limit]


def _count_endpoints(entries: list[_Row], _: FigureRequest) -> list[_Row]:
    keys = ("endpoint", "channel", "status", "error_code")
    return _sum_by(entries, keys, ("count", "attempts"))
