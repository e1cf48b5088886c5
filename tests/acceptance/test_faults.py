"""The short form of `make chaos`: a kill in the middle of a burst, counted at the receivers."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from benchmarks.chaos.posting import make_bookings
from benchmarks.chaos.reporting import LIMIT_SECONDS, describe
from benchmarks.chaos.rounds import BURST, ROUNDS, play, write_specs
from bookflow.demo.outfit import Outfit

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

EVENTS = 150


@pytest.fixture
def fired_at(api: httpx.Client, outfit: Outfit, specs: Path) -> Outfit:
    """Give the outfit once it knows the workflow of the bursts."""
    write_specs(specs)
    deadline = time.monotonic() + 30
    while True:
        (booking,) = make_bookings(BURST, 1)
        answer = api.post("/bookflow/api/v1/triggers/booking_created", json={"booking": booking})
        if answer.json()["executions"]:
            return outfit
        assert time.monotonic() < deadline, "intake never saw the new file"
        time.sleep(0.2)


def test_kills_in_mid_burst_lose_nothing_and_send_nothing_under_a_second_id(
    fired_at: Outfit,
) -> None:
    # late enough for all the e-mails, while most of the webhooks are under way
    outcome = play(
        fired_at,
        ROUNDS["scheduler-then-postgres"],
        events=EVENTS,
        kill_after=0.6,
        pause=1.0,
        answer_seconds=0.3,
    )
    assert outcome.is_clean, describe(outcome)
    assert outcome.recovery is not None
    assert outcome.recovery <= LIMIT_SECONDS, describe(outcome)
    assert {"scheduler", "postgres"} <= set(outcome.restarted)
