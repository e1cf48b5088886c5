"""Receivers that only count, so that as much of the machine as can be is left to what is measured.

They speak just enough SMTP and HTTP for a well-behaved sender on this machine, over real sockets.
Those of the demo understand, keep and can fail as real ones do, which costs milliseconds a message.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

GREETING = b"220 counter.localhost ESMTP\r\n"
EXTENSIONS = b"250-counter.localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n"
ANSWERS = {
    b"EHLO": EXTENSIONS,
    b"AUTH": b"235 2.7.0 welcome\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
END_OF_MAIL = b"\r\n.\r\n"
END_OF_HEAD = b"\r\n\r\n"
ACCEPTED = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}'
)


class Arrivals:
    """When each message arrived, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        """Begin with none."""
        self.times: list[float] = []

    def __len__(self) -> int:
        """Give how many arrived."""
        return len(self.times)

    def note(self) -> None:
        """Take one more."""
        self.times.append(time.monotonic())


class _Speaker(asyncio.Protocol):
    """One connection: what came so far, and where answers go."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._heard = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a stream was expected")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while self._take():
            pass

    def _take(self) -> bool:
        """Answer the first thing heard; tell whether it was there as a whole."""
        raise NotImplementedError


class _MailSpeaker(_Speaker):
    """One SMTP session."""

    _in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport.write(GREETING)

    def _take(self) -> bool:
        if self._in_mail:
            _, end, rest = self._heard.partition(END_OF_MAIL)
            if not end:
                return False
            self._in_mail = False
            self._arrivals.note()
            answer = b"250 kept\r\n"
        else:
            line, end, rest = self._heard.partition(b"\r\n")
            if not end:
                return False
            verb = line[:4].upper()
            self._in_mail = verb == b"DATA"
            answer = ANSWERS.get(verb, b"250 OK\r\n")
        self._heard = rest
        self._transport.write(answer)
        return bool(rest)


class _WebSpeaker(_Speaker):
    """One connection of HTTP/1.1, with bodies whose length is told."""

    def _take(self) -> bool:
        head, end, rest = self._heard.partition(END_OF_HEAD)
        if not end:
            return False
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(rest) < length:
            return False
        self._heard = rest[length:]
        self._arrivals.note()
        self._transport.write(ACCEPTED)
        return bool(self._heard)


class CountingReceivers:
    """Both receivers, in one thread; use as a context manager."""

    def __init__(self) -> None:
        """Describe them; nothing listens yet."""
        self.mails = Arrivals()
        self.calls = Arrivals()
        self.mail_port = 0
        self.web_port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="counting-receivers", daemon=True)
        self._ready: Future[None] = Future()

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self.web_port}/hook"

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self._ready.result(timeout=10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        mail = self._listen(lambda: _MailSpeaker(self.mails))
        web = self._listen(lambda: _WebSpeaker(self.calls))
        self.mail_port, self.web_port = (s.sockets[0].getsockname()[1] for s in (mail, web))
        self._ready.set_result(None)
        self._loop.run_forever()
        mail.close()
        web.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _listen(self, make: Callable[[], asyncio.Protocol]) -> asyncio.Server:
        opening = self._loop.create_server(make, "127.0.0.1", 0, backlog=1024)
        return self._loop.run_until_complete(opening)
