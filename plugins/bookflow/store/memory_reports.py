"""Reports over what is in memory."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.ports import ExecutionPage
from bookflow.records import ActionStatus, ExecutionStatus
from bookflow.store.report_shapes import (
    make_cursor,
    read_cursor,
    shape_execution,
    shape_statistics,
    shape_with_log,
)
from bookflow.store.revisions import list_revisions

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Iterable, Mapping

    from bookflow.ports import ExecutionFilter
    from bookflow.store.memory_bookings import MemoryBookings

_Row = dict[str, Any]


class MemoryReports:
    """The `ReportStore` half of the memory store."""

    _lock: threading.RLock
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _bookings: MemoryBookings

    def list_executions(
        self, wanted: ExecutionFilter, *, limit: int, cursor: str | None
    ) -> ExecutionPage:
        """List executions, newest first; `since` counts from creation, `until` is exclusive."""
        start = read_cursor(cursor) if cursor is not None else None
        with self._lock:
            rows = [row for row in self._executions.values() if _matches(row, wanted)]
            rows.sort(key=_age, reverse=True)
            rows = [row for row in rows if start is None or _age(row) < start]
            shown = rows[:limit]
            next_cursor = make_cursor(shown[-1]) if shown and len(rows) > limit else None
            return ExecutionPage([shape_execution(row) for row in shown], next_cursor)

    def get_execution(self, execution_id: uuid.UUID) -> dict[str, Any] | None:
        """Give one execution with its `execution_log`."""
        with self._lock:
            row = self._executions.get(execution_id)
            return self._with_log([row])[0] if row else None

    def subject_executions(self, subject_id: str) -> list[dict[str, Any]]:
        """Give every execution of a booking with its `execution_log`, oldest first."""
        with self._lock:
            rows = [row for row in self._executions.values() if row["booking_id"] == subject_id]
            return self._with_log(sorted(rows, key=_age))

    def statistics(self) -> list[dict[str, Any]]:
        """Give the statistics per workflow, each with those per action in `actions`."""
        with self._lock:
            by_workflow = defaultdict(list)
            for row in self._executions.values():
                by_workflow[row["workflow_id"]].append(row)
            by_action = defaultdict(list)
            for (execution_id, action), row in self._results.items():
                workflow_id = self._executions[execution_id]["workflow_id"]
                by_action[workflow_id, action, row["type"]].append(row)
            workflows = [
                {"workflow_id": name, **_count(rows, ExecutionStatus)}
                for name, rows in sorted(by_workflow.items())
            ]
            actions = [
                {
                    "workflow_id": name,
                    "action": action,
                    "type": kind,
                    **_count(rows, ActionStatus),
                    "skipped_executions": sum(r["status"] == ActionStatus.SKIPPED for r in rows),
                }
                for (name, action, kind), rows in sorted(by_action.items())
            ]
            return shape_statistics(workflows, actions)

    def event_type_slugs(self) -> list[str]:
        """List the slugs of every known event type, sorted."""
        with self._lock:
            return self._bookings.slugs()

    def check(self) -> dict[str, Any]:
        """Tell that memory works."""
        return {"status": "healthy", "latency_ms": 0.0, "revision": list_revisions()[-1]}

    def _with_log(self, rows: list[_Row]) -> list[dict[str, Any]]:
        ids = {row["id"] for row in rows}
        results = [row for (key, _), row in self._results.items() if key in ids]
        results.sort(key=lambda row: (row["started_at"], row["action"]))
        deliveries = [row for row in self._deliveries.values() if row["execution_id"] in ids]
        deliveries.sort(key=lambda row: (row["created_at"], row["recipient"], row["id"]))
        return shape_with_log(rows, results, deliveries)


def _age(row: Mapping[str, Any]) -> tuple[Any, uuid.UUID]:
    return row["created_at"], row["id"]


def _matches(row: Mapping[str, Any], wanted: ExecutionFilter) -> bool:
    run = wanted.run
    return all(
        (
            wanted.workflow_id in (None, row["workflow_id"]),
            wanted.subject_id in (None, row["booking_id"]),
            wanted.status in (None, row["status"]),
            wanted.since is None or row["created_at"] >= wanted.since,
            wanted.until is None or row["created_at"] < wanted.until,
            run is None or (run.dag_id, run.run_id) == (row["dag_id"], row["run_id"]),
            wanted.workflow_ids is None or row["workflow_id"] in wanted.workflow_ids,
        )
    )


def _count(
    rows: Iterable[Mapping[str, Any]], kind: type[ExecutionStatus] | type[ActionStatus]
) -> dict[str, Any]:
    found = list(rows)
    statuses = [row["status"] for row in found]
    return {
        "total_executions": len(found),
        "successful_executions": statuses.count(kind.COMPLETED),
        "failed_executions": statuses.count(kind.FAILED),
        "last_executed_at": max(
            (row["started_at"] for row in found if row["started_at"]), default=None
        ),
    }
