from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import TransientDeliveryError
from bookflow.journey.retrying import RetrySchedule, RoundEnd
from bookflow.journey.sending import OpenGuard, Parcel, RetryPolicy, Sender
from bookflow.journey.steps import Step, WorkflowFacts
from bookflow.records import DeliveryState, DeliveryStatus, Hold, Message, NewDelivery, Receipt
from bookflow.settings import Settings
from bookflow.spec.conditions import compile_conditions
from tests.unit.journey.conftest import ScriptedAction

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ID = uuid.UUID(int=1)
SCHEDULE = RetrySchedule.of(Settings(retry_schedule="10s,5m"))


class DeafChannel:
    """Fails at every call."""

    rate = None

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        raise TransientDeliveryError("connection refused", code="http-connect")


class ShuttingGuard(OpenGuard):
    """Lets so many calls through, then holds everything back."""

    def __init__(self, calls: int, until: datetime) -> None:
        self.left = calls
        self.until = until

    async def admit(self, message: Message) -> Hold | None:
        if not self.left:
            return Hold(self.until, "its circuit is open", "circuit-open")
        self.left -= 1
        return None


def send(calls: int, *, hold: timedelta, rounds: int = 0) -> Any:
    message = Message("url", "webhook", "https://example.com", {}, {})
    delivery = NewDelivery(ID, ID, "hook", "url", "webhook", "https://example.com")
    state = DeliveryState(ID, None, 0, rounds=rounds, trying_since=NOW)
    step = Step(
        WorkflowFacts("w", "W", "v"),
        "hook",
        "webhook",
        compile_conditions((), BOOKING_VOCABULARY),
        ScriptedAction(),
        retries=1,
        may_wait=True,
    )

    async def rest(seconds: float) -> None:
        return

    sender = Sender(
        DeafChannel(),
        RetryPolicy(),
        RoundEnd(step, SCHEDULE, is_last_try=False, jitter=0.0),
        lambda: NOW,
        ShuttingGuard(calls, NOW + hold),
        rest,
    )
    return asyncio.run(sender.send(Parcel(message, delivery, state)))


def test_being_held_back_costs_no_round() -> None:
    outcome = send(0, hold=timedelta(seconds=30))
    assert outcome.status is DeliveryStatus.WAITING
    assert outcome.not_before == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(("held", "again"), [(30, 30), (5, 10)])
def test_a_try_that_opened_the_circuit_costs_a_round(held: int, again: int) -> None:
    outcome = send(1, hold=timedelta(seconds=held))
    assert outcome.status is DeliveryStatus.RETRYING
    assert outcome.not_before == NOW + timedelta(seconds=again)
    assert outcome.error_code == "http-connect"


def test_rounds_used_up_at_an_open_circuit_end_in_failure() -> None:
    outcome = send(1, hold=timedelta(seconds=30), rounds=1)
    assert outcome.status is DeliveryStatus.FAILED
    assert "gave up after 1 attempt" in outcome.error_message
