"""A row in `bookings` is enough: written by SQL, it starts workflows within seconds."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from bookflow.demo.outfit import Outfit
from bookflow.demo.stack import AirflowStack
from tests.acceptance.conftest import paused, wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

log = logging.getLogger(__name__)

Settled = Callable[..., dict[str, Any]]

OWNERS = """
INSERT INTO bookflow.organizers (id, email) VALUES ('sql-desk', 'desk@example.com')
ON CONFLICT DO NOTHING;
INSERT INTO bookflow.event_types (id, slug) VALUES ('sql', 'sql') ON CONFLICT DO NOTHING;
"""
BOOKING = """
INSERT INTO bookflow.bookings (
    id, status, start_time, end_time, event_type_id, organizer_id, invitee_email
)
VALUES (
    %(id)s, %(status)s, '2030-01-07 15:00+01', '2030-01-07 15:30+01', 'sql', 'sql-desk',
    'bob@example.com'
)
"""


@pytest.fixture
def insert(stack: AirflowStack) -> Iterator[Callable[[str], str]]:
    """Give a function that writes a booking with a status by plain SQL and gives its id."""
    with psycopg.connect(stack.database, autocommit=True) as connection:
        connection.execute(OWNERS)

        def put(status: str) -> str:
            key = f"b-{uuid.uuid4()}"
            connection.execute(BOOKING, {"id": key, "status": status})
            return key

        yield put


def calls_for(outfit: Outfit, booking_id: str) -> int:
    return sum(call.payload["booking_id"] == booking_id for call in outfit.webhooks.messages)


def runs_of_dispatcher(api: httpx.Client, state: str) -> list[str]:
    answer = api.get("/api/v2/dags/bookflow_dispatcher/dagRuns", params={"state": state})
    answer.raise_for_status()
    return [run["run_type"] for run in answer.json()["dag_runs"]]


def test_row_written_by_sql_is_delivered_without_the_clock(
    stack: AirflowStack,
    api: httpx.Client,
    outfit: Outfit,
    insert: Callable[[str], str],
    settled: Settled,
) -> None:
    with paused(stack, "bookflow_clock"):
        for _ in range(3):
            begun = time.monotonic()
            booking = insert("confirmed")
            wait_for(lambda: calls_for(outfit, booking), 120, "the webhook")  # noqa: B023 (at once)
            log.info("from SQL to the webhook: %.2f s", time.monotonic() - begun)
            assert settled(booking, "sql-told")["status"] == "completed"
            assert calls_for(outfit, booking) == 1
    assert set(runs_of_dispatcher(api, "success")) == {"asset_triggered"}
    assert runs_of_dispatcher(api, "failed") == []


def test_change_by_a_workflow_starts_the_next_one(
    insert: Callable[[str], str], settled: Settled, outfit: Outfit
) -> None:
    booking = insert("pending")
    assert settled(booking, "sql-approve")["status"] == "completed"
    execution = settled(booking, "sql-welcome")
    assert (execution["status"], execution["trigger"]) == ("completed", "booking_confirmed")
    assert calls_for(outfit, booking) == 1


def test_clock_finds_what_nobody_dispatched(
    stack: AirflowStack, insert: Callable[[str], str], settled: Settled
) -> None:
    with paused(stack, "bookflow_dispatcher"):
        booking = insert("pending")
        assert settled(booking, "sql-approve", timeout=150)["status"] == "completed"
