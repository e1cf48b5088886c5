"""Keeps every inbound request with its verdict; a flood of refused ones is counted instead."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.inbound.limits import TokenBuckets
from bookflow.settings import Rate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bookflow.ports.inbound import InboundRequest, InboundStore

log = logging.getLogger(__name__)

REFUSED_PER_MINUTE = 100
REPORT_SECONDS = 60.0
REASON_LIMIT = 500
HEADERS_LIMIT = 50
VALUE_LIMIT = 200
MASK = "***"
PURGE_BATCH = 500
PURGE_BATCHES = 20

_SHOWN_HEADERS = frozenset(
    {
        "content-type",
        "content-length",
        "user-agent",
        "webhook-id",
        "webhook-timestamp",
        "x-cal-webhook-version",
    }
)


class InboundLog:
    """Keeps requests; of those refused before anything is known of their sender, some a minute."""

    def __init__(self, store: InboundStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the store."""
        self._store = store
        self._clock = clock
        self._budget = TokenBuckets(Rate(REFUSED_PER_MINUTE, 60), clock=clock, remembered=100)
        self._lock = threading.Lock()
        self._left_out: dict[str, int] = {}
        self._told_at = clock()

    def keep(self, request: InboundRequest) -> None:
        """Keep a request whose sender is known."""
        reason = None if request.reason is None else request.reason[:REASON_LIMIT]
        self._store.keep_request(replace(request, reason=reason))

    def keep_stranger(self, request: InboundRequest) -> None:
        """Keep a request that anybody may have sent, unless there were too many of them."""
        try:
            if self._budget.take(request.source) == 0:
                self.keep(request)
                return
        except DatabaseUnavailableError as error:
            # its sender is told what was wrong all the same
            log.warning("bookflow: a refused request can't be kept: %s", error)
        self._count(request.source)

    def _count(self, source: str) -> None:
        with self._lock:
            self._left_out[source] = self._left_out.get(source, 0) + 1
            if self._clock() - self._told_at < REPORT_SECONDS:
                return
            told, self._left_out = self._left_out, {}
            self._told_at = self._clock()
        for name, count in told.items():
            log.warning("bookflow: %d refused requests of %s were not kept", count, name)


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Give headers with every value masked but those known to be harmless."""
    return {
        name[:VALUE_LIMIT]: value[:VALUE_LIMIT] if name in _SHOWN_HEADERS else MASK
        for name, value in list(headers.items())[:HEADERS_LIMIT]
    }


def purge_inbound(store: InboundStore, *, before: datetime) -> int:
    """Delete requests received before that moment in small batches; count them.

    What is left of very many goes with the next call.
    """
    total = 0
    for _ in range(PURGE_BATCHES):
        count = store.purge_requests(before, limit=PURGE_BATCH)
        total += count
        if count < PURGE_BATCH:
            break
    if total:
        log.info("bookflow: %d inbound requests from before %s were deleted", total, before)
    return total
