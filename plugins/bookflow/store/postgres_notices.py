"""Notices to owners in PostgreSQL."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import NOTICE_ATTEMPTS, Notice
from bookflow.store.json_text import clean_text, dump_json
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.store.connecting import Database, Link


class PostgresNotices:
    """The `NoticeStore` on PostgreSQL."""

    _database: Database

    def add_notices(self, notices: Sequence[Notice]) -> list[Notice]:
        """Keep notices of trouble; gives those that are new."""
        if not notices:
            return []
        new = self._database.write(lambda link: insert_notices(link, notices, None))
        return [notice for notice in notices if notice.id in new]

    def passed_incidents(self) -> list[Notice]:
        """List notices of trouble, not yet cleared, about endpoints that are closed again."""
        query = load_queries("endpoints")["passed_incidents"].sql
        rows = self._database.read(lambda link: link.execute(query).fetchall())
        return [_read(row) for row in rows]

    def clear_incidents(
        self, ids: Sequence[uuid.UUID], notices: Sequence[Notice], *, now: datetime
    ) -> None:
        """Mark notices as passed and keep those that say so; unsent ones are withdrawn."""
        asked = {"ids": list(ids), "most": NOTICE_ATTEMPTS, "now": now}

        def clear(link: Link) -> None:
            link.execute(load_queries("endpoints")["clear_notices"].sql, asked)
            insert_notices(link, notices, now)

        self._database.write(clear)

    def claim_notices(self, *, now: datetime, again_at: datetime, limit: int) -> list[Notice]:
        """Take unsent notices to send now; nobody else takes them before `again_at`."""
        query = load_queries("endpoints")["claim_notices"].sql
        asked = {"now": now, "again_at": again_at, "most": NOTICE_ATTEMPTS, "limit": limit}
        rows = self._database.write(lambda link: link.execute(query, asked).fetchall())
        return sorted((_read(row) for row in rows), key=lambda one: (one.created_at, one.id))

    def settle_notices(
        self,
        sent: Sequence[uuid.UUID],
        failed: Mapping[uuid.UUID, tuple[str, datetime]],
        *,
        now: datetime,
    ) -> None:
        """Record what was sent, and of the others the reason and when to try again."""
        queries = load_queries("endpoints")
        rows = [
            {"id": str(key), "reason": clean_text(reason), "again_at": again_at}
            for key, (reason, again_at) in failed.items()
        ]

        def settle(link: Link) -> None:
            if sent:
                asked = {"ids": list(sent), "now": now}
                link.execute(queries["settle_sent_notices"].sql, asked)
            if rows:
                link.execute(queries["settle_failed_notices"].sql, {"rows": dump_json(rows)})

        self._database.write(settle)


def insert_notices(
    link: Link, notices: Sequence[Notice], cleared_at: datetime | None
) -> set[uuid.UUID]:
    """Keep notices that aren't known yet; gives the ids of the new ones."""
    rows = [
        {
            "id": str(notice.id),
            "kind": notice.kind,
            "about": notice.about,
            "owner": notice.owner,
            "subject": notice.subject,
            "message": notice.message,
            "created_at": notice.created_at,
            "attempts": NOTICE_ATTEMPTS if notice.silent else 0,
            "cleared_at": cleared_at,
            "error_message": notice.silent,
            "channel": notice.channel,
            "payload": notice.payload,
            "incident_id": str(notice.incident_id) if notice.incident_id else None,
        }
        for notice in notices
    ]
    query = load_queries("endpoints")["insert_notices"].sql
    return {row["id"] for row in link.execute(query, {"rows": dump_json(rows)}).fetchall()}


def _read(row: Mapping[str, Any]) -> Notice:
    return Notice(**{**row, "created_at": row["created_at"].astimezone(UTC)})
