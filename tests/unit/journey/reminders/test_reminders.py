"""Reminders from the clock's tick to the message: right for the booking as it is then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.journey.intake import Incoming
from bookflow.journey.reminders.planning import Planner
from bookflow.journey.steps import Timing
from bookflow.ports.clock import SpecRule
from bookflow.records import RunKey
from tests.unit.journey.conftest import ScriptedAction, World

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DUE = START - timedelta(hours=1)
ON_STATUS = {"rules": [{"field": "booking_status", "operator": "equals", "value": "pending"}]}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@dataclass
class Office:
    """One workflow with one e-mail, a booking, and the minutes going by."""

    world: World
    booking: dict[str, Any]
    action: ScriptedAction = field(default_factory=ScriptedAction)
    trigger: str = "before_meeting"
    delay: int = 60
    if_late: int | None = None
    groups: tuple[dict[str, Any], ...] = ()

    def open(self, if_past: str = "skip") -> None:
        rule = SpecRule(
            "remind.yaml",
            "1",
            "remind",
            "v1",
            trigger=self.trigger,
            delay_minutes=self.delay,
            says_active=True,
            is_active=True,
            if_past=if_past,
            if_late=self.if_late,
            active_since=datetime(2026, 1, 1, tzinfo=UTC),
        )
        self.world.store.rewrite_rules(lambda _: {rule.path: rule})
        self.tick()

    def change(self, **changes: Any) -> None:
        self.booking.update(changes)
        item = Incoming("manual", subject=self.booking)
        [answer] = self.world.intake.receive([item])
        assert not isinstance(answer, Exception)

    def move(self, start: datetime) -> None:
        end = start + minutes(30)
        self.change(start_time=start.isoformat(), end_time=end.isoformat())

    def tick(self) -> None:
        Planner(self.world.store, self.world.domain, self.world.waker).plan(self.world.clock())

    def run(self) -> None:
        """Run the workflow for what is due, as the run that was woken does."""
        world = self.world
        step = world.step(
            self.action,
            *self.groups,
            workflow="remind",
            may_wait=True,
            timing=Timing(if_late=self.if_late),
        )
        run = RunKey("bookflow-remind", world.clock().isoformat())
        world.runtime.claim(step.workflow, run, {})
        world.runtime.act(step, run, is_last_try=True)
        world.runtime.finish(run, [("mail", "send_email")])

    def go_on_until(self, end: datetime) -> None:
        """Tick each minute, and run when a wake's second has come."""
        clock = self.world.clock
        while clock() < end:
            clock.forward(minutes=1)
            self.tick()
            if any(due <= clock() for _, due in self.world.waker.calls):
                self.run()

    @property
    def sent(self) -> int:
        return len(self.action.sent)

    def endings(self) -> list[tuple[str, str | None]]:
        found = self.world.store.subject_executions(self.booking["id"])
        return [
            (item["status"], item["error_message"])
            for item in found
            if item["trigger"] == self.trigger
        ]


@pytest.fixture
def office(world: World, make_booking: Any) -> Office:
    office = Office(world, make_booking())
    office.move(START)
    return office


def test_reminder_is_sent_once_at_its_time(office):
    office.open()
    office.go_on_until(DUE - minutes(1))
    assert office.sent == 0
    office.go_on_until(DUE + minutes(30))
    assert office.sent == 1
    assert office.endings() == [("completed", None)]


def test_cancelled_booking_gets_none(office):
    office.open()
    office.go_on_until(DUE - minutes(1))
    office.change(status="cancelled")
    office.go_on_until(START)
    assert office.sent == 0
    assert office.endings() == [("cancelled", "the booking was cancelled")]


def test_moved_booking_is_reminded_at_its_new_time_once(office):
    office.open()
    office.go_on_until(DUE - minutes(1))
    office.move(START + minutes(20))
    office.go_on_until(DUE + minutes(19))
    assert office.sent == 0
    office.go_on_until(START)
    assert office.sent == 1
    (status, reason), later = office.endings()
    assert status == "cancelled"
    assert reason == (
        "the meeting was moved to 2026-03-02T15:20:00+00:00; the reminder for the new time is an "
        "execution of its own"
    )
    assert later == ("completed", None)


def test_booking_moved_earlier_over_its_reminder_follows_if_past(office):
    office.open()
    office.go_on_until(DUE - minutes(30))
    office.move(START - minutes(45))
    office.go_on_until(START)
    assert office.sent == 0


def test_booking_moved_earlier_over_its_reminder_is_told_where_past_ones_are_sent(office):
    office.open(if_past="send")
    office.go_on_until(DUE - minutes(30))
    office.move(START - minutes(45))
    office.go_on_until(START)
    assert office.sent == 1


def test_booking_moved_away_and_back_gets_one_reminder(office):
    office.open()
    office.go_on_until(DUE - minutes(2))
    office.move(START + minutes(90))
    office.go_on_until(DUE - minutes(1))
    office.move(START)
    office.go_on_until(START + minutes(90))
    assert office.sent == 1


def test_booking_cancelled_and_restored_in_time_gets_one_reminder(office):
    office.open()
    office.go_on_until(DUE - minutes(20))
    office.change(status="cancelled")
    office.go_on_until(DUE - minutes(10))
    office.change(status="confirmed")
    office.go_on_until(START)
    assert office.sent == 1


@pytest.mark.parametrize(("if_past", "sent"), [("skip", 0), ("send", 1)])
def test_booking_restored_after_the_reminder_follows_if_past(office, if_past, sent):
    office.open(if_past)
    office.go_on_until(DUE - minutes(1))
    office.change(status="cancelled")
    office.go_on_until(DUE + minutes(5))
    office.change(status="confirmed")
    office.go_on_until(START)
    assert office.sent == sent
    assert len(office.endings()) == 1


def test_nothing_goes_out_once_the_meeting_has_begun(office):
    office.open()
    office.go_on_until(DUE - minutes(1))
    # Airflow was away: the run comes late
    office.world.clock.instant = START + timedelta(seconds=1)
    office.run()
    assert office.sent == 0
    [(status, reason)] = office.endings()
    assert status == "cancelled"
    assert reason == (
        "it was due at 2026-03-02T14:00:00+00:00 and worth sending until "
        "2026-03-02T15:00:00+00:00 (if_late: not set)"
    )


@pytest.mark.parametrize(("late", "sent"), [(20, 1), (21, 0)])
def test_if_late_says_how_long_a_reminder_is_worth_sending(office, late, sent):
    office.if_late = 20
    office.open()
    office.go_on_until(DUE - minutes(1))
    office.world.clock.instant = DUE + minutes(late)
    office.run()
    assert office.sent == sent
    assert ("(if_late: 20 minutes)" in str(office.endings())) is not bool(sent)


@pytest.mark.parametrize(("hours", "sent"), [(24, 1), (24.1, 0)])
def test_follow_up_is_worth_sending_for_a_day(office, hours, sent):
    office.trigger = "after_meeting"
    office.delay = 5
    office.open()
    due = START + minutes(35)
    office.go_on_until(due - minutes(1))
    office.world.clock.instant = due + timedelta(hours=hours)
    office.run()
    assert office.sent == sent


def test_reminder_at_the_start_itself_is_sent(office):
    office.delay = 0
    office.open()
    office.go_on_until(START - minutes(1))
    office.world.clock.instant = START + timedelta(seconds=3)
    office.run()
    assert office.sent == 1


@pytest.mark.parametrize(("groups", "sent"), [((), 0), ((ON_STATUS,), 1)])
def test_unconfirmed_booking_is_reminded_of_only_by_those_who_ask_for_it(office, groups, sent):
    office.groups = groups
    office.change(status="pending")
    office.open()
    office.go_on_until(START)
    assert office.sent == sent
    if not sent:
        assert office.endings() == [("cancelled", "the booking is not confirmed")]


def test_workflow_that_asks_for_the_status_skips_moved_bookings_as_well(office):
    office.groups = (ON_STATUS,)
    office.change(status="pending")
    office.open()
    office.go_on_until(DUE - minutes(1))
    office.move(START + minutes(20))
    office.go_on_until(DUE + minutes(5))
    assert office.sent == 0


def test_reminder_posted_and_computed_is_sent_once(office):
    office.open()
    office.world.specs.add("remind", "before_meeting", delay=60)
    item = Incoming("before_meeting", subject=office.booking)
    [posted] = office.world.intake.receive([item])
    assert posted.executions[0].due_at == DUE
    office.go_on_until(START)
    assert office.sent == 1
    assert len(office.endings()) == 1
    [again] = office.world.intake.receive([item])
    assert again.is_duplicate
    assert [head.id for head in again.executions] == [posted.executions[0].id]


def test_reminder_posted_for_a_time_that_was_moved_is_not_sent(office):
    office.world.specs.add("remind", "before_meeting", delay=60)
    office.world.intake.receive([Incoming("before_meeting", subject=office.booking)])
    office.open()
    office.move(START + minutes(20))
    office.go_on_until(START + minutes(20))
    assert office.sent == 1
    assert [status for status, _ in office.endings()] == ["cancelled", "completed"]
