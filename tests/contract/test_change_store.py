"""Changes of bookings by SQL and by workflows become events; both stores decide the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bookflow.ports.changes import Change, Matched
from bookflow.ports.clock import SpecRule
from bookflow.records import EventSource, NewExecution, SubjectUpdate, new_id, utc_now
from tests.contract.conftest import RUN, Scene, make_booking, minutes

START = datetime(2030, 3, 5, 13, 0, tzinfo=UTC)
LATER = START + timedelta(days=1)

INSERT_OWNERS = """
INSERT INTO bookflow.organizers (id, email) VALUES ('o-1', 'host@example.com')
ON CONFLICT DO NOTHING;
INSERT INTO bookflow.event_types (id, slug) VALUES ('et-1', 'intro') ON CONFLICT DO NOTHING;
"""
INSERT_BOOKING = """
INSERT INTO bookflow.bookings (id, status, start_time, end_time, event_type_id, organizer_id)
VALUES (%(id)s, %(status)s, %(start_time)s, %(end_time)s, 'et-1', 'o-1')
"""


@dataclass
class SqlDesk:
    """Somebody who writes bookings with plain SQL."""

    connection: psycopg.Connection[Any]

    def insert(self, key: str = "b-1", status: str = "confirmed") -> None:
        self.connection.execute(INSERT_OWNERS)
        values = {"start_time": START, "end_time": START + minutes(30)}
        self.connection.execute(INSERT_BOOKING, {"id": key, "status": status, **values})

    def change(self, key: str = "b-1", **fields: Any) -> None:
        for name in fields:
            assert name.isidentifier()
        setting = ", ".join(f"{name} = %({name})s" for name in fields)
        query = f"UPDATE bookflow.bookings SET {setting} WHERE id = %(id)s"  # noqa: S608 names only
        self.connection.execute(query.encode(), {"id": key, **fields})


@dataclass
class MemoryDesk:
    """The same person at the memory store."""

    store: Any

    def insert(self, key: str = "b-1", status: str = "confirmed") -> None:
        booking = make_booking(key, status=status, start_time=START, end_time=START + minutes(30))
        self.store.insert_subject(booking, now=utc_now())

    def change(self, key: str = "b-1", **fields: Any) -> None:
        self.store.change_subject(key, now=utc_now(), **fields)


@dataclass
class Post:
    """Takes what waits for the dispatcher, and starts nothing unless told to."""

    store: Any
    changes: list[Change] = field(default_factory=list)
    subjects: dict[str, Any] = field(default_factory=dict)
    rules: list[SpecRule] = field(default_factory=list)

    def take(
        self, decide: Callable[[Change], Matched] | None = None, limit: int = 100
    ) -> list[str]:
        """Match what waits; give triggers, oldest first (those of one change by name)."""

        def match(changes: Any, subjects: Any, rules: Any) -> Matched:
            self.changes, self.subjects = list(changes), dict(subjects)
            self.rules = list(rules)
            return decide(self.changes[0]) if decide else Matched()

        self.changes = []
        batch = self.store.match_changes(match, now=utc_now(), limit=limit)
        assert batch.changes == len(self.changes)
        return sorted(change.trigger for change in self.changes)


def execution_for(change: Change, workflow: str = "welcome", **changes: Any) -> NewExecution:
    values: dict[str, Any] = {
        "id": new_id(),
        "workflow_id": workflow,
        "workflow_version": "v1",
        "event_id": change.event_id,
        "subject_id": change.subject_id,
        "due_at": change.occurred_at,
        **changes,
    }
    return NewExecution(**values)


@pytest.fixture
def desk(store: Any, request: pytest.FixtureRequest) -> Iterator[SqlDesk | MemoryDesk]:
    if "memory" in request.node.callspec.id:
        yield MemoryDesk(store)
        return
    with psycopg.connect(request.getfixturevalue("database"), autocommit=True) as connection:
        yield SqlDesk(connection)


@pytest.fixture
def post(store: Any) -> Post:
    return Post(store)


def tell(scene: Scene, trigger: str, **changes: Any) -> Any:
    """Report an event of `b-1` by REST, with the booking as it is unless told otherwise."""
    values = {
        "trigger": trigger,
        "subject_id": "b-1",
        "occurred_at": utc_now(),
        "received_at": utc_now(),
        **changes,
    }
    event = scene.event(**values)
    return scene.record(event, scene.execution(event))


def snapshot(**changes: Any) -> dict[str, Any]:
    return make_booking(start_time=START, end_time=START + minutes(30), **changes)


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


def update(store: Any, execution: Any, **fields: Any) -> None:
    change = SubjectUpdate(execution, "mark", "welcome", "b-1", fields)
    assert store.apply_updates([change], now=utc_now())[execution] is not None


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
