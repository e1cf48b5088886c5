"""The audit trail in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.audit import AuditPage
from bookflow.store.audit_rows import actor_of, entry_row, read_cursor, shape_page
from bookflow.store.json_text import dump_json, is_storable
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.ports.audit import AuditEntry, AuditFilter
    from bookflow.store.connecting import Database


class PostgresAudit:
    """The `AuditStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def record_audit(self, entries: Sequence[AuditEntry], *, now: datetime) -> None:
        """Write down what people changed; see `ports.audit`."""
        if not entries:
            return
        rows = dump_json([entry_row(entry) for entry in entries])
        query = load_queries("audit")["record_entries"].sql
        self._database.write(lambda link: link.execute(query, {"rows": rows, "now": now}))

    def list_audit(self, wanted: AuditFilter, *, limit: int, cursor: str | None) -> AuditPage:
        """List changes, newest first; see `ports.audit`."""
        words, params = list_parameters(wanted, cursor)
        texts = (wanted.actor, wanted.what, wanted.subject_id)
        if limit < 1 or not all(is_storable(text) for text in texts if text is not None):
            return AuditPage()
        query = load_queries("audit")["list_entries"].given(*words)
        rows = self._database.read(
            lambda link: link.execute(
                query, {**params, "limit": limit + 1}, prepare=False
            ).fetchall()
        )
        return shape_page(rows, limit)


def list_parameters(wanted: AuditFilter, cursor: str | None) -> tuple[list[str], dict[str, Any]]:
    """Give the optional lines of the list query and its parameters; a bad cursor raises."""
    given: dict[str, dict[str, Any]] = {
        "actor": {"actor": None if wanted.actor is None else actor_of(wanted.actor)},
        "what": {"what": wanted.what},
        "subject": {"subject_id": wanted.subject_id},
        "since": {"since": wanted.since},
        "until": {"until": wanted.until},
    }
    if cursor is not None:
        at, number = read_cursor(cursor)
        given["cursor"] = {"cursor_at": at, "cursor_id": number}
    asked = {word: params for word, params in given.items() if None not in params.values()}
    return list(asked), {name: value for params in asked.values() for name, value in params.items()}
