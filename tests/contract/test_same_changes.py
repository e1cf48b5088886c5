"""One change told by two ways is one event, what is newer counts, and events set what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookflow.ports.changes import Change, Matched
from bookflow.records import EventSource, NewExecution, utc_now
from tests.contract.conftest import make_booking, minutes
from tests.contract.desks import START, execution_for, snapshot, tell, update

LATER = START + timedelta(days=1)


def test_an_older_snapshot_does_not_undo_a_status_set_by_a_workflow(scene, store):
    execution = scene.running(make_booking())
    update(store, execution, status="completed")
    tell(scene, "booking_created", subject=make_booking(), occurred_at=utc_now() - minutes(5))
    assert store.load_subjects(["b-1"])["b-1"]["status"] == "completed"


def test_a_late_cancellation_counts_after_an_update_of_other_fields(scene, store):
    execution = scene.running(make_booking())
    update(store, execution, meeting_link="https://meet.example.com/9")
    late = {"subject": None, "implied": {"status": "cancelled"}}
    tell(scene, "booking_cancelled", occurred_at=utc_now() - minutes(5), **late)
    assert store.load_subjects(["b-1"])["b-1"]["status"] == "cancelled"


def test_an_older_snapshot_does_not_undo_a_change_by_sql(scene, desk, store):
    desk.insert()
    desk.change(status="cancelled")
    tell(scene, "booking_created", subject=snapshot(), occurred_at=utc_now() - minutes(5))
    assert store.load_subjects(["b-1"])["b-1"]["status"] == "cancelled"


@pytest.mark.parametrize("has_snapshot", [True, False])
@pytest.mark.parametrize("is_matched", [True, False])
def test_the_same_change_by_sql_and_then_by_rest_is_one_event(
    desk, post, scene, store, has_snapshot, is_matched
):
    desk.insert()
    made: list[NewExecution] = []

    def decide(change: Change) -> Matched:
        made.append(execution_for(change))
        return Matched(made)

    if is_matched:
        post.take(decide)
    answer = tell(scene, "booking_created", subject=snapshot() if has_snapshot else None)
    if not is_matched:
        assert answer.executions == ()
        post.take(decide)
    assert answer.is_duplicate
    assert answer.event_id == post.changes[0].event_id
    assert [head.id for head in answer.executions] == ([made[0].id] if is_matched else [])
    assert len(store.subject_executions("b-1")) == 1
    if has_snapshot:
        assert store.load_subjects(["b-1"])["b-1"]["invitee"]["name"] == "Ida 李 Invitee"


@pytest.mark.parametrize(
    ("status", "moved", "trigger"),
    [
        ("cancelled", False, "booking_cancelled"),
        ("no_show", False, "booking_no_show"),
        ("confirmed", True, "booking_rescheduled"),
    ],
)
def test_later_changes_by_both_ways_are_one_event(desk, post, scene, status, moved, trigger):
    desk.insert()
    post.take()
    times = {"start_time": LATER, "end_time": LATER + minutes(30)} if moved else {}
    desk.change(status=status, **times)
    assert tell(
        scene, trigger, subject=make_booking(**{**snapshot(), "status": status, **times})
    ).is_duplicate
    assert post.take() == [trigger]


def test_both_events_of_one_change_have_their_twins(desk, post, scene):
    desk.insert(status="pending")
    post.take()
    desk.change(status="confirmed", start_time=LATER, end_time=LATER + minutes(30))
    answers = [
        tell(scene, trigger, subject=None)
        for trigger in ("booking_confirmed", "booking_rescheduled")
    ]
    assert all(answer.is_duplicate for answer in answers)
    assert post.take() == ["booking_confirmed", "booking_rescheduled"]
    assert {change.event_id for change in post.changes} == {a.event_id for a in answers}


def test_the_same_change_by_rest_and_then_by_sql_is_one_event(desk, post, scene, store):
    desk.insert()
    post.take()
    answer = tell(scene, "booking_cancelled", subject=snapshot(status="cancelled"))
    desk.change(status="cancelled")
    assert not answer.is_duplicate
    assert post.take() == []
    assert len(store.subject_executions("b-1")) == 1


def test_a_creation_told_late_is_no_second_one(desk, post, scene):
    desk.insert()
    desk.change(status="cancelled")
    assert post.take() == ["booking_cancelled", "booking_created"]
    early = utc_now() - minutes(5)
    assert tell(scene, "booking_created", subject=snapshot(), occurred_at=early).is_duplicate


def test_another_change_by_rest_is_an_event_of_its_own(desk, post, scene):
    desk.insert()
    post.take()
    desk.change(status="cancelled")
    post.take()
    answer = tell(scene, "booking_confirmed", subject=snapshot())
    assert not answer.is_duplicate
    again = tell(scene, "booking_cancelled", subject=snapshot(status="cancelled"))
    assert not again.is_duplicate
    assert len(again.executions) == 1


@pytest.mark.parametrize("trigger", ["manual", "before_meeting"])
def test_triggers_that_are_no_change_are_never_duplicates(desk, scene, trigger):
    desk.insert()
    assert not tell(scene, trigger, subject=snapshot()).is_duplicate


def test_a_run_by_hand_is_no_duplicate(desk, scene):
    desk.insert()
    answer = tell(scene, "booking_created", subject=None, source=EventSource.RUN)
    assert not answer.is_duplicate


def test_a_repeated_request_finds_the_event_its_key_went_to(desk, post, scene):
    desk.insert()
    first = tell(scene, "booking_created", subject=snapshot(), idempotency_key="k")
    desk.change(status="cancelled")
    again = tell(scene, "booking_created", subject=snapshot(), idempotency_key="k")
    clash = tell(
        scene, "booking_cancelled", subject=snapshot(), idempotency_key="k", fingerprint="other"
    )
    assert first.is_duplicate
    assert again.is_duplicate
    assert again.event_id == first.event_id
    assert "`k` already belongs to another event (booking_created" in str(clash.conflict)


def test_twins_in_one_batch_all_answer_with_the_event_of_the_database(desk, post, scene):
    desk.insert()
    now = utc_now()
    common = {"trigger": "booking_created", "occurred_at": now, "received_at": now}
    known = scene.event(snapshot(), idempotency_key="one", **common)
    same_key = scene.event(snapshot(), idempotency_key="one", **common)
    other_key = scene.event(snapshot(), idempotency_key="two", **common)
    other = scene.event(make_booking("b-2"), **common)
    events = [known, same_key, other_key, other]
    answers = scene.store.record_events(events, [scene.execution(event) for event in events])
    post.take()
    [change] = post.changes
    assert [answer.event_id for answer in answers[:3]] == [change.event_id] * 3
    assert [answer.is_duplicate for answer in answers] == [True, True, True, False]
    assert len(scene.store.subject_executions("b-1")) == 0
    third = tell(scene, "booking_created", subject=snapshot(), idempotency_key="two")
    assert third.event_id == change.event_id


def test_an_event_sets_what_it_implies(scene, store):
    scene.record(scene.event(make_booking()))
    event = scene.event(
        make_booking(), trigger="booking_no_show", subject=None, implied={"status": "no_show"}
    )
    scene.record(event, scene.execution(event))
    assert store.load_subjects(["b-1"])["b-1"] == make_booking(status="no_show")


def test_an_older_event_implies_nothing(scene, store):
    first = scene.event(make_booking())
    scene.record(first)
    early = first.occurred_at - minutes(5)
    implied = {"status": "cancelled"}
    event = scene.event(make_booking(), subject=None, occurred_at=early, implied=implied)
    scene.record(event)
    assert store.load_subjects(["b-1"])["b-1"]["status"] == "confirmed"


@pytest.mark.parametrize(("is_last", "expected"), [(True, "cancelled"), (False, "confirmed")])
def test_of_one_batch_the_last_word_counts(scene, store, is_last, expected):
    scene.record(scene.event(make_booking()))
    implied = scene.event(make_booking(), subject=None, implied={"status": "cancelled"})
    given = scene.event(make_booking(meeting_id="815"))
    store.record_events([given, implied] if is_last else [implied, given], [])
    found = store.load_subjects(["b-1"])["b-1"]
    assert (found["status"], found["meeting_id"]) == (expected, "815")


def test_an_event_about_nobody_implies_nothing(scene, store):
    event = scene.event(make_booking(), subject=None, implied={"status": "cancelled"})
    assert not scene.record(event).is_duplicate
    assert store.load_subjects(["b-1"]) == {}
