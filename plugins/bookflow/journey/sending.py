"""Sending: many deliveries in flight at once, each tried a few times, settled as they end."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bookflow.errors import DeliveryError, TransientDeliveryError
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import (
    DeliveryOutcome,
    DeliveryState,
    DeliveryStatus,
    Hold,
    Message,
    NewDelivery,
    Receipt,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bookflow.journey.retrying import RoundEnd
    from bookflow.ports import Channel, NowSource

log = logging.getLogger(__name__)


class Guard(Protocol):
    """Decides before each call whether its endpoint may be called now."""

    def use(self, channel: Channel) -> None:
        """Learn how fast the open channel may be used."""
        ...

    async def admit(self, message: Message) -> Hold | None:
        """Let it through, or put it off; raises `PermanentDeliveryError` for a disabled one."""
        ...

    def report(self, message: Message, error: DeliveryError | None) -> None:
        """Take how a call went that was admitted."""
        ...

    def flush(self) -> None:
        """Tell the other workers; blocks on the database and never raises for it."""
        ...


class OpenGuard:
    """The guard where there are no limits."""

    def use(self, channel: Channel) -> None:
        """Take no notice."""

    async def admit(self, message: Message) -> Hold | None:
        """Let everything through."""
        return None

    def report(self, message: Message, error: DeliveryError | None) -> None:
        """Take no notice."""

    def flush(self) -> None:
        """Have nothing to tell."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently one task tries a delivery. Times are in seconds.

    The wait before attempt n+1 is drawn from 0 to `base * 2**(n-1)`, at most `limit` (full
    jitter); a peer's Retry-After is obeyed up to `patience`, beyond which the delivery is left to
    a later round.
    """

    attempts: int = 3
    base: float = 0.5
    limit: float = 10.0
    patience: float = 30.0

    def wait(self, attempt: int, error: TransientDeliveryError) -> float | None:
        """Give the wait after the failed `attempt` (from 1); None: not again in this task."""
        if attempt >= self.attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.patience else None
        # jitter spreads load, it guards no secret
        return random.uniform(0.0, min(self.limit, self.base * 2 ** (attempt - 1)))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery with its content, and how it stood when it was claimed."""

    message: Message
    delivery: NewDelivery
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends parcels through an open channel; makes outcomes of whatever happens."""

    channel: Channel
    policy: RetryPolicy
    end: RoundEnd
    now: NowSource
    guard: Guard = field(default_factory=OpenGuard)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    tracer: Tracer = SILENCE

    async def send(self, parcel: Parcel) -> DeliveryOutcome:
        """Send one parcel, trying again on transient failures; never raises."""
        attempt = 0
        failure: DeliveryError | None = None
        started = time.monotonic()
        while True:
            try:
                hold = await self._admit(parcel)
                if hold:
                    return self._stop(parcel, hold, failure, attempt)
                attempt += 1
                receipt = await self._call(parcel, attempt)
            except DeliveryError as error:
                failure = error
                wait = self._wait(attempt, error)
                if wait is None:
                    return self.end.fail(parcel.state, error, attempt, self.now())
                await self.sleep(wait)
                continue
            elapsed = round((time.monotonic() - started) * 1000, 1)
            return DeliveryOutcome(
                id=parcel.state.id,
                status=DeliveryStatus.SENT,
                attempts=attempt,
                at=self.now(),
                provider_id=receipt.provider_id,
                details={**receipt.details, "elapsed_ms": elapsed},
            )

    def _stop(
        self, parcel: Parcel, hold: Hold, failure: DeliveryError | None, attempts: int
    ) -> DeliveryOutcome:
        """End a round that was held up; one that has failed before counts as such."""
        if failure is None:
            return self.end.put_off(parcel.state, hold, attempts, self.now())
        outcome = self.end.fail(parcel.state, failure, attempts, self.now())
        if outcome.not_before is None or outcome.not_before >= hold.until:
            return outcome
        return replace(outcome, not_before=hold.until)

    async def _admit(self, parcel: Parcel) -> Hold | None:
        try:
            return await self.guard.admit(parcel.message)
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("bookflow: delivery %s was not let through", parcel.delivery.id)
            raise UnexpectedDeliveryError(error) from error

    async def _call(self, parcel: Parcel, attempt: int) -> Receipt:
        number = parcel.state.attempts + attempt
        delivery = parcel.delivery
        span = self.tracer.span(
            "deliver",
            channel=delivery.channel,
            delivery_id=str(delivery.id),
            execution_id=str(delivery.execution_id),
            attempt=number,
        )
        try:
            with span:
                receipt = await self.channel.send(parcel.message, delivery, attempt=number)
        except DeliveryError as error:
            self.guard.report(parcel.message, error)
            raise
        except Exception as error:
            log.exception("bookflow: delivery %s failed unexpectedly", parcel.delivery.id)
            wrapped = UnexpectedDeliveryError(error)
            self.guard.report(parcel.message, wrapped)
            raise wrapped from error
        self.guard.report(parcel.message, None)
        return receipt

    def _wait(self, attempt: int, error: DeliveryError) -> float | None:
        """Give the wait before the next attempt in this task; None: it is over for this task."""
        if not isinstance(error, TransientDeliveryError):
            return None
        if isinstance(error, UnexpectedDeliveryError) or not attempt:
            return None
        return self.policy.wait(attempt, error)


class UnexpectedDeliveryError(TransientDeliveryError):
    """A channel raised what no channel should: a later round may find it mended."""

    def __init__(self, cause: Exception) -> None:
        """Name the kind; the text may hold what nobody should read."""
        message = f"unexpected {type(cause).__name__}; the task's log has the details"
        super().__init__(message, code="internal")
