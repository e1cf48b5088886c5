"""Sending: many deliveries in flight at once, each tried a few times, settled as they end."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import DeliveryError, TransientDeliveryError
from bookflow.records import (
    DeliveryOutcome,
    DeliveryState,
    DeliveryStatus,
    Message,
    NewDelivery,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bookflow.ports import Channel, NowSource

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently one task tries a delivery. Times are in seconds.

    The wait before attempt n+1 is drawn from 0 to `base * 2**(n-1)`, at most `limit` (full
    jitter); a peer's Retry-After is obeyed up to `patience`, beyond which the delivery is left to
    the task's next try.
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
    """One claimed delivery with its content."""

    message: Message
    delivery: NewDelivery
    state: DeliveryState


async def send_parcel(
    channel: Channel,
    parcel: Parcel,
    *,
    policy: RetryPolicy,
    is_last_try: bool,
    now: NowSource,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> DeliveryOutcome:
    """Send one parcel, trying again on transient failures; never raises."""
    attempt = 0
    started = time.monotonic()
    while True:
        attempt += 1
        number = parcel.state.attempts + attempt
        try:
            receipt = await channel.send(parcel.message, parcel.delivery, attempt=number)
        except TransientDeliveryError as error:
            wait = policy.wait(attempt, error)
            if wait is not None:
                await sleep(wait)
                continue
            return failed_outcome(parcel, error, attempt, now, is_final=is_last_try)
        except DeliveryError as error:
            return failed_outcome(parcel, error, attempt, now, is_final=True)
        except Exception as error:
            log.exception("bookflow: delivery %s failed unexpectedly", parcel.delivery.id)
            wrapped = TransientDeliveryError(
                f"unexpected {type(error).__name__}; the task's log has the details",
                code="internal",
            )
            return failed_outcome(parcel, wrapped, attempt, now, is_final=is_last_try)
        elapsed = round((time.monotonic() - started) * 1000, 1)
        return DeliveryOutcome(
            id=parcel.delivery.id,
            status=DeliveryStatus.SENT,
            attempts=attempt,
            at=now(),
            provider_id=receipt.provider_id,
            details={**receipt.details, "elapsed_ms": elapsed},
        )


def failed_outcome(
    parcel: Parcel, error: DeliveryError, attempts: int, now: NowSource, *, is_final: bool
) -> DeliveryOutcome:
    """Describe a failure; a transient one that is final says how often it was tried."""
    text = str(error)
    if is_final and error.is_transient:
        text = f"gave up after {parcel.state.attempts + attempts} attempts: {text}"
    return DeliveryOutcome(
        id=parcel.delivery.id,
        status=DeliveryStatus.FAILED if is_final else DeliveryStatus.RETRYING,
        attempts=attempts,
        at=now(),
        error_code=error.code,
        error_message=text,
        details=error.details,
    )
