"""Pacing: waiting for permits of rate limits that hold over all workers together."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError
from bookflow.ports.endpoints import PermitGrant, PermitRequest
from bookflow.records import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.ports import NowSource
    from bookflow.ports.endpoints import EndpointStore
    from bookflow.settings import Rate

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=5)
OUTAGE_WAIT = timedelta(seconds=10)
KEPT_PERMITS = 100
FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """One rate that a message has to keep to; `words` say which, for people."""

    key: str
    rate: Rate
    words: str

    @classmethod
    def of(cls, key: str, rate: Rate, whom: str) -> Limit:
        """Make a limit whose permits can be remembered: of many, those of a shorter time."""
        return cls(key, rate.narrowed(KEPT_PERMITS), f"the limit of {rate} for {whom}")


@dataclass(eq=False, slots=True)
class _Waiter:
    limit: Limit
    future: asyncio.Future[PermitGrant]


@dataclass(slots=True)
class Turnstile:
    """Lets messages through as fast as limits permit. One per task, used in one event loop.

    Messages that come while permits are being reserved share the next reservation: one round trip
    to the database for as many as are in flight.
    """

    store: EndpointStore
    now: NowSource
    _waiters: list[_Waiter] = field(default_factory=list)
    _server: asyncio.Task[None] | None = None
    _spare: dict[str, list[datetime]] = field(default_factory=dict)
    _denied: dict[str, list[datetime]] = field(default_factory=dict)

    async def take(self, limits: Sequence[Limit]) -> list[tuple[Limit, datetime]] | Hold:
        """Take a permit of every limit, which counts in a few seconds at most; else put off."""
        slots: list[tuple[Limit, datetime]] = []
        for limit in limits:
            outcome = await self._permit(limit)
            if isinstance(outcome, Hold):
                self.give_back(slots)
                return outcome
            slots.append((limit, outcome))
        return slots

    def give_back(self, slots: Sequence[tuple[Limit, datetime]]) -> None:
        """Keep permits that are not used after all for the next message of the same limit."""
        for limit, slot in slots:
            self._spare.setdefault(limit.key, []).append(slot)

    async def _permit(self, limit: Limit) -> datetime | Hold:
        spare = self._take_spare(limit)
        if spare is not None:
            return spare
        waiter = _Waiter(limit, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        try:
            grant = await waiter.future
        except BookflowError as error:
            log.warning("bookflow: %s can't be kept, waiting: %s", limit.words, error)
            until = self.now() + OUTAGE_WAIT
            return Hold(until, f"the database that {limit.words} is kept in is away", "rate-limit")
        if grant.slots:
            return grant.slots[0]
        return self._deny(limit, grant.next_at)

    def _take_spare(self, limit: Limit) -> datetime | None:
        oldest = self.now() - timedelta(seconds=min(FRESH_SECONDS, limit.rate.seconds / 10))
        spare = [slot for slot in self._spare.pop(limit.key, ()) if slot >= oldest]
        if not spare:
            return None
        first, *rest = spare
        if rest:
            self._spare[limit.key] = rest
        return first

    async def _serve(self) -> None:
        while self._waiters:
            await self._reserve()

    async def _reserve(self) -> None:
        waiters, self._waiters = self._waiters, []
        by_key: dict[str, list[_Waiter]] = {}
        for waiter in waiters:
            by_key.setdefault(waiter.limit.key, []).append(waiter)
        now = self.now()
        requests = [
            PermitRequest(key, group[0].limit.rate, len(group), now + PATIENCE)
            for key, group in by_key.items()
        ]
        try:
            grants = await asyncio.to_thread(self.store.take_permits, requests, now=now)
        except Exception as error:  # noqa: BLE001 - every waiter is told, whatever happened
            for waiter in waiters:
                _settle(waiter, error)
            return
        for request, grant in zip(requests, grants, strict=True):
            for number, waiter in enumerate(by_key[request.key]):
                mine = grant.slots[number : number + 1]
                _settle(waiter, PermitGrant(mine, grant.next_at))

    def _deny(self, limit: Limit, next_at: datetime) -> Hold:
        """Put a message off: as many to each period as it has room for."""
        now = self.now()
        denied = [until for until in self._denied.get(limit.key, ()) if until > now]
        periods = len(denied) // limit.rate.count
        until = next_at + periods * timedelta(seconds=limit.rate.seconds)
        self._denied[limit.key] = [*denied, until]
        return Hold(until, f"{limit.words} is reached", "rate-limit")


def key_of_recipient(channel: str, address: str) -> str:
    """Name the limit of one address without naming the address."""
    digest = hashlib.sha256(f"{channel}\n{address.strip().lower()}".encode()).hexdigest()
    return f"recipient:{channel}:{digest[:40]}"


def _settle(waiter: _Waiter, outcome: PermitGrant | Exception) -> None:
    if waiter.future.done():
        return
    if isinstance(outcome, PermitGrant):
        waiter.future.set_result(outcome)
    else:
        waiter.future.set_exception(outcome)
