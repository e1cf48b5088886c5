"""A local SMTP server that keeps what arrives, and fails in the ways a script tells it to."""

from __future__ import annotations

import asyncio
import email.policy
import logging
from dataclasses import dataclass, field
from email.parser import BytesParser, Parser
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from bookflow.demo.receivers.receiving import LOCAL, Moment, Receiver

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

HANG_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class SmtpFault:
    """What one message meets, at `stage`: `mail`, `rcpt` or `data` (after its last line).

    `reply` is answered, such as `451 4.7.1 try again later`; `hang` answers nothing; `drop` cuts
    the connection. `delay` in seconds comes first.
    """

    reply: str = ""
    stage: str = "rcpt"
    delay: float = 0.0
    hang: bool = False
    drop: bool = False


@dataclass(frozen=True)
class ReceivedMail:
    """One e-mail as it came; its parts are parsed when they are asked for."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    received_at: Moment = field(default_factory=Moment)

    @cached_property
    def mail(self) -> EmailMessage:
        """The parsed e-mail."""
        if not self.raw.partition(b"\r\n\r\n")[0].isascii():
            # the parser of bytes knows only ASCII headers; those of SMTPUTF8 are text
            text = self.raw.decode("utf-8", "surrogateescape")
            return Parser(policy=email.policy.default).parsestr(text)
        return BytesParser(policy=email.policy.default).parsebytes(self.raw)

    @property
    def message_id(self) -> str:
        """The Message-ID, in angle brackets."""
        return str(self.mail["Message-ID"] or "").strip()

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.mail["Subject"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All headers in order, decoded."""
        return [(name, str(value)) for name, value in self.mail.items()]

    @property
    def text(self) -> str:
        """The plain part."""
        return self._content("plain")

    @property
    def html(self) -> str:
        """The HTML part; empty where there is none."""
        return self._content("html")

    def to_json(self) -> dict[str, Any]:
        """Give a summary as JSON."""
        return {
            "message_id": self.message_id,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "headers": self.headers,
            "received_at": self.received_at.wall.isoformat(),
            "monotonic": self.received_at.monotonic,
        }

    def _content(self, kind: str) -> str:
        part = self.mail.get_body(preferencelist=(kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class SmtpReceiver(Receiver[ReceivedMail, SmtpFault]):
    """Takes every e-mail; `logins` (name to password) makes a login necessary."""

    def __init__(
        self,
        *,
        port: int = 0,
        keep: Path | None = None,
        logins: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        tls_from_start: bool = False,
        utf8: bool = True,
    ) -> None:
        """Describe the server; `tls` offers STARTTLS, or TLS at once with `tls_from_start`."""
        super().__init__(port=port, keep=keep)
        self.login_attempts = 0
        self.connections = 0
        self._logins = logins
        self._tls = tls
        self._tls_from_start = tls_from_start
        self._utf8 = utf8

    @property
    def needs_login(self) -> bool:
        """Tell whether only those who logged in may send."""
        return self._logins is not None

    def drop_connections(self) -> None:
        """Close every open connection, as servers do with idle ones."""
        loop = self._loop
        if loop is None:
            return

        async def drop() -> None:
            for server in list(self._open_servers):
                if server.transport is not None:
                    server.transport.close()
            await asyncio.sleep(0.05)

        asyncio.run_coroutine_threadsafe(drop(), loop).result(timeout=5)

    async def _open(self) -> tuple[int, Callable[[], Coroutine[Any, Any, None]]]:
        # the library writes a line per command; the receiver has a record of its own
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._open_servers: set[SMTP] = set()
        loop = asyncio.get_running_loop()
        tls_at_once = self._tls if self._tls_from_start else None
        server = await loop.create_server(self._make_server, LOCAL, self.port, ssl=tls_at_once)

        async def close() -> None:
            server.close()
            for open_server in list(self._open_servers):
                _cut(open_server)
            await asyncio.sleep(0)

        return server.sockets[0].getsockname()[1], close

    def _make_server(self) -> SMTP:
        server = _TrackedSmtp(
            _Handler(self),
            open_servers=self._open_servers,
            hostname="receiver.localhost",
            loop=asyncio.get_running_loop(),
            enable_SMTPUTF8=self._utf8,
            tls_context=None if self._tls_from_start else self._tls,
            auth_require_tls=False,
            authenticator=self._authenticate if self.needs_login else None,
        )
        self.connections += 1
        return server

    def _authenticate(self, *details: object) -> AuthResult:
        self.login_attempts += 1
        given = details[-1]
        if isinstance(given, LoginPassword) and self._logins is not None:
            expected = self._logins.get(given.login.decode("utf-8", "replace"))
            if expected is not None and expected.encode() == given.password:
                return AuthResult(success=True)
        return AuthResult(success=False, handled=False)


class _TrackedSmtp(SMTP):
    """A connection that is known while it is open."""

    def __init__(self, handler: _Handler, *, open_servers: set[SMTP], **options: Any) -> None:
        super().__init__(handler, **options)
        self._open_servers = open_servers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._open_servers.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_servers.discard(self)
        super().connection_lost(error)


class _Handler:
    """The hooks that the SMTP library calls for one connection."""

    def __init__(self, receiver: SmtpReceiver) -> None:
        self._receiver = receiver
        self._fault: SmtpFault | None = None

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._receiver.needs_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        self._fault = self._receiver._take_fault()
        answer = await self._meet_fault(server, "mail")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._meet_fault(server, "rcpt")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await self._meet_fault(server, "data")
        if answer is None:
            self._receiver._note(
                ReceivedMail(
                    sender=envelope.mail_from or "",
                    recipients=tuple(envelope.rcpt_tos),
                    raw=envelope.original_content or b"",
                )
            )
        return answer or "250 OK: kept"

    async def _meet_fault(self, server: SMTP, stage: str) -> str | None:
        fault = self._fault
        if fault is None or fault.stage != stage:
            return None
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.hang:
            await asyncio.sleep(HANG_SECONDS)
        if fault.drop:
            _cut(server)
        return fault.reply or None


def _cut(server: SMTP) -> None:
    """End a connection without a word."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
