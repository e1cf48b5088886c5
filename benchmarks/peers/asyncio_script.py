"""The limit of the burst: a script that does nothing but the calls, as many at once as it may.

No queue, no records, no retries: what it does not reach, nothing on this machine and these
receivers does from one process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
import aiosmtplib
import psycopg

from benchmarks.peers.follow_up import UPDATE, Places, is_wanted, link_of, write_mail

MAIL_CONNECTIONS = 8
IN_FLIGHT = 64
LINKS = 4


class Script:
    """Connections, and what is done with them for a booking."""

    def __init__(self, places: Places) -> None:
        """Take where to send to."""
        self._places = places
        self._mails: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()
        self._links: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    async def run(self, bookings: list[dict[str, Any]]) -> None:
        """Work through the bookings."""
        await self._open()
        waiting = iter(bookings)
        async with aiohttp.ClientSession() as web:

            async def work() -> None:
                for booking in waiting:
                    await self._follow_up(web, booking)

            await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))

    async def _open(self) -> None:
        for _ in range(MAIL_CONNECTIONS):
            mail = aiosmtplib.SMTP(hostname="127.0.0.1", port=self._places.mail_port, use_tls=False)
            await mail.connect(start_tls=False)
            await mail.login(self._places.mail_user, self._places.mail_password)
            self._mails.put_nowait(mail)
        for _ in range(LINKS):
            self._links.put_nowait(
                await psycopg.AsyncConnection.connect(self._places.database, autocommit=True)
            )

    async def _follow_up(self, web: aiohttp.ClientSession, booking: dict[str, Any]) -> None:
        if not is_wanted(booking):
            return
        mail = await self._mails.get()
        await mail.send_message(write_mail(booking, self._places.mail_user))
        self._mails.put_nowait(mail)
        async with web.post(self._places.webhook_url, json={"booking": booking}) as answer:
            answer.raise_for_status()
        link = await self._links.get()
        await link.execute(UPDATE, (link_of(booking), booking["id"]))
        self._links.put_nowait(link)


if __name__ == "__main__":
    asyncio.run(Script(Places.read()).run([json.loads(line) for line in sys.stdin]))
