"""Inbound requests, the ids platforms use, and reports of providers, in PostgreSQL."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.inbound import InboundPage, default_subject_id
from bookflow.store.inbound_rows import (
    end_by_report,
    note_report,
    request_row,
    shape_request,
    to_request,
)
from bookflow.store.json_text import dump_json, is_storable
from bookflow.store.named_sql import load_queries
from bookflow.store.report_shapes import make_cursor, read_cursor

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.ports.inbound import DeliveryReport, InboundFilter, InboundRequest
    from bookflow.store.connecting import Database, Link


class PostgresInbound:
    """The `InboundStore` on PostgreSQL."""

    _database: Database

    def keep_request(self, request: InboundRequest) -> None:
        """Keep a request; text that PostgreSQL can't hold is replaced, not refused."""
        row = request_row(request)
        row["headers"] = dump_json(row["headers"])
        row["masked"] = dump_json(row["masked"])
        self._database.write(lambda link: _tell(link, "keep_request", row))

    def list_requests(
        self, wanted: InboundFilter, *, limit: int, cursor: str | None
    ) -> InboundPage:
        """List requests, newest first; see `ports.inbound.InboundStore`."""
        words, params = list_parameters(wanted, cursor)
        if limit < 1 or not all(is_storable(v) for v in params.values() if isinstance(v, str)):
            return InboundPage()
        query = load_queries("inbound")["list_requests"].given(*words)
        # prepared, a plan for any values would not use the partial index
        rows = self._database.read(
            lambda link: link.execute(
                query, {**params, "limit": limit + 1}, prepare=False
            ).fetchall()
        )
        shown = rows[:limit]
        more = shown[-1] if len(rows) > limit else None
        cursor_row = more and {"created_at": more["received_at"], "id": more["id"]}
        return InboundPage(
            [shape_request(row) for row in shown], make_cursor(cursor_row) if cursor_row else None
        )

    def get_request(self, request_id: uuid.UUID) -> InboundRequest | None:
        """Give one request with its sealed body."""
        rows = self._database.read(lambda link: _ask(link, "get_request", {"id": request_id}))
        if not rows:
            return None
        return to_request({**rows[0], "received_at": rows[0]["received_at"].astimezone(UTC)})

    def purge_requests(self, before: datetime, *, limit: int) -> int:
        """Delete up to `limit` requests received before that moment; count them."""
        asked = {"before": before, "limit": limit}
        return len(self._database.write(lambda link: _ask(link, "purge_requests", asked)))

    def link_subject(
        self, source: str, external_id: str, *, earlier_id: str | None, now: datetime
    ) -> str:
        """Give our id of what a platform calls `external_id`; the first link stays."""

        def link_ids(link: Link) -> str:
            known = _find_aliases(link, source, [external_id, earlier_id or external_id])
            if earlier_id is None or external_id in known:
                return known.get(external_id) or default_subject_id(source, external_id)
            root = known.get(earlier_id) or default_subject_id(source, earlier_id)
            new = {"external_id": external_id, "booking_id": root}
            _tell(link, "add_alias", {"source": source, **new, "now": now})
            return _find_aliases(link, source, [external_id])[external_id]

        return self._database.write(link_ids)

    def report_delivery(self, report: DeliveryReport) -> bool | None:
        """Note what a provider tells of a delivery; see `ports.inbound.InboundStore`."""
        return self._database.write(lambda link: _report(link, report))


def list_parameters(wanted: InboundFilter, cursor: str | None) -> tuple[list[str], dict[str, Any]]:
    """Give the optional lines of the list query and its parameters; a bad cursor raises."""
    words = []
    params: dict[str, Any] = {}
    if wanted.source is not None:
        words.append("source")
        params["source"] = wanted.source
    if wanted.verdict is not None:
        words += ["verdict"] if wanted.verdict == "accepted" else ["verdict", "not_accepted"]
        params["verdict"] = wanted.verdict
    if cursor is not None:
        words.append("cursor")
        params["cursor_at"], params["cursor_id"] = read_cursor(cursor)
    return words, params


def _report(link: Link, report: DeliveryReport) -> bool | None:
    rows = _ask(link, "lock_delivery", {"id": report.delivery_id})
    if not rows:
        return None
    key = {"id": report.delivery_id}
    ended = end_by_report(rows[0], report)
    if ended is not None:
        _tell(link, "end_delivery", {**ended, **key, "details": dump_json(ended["details"])})
        return True
    details = note_report(rows[0], report)
    if details is not None:
        _tell(link, "note_delivery", {**key, "details": dump_json(details)})
    return False


def _find_aliases(link: Link, source: str, ids: list[str]) -> dict[str, str]:
    rows = _ask(link, "find_aliases", {"source": source, "ids": ids})
    return {row["external_id"]: row["booking_id"] for row in rows}


def _ask(link: Link, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("inbound")[name].sql, params).fetchall()


def _tell(link: Link, name: str, params: Mapping[str, Any]) -> None:
    link.execute(load_queries("inbound")[name].sql, params)
