"""Outgoing HTTP: pooled, bounded in every direction, and only to addresses the guard permits.

httpx on the aiohttp transport: the API of the one, seven times the throughput of its default
transport, and a connector that tells the address before it connects.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.actions.address_guard import AddressGuard, refusal
from bookflow.actions.masking import MASK, bound_text, is_secret_name, mask_url
from bookflow.errors import DeliveryError, PermanentDeliveryError, TransientDeliveryError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    import httpx
    from aiohttp.abc import AbstractResolver, ResolveResult

    from bookflow.settings import Settings

OWN_HEADERS = {"user-agent": "bookflow/0.1", "accept": "*/*", "accept-encoding": "identity"}
KEPT_BYTES = 1024
KEPT_HEADERS = 40
KEPT_HEADER_LENGTH = 500
READ_BUFFER_BYTES = 4096
RETRY_AFTER_LIMIT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A peer's answer; `headers` are safe to keep, `body` holds its first bytes only."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Tell whether the status is one of 200 to 299."""
        return 200 <= self.status < 300

    def to_details(self) -> dict[str, object]:
        """Give what is worth keeping, as JSON."""
        text = self.body[:KEPT_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
        return {"status": self.status, "headers": dict(self.headers), "body": text}


class OutgoingHttp:
    """Sends requests; shared by all deliveries of a task. Made by `open_http`."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        guard: AddressGuard,
        *,
        timeout: float,
        concurrency: int,
    ) -> None:
        """Take an open transport; `timeout` in seconds is for a request, first to last byte.

        There is no `httpx.AsyncClient` around it: what that adds per request, such as cookies,
        redirects and credentials found in the environment, is what must not happen here.
        """
        self._transport = transport
        self._guard = guard
        self._timeout = timeout
        self._slots = asyncio.Semaphore(concurrency)

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], kept_bytes: int = KEPT_BYTES
    ) -> Answer:
        """Post once and read the answer's first bytes; redirects are not followed.

        Raises `PermanentDeliveryError` for a URL or address that is refused, and
        `TransientDeliveryError` when there is no whole answer in time.
        """
        host = check_url(url)
        self._guard.check_literal(host)
        # waiting for a free slot must not use up the time of the request itself
        async with self._slots:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._exchange(url, content, headers, kept_bytes)
            except DeliveryError:
                raise
            except TimeoutError:
                message = f"{host} gave no whole answer within {self._timeout:g} s"
                raise TransientDeliveryError(message, code="http-timeout") from None
            except Exception as error:
                described = describe_failure(error, host)
                if described is None:
                    raise
                raise described from error

    async def _exchange(
        self, url: str, content: bytes, headers: Mapping[str, str], kept_bytes: int
    ) -> Answer:
        # already imported when the transport was opened
        import httpx

        # receivers read header values as UTF-8 where they are not ASCII
        encoded = [
            (name.encode("ascii"), value.encode("utf-8", "replace"))
            for name, value in {**OWN_HEADERS, **headers}.items()
        ]
        request = httpx.Request("POST", url, content=content, headers=encoded)
        response = await self._transport.handle_async_request(request)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) >= kept_bytes:
                    break
        finally:
            await response.aclose()
        return Answer(response.status_code, _keep_headers(response), bytes(body[:kept_bytes]))


@asynccontextmanager
async def open_http(
    settings: Settings, *, resolver: AbstractResolver | None = None
) -> AsyncIterator[OutgoingHttp]:
    """Open a client whose every connection is guarded; `resolver` replaces the system's own."""
    # half a second of imports that only tasks with HTTP deliveries should pay for
    import ssl

    import aiohttp
    from aiohttp.resolver import ThreadedResolver
    from httpx_aiohttp import AiohttpTransport

    guard = AddressGuard.from_networks(settings.allowed_networks)

    def make_socket(addr_info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = addr_info
        # the last word on every connection, also where no name was looked up
        guard.check(str(address[0]), host=str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = aiohttp.TCPConnector(
        resolver=_guarded(resolver or ThreadedResolver(), guard),
        socket_factory=make_socket,
        limit=settings.concurrency,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        read_bufsize=READ_BUFFER_BYTES,
    )
    # the connector brings the TLS context; this one only keeps the transport from loading another
    transport = AiohttpTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), client=session)
    async with transport:
        # it sets no limits of its own: `post` limits the whole exchange
        yield OutgoingHttp(
            transport,
            guard,
            timeout=settings.http_timeout_seconds,
            concurrency=settings.concurrency,
        )


def check_url(url: str) -> str:
    """Give the URL's host; raises `PermanentDeliveryError` unless it is http(s) with a host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        has_bad_port = parts.port == 0
    except ValueError:
        parts, host, has_bad_port = urlsplit(""), None, True
    sound = url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme not in ("http", "https") or not host or has_bad_port or not sound:
        message = (
            f"{_show_target(url)!r} is not a usable URL; it must begin with http:// or https:// "
            "and a host, such as https://example.com/hook"
        )
        raise PermanentDeliveryError(message, code="http-url")
    return host


def describe_failure(error: Exception, host: str) -> DeliveryError | None:
    """Turn an error of the HTTP stack into ours; None for an error that is not its own."""
    # already imported when there is something to describe
    import aiohttp
    import httpx

    cause = error.__cause__ if isinstance(error, httpx.HTTPError) else error
    if isinstance(cause, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        message = (
            f"{host} has no TLS certificate that can be trusted: {bound_text(str(cause), 300)}"
        )
        return PermanentDeliveryError(message, code="http-tls")
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        message = f"the name {host} can't be resolved"
        return TransientDeliveryError(message, code="http-dns")
    if isinstance(cause, aiohttp.ClientConnectorError):
        message = f"{host} can't be connected to: {bound_text(str(cause.os_error), 300)}"
        return TransientDeliveryError(message, code="http-connect")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        message = f"the URL for {host} is not usable: {bound_text(str(error), 300)}"
        return PermanentDeliveryError(message, code="http-url")
    if isinstance(cause, aiohttp.ClientResponseError):
        message = f"{host} answered with something that is not HTTP"
        return TransientDeliveryError(message, code="http-protocol")
    if isinstance(cause, aiohttp.ClientError | OSError) or isinstance(error, httpx.HTTPError):
        message = f"{host} dropped the connection: {type(cause).__name__}"
        return TransientDeliveryError(message, code="http-disconnected")
    return None


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Give the wait a peer asks for, in seconds, bounded; it may be a number or a date."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = text.strip()
    if not text or len(text) > 100:
        return None
    if text.isascii() and text.isdigit():
        wait = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
            wait = (moment - now).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(max(wait, 0.0), RETRY_AFTER_LIMIT_SECONDS)


def _keep_headers(response: httpx.Response) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in list(response.headers.items())[:KEPT_HEADERS]:
        clean = "".join(letter for letter in value if letter.isprintable())
        if name.lower() in ("location", "content-location", "refresh"):
            clean = mask_url(clean)
        shown = MASK if is_secret_name(name) else bound_text(clean, KEPT_HEADER_LENGTH)
        kept[bound_text(name, 100)] = shown
    return kept


def _show_target(url: str) -> str:
    """Show of a URL only its scheme and host: the rest may hold secrets."""
    return bound_text(url.partition("?")[0].rpartition("@")[2], 100)


def _guarded(resolver: AbstractResolver, guard: AddressGuard) -> AbstractResolver:
    # made here because its base class is part of the late import
    from aiohttp.abc import AbstractResolver

    class GuardedResolver(AbstractResolver):
        """Drops addresses that may not be connected to, at the moment of connecting."""

        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            found = await resolver.resolve(host, port, family)
            permitted = [result for result in found if guard.permits(result["host"])]
            if found and not permitted:
                raise refusal(found[0]["host"], host=host)
            return permitted

        async def close(self) -> None:
            await resolver.close()

    return GuardedResolver()
