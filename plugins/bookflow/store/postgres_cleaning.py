"""Deleting what is old from PostgreSQL; every batch one transaction."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.upkeep import CleanedBatch, Part
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from bookflow.ports.upkeep import Cut
    from bookflow.store.connecting import Database

_WALKED = (Part.EXECUTIONS, Part.EVENTS, Part.RUNS)
_QUERIES = {
    Part.EXECUTIONS: ("clean_executions", "count_executions"),
    Part.EVENTS: ("clean_events", "count_events"),
    Part.RUNS: ("clean_runs", "count_runs"),
    Part.NOTICES: ("clean_notices", "count_notices"),
    Part.INCIDENTS: ("clean_incidents", "count_incidents"),
    Part.AUDIT: ("clean_audit", "count_audit"),
}


class PostgresCleaning:
    """The `CleaningStore` on PostgreSQL."""

    _database: Database

    def clean(
        self, part: Part, cut: Cut, *, limit: int, place: tuple[str, ...] | None = None
    ) -> CleanedBatch:
        """Delete up to `limit` rows; see `ports.upkeep.CleaningStore`."""
        words = ("place",) if place is not None and part in _WALKED else ()
        query = load_queries("cleaning")[_QUERIES[part][0]].given(*words)
        params = {**cut_parameters(cut), "limit": limit}
        if place is not None:
            names = ("place_at", "place_id", "place_run")
            params.update(zip(names, place, strict=False))
        rows = self._database.write(
            lambda link: link.execute(query, params, prepare=False).fetchall()
        )
        if len(rows) < limit:
            return CleanedBatch(len(rows))
        return CleanedBatch(len(rows), max(_place_of(row) for row in rows))

    def count_old(self, part: Part, cut: Cut) -> int:
        """Count what `clean` would delete."""
        query = load_queries("cleaning")[_QUERIES[part][1]].sql
        params = cut_parameters(cut)
        [row] = self._database.read(lambda link: link.execute(query, params).fetchall())
        return int(row["count"])


def cut_parameters(cut: Cut) -> dict[str, Any]:
    """Give the parameters that all queries of the clean-up share."""
    return {
        "before": cut.before,
        "workflow_ids": list(cut.anchors),
        "anchors": list(cut.anchors.values()),
    }


def _place_of(row: dict[str, Any]) -> tuple[str, ...]:
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    rest = (row["id"], row["run"]) if "run" in row else (row["id"],)
    return (at, *rest)
