"""Figures of the moment from PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.metrics import Vitals, WorkflowCounts
from bookflow.store.json_text import is_storable
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bookflow.store.connecting import Database, Link


class PostgresMetrics:
    """The `MetricStore` on PostgreSQL."""

    _database: Database

    def count_by_workflow(self, workflow_ids: frozenset[str] | None) -> list[WorkflowCounts]:
        """Count the executions of each workflow (None: of all), those with the most first."""
        query = load_queries("metrics")["count_by_workflow"]
        words = () if workflow_ids is None else ("workflow_ids",)
        params = {"workflow_ids": sorted(key for key in workflow_ids or () if is_storable(key))}
        rows = self._database.read(
            lambda link: link.execute(query.given(*words), params if words else {}).fetchall()
        )
        return [
            WorkflowCounts(
                row["workflow_id"],
                int(row["created"]),
                int(row["completed"]),
                int(row["failed"]),
                int(row["cancelled"]),
            )
            for row in rows
        ]

    def measure(self, now: datetime) -> Vitals:
        """Tell how things stand now."""
        queries = load_queries("metrics")

        def ask(link: Link) -> Vitals:
            [queue] = link.execute(queries["measure_queue"].sql, {"now": now}).fetchall()
            deliveries = link.execute(queries["measure_deliveries"].sql).fetchall()
            endpoints = link.execute(queries["measure_endpoints"].sql).fetchall()
            return Vitals(**queue, deliveries=_tally(deliveries), endpoints=_tally(endpoints))

        return self._database.read(ask)


def _tally(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {(row["channel"], row["status"]): int(row["count"]) for row in rows}
