"""Past events in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.ports.trials import PastEvent
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid

    from bookflow.store.connecting import Database


class PostgresEvents:
    """The `EventStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def find_event(self, event_id: uuid.UUID) -> PastEvent | None:
        """Read one event; None for an unknown one."""
        query = load_queries("events")["find_event"].sql
        row = self._database.read(lambda link: link.execute(query, {"id": event_id}).fetchone())
        if row is None:
            return None
        return PastEvent(row["id"], row["trigger"], row["booking_id"], row["occurred_at"])
