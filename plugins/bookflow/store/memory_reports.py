"""Reports over what is in memory."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.ports.reports import (
    DELIVERY_REACH,
    SUBJECT_REACH,
    DeliveryPage,
    ExecutionFilter,
    ExecutionOrder,
    ExecutionPage,
)
from bookflow.records import ActionStatus, ExecutionStatus
from bookflow.store.delivery_pages import (
    cursor_after,
    cursor_at_execution,
    read_delivery_cursor,
    shape_listed,
)
from bookflow.store.report_shapes import (
    counted_cause,
    make_cursor,
    read_cursor,
    refuse_order,
    shape_brief_result,
    shape_execution,
    shape_statistics,
    shape_with_log,
)
from bookflow.store.revisions import list_revisions

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from bookflow.ports.reports import DeliveryFilter
    from bookflow.store.memory_bookings import MemoryBookings

_Row = dict[str, Any]


class MemoryReports:
    """The `ReportStore` half of the memory store."""

    _lock: threading.RLock
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _bookings: MemoryBookings
    _all_executions: Callable[[], dict[uuid.UUID, _Row]]
    _all_results: Callable[[], dict[tuple[uuid.UUID, str], _Row]]

    def list_executions(
        self,
        wanted: ExecutionFilter,
        *,
        limit: int,
        cursor: str | None,
        order: ExecutionOrder = ExecutionOrder.NEWEST,
    ) -> ExecutionPage:
        """List executions; `since` counts from creation, `until` is exclusive."""
        refuse_order(wanted, order)
        start: tuple[Any, ...] | None = read_cursor(cursor, order) if cursor is not None else None
        is_by_id = wanted.cause is not None
        start = start[1:] if start and is_by_id else start
        is_down = order.is_descending

        def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
            return (row["id"],) if is_by_id else (row[order.field], row["id"])

        with self._lock:
            caused = self._find_caused(wanted.cause)
            rows = [
                row
                for row in self._executions.values()
                if _matches(row, wanted)
                and row[order.field] is not None
                and (caused is None or row["id"] in caused)
            ]
            rows.sort(key=place, reverse=is_down)
            if start is not None:
                rows = [r for r in rows if (place(r) < start if is_down else place(r) > start)]
            shown = rows[:limit]
            next_cursor = make_cursor(shown[-1], order) if shown and len(rows) > limit else None
            return ExecutionPage([shape_execution(row) for row in shown], next_cursor)

    def _find_caused(self, cause: str | None) -> set[uuid.UUID] | None:
        if cause is None:
            return None
        return {key for (key, _), row in self._results.items() if counted_cause(row) == cause}

    def list_deliveries(
        self,
        wanted: DeliveryFilter,
        *,
        limit: int,
        cursor: str | None,
        reach: int = DELIVERY_REACH,
    ) -> DeliveryPage:
        """List deliveries, those of the newest execution first."""
        start = read_delivery_cursor(cursor)
        if limit < 1:
            return DeliveryPage()
        among = ExecutionFilter(
            workflow_id=wanted.workflow_id,
            subject_id=wanted.subject_id,
            run=wanted.run,
            workflow_ids=wanted.workflow_ids,
        )
        with self._lock:
            executions = sorted(
                (
                    row
                    for row in self._executions.values()
                    if _matches(row, among) and (start is None or _age(row) <= start[:2])
                ),
                key=_age,
                reverse=True,
            )
            near = {row["id"]: row for row in executions[:reach]}
            found = [
                {
                    **row,
                    "workflow_id": near[row["execution_id"]]["workflow_id"],
                    "booking_id": near[row["execution_id"]]["booking_id"],
                    "execution_created_at": near[row["execution_id"]]["created_at"],
                }
                for row in self._deliveries.values()
                if row["execution_id"] in near
                and (wanted.actions is None or row["action"] in wanted.actions)
                and (wanted.statuses is None or row["status"] in wanted.statuses)
            ]
        found = [row for row in found if start is None or _delivery_place(row) < start]
        found.sort(key=_delivery_place, reverse=True)
        items = [shape_listed(row) for row in found[:limit]]
        if len(found) > limit:
            return DeliveryPage(items, cursor_after(found[limit - 1]))
        is_all = len(executions) <= reach
        return DeliveryPage(items, None if is_all else cursor_at_execution(executions[reach]))

    def list_results(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
        """Give the action results of executions, without what was rendered and delivered."""
        wanted = set(ids)
        found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
        with self._lock:
            results = [(key, row) for (key, _), row in self._results.items() if key in wanted]
            results.sort(key=lambda pair: (pair[1]["started_at"], pair[1]["action"]))
            for key, row in results:
                found[key].append(shape_brief_result(row))
        return dict(found)

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

    def statistics(
        self, workflow_ids: Collection[str] | None = None, *, has_actions: bool = True
    ) -> list[dict[str, Any]]:
        """Give the statistics per workflow, each with those per action in `actions`."""
        with self._lock:
            executions = {
                key: row
                for key, row in self._all_executions().items()
                if workflow_ids is None or row["workflow_id"] in workflow_ids
            }
            by_workflow = defaultdict(list)
            for row in executions.values():
                by_workflow[row["workflow_id"]].append(row)
            by_action = defaultdict(list)
            for (execution_id, action), row in self._all_results().items():
                if execution_id in executions:
                    workflow_id = executions[execution_id]["workflow_id"]
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
            return shape_statistics(workflows, actions if has_actions else ())

    def search_subjects(
        self,
        text: str,
        *,
        limit: int,
        workflow_ids: Collection[str] | None = None,
        reach: int = SUBJECT_REACH,
    ) -> list[dict[str, Any]]:
        """Find bookings by a part of their id, or of their invitee's name or address."""
        with self._lock:
            taken_up = {
                row["booking_id"]
                for row in self._executions.values()
                if workflow_ids is None or row["workflow_id"] in workflow_ids
            }
            found = [
                row
                for row in self._bookings.search(text, reach=reach)
                if workflow_ids is None or row["id"] in taken_up
            ]
        return found[:limit]

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


def _delivery_place(row: Mapping[str, Any]) -> tuple[Any, uuid.UUID, uuid.UUID]:
    return row["execution_created_at"], row["execution_id"], row["id"]


def _matches(row: Mapping[str, Any], wanted: ExecutionFilter) -> bool:
    run = wanted.run
    return all(
        (
            wanted.workflow_id in (None, row["workflow_id"]),
            wanted.subject_id in (None, row["booking_id"]),
            wanted.status in (None, row["status"]),
            wanted.statuses is None or row["status"] in wanted.statuses,
            wanted.trigger in (None, row["trigger"]),
            wanted.event_id in (None, row["event_id"]),
            wanted.has_failures in (None, row["actions_failed"] > 0),
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
