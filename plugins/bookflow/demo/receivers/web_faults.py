"""Ways in which a web server can disappoint, for the receivers that speak HTTP."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from bookflow.demo.receivers.receiving import LOCAL, Keepable, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

HANG_SECONDS = 3600.0
DRIP_SECONDS = 0.1
BLOCK = b"x" * 65_536
SHUTDOWN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class WebFault:
    """What one request meets instead of a good answer. `delay` in seconds comes first.

    `hang` answers nothing, `reset` cuts the connection, `raw` is written as it is instead of HTTP.
    `size` makes the body that many bytes long; `drip` sends it byte by byte, for ever.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    hang: bool = False
    reset: bool = False
    raw: bytes = b""
    size: int = 0
    drip: bool = False


M = TypeVar("M", bound=Keepable)


class WebReceiver(Receiver[M, WebFault]):
    """A receiver that speaks HTTP; `bytes_sent` counts the bytes of scripted bodies."""

    bytes_sent = 0
    connections = 0

    @abstractmethod
    async def _answer(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        """Keep what came and answer it; scripted faults never reach this."""

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        fault = self._take_fault()
        if fault is None:
            return await self._answer(request, body)
        self._note_faulty(request, body)
        return await self._meet(fault, request)

    def _note_faulty(self, request: web.BaseRequest, body: bytes) -> None:
        """Note a request that meets a fault; nothing by default."""

    async def _meet(self, fault: WebFault, request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(HANG_SECONDS if fault.hang else fault.delay)
        if fault.reset or fault.raw:
            if request.transport is not None:
                if fault.raw:
                    request.transport.write(fault.raw)
                    request.transport.close()
                else:
                    request.transport.abort()
            raise asyncio.CancelledError
        if not fault.size and not fault.drip:
            return web.Response(status=fault.status, headers=fault.headers, body=fault.body)
        response = web.StreamResponse(status=fault.status, headers=fault.headers)
        await response.prepare(request)
        sent = 0
        while fault.drip or sent < fault.size:
            block = b"." if fault.drip else BLOCK
            await response.write(block)
            sent += len(block)
            self.bytes_sent += len(block)
            if fault.drip:
                await asyncio.sleep(DRIP_SECONDS)
        return response

    async def _open(self) -> tuple[int, Callable[[], Coroutine[Any, Any, None]]]:
        loop = asyncio.get_running_loop()
        site = web.Server(self._handle, access_log=None)

        def make_connection() -> web.RequestHandler:
            self.connections += 1
            return site()

        server = await loop.create_server(make_connection, LOCAL, self.port, backlog=1024)

        async def close() -> None:
            server.close()
            await site.shutdown(SHUTDOWN_SECONDS)

        return server.sockets[0].getsockname()[1], close
