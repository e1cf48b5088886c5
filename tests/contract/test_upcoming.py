"""What is planned, by the clock's own question asked further ahead, on either store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookflow.errors import InputError
from bookflow.journey.reminders.upcoming import Forecast, Upcoming, Wanted, read_until
from tests.contract.clockwork import DOMAIN, HOUR, Desk
from tests.contract.conftest import NOW, minutes

DAY = timedelta(days=1)


@pytest.fixture
def desk(store: Any) -> Desk:
    desk = Desk(store)
    desk.tick(NOW - HOUR)
    return desk


def ask(desk: Desk, **changes: Any) -> Upcoming:
    forecast = Forecast(desk.store, desk.store, DOMAIN, {"remind": "A day"}.get, lambda: NOW)
    return forecast.ask(Wanted(**({"until": NOW + 7 * DAY} | changes)))


def shown(desk: Desk, **changes: Any) -> list[tuple[Any, ...]]:
    items = ask(desk, **changes).items
    return [(item["workflow_id"], item["booking_id"], item["status"]) for item in items]


def test_what_the_clock_will_record_is_told_in_order_of_time(desk):
    desk.rule()
    desk.rule("follow-up", trigger="after_meeting", delay_minutes=30)
    desk.put(NOW + 2 * DAY, key="b-1")
    desk.put(NOW + DAY, key="b-2")
    found = ask(desk)
    assert [(item["workflow_id"], item["booking_id"]) for item in found.items] == [
        ("remind", "b-2"),
        ("follow-up", "b-2"),
        ("remind", "b-1"),
        ("follow-up", "b-1"),
    ]
    assert found.items[0] == {
        "workflow_id": "remind",
        "workflow_name": "A day",
        "booking_id": "b-2",
        "trigger": "before_meeting",
        "due_at": (NOW + DAY - HOUR).isoformat(),
        "status": "planned",
        "reason": None,
        "execution_id": None,
    }
    assert found.items[1]["workflow_name"] == "follow-up"
    assert not found.has_more


def test_nothing_is_planned_for_what_is_over_called_off_or_too_far(desk):
    desk.rule()
    desk.put(NOW - HOUR, key="b-1")
    desk.put(NOW + DAY, key="b-2", status="cancelled")
    desk.put(NOW + 9 * DAY, key="b-3")
    desk.rule("off", is_active=False)
    assert shown(desk) == []
    assert shown(desk, until=NOW + 10 * DAY) == [("remind", "b-3", "planned")]


def test_only_one_booking_or_workflow_or_what_may_be_seen(desk):
    desk.rule()
    desk.rule("other", delay_minutes=90)
    for key in ("b-1", "b-2"):
        desk.put(NOW + DAY, key=key)
    assert shown(desk, subject_id="b-1") == [
        ("other", "b-1", "planned"),
        ("remind", "b-1", "planned"),
    ]
    assert shown(desk, workflow_id="other") == [
        ("other", "b-1", "planned"),
        ("other", "b-2", "planned"),
    ]
    assert shown(desk, subject_id="b-2", workflow_ids=frozenset({"remind"})) == [
        ("remind", "b-2", "planned")
    ]
    assert shown(desk, workflow_ids=frozenset()) == []
    assert shown(desk, subject_id="nobody") == []
    assert shown(desk, subject_id="a\0b") == []


def test_recorded_reminder_is_pending_then_gone(desk):
    desk.rule()
    desk.put(NOW + HOUR + minutes(1), at=NOW - 10 * HOUR)
    assert shown(desk) == [("remind", "b-1", "planned")]
    desk.tick(NOW)
    [item] = ask(desk).items
    assert (item["status"], item["due_at"]) == ("pending", (NOW + minutes(1)).isoformat())
    assert item["execution_id"] == desk.reminders()[0]["id"]
    desk.run(NOW + minutes(1))
    assert shown(desk) == []


def test_other_executions_that_wait_stand_beside(desk):
    event = desk.event()
    execution = desk.execution(event, due_at=NOW + HOUR)
    desk.record(event, execution)
    assert shown(desk) == [("welcome", event.subject_id, "pending")]
    assert shown(desk, until=NOW + HOUR / 2) == []


def test_reasons_say_what_speaks_against_it(desk):
    desk.rule()
    desk.put(NOW + DAY, key="b-1", status="pending")
    desk.put(NOW + HOUR + minutes(1), at=NOW - 10 * HOUR, key="b-2")
    desk.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR, key="b-3")
    desk.tick(NOW)
    desk.put(NOW + DAY, key="b-2", at=NOW)
    desk.put(NOW + HOUR + minutes(2), key="b-3", at=NOW, status="cancelled")
    reasons = {(item["booking_id"], item["status"]): item["reason"] for item in ask(desk).items}
    assert reasons == {
        ("b-1", "planned"): "the booking is not confirmed",
        ("b-2", "pending"): f"the meeting was moved to {(NOW + DAY).isoformat()}",
        ("b-2", "planned"): None,
        ("b-3", "pending"): "the booking was cancelled",
    }


def test_nearest_come_first_whatever_the_limit(desk):
    desk.rule()
    desk.rule("early", delay_minutes=2880)
    for number in range(30):
        desk.put(NOW + 3 * DAY + number * HOUR, key=f"b-{number}")
    everything = ask(desk, limit=100)
    assert (len(everything.items), everything.has_more) == (60, False)
    few = ask(desk, limit=7)
    assert few.items == everything.items[:7]
    assert few.has_more


def test_coming_executions_of_a_booking_have_no_id(desk):
    desk.rule()
    desk.put(NOW + 400 * DAY)
    forecast = Forecast(desk.store, desk.store, DOMAIN, {}.get, lambda: NOW)
    [coming] = forecast.coming("b-1")
    assert (coming["id"], coming["status"], coming["workflow_id"]) == (None, "pending", "remind")


def test_span_has_a_default_and_a_limit():
    assert read_until(None, NOW) == NOW + 7 * DAY
    assert read_until(NOW + DAY, NOW) == NOW + DAY
    with pytest.raises(InputError, match="until: lies in the past"):
        read_until(NOW, NOW)
    with pytest.raises(InputError, match="more than 90 days"):
        read_until(NOW + 91 * DAY, NOW)


def left_out(desk: Desk, key: str) -> list[tuple[str, str]]:
    forecast = Forecast(desk.store, desk.store, DOMAIN, {}.get, lambda: NOW)
    return [(item["workflow_id"], item["kind"]) for item in forecast.left_out(key)]


def test_a_reminder_that_a_booking_came_too_late_for_is_told(desk):
    desk.rule("a-day-ahead", delay_minutes=24 * 60)
    desk.rule("at-once", delay_minutes=24 * 60, if_past="send")
    desk.rule("in-time", delay_minutes=30)
    desk.rule("of-others", delay_minutes=24 * 60, event_types=("another",))
    desk.put(NOW + 2 * HOUR, key="b-1", created_at=NOW - minutes(1))
    assert left_out(desk, "b-1") == [("a-day-ahead", "skipped")]
    assert left_out(desk, "b-2") == []
