from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bookflow.demo.reminding import (
    CANCELLED,
    KEPT,
    LEAD,
    MOVED,
    WORKFLOW,
    ReminderOutcome,
    ReminderShow,
    judge_reminders,
    make_bookings,
    place_start,
    reminder_rows,
)
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.loading import load_workflow
from tests.sample_specs import FOLDER

NOW = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
DUE = "2026-03-01T12:01:25+00:00"


def reminder(status: str, *sent_at: str, reason: str | None = None) -> dict[str, Any]:
    deliveries = [{"status": "sent", "sent_at": at} for at in sent_at]
    log = [{"status": "completed", "deliveries": deliveries}] if sent_at else []
    return {
        "id": f"e-{status}",
        "status": status,
        "due_at": DUE,
        "error_message": reason,
        "execution_log": log,
    }


class Server:
    """Stands for a bookflow whose reminders are planned, then settle after the change."""

    def __init__(self) -> None:
        self.fired: list[tuple[str, Mapping[str, Any]]] = []

    def fire(self, events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        self.fired += [(event["trigger"], event["booking"]) for event in events]
        return [{"executions": []} for _ in events]

    def answer(self, request: httpx.Request) -> httpx.Response:
        booking = request.url.params.get("booking")
        if booking is None:
            found = reminder("completed", "2026-03-01T12:01:25.400000+00:00")
            return httpx.Response(200, json=found)
        assert request.url.params["workflow"] == WORKFLOW
        if not any(trigger == "booking_rescheduled" for trigger, _ in self.fired):
            return httpx.Response(200, json={"executions": [reminder("pending")]})
        settled = [reminder("completed"), reminder("cancelled")]
        return httpx.Response(200, json={"executions": settled})

    def show(self) -> ReminderShow:
        transport = httpx.MockTransport(self.answer)
        api = httpx.Client(transport=transport, base_url="http://demo")
        return ReminderShow(api, self.fire, lambda: None, now=NOW)


def test_reminders_are_due_within_a_minute_at_a_full_second() -> None:
    due = place_start(NOW + timedelta(microseconds=7)) - LEAD
    assert due == datetime(2026, 3, 1, 12, 1, 10, tzinfo=UTC)


def test_the_lead_is_that_of_the_shipped_workflow() -> None:
    file = FOLDER / f"{WORKFLOW}.yaml"
    loaded = load_workflow(file.read_bytes(), file=str(file), vocabulary=BOOKING_VOCABULARY)
    assert timedelta(minutes=loaded.workflow.delay_minutes) == LEAD


def test_bookings_were_made_before_their_reminders_are_due() -> None:
    for booking in make_bookings(NOW).values():
        made, start = (datetime.fromisoformat(booking[k]) for k in ("created_at", "start_time"))
        assert made < start - LEAD


def test_one_booking_is_cancelled_and_one_is_moved_after_all_are_planned() -> None:
    server = Server()
    show = server.show()
    show.book()
    show.change()
    assert [(trigger, booking["id"]) for trigger, booking in server.fired] == [
        ("booking_created", KEPT),
        ("booking_created", CANCELLED),
        ("booking_created", MOVED),
        ("booking_cancelled", CANCELLED),
        ("booking_rescheduled", MOVED),
    ]
    starts = [booking["start_time"] for _, booking in server.fired if booking["id"] == MOVED]
    assert starts[1] > starts[0]
    assert [outcome.booking_id for outcome in show.settle()] == [KEPT, CANCELLED, MOVED]


def test_right_numbers_of_reminders_are_no_problem() -> None:
    sent = reminder("completed", DUE)
    gone = reminder("cancelled", reason="the booking was cancelled")
    outcomes = [
        ReminderOutcome(KEPT, [sent]),
        ReminderOutcome(CANCELLED, [gone]),
        ReminderOutcome(MOVED, [gone, sent]),
    ]
    assert judge_reminders(outcomes) == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (ReminderOutcome(KEPT, []), "soon-kept got 0 reminders instead of 1"),
        (
            ReminderOutcome(CANCELLED, [reminder("completed", DUE)]),
            "soon-cancelled got 1 reminders instead of 0",
        ),
        (
            ReminderOutcome(MOVED, [reminder("completed", DUE), reminder("completed", DUE)]),
            "soon-moved got 2 reminders instead of 1",
        ),
        (
            ReminderOutcome(CANCELLED, [reminder("pending")]),
            "a reminder of soon-cancelled is still open",
        ),
    ],
)
def test_wrong_numbers_of_reminders_are_told(outcome: ReminderOutcome, said: str) -> None:
    assert judge_reminders([outcome]) == [said]


def test_changes_that_came_too_late_are_no_problem_of_the_reminders() -> None:
    sent = reminder("completed", DUE)
    outcomes = [
        ReminderOutcome(KEPT, [sent]),
        ReminderOutcome(CANCELLED, [sent]),
        ReminderOutcome(MOVED, [sent, sent]),
    ]
    assert judge_reminders(outcomes, is_in_time=False) == []


def test_table_tells_how_late_a_reminder_was_or_why_there_was_none() -> None:
    late = reminder("completed", "2026-03-01T12:01:25.400000+00:00")
    gone = reminder("cancelled", reason="the meeting was moved")
    assert reminder_rows([ReminderOutcome(MOVED, [gone, late])]) == [
        (MOVED, "12:01:25", "cancelled", "the meeting was moved"),
        (MOVED, "12:01:25", "sent", "0.4 s after its time"),
    ]
