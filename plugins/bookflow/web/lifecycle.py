"""Opens bookflow inside the API server, and opens it again when a database was away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol, runtime_checkable

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from bookflow.errors import BookflowError, ConfigurationError, DatabaseUnavailableError
from bookflow.journey.inbound.desk import InboundDesk
from bookflow.journey.intake import Incoming
from bookflow.journey.intervening import Interventions
from bookflow.journey.reminders.upcoming import Forecast
from bookflow.ports import Domain, SpecSource
from bookflow.ports.endpoints import EndpointStore
from bookflow.ports.reports import ReportStore
from bookflow.records import RecordedEvent
from bookflow.settings import Settings
from bookflow.web.problems import NotStartedError
from bookflow.wiring.management import Management

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
PATIENCE_SECONDS = 2.0


class Receiver(Protocol):
    """Takes events in."""

    def receive(self, incoming: Sequence[Incoming]) -> list[RecordedEvent | BookflowError]:
        """Record every acceptable event; answer in order."""
        ...


class Runtime(Protocol):
    """What the routes work with; `wiring.ServerRuntime` is the real one."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def domain(self) -> Domain:
        """The domain whose events come in."""
        ...

    @property
    def specs(self) -> SpecSource:
        """The workflows as the files say now."""
        ...

    @property
    def reports(self) -> ReportStore:
        """What is recorded."""
        ...

    @property
    def intake(self) -> Receiver:
        """Where events go in."""
        ...

    @property
    def inbound(self) -> InboundDesk:
        """Where signed requests of platforms go in."""
        ...

    @property
    def endpoints(self) -> EndpointStore:
        """What is known of the places that messages go to."""
        ...

    @property
    def forecast(self) -> Forecast:
        """What is planned."""
        ...

    @property
    def interventions(self) -> Interventions:
        """What people decide about executions."""
        ...

    @property
    def management(self) -> Management:
        """What people do with workflows through the API."""
        ...

    @property
    def waker(self) -> object:
        """Makes runs; started and stopped with the runtime where it can be."""
        ...

    def start(self) -> None:
        """Begin to work in the background."""
        ...

    def stop(self) -> None:
        """End that, and close what is open."""
        ...

    def timeline(self, booking_id: str) -> dict[str, Any] | None:
        """Give everything about a booking; None where nothing is known."""
        ...

    def health(self) -> dict[str, Any]:
        """Tell the state of each part."""
        ...


@runtime_checkable
class Startable(Protocol):
    """Something with a background part."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class RuntimeKeeper:
    """Holds the runtime; a failure to open it is answered with its cause and tried again."""

    def __init__(
        self,
        open_runtime: Callable[[], Runtime],
        *,
        retry_seconds: float = RETRY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep how to open; nothing is opened yet."""
        self._open_runtime = open_runtime
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._opening = threading.Lock()
        self._runtime: Runtime | None = None
        self._failure: Exception | None = None
        self._retry_at = 0.0
        self._is_closed = False

    def open(self) -> None:
        """Open now; a failure is logged and kept for those who ask."""
        self._is_closed = False
        try:
            self.get()
        except BookflowError as error:
            log.warning("bookflow: %s; trying again when the next request comes", error)

    def get(self) -> Runtime:
        """Give the runtime, opening it where needed; raises why there is none."""
        runtime = self._runtime
        if runtime is not None:
            return runtime
        # with a known failure nobody queues behind the one thread that tries again
        if not self._opening.acquire(timeout=0 if self._failure else PATIENCE_SECONDS):
            raise self._refusal()
        try:
            if self._runtime is None:
                self._try_opening()
            runtime = self._runtime
            if runtime is None:
                raise self._refusal()
            # the server may have been stopped while this thread was opening
            self._stop_if_closed()
            return runtime
        finally:
            self._opening.release()

    @property
    def opened(self) -> Runtime | None:
        """The runtime where it is open by now; nothing is tried."""
        return self._runtime

    def close(self) -> None:
        """Stop everything; work in progress is finished first."""
        self._is_closed = True
        if not self._opening.acquire(timeout=5):
            return  # the thread that is opening sees that all is over
        try:
            self._stop_if_closed()
        finally:
            self._opening.release()

    def _stop_if_closed(self) -> None:
        if self._is_closed and self._runtime is not None:
            runtime, self._runtime = self._runtime, None
            _stop(runtime)

    def _try_opening(self) -> None:
        if self._is_closed or self._clock() < self._retry_at:
            return
        try:
            runtime = self._open_runtime()
            _start(runtime)
        except Exception as error:
            self._failure = error
            self._retry_at = self._clock() + self._retry_seconds
            if not isinstance(error, BookflowError):
                log.warning("bookflow: could not start", exc_info=error)
            return
        self._failure = None
        self._runtime = runtime

    def _refusal(self) -> BookflowError:
        failure = self._failure
        # made anew: one exception raised in many threads would collect all their tracebacks
        if isinstance(failure, ConfigurationError):
            return ConfigurationError(str(failure))
        if isinstance(failure, DatabaseUnavailableError):
            return DatabaseUnavailableError(str(failure))
        if self._is_closed:
            return NotStartedError("the API server is shutting down; send the request again")
        if failure is not None:
            return NotStartedError("bookflow could not start; the API server's log says why")
        return NotStartedError("bookflow is starting; send the request again in a few seconds")


def _start(runtime: Runtime) -> None:
    try:
        runtime.start()
        if isinstance(runtime.waker, Startable):
            runtime.waker.start()
    except Exception:
        runtime.stop()
        raise


def _stop(runtime: Runtime) -> None:
    try:
        if isinstance(runtime.waker, Startable):
            runtime.waker.stop()
    finally:
        runtime.stop()


def find_keeper(request: Request) -> RuntimeKeeper:
    """Give the keeper of the app that serves the request."""
    keeper: RuntimeKeeper = request.app.state.keeper
    return keeper


# asynchronous where nothing waits: FastAPI sends each plain function through a thread
async def depend_on_keeper(request: Request) -> Any:
    """Give the keeper to a route."""
    return find_keeper(request)


async def depend_on_runtime(request: Request) -> Any:
    """Give the runtime; answers 503 or 500 with the cause where there is none."""
    keeper = find_keeper(request)
    return keeper.opened or await run_in_threadpool(keeper.get)


# typed as Any for FastAPI, which would otherwise try to validate a Protocol
RuntimeDep = Annotated[Runtime, Depends(depend_on_runtime)]
KeeperDep = Annotated[RuntimeKeeper, Depends(depend_on_keeper)]
