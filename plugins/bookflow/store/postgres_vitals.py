"""What the monitor reads from PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.upkeep import EndedTally, RunningTally
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.store.connecting import Database

SHOWN_CAUSES = 3


class PostgresVitals:
    """The `VitalStore` on PostgreSQL."""

    _database: Database

    def tally_ended(
        self, since: datetime, until: datetime, *, slow_seconds: float
    ) -> list[EndedTally]:
        """Tally executions that completed or failed in this time, by workflow."""
        asked = {"since": since, "until": until, "slow_seconds": slow_seconds}
        rows = self._ask_vitals("tally_ended", asked)
        causes: dict[str, list[str]] = defaultdict(list)
        if any(row["failed"] for row in rows):
            for row in self._ask_vitals("causes_of_failures", {"since": since, "until": until}):
                causes[row["workflow_id"]].append(row["code"])
        return [
            EndedTally(**row, causes=tuple(causes[row["workflow_id"]][:SHOWN_CAUSES]))
            for row in rows
        ]

    def tally_running(self, before: datetime) -> list[RunningTally]:
        """Tally executions that run and were claimed before then, by workflow."""
        rows = self._ask_vitals("tally_running", {"before": before})
        return [
            RunningTally(row["workflow_id"], row["count"], row["since"].astimezone(UTC))
            for row in rows
        ]

    def oldest_due(self, before: datetime) -> dict[str, datetime]:
        """Give since when a workflow's oldest execution is due, of those due before then."""
        rows = self._ask_vitals("oldest_due", {"before": before})
        return {row["workflow_id"]: row["wake_at"].astimezone(UTC) for row in rows}

    def last_tick(self) -> datetime | None:
        """Give when the clock ticked last; None where it never did."""
        rows = self._ask_vitals("last_tick", {})
        return rows[0]["ticked_at"].astimezone(UTC) if rows else None

    def load_versions(self) -> dict[str, tuple[str, str, str]]:
        """Give version, workflow and organizer of the last valid text of each spec file."""
        rows = self._ask_vitals("load_versions", {})
        return {row["path"]: (row["version"], row["workflow_id"], row["organizer"]) for row in rows}

    def _ask_vitals(self, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        query = load_queries("vitals")[name].sql
        return self._database.read(lambda link: link.execute(query, params).fetchall())
