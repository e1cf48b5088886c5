"""What every receiver has in common: a thread with its own loop, and the record of what came."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from types import TracebackType

START_SECONDS = 10.0
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something arrived: `monotonic` for measuring on this machine, `wall` for people."""

    monotonic: float = field(default_factory=time.monotonic)
    wall: datetime = field(default_factory=lambda: datetime.now(UTC))


class Keepable(Protocol):
    """Something received that can be written to a file."""

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        ...


M = TypeVar("M", bound=Keepable)
F = TypeVar("F")


class Receiver(ABC, Generic[M, F]):
    """A server in a thread of its own; `with` starts and stops it.

    `messages` holds what arrived, in order. `keep` names a JSON lines file that gets each message
    as well. Port 0 takes a free one; `port` tells which.
    """

    def __init__(self, *, port: int = 0, keep: Path | None = None) -> None:
        """Describe the receiver; nothing listens until `start`."""
        self.messages: list[M] = []
        self.port = port
        self._arrival = threading.Condition()
        self._faults: deque[F | None] = deque()
        self._lasting_fault: F | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._keeper = _Keeper(keep) if keep else None

    def start(self) -> Self:
        """Listen; raises `OSError` when the port is taken."""
        ready: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name=type(self).__name__, daemon=True
        )
        self._thread.start()
        problem = ready.get(timeout=START_SECONDS)
        if problem is not None:
            self._thread.join()
            self._thread = None
            raise problem
        return self

    def stop(self) -> None:
        """Close every connection and wait until the thread has ended."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=START_SECONDS)
        self._loop = self._thread = None
        if self._keeper is not None:
            self._keeper.close()

    def script(self, *faults: F | None, lasting: F | None = None) -> None:
        """Set what the next messages meet, one fault each (None: nothing); then `lasting`."""
        with self._arrival:
            self._faults = deque(faults)
            self._lasting_fault = lasting

    def wait_for(self, count: int, timeout: float = 10.0) -> list[M]:
        """Wait until `count` messages have arrived and give all; raises `TimeoutError`."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.messages) >= count, timeout):
                message = f"{len(self.messages)} of {count} messages arrived within {timeout:g} s"
                raise TimeoutError(message)
            return list(self.messages)

    def clear(self) -> None:
        """Forget what arrived."""
        with self._arrival:
            self.messages.clear()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _take_fault(self) -> F | None:
        with self._arrival:
            return self._faults.popleft() if self._faults else self._lasting_fault

    def _note(self, message: M) -> None:
        with self._arrival:
            self.messages.append(message)
            self._arrival.notify_all()
        if self._keeper is not None:
            self._keeper.put(message)

    @abstractmethod
    async def _open(self) -> tuple[int, Callable[[], Coroutine[Any, Any, None]]]:
        """Listen on `self.port`; give the port and what closes the server."""

    def _run(self, ready: queue.SimpleQueue[BaseException | None]) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            self.port, close = loop.run_until_complete(self._open())
        except OSError as error:
            loop.close()
            ready.put(error)
            return
        self._loop = loop
        ready.put(None)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(close())
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


class _Keeper:
    """Writes messages to a file from a thread of its own, so that receiving never waits."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._waiting: queue.SimpleQueue[Keepable | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name=f"keep-{path.name}", daemon=True)
        self._thread.start()

    def put(self, message: Keepable) -> None:
        self._waiting.put(message)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(timeout=START_SECONDS)

    def _write(self) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            while (message := self._waiting.get()) is not None:
                file.write(json.dumps(message.to_json(), ensure_ascii=False) + "\n")
                if self._waiting.empty():
                    file.flush()
