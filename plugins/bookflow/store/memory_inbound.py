"""Inbound requests, the ids platforms use, and reports of providers, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.inbound import InboundPage, default_subject_id
from bookflow.store.inbound_rows import (
    end_by_report,
    note_report,
    request_row,
    shape_request,
    to_request,
)
from bookflow.store.json_text import through_json
from bookflow.store.report_shapes import make_cursor, read_cursor

if TYPE_CHECKING:
    import threading
    import uuid
    from datetime import datetime

    from bookflow.ports.inbound import DeliveryReport, InboundFilter, InboundRequest

_Row = dict[str, Any]


class MemoryInbound:
    """The `InboundStore` in memory."""

    _lock: threading.RLock
    _deliveries: dict[uuid.UUID, _Row]
    _requests: dict[uuid.UUID, InboundRequest]
    _aliases: dict[tuple[str, str], str]

    def keep_request(self, request: InboundRequest) -> None:
        """Keep a request."""
        kept = to_request(request_row(request))
        with self._lock:
            self._requests[request.id] = kept

    def list_requests(
        self, wanted: InboundFilter, *, limit: int, cursor: str | None
    ) -> InboundPage:
        """List requests, newest first; see `ports.inbound.InboundStore`."""
        start = read_cursor(cursor) if cursor is not None else None
        if limit < 1:
            return InboundPage()
        with self._lock:
            found = [r for r in self._requests.values() if _matches(r, wanted)]
        found.sort(key=_age, reverse=True)
        found = [request for request in found if start is None or _age(request) < start]
        shown = found[:limit]
        last = {"created_at": shown[-1].received_at, "id": shown[-1].id} if shown else {}
        return InboundPage(
            [
                shape_request({**request_row(one), "is_sealed": one.sealed is not None})
                for one in shown
            ],
            make_cursor(last) if len(found) > limit else None,
        )

    def get_request(self, request_id: uuid.UUID) -> InboundRequest | None:
        """Give one request with its sealed body."""
        with self._lock:
            return self._requests.get(request_id)

    def purge_requests(self, before: datetime, *, limit: int) -> int:
        """Delete up to `limit` requests received before that moment; count them."""
        with self._lock:
            old = sorted((r for r in self._requests.values() if r.received_at < before), key=_age)
            for request in old[:limit]:
                del self._requests[request.id]
            return len(old[:limit])

    def link_subject(
        self, source: str, external_id: str, *, earlier_id: str | None, now: datetime
    ) -> str:
        """Give our id of what a platform calls `external_id`; the first link stays."""
        del now
        with self._lock:
            known = self._aliases.get((source, external_id))
            if known is not None or earlier_id is None:
                return known or default_subject_id(source, external_id)
            earlier = self._aliases.get((source, earlier_id))
            root = earlier or default_subject_id(source, earlier_id)
            self._aliases[source, external_id] = root
            return root

    def report_delivery(self, report: DeliveryReport) -> bool | None:
        """Note what a provider tells of a delivery; see `ports.inbound.InboundStore`."""
        with self._lock:
            row = self._deliveries.get(report.delivery_id)
            if row is None:
                return None
            ended = end_by_report(row, report)
            if ended is not None:
                row.update(through_details(ended), not_before=None, lease_until=None)
                return True
            details = note_report(row, report)
            if details is not None:
                row["details"] = through_json(details)
            return False


def through_details(values: _Row) -> _Row:
    """Give the values with their details as they would be read from a database."""
    return {**values, "details": through_json(values["details"])}


def _matches(request: InboundRequest, wanted: InboundFilter) -> bool:
    return wanted.source in (None, request.source) and wanted.verdict in (None, request.verdict)


def _age(request: InboundRequest) -> tuple[datetime, uuid.UUID]:
    return request.received_at, request.id
