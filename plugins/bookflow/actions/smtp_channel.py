"""The SMTP channel: a few kept connections that all e-mails of a task go through."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.actions.endpoint_keys import rate_of
from bookflow.actions.mail_composing import Envelope, Sender, compose
from bookflow.actions.masking import bound_text, quote_answer
from bookflow.actions.recipients import raise_refusal
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.records import Receipt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import aiosmtplib

    from bookflow.records import ConnectionInfo, Json, Message, NewDelivery
    from bookflow.settings import Rate, Settings

FIRST_PERMANENT = 500
SERVICE_CLOSING = 421
QUIT_SECONDS = 2.0
TURNS_TO_CLOSE = 3
ANSWER_LIMIT = 500
# a message takes four commands, each with its own timeout
TIMEOUTS_PER_MESSAGE = 5
TIMEOUT_LIMIT_SECONDS = 600.0
# RFC 3463, such as 5.1.1
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how to send; the names of extras are those of Airflow's SMTP connections."""

    conn_id: str
    host: str
    port: int
    sender: Sender
    login: str = ""
    password: str = ""
    has_ssl: bool = False
    has_starttls: bool = False
    verifies: bool = True
    timeout: float = 15.0
    rate: Rate | None = None

    @classmethod
    def from_connection(cls, info: ConnectionInfo, *, timeout: float) -> SmtpServer:
        """Read a connection; raises `ConfigurationError` saying what to set.

        TLS from the first byte unless extra `disable_ssl`; else STARTTLS unless `disable_tls`.
        """
        if not info.host:
            message = f"connection {info.conn_id}: set its host to that of the SMTP server"
            raise ConfigurationError(message)
        origin = info.extra.get("from_email") or info.login
        try:
            sender = Sender.parse(str(origin))
        except ValueError:
            message = (
                f"connection {info.conn_id}: {str(origin)[:200]!r} is not an address to send from; "
                'set the extra `from_email`, such as "Bookings <bookings@example.com>"'
            )
            raise ConfigurationError(message) from None
        has_ssl = not _is_on(info, "disable_ssl")
        has_starttls = not has_ssl and not _is_on(info, "disable_tls")
        return cls(
            conn_id=info.conn_id,
            host=info.host,
            port=info.port or (465 if has_ssl else 587 if has_starttls else 25),
            sender=sender,
            login=info.login,
            password=info.password,
            has_ssl=has_ssl,
            has_starttls=has_starttls,
            verifies=info.extra.get("ssl_context") != "none",
            timeout=_read_timeout(info, timeout),
            rate=rate_of(info),
        )

    def make_tls_context(self) -> ssl.SSLContext:
        """Make the context for TLS; certificates are verified unless the connection says not to."""
        context = ssl.create_default_context()
        if not self.verifies:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class SmtpChannel:
    """Sends e-mails over at most `size` connections, kept open between messages."""

    def __init__(self, server: SmtpServer, *, size: int) -> None:
        """Connect on first use, so that a task with nothing to send opens nothing."""
        self._server = server
        self._slots = asyncio.Semaphore(size)
        self._idle: list[aiosmtplib.SMTP] = []
        self._tls: ssl.SSLContext | None = None
        self._login_failure: PermanentDeliveryError | None = None

    @property
    def rate(self) -> Rate | None:
        """How fast the server may be used."""
        return self._server.rate

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        """Send once; see `Channel`."""
        del attempt
        raise_refusal(message.content)
        envelope = compose(message.content, delivery, self._server.sender)
        async with self._slots:
            return await self._send_in_slot(envelope)

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_quit(client) for client in idle))
        # the loop closes sockets at its next turns, and may end right after this
        for _ in range(TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _send_in_slot(self, envelope: Envelope) -> Receipt:
        # already imported when the channel was opened
        import aiosmtplib

        try:
            async with asyncio.timeout(self._server.timeout * TIMEOUTS_PER_MESSAGE):
                client = await self._announce(envelope)
                async with self._returning(client):
                    answer = await client.data(envelope.data)
        except DeliveryError:
            raise
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # OSError covers TimeoutError and ssl.SSLError
            raise self._describe(error) from error
        text = bound_text(str(answer.message), ANSWER_LIMIT)
        return Receipt(envelope.message_id, {"status": answer.code, "answer": text})

    async def _announce(self, envelope: Envelope) -> aiosmtplib.SMTP:
        """Give a connection on which the server has agreed to sender and recipient."""
        import aiosmtplib

        while self._idle:
            client = self._idle.pop()
            # servers close idle connections: as nothing was handed over, the next one will do
            try:
                await self._offer(client, envelope)
            except aiosmtplib.SMTPServerDisconnected:
                _hang_up(client)
            except aiosmtplib.SMTPResponseException as error:
                if error.code != SERVICE_CLOSING:
                    raise
            else:
                return client
        client = await self._connect()
        await self._offer(client, envelope)
        return client

    async def _offer(self, client: aiosmtplib.SMTP, envelope: Envelope) -> None:
        async with self._returning(client, only_on_refusal=True):
            options, encoding = await _read_needs(client, envelope)
            await client.mail(envelope.sender, options=options, encoding=encoding)
            await client.rcpt(envelope.recipient, encoding=encoding)

    @asynccontextmanager
    async def _returning(
        self, client: aiosmtplib.SMTP, *, only_on_refusal: bool = False
    ) -> AsyncIterator[None]:
        """Keep the connection for the next message if it is still fit for that, else close it."""
        import aiosmtplib

        try:
            yield
        except aiosmtplib.SMTPResponseException as error:
            if error.code != SERVICE_CLOSING and await _reset(client):
                self._idle.append(client)
            else:
                _hang_up(client)
            raise
        except BaseException:
            _hang_up(client)
            raise
        if not only_on_refusal:
            self._idle.append(client)

    async def _connect(self) -> aiosmtplib.SMTP:
        import aiosmtplib

        if self._login_failure is not None:
            raise self._login_failure
        server = self._server
        if self._tls is None and (server.has_ssl or server.has_starttls):
            self._tls = server.make_tls_context()
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.has_ssl,
            start_tls=server.has_starttls,
            tls_context=self._tls,
            timeout=server.timeout,
            local_hostname="localhost",
        )
        try:
            await client.connect()
            if server.login and server.password:
                await client.login(server.login, server.password)
        except aiosmtplib.SMTPAuthenticationError as error:
            _hang_up(client)
            described = self._describe(error)
            if isinstance(described, PermanentDeliveryError):
                # asking again with every message would get the account locked
                self._login_failure = described
            raise described from error
        except BaseException:
            _hang_up(client)
            raise
        return client

    def _describe(self, error: Exception) -> DeliveryError:
        """Turn an error of the SMTP stack into ours."""
        import aiosmtplib

        where = f"the SMTP server {self._server.host}:{self._server.port}"
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return self._describe_answer(error, where)
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            message = (
                f"{where} can't be trusted: {bound_text(str(error), 300)}; check the extras "
                f"`disable_ssl` and `disable_tls` of connection {self._server.conn_id}"
            )
            return PermanentDeliveryError(message, code="smtp-tls")
        if isinstance(error, TimeoutError):
            message = f"{where} did not answer in time"
            return TransientDeliveryError(message, code="smtp-timeout")
        if isinstance(error, aiosmtplib.SMTPServerDisconnected):
            message = f"{where} closed the connection"
            return TransientDeliveryError(message, code="smtp-disconnected")
        if isinstance(error, OSError):
            message = f"{where} can't be reached: {bound_text(str(error), 300)}"
            return TransientDeliveryError(message, code="smtp-connect")
        if "STARTTLS" in str(error):
            message = (
                f"{where} offers no STARTTLS; if it really has none, set the extra `disable_tls` "
                f"of connection {self._server.conn_id}"
            )
            return PermanentDeliveryError(message, code="smtp-tls")
        message = f"{where} can't be spoken to: {quote_answer(str(error), 300)}"
        return PermanentDeliveryError(message, code="smtp-protocol")

    def _describe_answer(
        self, error: aiosmtplib.SMTPResponseException, where: str
    ) -> DeliveryError:
        import aiosmtplib

        answer = bound_text(str(error.message), ANSWER_LIMIT)
        status = _ENHANCED.match(answer)
        number = f"{error.code} {status[0]}" if status else f"{error.code}"
        words = answer[status.end() :] if status else answer
        message = f"{where} answered {number} {quote_answer(words, ANSWER_LIMIT)}"
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            message += f"; correct login and password of connection {self._server.conn_id}"
        details: Mapping[str, Json] = {"status": error.code, "answer": answer}
        code = f"smtp-{error.code}"
        if error.code >= FIRST_PERMANENT:
            return PermanentDeliveryError(message, code=code, details=details)
        return TransientDeliveryError(message, code=code, details=details)


@asynccontextmanager
async def open_smtp(info: ConnectionInfo, settings: Settings) -> AsyncIterator[SmtpChannel]:
    """Open a channel to a connection's server; raises `ConfigurationError`."""
    server = SmtpServer.from_connection(info, timeout=settings.smtp_timeout_seconds)
    channel = SmtpChannel(server, size=settings.smtp_connections)
    try:
        yield channel
    finally:
        await channel.close()


async def _read_needs(client: aiosmtplib.SMTP, envelope: Envelope) -> tuple[list[str], str]:
    """Give the options and encoding of the envelope's commands."""
    if not envelope.is_international:
        return [], "ascii"
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if not client.supports_extension("smtputf8"):
        message = (
            f"{envelope.recipient} has letters that the SMTP server can't handle, since it offers "
            "no SMTPUTF8; use another address or another server"
        )
        raise PermanentDeliveryError(message, code="smtp-utf8")
    return ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"


async def _reset(client: aiosmtplib.SMTP) -> bool:
    """Clear a half-made transaction; tells whether the connection is fit for another message."""
    import aiosmtplib

    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return client.is_connected


async def _quit(client: aiosmtplib.SMTP) -> None:
    import aiosmtplib

    transport = client.transport
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=QUIT_SECONDS)
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _hang_up(client: aiosmtplib.SMTP) -> None:
    """Close without waiting for the farewell of TLS, which a broken peer never sends."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _is_on(info: ConnectionInfo, name: str) -> bool:
    """Read a switch; connections made from a URI hold it as text."""
    value = info.extra.get(name, False)
    if isinstance(value, str):
        return value.strip().lower() in ("1", "true", "yes", "on", "t", "y")
    return bool(value)


def _read_timeout(info: ConnectionInfo, default: float) -> float:
    value = info.extra.get("timeout")
    if value in (None, ""):
        return default
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds <= TIMEOUT_LIMIT_SECONDS:
        message = (
            f"connection {info.conn_id}: the extra `timeout` must be seconds, from 1 to "
            f"{TIMEOUT_LIMIT_SECONDS:g}"
        )
        raise ConfigurationError(message)
    return seconds
