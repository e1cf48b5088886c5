"""Listening: PostgreSQL tells when it has noticed changes, and a lost connection is made anew."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from bookflow.errors import BookflowError
from bookflow.store.connecting import CONNECT_SECONDS, describe_place, parse_dsn
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

log = logging.getLogger(__name__)

AsyncLink = psycopg.AsyncConnection[dict[str, Any]]

# a peer that vanished without a word is noticed within about a minute
_KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
ANSWER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class ChangeListener:
    """Tells of bursts of changes: of the first at once, then at most once in `gather_seconds`.

    `find_dsn` is asked before every connection, so that a changed one is taken over. Every
    `check_seconds` without a word it looks whether changes wait all the same.
    """

    find_dsn: Callable[[], Awaitable[str]]
    gather_seconds: float = 1.0
    check_seconds: float = 30.0
    first_pause: float = 1.0
    longest_pause: float = 30.0

    async def bursts(self) -> AsyncGenerator[None]:
        """Yield whenever changes may wait, for ever; also once per connection if some do."""
        pause = self.first_pause
        while True:
            try:
                dsn = await self.find_dsn()
                async with await _connect(dsn) as link:
                    log.info("bookflow: listening for changes in %s", describe_place(dsn))
                    pause = self.first_pause
                    async with aclosing(self._hear(link)) as heard:
                        async for _ in heard:
                            yield
            except (psycopg.Error, OSError, BookflowError, TimeoutError) as error:
                said = " ".join(str(error).split())[:300] or type(error).__name__
                log.warning(
                    "bookflow: can't listen for changes of bookings (%s); next try in %.0f s, and "
                    "the clock finds them each minute",
                    said,
                    pause,
                )
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.longest_pause)

    async def _hear(self, link: AsyncLink) -> AsyncGenerator[None]:
        await link.execute(load_queries("changes")["listen"].sql)
        is_told = False
        while True:
            if is_told or await asyncio.wait_for(_has_changes(link), ANSWER_SECONDS):
                yield
                await asyncio.sleep(self.gather_seconds)
            notices = link.notifies(timeout=self.check_seconds, stop_after=1)
            is_told = bool([notice async for notice in notices])


async def _connect(dsn: str) -> AsyncLink:
    parts = {"connect_timeout": CONNECT_SECONDS, **_KEEPALIVE, **parse_dsn(dsn)}
    parts.setdefault("application_name", "bookflow listener")
    return await psycopg.AsyncConnection.connect(
        make_conninfo(**parts), autocommit=True, row_factory=dict_row
    )


async def _has_changes(link: AsyncLink) -> bool:
    cursor = await link.execute(load_queries("changes")["has_changes"].sql)
    row = await cursor.fetchone()
    return bool(row and row["found"])
