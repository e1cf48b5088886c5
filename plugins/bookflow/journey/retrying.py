"""Retrying: what follows a round of attempts in which a delivery failed for now."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, DeliveryError, TransientDeliveryError
from bookflow.records import DeliveryOutcome, DeliveryStatus
from bookflow.spec.durations import format_duration, parse_duration

if TYPE_CHECKING:
    from bookflow.journey.steps import Step
    from bookflow.records import DeliveryState, Hold
    from bookflow.settings import Settings

JITTER = 0.2


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """The waits between rounds, the last of which repeats; and when a delivery is given up."""

    waits: tuple[timedelta, ...]
    give_up: timedelta

    @classmethod
    def of(cls, settings: Settings) -> RetrySchedule:
        """Read the settings; raises `ConfigurationError`.

        >>> from bookflow.settings import Settings
        >>> RetrySchedule.of(Settings(retry_schedule="10s,2m")).wait(7)
        datetime.timedelta(seconds=120)
        """
        parts = [part.strip() for part in settings.retry_schedule.split(",")]
        try:
            waits = tuple(parse_duration(part) for part in parts if part)
        except ValueError as error:
            raise ConfigurationError(f"BOOKFLOW_RETRY_SCHEDULE: {error}") from None
        if not waits or min(waits) <= timedelta(0):
            message = "BOOKFLOW_RETRY_SCHEDULE needs waits above zero, such as 10s,1m,5m"
            raise ConfigurationError(message)
        return cls(waits, timedelta(hours=settings.give_up_hours))

    def wait(self, rounds: int) -> timedelta:
        """Give the wait after so many earlier rounds that failed."""
        return self.waits[min(rounds, len(self.waits) - 1)]


def draw_jitter() -> float:
    """Draw by how much all waits of one task are lengthened.

    One figure for the whole batch: what failed together goes on together, in one run.
    """
    # jitter spreads load, it guards no secret
    return random.uniform(0.0, JITTER)  # noqa: S311


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """Decides how deliveries of one step go on that could not be sent in this task.

    A step that may wait puts them off to a later run; others leave it to the task's next try.
    """

    step: Step
    schedule: RetrySchedule
    is_last_try: bool
    jitter: float = field(default_factory=draw_jitter)

    def fail(
        self, state: DeliveryState, error: DeliveryError, attempts: int, now: datetime
    ) -> DeliveryOutcome:
        """Describe a failure, after which the delivery is tried again or not."""
        again_at = None
        may_retry = False
        if isinstance(error, TransientDeliveryError):
            again_at = self._again_at(state, error, now) if self.step.may_wait else None
            may_retry = bool(again_at) if self.step.may_wait else not self.is_last_try
        text = str(error)
        if error.is_transient and not may_retry:
            text = f"gave up after {_count(state.attempts + attempts)}: {text}"
        return DeliveryOutcome(
            id=state.id,
            status=DeliveryStatus.RETRYING if may_retry else DeliveryStatus.FAILED,
            attempts=attempts,
            at=now,
            error_code=error.code,
            error_message=text,
            details=error.details,
            not_before=again_at,
        )

    def put_off(
        self, state: DeliveryState, hold: Hold, attempts: int, now: datetime
    ) -> DeliveryOutcome:
        """Describe a delivery that may not be sent now; that costs no round."""
        error = TransientDeliveryError(hold.reason, code=hold.code)
        if not self.step.may_wait:
            return self.fail(state, error, attempts, now)
        if now >= self._given_up_at(state, now):
            text = (
                f"gave up: it could not be sent within {format_duration(self.schedule.give_up)}; "
                f"{hold.reason}"
            )
            status, until = DeliveryStatus.FAILED, None
        else:
            text, status, until = hold.reason, DeliveryStatus.WAITING, hold.until
        return DeliveryOutcome(
            id=state.id,
            status=status,
            attempts=attempts,
            at=now,
            error_code=hold.code,
            error_message=text,
            not_before=until,
        )

    def _again_at(
        self, state: DeliveryState, error: TransientDeliveryError, now: datetime
    ) -> datetime | None:
        """Give when the next round is due; None: there is none."""
        if state.rounds >= self.step.retries:
            return None
        bound = self._given_up_at(state, now)
        asked = now + timedelta(seconds=error.retry_after or 0.0)
        if now >= bound or asked > bound:
            return None
        wait = self.schedule.wait(state.rounds) * (1 + self.jitter)
        # the last round comes at the end of the time, not after it
        return max(asked, min(now + wait, bound))

    def _given_up_at(self, state: DeliveryState, now: datetime) -> datetime:
        return (state.trying_since or now) + self.schedule.give_up


def _count(attempts: int) -> str:
    return "1 attempt" if attempts == 1 else f"{attempts} attempts"
