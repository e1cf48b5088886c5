"""Reminders computed from bookings and rules, on either store, with a clock that stands still."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.journey.reminders.planning import LOOKAHEAD, Planned, Planner
from bookflow.ports.clock import PendingFilter
from bookflow.records import RunKey
from tests.contract.clockwork import DOMAIN, HOUR, Desk
from tests.contract.conftest import NOW, make_booking, minutes


@pytest.fixture
def desk(store: Any) -> Desk:
    desk = Desk(store)
    desk.tick(NOW - HOUR)
    return desk


def test_reminder_is_recorded_ahead_and_woken_for_its_second(desk):
    desk.rule()
    desk.put(NOW + HOUR + timedelta(seconds=107), at=NOW - 10 * HOUR)
    planned = desk.tick()
    [reminder] = desk.reminders()
    due = NOW + timedelta(seconds=107)
    assert desk.due() == [due]
    assert (reminder["status"], reminder["workflow_id"]) == ("pending", "remind")
    assert (reminder["workflow_version"], reminder["trigger"]) == ("v1", "before_meeting")
    assert desk.waker.calls == [("remind", due)]
    assert planned.made == 1


def test_reminder_due_within_a_second_is_woken_for_its_end(desk):
    desk.rule()
    desk.put(NOW + HOUR + timedelta(seconds=10.25), at=NOW - 10 * HOUR)
    desk.tick()
    assert desk.waker.calls == [("remind", NOW + timedelta(seconds=11))]
    assert desk.due() == [NOW + timedelta(seconds=10.25)]


def test_reminder_is_not_recorded_before_its_time_comes_near(desk):
    desk.rule()
    desk.put(NOW + HOUR + LOOKAHEAD + timedelta(seconds=1), at=NOW - 10 * HOUR)
    desk.tick()
    assert desk.reminders() == []


def test_a_day_of_ticks_gives_every_reminder_once(desk):
    desk.rule()
    desk.rule("follow-up", trigger="after_meeting", delay_minutes=45)
    for number in range(8):
        start = NOW + HOUR + timedelta(minutes=7 * number, seconds=number)
        desk.put(start, at=NOW - 10 * HOUR, key=f"b-{number}")
    desk.tick_until(NOW - minutes(5), NOW + 3 * HOUR + minutes(5))
    for number in range(8):
        start = NOW + HOUR + timedelta(minutes=7 * number, seconds=number)
        assert sorted(desk.due(f"b-{number}")) == [start - HOUR, start + HOUR / 2 + minutes(45)]


@pytest.mark.parametrize(
    ("start", "delay", "due"),
    [
        # clocks go forward in the night before: 24 hours are 24 hours
        ("2026-03-29T10:00:00+02:00", 1440, "2026-03-28T09:00:00+01:00"),
        ("2026-10-25T10:00:00+01:00", 1440, "2026-10-24T11:00:00+02:00"),
        # within the hour that exists twice
        ("2026-10-25T02:30:00+01:00", 60, "2026-10-25T02:30:00+02:00"),
        ("2026-11-02T09:30:00+05:30", 30, "2026-11-02T09:00:00+05:30"),
        ("2026-10-04T09:00:00+10:30", 1440, "2026-10-03T08:00:00+09:30"),
        ("2028-03-01T09:00:00+00:00", 1440, "2028-02-29T09:00:00+00:00"),
        ("2028-02-29T09:00:00+05:45", 2880, "2028-02-27T09:00:00+05:45"),
    ],
)
def test_delays_are_real_time_in_every_zone(store, start, delay, due):
    desk = Desk(store)
    due_at = datetime.fromisoformat(due)
    desk.tick(due_at - HOUR)
    desk.rule(delay_minutes=delay)
    desk.put(datetime.fromisoformat(start), at=due_at - timedelta(days=9))
    desk.tick(due_at - minutes(4))
    assert desk.reminders() == []
    desk.tick(due_at - minutes(1))
    assert desk.due() == [due_at]
    assert desk.waker.calls == [("remind", due_at)]


def test_only_active_rules_and_their_event_types_count(desk):
    desk.rule("yes", event_types=("intro",))
    desk.rule("no", event_types=("other",))
    desk.rule("off", is_active=False)
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick()
    assert [item["workflow_id"] for item in desk.reminders()] == ["yes"]


@pytest.mark.parametrize(
    ("trigger", "status", "is_planned"),
    [
        ("before_meeting", "confirmed", True),
        ("before_meeting", "pending", True),
        ("before_meeting", "cancelled", False),
        ("before_meeting", "rejected", False),
        ("after_meeting", "completed", True),
        ("after_meeting", "cancelled", False),
        ("after_meeting", "no_show", False),
    ],
)
def test_called_off_bookings_get_none(desk, trigger, status, is_planned):
    desk.rule(trigger=trigger)
    start = NOW + HOUR if trigger == "before_meeting" else NOW - HOUR * 1.5
    desk.put(start, at=NOW - 10 * HOUR, status=status)
    desk.tick()
    assert bool(desk.reminders()) is is_planned


def test_workflows_share_the_event_of_a_booking_and_time(desk):
    desk.rule("one")
    desk.rule("two")
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick()
    assert len({item["event_id"] for item in desk.reminders()}) == 1
    assert len(desk.reminders()) == 2


def test_moved_booking_gets_a_reminder_for_its_new_time(desk):
    desk.rule()
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(2))
    desk.put(NOW + 3 * HOUR, at=NOW - minutes(1))
    desk.run_stale(NOW)
    desk.tick_until(NOW, NOW + minutes(5))
    desk.tick_until(NOW + 2 * HOUR - minutes(5), NOW + 2 * HOUR + minutes(5))
    assert desk.due() == [NOW, NOW + 2 * HOUR]
    assert [item["status"] for item in desk.reminders()] == ["cancelled", "pending"]


def test_booking_moved_over_the_edge_of_a_tick_is_found_by_its_change(desk):
    desk.rule()
    desk.put(NOW + 9 * HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    # its reminder comes due within what that tick has covered already
    desk.put(NOW + HOUR + minutes(2), at=NOW + timedelta(seconds=20))
    desk.tick(NOW + minutes(1))
    assert desk.due() == [NOW + minutes(2)]


def test_booking_moved_twice_in_a_minute_gets_one_reminder(desk):
    desk.rule()
    desk.put(NOW + 9 * HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.put(NOW + HOUR + minutes(3), at=NOW + timedelta(seconds=20))
    desk.put(NOW + HOUR + minutes(4), at=NOW + timedelta(seconds=30))
    desk.tick_until(NOW + minutes(1), NOW + minutes(10))
    assert desk.due() == [NOW + minutes(4)]


def test_booking_moved_there_and_back_keeps_its_one_reminder(desk):
    desk.rule()
    desk.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.put(NOW + 9 * HOUR, at=NOW + timedelta(seconds=20))
    desk.tick(NOW + minutes(1))
    desk.put(NOW + HOUR + minutes(2), at=NOW + timedelta(seconds=80))
    desk.tick_until(NOW + minutes(2), NOW + minutes(5))
    assert desk.due() == [NOW + minutes(2)]
    assert [item["status"] for item in desk.reminders()] == ["pending"]


def test_booking_restored_before_its_reminder_gets_it(desk):
    desk.rule()
    desk.put(NOW + 2 * HOUR, at=NOW - 10 * HOUR)
    desk.put(NOW + 2 * HOUR, at=NOW - HOUR / 2, status="cancelled")
    desk.tick(NOW)
    desk.put(NOW + 2 * HOUR, at=NOW + minutes(20))
    desk.tick_until(NOW + minutes(50), NOW + minutes(70))
    assert desk.due() == [NOW + HOUR]


@pytest.mark.parametrize(("if_past", "statuses"), [("skip", ["cancelled"]), ("send", ["pending"])])
def test_booking_restored_after_its_reminder_follows_if_past(desk, if_past, statuses):
    desk.rule(if_past=if_past)
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(2))
    desk.put(NOW + HOUR, at=NOW - minutes(1), status="cancelled")
    desk.run_stale(NOW)
    desk.put(NOW + HOUR, at=NOW + minutes(10))
    desk.tick_until(NOW + minutes(11), NOW + minutes(30))
    assert [item["status"] for item in desk.reminders()] == statuses


def test_booking_cancelled_as_its_reminder_came_and_restored_in_time_gets_it_after_all(desk):
    desk.rule(delay_minutes=120)
    desk.put(NOW + 2 * HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(2))
    desk.put(NOW + 2 * HOUR, at=NOW - minutes(1), status="cancelled")
    desk.run_stale(NOW)
    [before] = desk.reminders()
    # the workflow reminds an hour ahead from now on, and the booking stands again
    desk.edit(delay_minutes=60, is_fresh=True)
    desk.put(NOW + 2 * HOUR, at=NOW + minutes(5))
    desk.tick_until(NOW + minutes(6), NOW + minutes(8))
    desk.tick_until(NOW + minutes(55), NOW + HOUR)
    [after] = desk.reminders()
    assert (after["id"], after["status"], desk.due()) == (before["id"], "pending", [NOW + HOUR])
    assert after["execution_log"] == []
    assert (after["completed_at"], after["error_message"]) == (None, None)
    desk.run(NOW + HOUR)
    assert [item["status"] for item in desk.reminders()] == ["completed"]


def test_sent_reminder_is_never_made_again(desk):
    desk.rule(if_past="send")
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(1))
    desk.run(NOW)
    desk.put(NOW + HOUR, at=NOW + minutes(1), status="cancelled")
    desk.put(NOW + HOUR, at=NOW + minutes(2))
    desk.edit(delay_minutes=30, is_fresh=True)
    desk.tick_until(NOW + minutes(3), NOW + minutes(5))
    desk.tick_until(NOW + minutes(27), NOW + minutes(32))
    assert [item["status"] for item in desk.reminders()] == ["completed"]


def test_reminder_whose_conditions_failed_is_not_made_again(desk):
    desk.rule()
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(1))
    [reminder] = desk.reminders()
    desk.run(NOW, "skipped", error_code="conditions")
    desk.edit(delay_minutes=10, is_fresh=True)
    desk.tick_until(NOW + minutes(45), NOW + minutes(55))
    assert [item["id"] for item in desk.reminders()] == [reminder["id"]]
    assert desk.reminders()[0]["status"] == "completed"


def test_reminder_that_somebody_cancelled_stays_cancelled(desk):
    desk.rule(delay_minutes=120)
    desk.put(NOW + 2 * HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW - minutes(1))
    [reminder] = desk.reminders()
    desk.store.cancel_execution(
        uuid.UUID(reminder["id"]), reason="not needed", actor="olive", now=NOW
    )
    desk.edit(delay_minutes=60, is_fresh=True)
    desk.tick_until(NOW + minutes(55), NOW + minutes(65))
    assert [item["status"] for item in desk.reminders()] == ["cancelled"]


@pytest.mark.parametrize(("if_past", "due"), [("skip", []), ("send", [NOW + minutes(1)])])
def test_booking_made_after_its_reminder_time_follows_if_past(desk, if_past, due):
    desk.rule(if_past=if_past)
    desk.tick(NOW)
    desk.put(NOW + HOUR / 2, at=NOW + timedelta(seconds=30))
    desk.tick_until(NOW + minutes(1), NOW + minutes(30))
    assert desk.due() == due


def test_booking_made_just_before_its_reminder_time_gets_it(desk):
    desk.rule()
    desk.tick(NOW)
    desk.put(NOW + HOUR + timedelta(seconds=40), at=NOW + timedelta(seconds=30))
    desk.tick(NOW + minutes(1))
    assert desk.due() == [NOW + timedelta(seconds=40)]


def test_completing_a_booking_does_not_make_its_follow_up_past(desk):
    desk.rule(trigger="after_meeting")
    desk.put(NOW - 2 * HOUR, at=NOW - 20 * HOUR)
    due = NOW - HOUR / 2
    desk.put(NOW - 2 * HOUR, at=due + minutes(10), status="completed")
    desk.tick(NOW)
    assert desk.due() == [due]


@pytest.mark.parametrize(("if_past", "count"), [("skip", 0), ("send", 1)])
def test_booking_confirmed_after_its_reminder_time_follows_if_past(desk, if_past, count):
    desk.rule(if_past=if_past)
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR, status="pending")
    desk.tick(NOW - minutes(1))
    desk.run_stale(NOW)
    desk.put(NOW + HOUR, at=NOW + minutes(5))
    desk.tick_until(NOW + minutes(6), NOW + minutes(20))
    assert len([item for item in desk.reminders() if item["status"] == "pending"]) == count


def test_new_workflow_reminds_of_bookings_there_are_and_of_nothing_past(desk):
    # 5,000 bookings, one every minute, around the moment the workflow becomes active
    starts = [NOW + minutes(number - 2_500) for number in range(5_000)]
    events = [
        self_made(desk, start, key=f"b-{number}", at=NOW - timedelta(days=9))
        for number, start in enumerate(starts)
    ]
    desk.store.record_events(events, [])
    desk.tick(NOW - minutes(1))
    desk.rule(active_since=NOW)
    desk.rule("follow-up", trigger="after_meeting", delay_minutes=60, active_since=NOW)
    planned = desk.tick(NOW)
    assert planned.made == 2 * 3
    desk.tick_until(NOW + minutes(1), NOW + minutes(10))
    found = pending(desk)
    assert len(found) == 2 * 13
    assert min(item["due_at"] for item in found) == NOW
    assert max(item["due_at"] for item in found) == NOW + minutes(12)


def self_made(desk: Desk, start: datetime, *, key: str, at: datetime) -> Any:
    values = {"start_time": start, "end_time": start + HOUR / 2, "created_at": at}
    return desk.event(make_booking(key, **values), occurred_at=at, received_at=at)


def pending(desk: Desk) -> list[dict[str, Any]]:
    return desk.store.list_pending(PendingFilter(NOW + timedelta(days=30)), limit=100_000)


def test_new_workflow_that_sends_past_reminders_does_so_once(desk):
    desk.put(NOW + HOUR / 2, at=NOW - 10 * HOUR, key="b-1")
    desk.put(NOW - minutes(1), at=NOW - 10 * HOUR, key="b-2")
    desk.rule(active_since=NOW, if_past="send")
    desk.tick(NOW)
    desk.tick(NOW + minutes(1))
    assert desk.due("b-1") == [NOW]
    assert desk.due("b-2") == []


def test_inactive_workflow_plans_nothing_more_and_begins_anew(desk):
    desk.rule()
    desk.put(NOW + HOUR + minutes(10), at=NOW - 10 * HOUR, key="b-1")
    desk.put(NOW + HOUR + minutes(20), at=NOW - 10 * HOUR, key="b-2")
    desk.tick(NOW)
    desk.edit(is_active=False)
    desk.tick_until(NOW + minutes(1), NOW + minutes(15))
    assert desk.reminders("b-1") == []
    desk.edit(is_active=True, is_fresh=True, active_since=NOW + minutes(16))
    desk.tick_until(NOW + minutes(16), NOW + minutes(30))
    assert desk.reminders("b-1") == []
    assert desk.due("b-2") == [NOW + minutes(20)]


def test_reminder_of_a_workflow_that_is_gone_ends_with_the_reason(desk):
    desk.rule()
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.edit(is_active=False)
    desk.tick(NOW + minutes(59))
    assert desk.reminders()[0]["status"] == "pending"
    desk.tick(NOW + minutes(61))
    [reminder] = desk.reminders()
    assert reminder["status"] == "cancelled"
    assert "not active any more" in reminder["error_message"]


def test_longer_delay_sends_what_is_due_by_it_and_a_shorter_one_waits(desk):
    desk.rule()
    desk.put(NOW + 2 * HOUR, at=NOW - 10 * HOUR, key="b-1")
    desk.put(NOW + 5 * HOUR, at=NOW - 10 * HOUR, key="b-2")
    desk.tick(NOW)
    assert desk.reminders("b-1") == []
    desk.edit(delay_minutes=180, is_fresh=True)
    desk.tick(NOW + minutes(1))
    assert desk.due("b-1") == [NOW - HOUR]
    assert ("remind", NOW - HOUR) in desk.waker.calls
    desk.edit(delay_minutes=60, is_fresh=True)
    desk.tick_until(NOW + minutes(2), NOW + minutes(5))
    desk.tick_until(NOW + 4 * HOUR - minutes(5), NOW + 4 * HOUR)
    assert desk.due("b-2") == [NOW + 4 * HOUR]
    assert len(desk.reminders("b-1")) == 1


def test_edited_delay_moves_a_reminder_that_waits_already(desk):
    desk.rule()
    desk.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.edit(delay_minutes=61, is_fresh=True)
    desk.tick(NOW + timedelta(seconds=20))
    assert desk.due() == [NOW + minutes(1)]
    assert desk.waker.calls[-1] == ("remind", NOW + minutes(1))


def test_workflow_that_takes_further_event_types_reminds_of_them(desk):
    desk.rule(event_types=("other",))
    desk.put(NOW + HOUR + minutes(1), at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.edit(event_types=("other", "intro"), is_fresh=True)
    desk.tick(NOW + timedelta(seconds=30))
    assert desk.due() == [NOW + minutes(1)]


@pytest.mark.parametrize(
    ("trigger", "delay", "if_late", "start", "status"),
    [
        ("before_meeting", 180, None, NOW + 4 * HOUR, "pending"),
        ("before_meeting", 45, None, NOW + 1.5 * HOUR, "cancelled"),
        ("before_meeting", 180, 90, NOW + 4 * HOUR, "pending"),
        ("before_meeting", 180, 30, NOW + 4 * HOUR, "cancelled"),
        ("after_meeting", 60, None, NOW, "pending"),
        ("after_meeting", 60, 20, NOW, "cancelled"),
    ],
)
def test_outage_is_caught_up_or_accounted_for(desk, trigger, delay, if_late, start, status):
    desk.rule(trigger=trigger, delay_minutes=delay, if_late=if_late)
    desk.put(start, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    assert desk.reminders() == []
    planned = desk.tick(NOW + 2 * HOUR)
    [reminder] = desk.reminders()
    assert reminder["status"] == status
    if status == "cancelled":
        assert (planned.made, planned.missed) == (0, 1)
        assert "it was due at" in reminder["error_message"]
        assert "the clock was not running" in reminder["error_message"]
        assert desk.waker.calls == []
    else:
        assert (planned.made, planned.missed) == (1, 0)
        assert desk.waker.calls == [("remind", desk.due()[0])]


def test_long_outage_is_caught_up_in_several_turns(desk):
    desk.rule(trigger="after_meeting", if_late=60 * 24 * 10)
    for number in range(30):
        desk.put(NOW + timedelta(hours=number), at=NOW - 10 * HOUR, key=f"b-{number}")
    desk.tick(NOW)
    planned = desk.tick(NOW + timedelta(hours=40))
    assert planned.made == 30
    assert desk.tick(NOW + timedelta(hours=40)).made == 0


def test_missed_ticks_change_nothing(desk):
    desk.rule()
    desk.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR)
    desk.tick(NOW)
    desk.tick(NOW + minutes(5))
    assert desk.due() == [NOW + minutes(2)]


def test_overlapping_ticks_make_every_reminder_once(desk):
    desk.rule()
    for number in range(40):
        desk.put(NOW + HOUR + timedelta(seconds=number), at=NOW - 10 * HOUR, key=f"b-{number}")
    barrier = threading.Barrier(4)

    def tick() -> Planned:
        barrier.wait()
        return desk.tick(NOW)

    with ThreadPoolExecutor(4) as pool:
        made = sum(planned.made for planned in pool.map(lambda _: tick(), range(4)))
    assert made == 40
    assert all(len(desk.reminders(f"b-{number}")) == 1 for number in range(40))


def test_crash_between_recording_and_waking_is_made_good(desk):
    desk.rule()
    due = NOW + minutes(2)
    desk.put(due + HOUR, at=NOW - 10 * HOUR)

    class DyingWaker:
        def wake(self, workflow_id: str, due_at: datetime) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Planner(desk.store, DOMAIN, DyingWaker()).plan(NOW)
    desk.tick(NOW + minutes(1))
    assert desk.waker.calls == [("remind", due)]
    desk.tick(NOW + timedelta(seconds=90))
    assert desk.waker.calls == [("remind", due)]


def test_reminder_told_by_rest_and_computed_is_one(desk):
    desk.rule()
    start = NOW + HOUR + minutes(1)
    event = desk.event(
        make_booking(start_time=start, end_time=start + HOUR, created_at=NOW - 10 * HOUR),
        trigger="before_meeting",
        idempotency_key="mine",
        occurred_at=NOW - HOUR,
        received_at=NOW - HOUR,
    )
    told = desk.execution(event, "remind", due_at=NOW + minutes(1), anchor_at=start)
    desk.record(event, told)
    desk.tick(NOW)
    assert [item["id"] for item in desk.reminders()] == [str(told.id)]


def test_rest_event_after_the_clock_answers_with_the_reminder_there_is(desk):
    desk.rule()
    start = NOW + HOUR + minutes(1)
    desk.put(start, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    [made] = desk.reminders()
    for _ in range(2):
        event = desk.event(
            make_booking(start_time=start, end_time=start + HOUR / 2),
            trigger="before_meeting",
            idempotency_key="mine",
        )
        again = desk.execution(event, "remind", due_at=NOW + minutes(1), anchor_at=start)
        answer = desk.record(event, again)
        assert [str(head.id) for head in answer.executions] == [made["id"]]
    assert len(desk.reminders()) == 1


def test_two_rest_events_for_one_time_give_one_execution(desk):
    start = NOW + HOUR
    booking = make_booking(start_time=start, end_time=start + HOUR)
    events = [
        desk.event(booking, trigger="before_meeting", idempotency_key=key) for key in ("k1", "k2")
    ]
    new = [desk.execution(event, "remind", anchor_at=start) for event in events]
    answers = desk.store.record_events(events, new)
    assert [[head.id for head in answer.executions] for answer in answers] == [[new[0].id]] * 2


def test_key_that_somebody_took_for_something_else_stops_no_reminder(desk):
    desk.rule()
    start = NOW + HOUR + minutes(1)
    key = f"before_meeting:b-1:{start.isoformat()}"
    desk.put(start, at=NOW - 10 * HOUR)
    desk.record(desk.event(make_booking("b-9"), idempotency_key=key))
    desk.tick(NOW)
    [reminder] = desk.reminders()
    assert reminder["trigger"] == "before_meeting"


def test_very_long_ids_are_told_apart(desk):
    desk.rule()
    ids = [f"{'x' * 300}{number}" for number in range(2)]
    for key in ids:
        desk.put(NOW + HOUR + minutes(1), at=NOW - 10 * HOUR, key=key)
    desk.tick(NOW)
    assert [len(desk.reminders(key)) for key in ids] == [1, 1]


def test_reminder_made_by_the_clock_says_so(desk):
    desk.rule()
    desk.put(NOW + HOUR, at=NOW - 10 * HOUR)
    desk.tick(NOW)
    run = RunKey("bookflow-remind", "r")
    desk.store.claim("remind", run, limit=5, now=NOW)
    [job] = desk.store.load_jobs(run, "mail")
    assert job.anchor_at == NOW + HOUR
    assert (job.trigger, job.due_at) == ("before_meeting", NOW)
