"""Past events in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.trials import PastEvent

if TYPE_CHECKING:
    import threading
    import uuid


class MemoryEvents:
    """The `EventStore` half of the memory store."""

    _lock: threading.RLock
    _events: dict[uuid.UUID, dict[str, Any]]

    def find_event(self, event_id: uuid.UUID) -> PastEvent | None:
        """Read one event; None for an unknown one."""
        with self._lock:
            row = self._events.get(event_id)
        if row is None:
            return None
        return PastEvent(row["id"], row["trigger"], row["booking_id"], row["occurred_at"])
