"""The audit trail in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.audit import AuditPage
from bookflow.store.audit_rows import actor_of, entry_row, read_cursor, shape_page
from bookflow.store.json_text import through_json

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bookflow.ports.audit import AuditEntry, AuditFilter
    from bookflow.store.memory_endpoints import EndpointRoom

_Row = dict[str, Any]


class MemoryAudit:
    """The `AuditStore` part of the memory store."""

    _lock: threading.RLock
    _decisions: list[_Row]
    _audit: dict[tuple[uuid.UUID, str], _Row]
    _room: EndpointRoom

    def record_audit(self, entries: Sequence[AuditEntry], *, now: datetime) -> None:
        """Write down what people changed; see `ports.audit`."""
        with self._lock:
            self._decisions.extend(
                {"at": now, **through_json(entry_row(entry))} for entry in entries
            )

    def list_audit(self, wanted: AuditFilter, *, limit: int, cursor: str | None) -> AuditPage:
        """List changes, newest first; see `ports.audit`."""
        before = None if cursor is None else read_cursor(cursor)
        with self._lock:
            rows = sorted(self._all_entries(), key=lambda row: row["at"])
        numbered = [{**row, "id": number} for number, row in enumerate(rows, 1)]
        found = [
            row
            for row in reversed(numbered)
            if _fits(row, wanted) and (before is None or (row["at"], row["id"]) < before)
        ]
        return shape_page(found, limit) if limit > 0 else AuditPage()

    def _all_entries(self) -> Iterator[_Row]:
        for (execution_id, action), row in self._audit.items():
            named = {"what": "booking.update", "execution_id": execution_id, "action": action}
            yield _stored({**row, **named})
        yield from self._decisions
        for row in self._room.audit:
            yield _stored({**row, "what": "endpoint.enable"})


def _stored(row: _Row) -> _Row:
    return {**through_json({**row, "at": None}), "at": row["at"]}


def _fits(row: _Row, wanted: AuditFilter) -> bool:
    return (
        (wanted.actor is None or row["actor"] == actor_of(wanted.actor))
        and wanted.what in (None, row["what"])
        and wanted.subject_id in (None, row["subject_id"])
        and (wanted.since is None or row["at"] >= wanted.since)
        and (wanted.until is None or row["at"] < wanted.until)
    )
