"""Changes of bookings by SQL and by workflows become events; both stores decide the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookflow.ports.changes import Change, Matched
from bookflow.ports.clock import SpecRule
from bookflow.records import NewExecution, SubjectUpdate, utc_now
from tests.contract.conftest import RUN, make_booking, minutes
from tests.contract.desks import START, SqlDesk, execution_for, update

LATER = START + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("confirmed", ["booking_created"]),
        ("pending", ["booking_requested"]),
        ("cancelled", []),
        ("rejected", []),
        ("completed", []),
        ("no_show", []),
    ],
)
def test_an_inserted_row_is_an_event(desk, post, status, expected):
    desk.insert(status=status)
    assert post.take() == expected


STATUSES = ("pending", "confirmed", "cancelled", "rejected", "completed", "no_show")
EXPECTED = {
    ("pending", "confirmed"): "booking_confirmed",
    ("cancelled", "confirmed"): "booking_confirmed",
    ("rejected", "confirmed"): "booking_confirmed",
    ("cancelled", "pending"): "booking_requested",
    ("rejected", "pending"): "booking_requested",
}
ENDINGS = ("cancelled", "rejected", "completed", "no_show")


@pytest.mark.parametrize("after", STATUSES)
@pytest.mark.parametrize("before", STATUSES)
def test_a_change_of_status_is_an_event(desk, post, before, after):
    desk.insert(status=before)
    post.take()
    desk.change(status=after)
    told = f"booking_{after}" if after in ENDINGS else EXPECTED.get((before, after))
    assert post.take() == ([told] if told and before != after else [])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("confirmed", "confirmed", ["booking_rescheduled"]),
        ("pending", "pending", ["booking_rescheduled"]),
        ("pending", "confirmed", ["booking_confirmed", "booking_rescheduled"]),
        ("confirmed", "pending", ["booking_rescheduled"]),
        ("completed", "confirmed", ["booking_rescheduled"]),
        ("cancelled", "confirmed", ["booking_confirmed"]),
        ("rejected", "pending", ["booking_requested"]),
        ("confirmed", "cancelled", ["booking_cancelled"]),
        ("confirmed", "completed", ["booking_completed"]),
        ("cancelled", "cancelled", []),
        ("completed", "completed", []),
    ],
)
def test_a_moved_booking_is_an_event_while_it_takes_place(desk, post, before, after, expected):
    desk.insert(status=before)
    post.take()
    desk.change(status=after, start_time=LATER, end_time=LATER + minutes(30))
    assert post.take() == expected


def test_a_new_end_alone_is_a_move(desk, post):
    desk.insert()
    post.take()
    desk.change(end_time=START + minutes(45))
    assert post.take() == ["booking_rescheduled"]


def test_other_fields_are_no_event(desk, post):
    desk.insert()
    post.take()
    desk.change(meeting_link="https://meet.example.com/9", invitee_name="Ida", status="confirmed")
    assert post.take() == []


def test_a_change_says_what_happened_when(desk, post):
    begun = utc_now()
    desk.insert()
    assert post.take() == ["booking_created"]
    [change] = post.changes
    assert (change.subject_id, change.depth, change.cause_workflow_id) == ("b-1", 0, None)
    # the clocks of the database and of Python may differ by a little
    assert abs(change.occurred_at - begun) < minutes(1)
    assert post.subjects["b-1"]["event_type"]["slug"] == "intro"


def test_intake_writes_no_second_event(scene, post):
    scene.book(make_booking())
    scene.book(make_booking(status="cancelled"))
    assert post.take() == []
    assert not scene.store.has_changes()


def test_changes_are_matched_once_oldest_first(desk, post, store):
    for number in range(5):
        desk.insert(f"b-{number}")
    assert store.has_changes()
    post.take(limit=2)
    assert [change.subject_id for change in post.changes] == ["b-0", "b-1"]
    post.take()
    assert [change.subject_id for change in post.changes] == ["b-2", "b-3", "b-4"]
    assert not store.has_changes()


def test_executions_are_made_with_the_match(desk, post, store):
    desk.insert()
    made: list[NewExecution] = []

    def decide(change: Change) -> Matched:
        made.append(execution_for(change))
        return Matched([made[-1]])

    post.take(decide)
    [found] = store.subject_executions("b-1")
    assert (found["id"], found["workflow_id"], found["status"]) == (
        str(made[0].id),
        "welcome",
        "pending",
    )
    assert store.claim("welcome", RUN, limit=5, now=utc_now() + minutes(1)).count == 1
    [job] = store.load_jobs(RUN, "mail")
    assert (job.trigger, job.subject["id"]) == ("booking_created", "b-1")


def test_a_failed_match_leaves_the_changes(desk, post, store):
    desk.insert()

    def fail(change: Change) -> Matched:
        raise LookupError(change.trigger)

    with pytest.raises(LookupError):
        post.take(fail)
    assert store.has_changes()
    assert post.take() == ["booking_created"]


def test_a_deleted_booking_is_absent(desk, post, store):
    desk.insert()
    if isinstance(desk, SqlDesk):
        desk.connection.execute("DELETE FROM bookflow.bookings")
    else:
        store.delete_subject("b-1")
    assert post.take() == ["booking_created"]
    assert post.subjects == {}
    assert not store.has_changes()


def test_rules_that_may_fit_are_given(desk, post, store):
    said: dict[str, dict[str, Any]] = {
        "all": {},
        "intro": {"event_types": ("demo", "intro")},
        "other-type": {"event_types": ("demo",)},
        "other-trigger": {"trigger": "booking_cancelled"},
        "asleep": {"is_active": False},
    }
    plain = {"version": "v1", "trigger": "booking_created", "delay_minutes": 5, "is_active": True}
    rules = {
        name: SpecRule(name, "", workflow_id=name, **{**plain, **more})
        for name, more in said.items()
    }
    store.rewrite_rules(lambda _: rules)
    desk.insert()
    post.take()
    assert [rule.workflow_id for rule in post.rules] == ["all", "intro"]
    rule = post.rules[1]
    assert (rule.version, rule.delay_minutes, rule.event_types) == ("v1", 5, ("demo", "intro"))


def test_an_update_by_a_workflow_carries_its_cause(scene, post, store):
    execution = scene.running(make_booking())
    update(store, execution, status="cancelled")
    assert post.take() == ["booking_cancelled"]
    [change] = post.changes
    assert (change.depth, change.cause_workflow_id) == (1, "welcome")


def test_depth_grows_with_every_link_of_a_chain(desk, post, scene, store):
    desk.insert()
    for depth in range(4):
        caused: list[NewExecution] = []

        def decide(change: Change, caused: list[NewExecution] = caused) -> Matched:
            caused.append(execution_for(change))
            return Matched(caused)

        post.take(decide)
        [change] = post.changes
        assert change.depth == depth
        update(store, caused[0].id, status=("cancelled", "confirmed")[depth % 2])


def test_a_change_after_that_of_a_workflow_has_no_cause(scene, desk, post, store):
    execution = scene.running(make_booking())
    update(store, execution, status="cancelled")
    post.take()
    desk.change(status="confirmed")
    assert post.take() == ["booking_confirmed"]
    [change] = post.changes
    assert (change.depth, change.cause_workflow_id) == (0, None)


def test_an_update_of_other_fields_is_no_event(scene, post, store):
    execution = scene.running(make_booking())
    update(store, execution, meeting_link="https://meet.example.com/9")
    assert post.take() == []


def test_updates_of_one_batch_that_cancel_out_are_no_event(scene, post, store):
    first = scene.running(make_booking("b-1"))
    second = scene.book(make_booking("b-1"), workflow="other", run=RUN)
    updates = [
        SubjectUpdate(first, "mark", "welcome", "b-1", {"status": "cancelled"}),
        SubjectUpdate(second, "mark", "other", "b-1", {"status": "confirmed"}),
    ]
    store.apply_updates(updates, now=utc_now())
    assert post.take() == []
