from __future__ import annotations

from datetime import timedelta

import pytest

from bookflow.errors import ConflictError, InputError, NotFoundError
from bookflow.journey.intake import Incoming, Intake
from bookflow.records import ExecutionStatus, RecordedEvent


def test_intake_records_event_and_matching_execution(world, make_booking):
    world.specs.add("welcome", "booking_created")
    world.specs.add("goodbye", "booking_cancelled")

    [answer] = world.intake.receive([Incoming("booking_created", subject=make_booking())])

    assert isinstance(answer, RecordedEvent)
    assert [execution.workflow_id for execution in answer.executions] == ["welcome"]
    assert answer.executions[0].status is ExecutionStatus.PENDING
    assert world.waker.calls == [("welcome", world.clock())]


def test_intake_matches_event_types(world, make_booking):
    world.specs.add("intro-only", "booking_created", event_types=("intro",))
    world.specs.add("demo-only", "booking_created", event_types=("demo",))

    [answer] = world.intake.receive([Incoming("booking_created", subject=make_booking())])

    assert [execution.workflow_id for execution in answer.executions] == ["intro-only"]


def test_delayed_execution_is_due_after_the_event_and_woken_for_then(world, make_booking):
    world.specs.add("later", "booking_created", delay=90)
    occurred = (world.clock() - timedelta(minutes=30)).isoformat()

    [answer] = world.intake.receive(
        [Incoming("booking_created", subject=make_booking(), occurred_at=occurred)]
    )

    due = world.clock() + timedelta(minutes=60)
    assert answer.executions[0].due_at == due
    assert world.waker.calls == [("later", due)]


def test_duplicate_key_answers_with_the_first_result(world, make_booking):
    world.specs.add("welcome", "booking_created")
    booking = make_booking()
    item = Incoming("booking_created", subject=booking, idempotency_key="k-1")

    [first] = world.intake.receive([item])
    [second] = world.intake.receive([item])

    assert not first.is_duplicate
    assert second.is_duplicate
    assert second.event_id == first.event_id
    assert second.executions == first.executions


def test_key_of_another_event_is_a_conflict(world, make_booking):
    [_, second] = world.intake.receive(
        [
            Incoming("booking_created", subject=make_booking(), idempotency_key="k-1"),
            Incoming("booking_created", subject=make_booking(), idempotency_key="k-1"),
        ]
    )
    assert isinstance(second, ConflictError)


def test_refused_item_touches_no_other(world, make_booking):
    world.specs.add("welcome", "booking_created")
    bad = make_booking(start_time="2026-03-05T14:00:00")

    answers = world.intake.receive(
        [
            Incoming("booking_created", subject=make_booking(), path="events[0]"),
            Incoming("booking_created", subject=bad, path="events[1]"),
            Incoming("booking_creatd", subject=make_booking(), path="events[2]"),
            Incoming("booking_created", subject=make_booking(), path="events[3]"),
        ]
    )

    assert isinstance(answers[0], RecordedEvent)
    assert isinstance(answers[1], InputError)
    assert answers[1].field == "events[1].booking.start_time"
    assert isinstance(answers[2], InputError)
    assert "did you mean `booking_created`?" in str(answers[2])
    assert isinstance(answers[3], RecordedEvent)


def test_known_booking_is_found_by_id(world, make_booking):
    world.specs.add("goodbye", "booking_cancelled")
    booking = make_booking()
    world.intake.receive([Incoming("booking_created", subject=booking)])

    [answer] = world.intake.receive([Incoming("booking_cancelled", subject_id=booking["id"])])

    assert answer.executions[0].workflow_id == "goodbye"


IMPLIED = {
    "booking_requested": "pending",
    "booking_confirmed": "confirmed",
    "booking_cancelled": "cancelled",
    "booking_rejected": "rejected",
    "booking_completed": "completed",
    "booking_no_show": "no_show",
}


@pytest.mark.parametrize(("trigger", "status"), IMPLIED.items())
def test_event_sets_the_status_it_implies(world, make_booking, trigger, status):
    booking = make_booking(status="pending" if status == "confirmed" else "confirmed")
    world.intake.receive([Incoming("booking_created", subject=booking)])
    world.intake.receive([Incoming(trigger, subject_id=booking["id"])])
    assert world.store.load_subjects([booking["id"]])[booking["id"]]["status"] == status


@pytest.mark.parametrize(("trigger", "status"), IMPLIED.items())
def test_snapshot_without_status_takes_the_implied_one(world, make_booking, trigger, status):
    booking = make_booking()
    del booking["status"]
    world.intake.receive([Incoming(trigger, subject=booking)])
    assert world.store.load_subjects([booking["id"]])[booking["id"]]["status"] == status


@pytest.mark.parametrize("trigger", ["booking_created", "booking_rescheduled", "before_meeting"])
def test_other_events_take_the_status_as_it_is(world, make_booking, trigger):
    booking = make_booking(status="completed")
    [answer] = world.intake.receive([Incoming(trigger, subject=booking)])
    assert isinstance(answer, RecordedEvent)
    world.intake.receive([Incoming(trigger, subject_id=booking["id"], idempotency_key="again")])
    assert world.store.load_subjects([booking["id"]])[booking["id"]]["status"] == "completed"


def test_snapshot_that_contradicts_its_event_is_refused(world, make_booking):
    booking = make_booking(status="confirmed")
    item = Incoming("booking_cancelled", subject=booking, path="events[2]")
    [answer] = world.intake.receive([item])
    assert isinstance(answer, InputError)
    assert answer.field == "events[2].booking.status"
    assert "`confirmed` contradicts the event booking_cancelled" in str(answer)
    assert "says `cancelled`" in str(answer)
    assert world.store.load_subjects([booking["id"]]) == {}


def test_status_in_other_words_is_no_contradiction(world, make_booking):
    booking = make_booking(status="CANCELED")
    [answer] = world.intake.receive([Incoming("booking_cancelled", subject=booking)])
    assert isinstance(answer, RecordedEvent)


def test_unknown_booking_id_says_what_to_do(world):
    [answer] = world.intake.receive([Incoming("booking_created", subject_id="nobody")])
    assert isinstance(answer, NotFoundError)
    assert "`nobody`" in str(answer)
    assert "send the whole `booking`" in str(answer)


@pytest.mark.parametrize(
    ("occurred_at", "problem"),
    [
        ("yesterday", "must be ISO 8601"),
        ("2026-03-01T10:00:00", "has no offset"),
        ("2031-01-01T00:00:00Z", "lies in the future"),
        ("0001-01-01T00:00:00Z", "lies before 2000"),
        (17, "must be ISO 8601"),
        ("0001-01-01T00:00:00+14:00", "out of range"),
    ],
)
def test_unusable_occurred_at_is_refused(world, make_booking, occurred_at, problem):
    item = Incoming("booking_created", subject=make_booking(), occurred_at=occurred_at)
    [answer] = world.intake.receive([item])
    assert isinstance(answer, InputError)
    assert answer.field == "occurred_at"
    assert problem in answer.reason


@pytest.mark.parametrize("key", ["", "   ", "x" * 256, "a\0b", 5])
def test_unusable_idempotency_key_is_refused(world, make_booking, key):
    item = Incoming("booking_created", subject=make_booking(), idempotency_key=key)
    [answer] = world.intake.receive([item])
    assert isinstance(answer, InputError)
    assert answer.field == "idempotency_key"


def test_reminder_posted_twice_is_one_event(world, make_booking):
    world.specs.add("remind", "before_meeting", delay=60)
    item = Incoming("before_meeting", subject=make_booking())
    [first] = world.intake.receive([item])
    [second] = world.intake.receive([item])
    assert second.is_duplicate
    assert second.event_id == first.event_id


def test_older_snapshot_does_not_replace_a_newer_one(world, make_booking):
    booking = make_booking()
    cancelled = {**booking, "status": "cancelled"}
    late = (world.clock() - timedelta(hours=1)).isoformat()
    world.intake.receive([Incoming("booking_cancelled", subject=cancelled)])
    world.intake.receive([Incoming("booking_created", subject=booking, occurred_at=late)])
    stored = world.store.load_subjects([booking["id"]])[booking["id"]]
    assert stored["status"] == "cancelled"


def test_sender_with_a_clock_ahead_outdates_no_later_snapshot(world, make_booking):
    ahead = (world.clock() + timedelta(minutes=4)).isoformat()
    booking = make_booking()
    world.intake.receive([Incoming("booking_created", subject=booking, occurred_at=ahead)])
    world.clock.forward(minutes=1)
    cancelled = {**booking, "status": "cancelled"}
    world.intake.receive([Incoming("booking_cancelled", subject=cancelled)])
    assert world.store.load_subjects([booking["id"]])[booking["id"]]["status"] == "cancelled"


def test_reminders_are_planned_soon_after_a_booking_came_in_and_for_nothing_else(
    world, make_booking
):
    asked: list[int] = []
    intake = Intake(
        store=world.store,
        specs=world.specs,
        domain=world.domain,
        waker=world.waker,
        now=world.clock,
        prompt=lambda: asked.append(1),
    )
    intake.receive([Incoming("booking_created", subject=make_booking(id="b-1"))])
    assert asked == [1]
    intake.receive([Incoming("manual", subject_id="b-1")])
    assert asked == [1]
    intake.receive([Incoming("booking_cancelled", subject_id="b-1")])
    assert asked == [1, 1]
