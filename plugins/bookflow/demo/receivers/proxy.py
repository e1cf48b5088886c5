"""A TCP proxy on 127.0.0.1 that fails as networks do, in front of any server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bookflow.demo.receivers.receiving import LOCAL, START_SECONDS, Moment, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

BLOCK = 65_536
# closing such a socket sends RST instead of FIN
_LINGER = struct.pack("ii", 1, 0)


class FaultKind(StrEnum):
    """The ways in which a connection goes wrong."""

    REFUSE = "refuse"
    RESET = "reset"
    HANG = "hang"
    SLOW = "slow"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class TcpFault:
    """What one connection meets.

    `refuse` resets it at once, before a byte. `reset` does so after `after` bytes of the client.
    `hang` passes `after` bytes of the server and then nothing more, either way, while the
    connection stays open. `slow` passes the server's bytes one by one, `pace` seconds apart. `cut`
    ends it after `after` bytes of the server. With `once_sent` the fault begins when the client has
    sent this text; everything passes before, and that text too: the server has it.
    """

    kind: FaultKind
    after: int = 0
    once_sent: bytes = b""
    pace: float = 0.05


@dataclass(frozen=True, slots=True)
class ProxiedConnection:
    """One connection that has ended, with the bytes that passed each way."""

    fault: TcpFault | None
    sent: int
    answered: int
    received_at: Moment = field(default_factory=Moment)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "fault": self.fault.kind if self.fault else None,
            "sent": self.sent,
            "answered": self.answered,
            "received_at": self.received_at.wall.isoformat(),
        }


class TcpProxy(Receiver[ProxiedConnection, TcpFault]):
    """Forwards connections to `target`, a port of 127.0.0.1; `messages` holds those that ended.

    `script` sets what the next connections meet; `shut` takes the port itself away, so that
    connecting fails, until `reopen`.
    """

    def __init__(self, target: int, *, port: int = 0, keep: Path | None = None) -> None:
        """Describe the proxy."""
        super().__init__(port=port, keep=keep)
        self.target = target
        self._server: asyncio.Server | None = None
        self._open_ends: set[_Crossing] = set()

    def shut(self) -> None:
        """Stop listening and reset what is open: connecting is refused by the system."""
        self._call(self._shut())

    def reopen(self) -> None:
        """Listen again, on the same port."""
        self._call(self._listen())

    def strike(self, fault: TcpFault) -> None:
        """Let every open connection meet the fault from now on."""
        self._call(self._strike(fault))

    def reset_open(self) -> None:
        """Reset every open connection."""
        self._call(self._reset_open())

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        loop = self._loop
        if loop is None:
            work.close()
            message = "the proxy has not been started"
            raise RuntimeError(message)
        asyncio.run_coroutine_threadsafe(work, loop).result(timeout=START_SECONDS)

    async def _open(self) -> tuple[int, Callable[[], Coroutine[Any, Any, None]]]:
        await self._listen()
        return self.port, self._shut

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, LOCAL, self.port, backlog=1024, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._reset_open()

    async def _strike(self, fault: TcpFault) -> None:
        for crossing in list(self._open_ends):
            crossing.meet(fault)

    async def _reset_open(self) -> None:
        for crossing in list(self._open_ends):
            crossing.reset()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._take_fault()
        crossing = _Crossing(fault, _End(reader, writer))
        self._open_ends.add(crossing)
        try:
            await crossing.run(self.target)
        finally:
            self._open_ends.discard(crossing)
            self._note(ProxiedConnection(crossing.fault, crossing.sent, crossing.answered))


@dataclass(frozen=True, slots=True)
class _End:
    """One side of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        """End it with RST."""
        sock = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.writer.transport.abort()


class _Crossing:
    """One client's connection and the one to the server, with what goes wrong in between."""

    def __init__(self, fault: TcpFault | None, client: _End) -> None:
        self.sent = 0
        self.answered = 0
        self.fault = fault
        self._client = client
        self._server: _End | None = None
        self._seen = b""
        self._has_begun = fault is not None and not fault.once_sent

    def meet(self, fault: TcpFault) -> None:
        """Go wrong in this way from now on; what it counts, it counts from here."""
        self.fault = fault
        self._seen = b""
        self._has_begun = not fault.once_sent
        self.sent = self.answered = 0
        if self._meets(FaultKind.REFUSE):
            self.reset()

    async def run(self, target: int) -> None:
        """Carry bytes until one side ends, or the fault ends both."""
        if self._meets(FaultKind.REFUSE):
            self.reset()
            return
        try:
            self._server = _End(*await asyncio.open_connection(LOCAL, target))
            await self._carry(self._server)
        except OSError:
            self.reset()
        finally:
            for end in self._ends():
                end.writer.close()

    def reset(self) -> None:
        """End both sides with RST."""
        for end in self._ends():
            end.reset()

    def _ends(self) -> list[_End]:
        return [end for end in (self._client, self._server) if end is not None]

    def _meets(self, kind: FaultKind) -> bool:
        return self._has_begun and self.fault is not None and self.fault.kind is kind

    async def _carry(self, server: _End) -> None:
        """Carry both ways; a client that has said all may still be answered."""
        up = asyncio.ensure_future(self._carry_up(server))
        down = asyncio.ensure_future(self._carry_down(server))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            if up.done() and not up.exception() and not self._meets(FaultKind.HANG):
                await down
            for side in (up, down):
                if side.done():
                    side.result()
        finally:
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _carry_up(self, server: _End) -> None:
        while data := await self._client.reader.read(BLOCK):
            if self._meets(FaultKind.HANG):
                continue
            if self._meets(FaultKind.RESET):
                data = data[: self._limit() - self.sent]
            # before the server can answer it
            self._look_for_start(data)
            server.writer.write(data)
            await server.writer.drain()
            self.sent += len(data)
            if self._meets(FaultKind.RESET) and self.sent >= self._limit():
                raise ConnectionResetError
        with contextlib.suppress(OSError):
            server.writer.write_eof()

    async def _carry_down(self, server: _End) -> None:
        while data := await server.reader.read(BLOCK):
            if self._meets(FaultKind.HANG) or self._meets(FaultKind.CUT):
                data = data[: max(0, self._limit() - self.answered)]
            pace = self.fault.pace if self._meets(FaultKind.SLOW) and self.fault else 0.0
            await self._answer(data, pace)
            if self._meets(FaultKind.CUT) and self.answered >= self._limit():
                return
        if self._meets(FaultKind.HANG):
            # it stays open until the client has had enough
            await asyncio.Event().wait()

    async def _answer(self, data: bytes, pace: float) -> None:
        blocks = [data[at : at + 1] for at in range(len(data))] if pace else [data]
        for block in blocks:
            self._client.writer.write(block)
            await self._client.writer.drain()
            self.answered += len(block)
            await asyncio.sleep(pace)

    def _limit(self) -> int:
        return self.fault.after if self.fault is not None else 0

    def _look_for_start(self, data: bytes) -> None:
        if self.fault is None or self._has_begun:
            return
        seen = self._seen + data
        if self.fault.once_sent in seen:
            self._has_begun = True
            # what the fault counts, it counts from here on
            self.sent = -len(data)
            self.answered = 0
        self._seen = seen[-len(self.fault.once_sent) :]
