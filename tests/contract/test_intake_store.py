from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bookflow.records import ExecutionStatus, RunKey
from tests.contract.conftest import NOW, RUN, make_booking, minutes


def read(scene, key="b-1"):
    return scene.store.load_subjects([key])[key]


def test_a_booking_comes_back_as_it_was(scene):
    booking = make_booking()
    scene.record(scene.event(booking))
    assert read(scene) == booking


def test_times_come_back_in_utc(scene):
    tokyo = timezone(timedelta(hours=9))
    start = datetime(2026, 3, 6, 9, 0, tzinfo=tokyo)
    scene.record(scene.event(make_booking(start_time=start, end_time=start + minutes(30))))
    assert read(scene)["start_time"].isoformat() == "2026-03-06T00:00:00+00:00"


def test_a_minimal_booking_has_every_key(scene):
    small = {
        "id": "b-1",
        "start_time": NOW,
        "end_time": NOW + minutes(30),
        "event_type": {"id": "intro", "slug": "intro"},
        "organizer": {"id": "o-1", "email": "host@example.com"},
        "invitee": {"name": "Ida"},
    }
    scene.record(scene.event(small, received_at=NOW + minutes(1)))
    found = read(scene)
    assert found.keys() == make_booking().keys()
    assert found["status"] == "confirmed"
    assert found["attendees"] == []
    assert found["custom_answers"] == {}
    assert found["created_at"] == NOW + minutes(1)
    assert found["invitee"] == {
        "name": "Ida",
        "email": None,
        "phone": None,
        "timezone": None,
        "locale": None,
    }


def test_unknown_subjects_are_absent(scene):
    scene.book()
    assert scene.store.load_subjects(["nobody", "a\0b", "\ud800"]) == {}
    assert scene.store.load_subjects([]) == {}


def test_an_event_answers_with_its_executions(scene):
    event = scene.event()
    first, second = (
        scene.execution(event),
        scene.execution(event, "notify", due_at=NOW + minutes(5)),
    )
    answer = scene.record(event, first, second)
    assert answer.event_id == event.id
    assert not answer.is_duplicate
    assert {(e.id, e.workflow_id, e.status, e.due_at) for e in answer.executions} == {
        (first.id, "welcome", ExecutionStatus.PENDING, NOW),
        (second.id, "notify", ExecutionStatus.PENDING, NOW + minutes(5)),
    }


def test_an_empty_batch_answers_nothing(store):
    assert store.record_events([], []) == []


def test_a_batch_answers_in_order(scene):
    events = [scene.event() for _ in range(20)]
    executions = [scene.execution(event) for event in reversed(events)]
    answers = scene.store.record_events(events, executions)
    assert [answer.event_id for answer in answers] == [event.id for event in events]
    assert all(len(answer.executions) == 1 for answer in answers)


def test_a_known_key_answers_with_the_first_result_and_writes_nothing(scene):
    first = scene.event(make_booking(), idempotency_key="k")
    execution = scene.execution(first)
    scene.record(first, execution)
    changed = make_booking(status="cancelled")
    second = scene.event(changed, idempotency_key="k", occurred_at=NOW + minutes(1))

    answer = scene.record(second, scene.execution(second))

    assert answer.is_duplicate
    assert answer.event_id == first.id
    assert [head.id for head in answer.executions] == [execution.id]
    assert answer.conflict is None
    assert read(scene)["status"] == "confirmed"
    assert len(scene.store.subject_executions("b-1")) == 1


def test_a_key_twice_in_a_batch_counts_once(scene):
    booking = make_booking()
    first = scene.event(booking, idempotency_key="k")
    second = scene.event(booking, idempotency_key="k")
    other = scene.event(booking)
    executions = [scene.execution(event) for event in (first, second, other)]

    answers = scene.store.record_events([first, second, other], executions)

    assert [answer.is_duplicate for answer in answers] == [False, True, False]
    assert answers[1].event_id == first.id
    assert answers[1].executions == answers[0].executions
    assert len(scene.store.subject_executions("b-1")) == 2


@pytest.mark.parametrize("is_same_batch", [True, False])
def test_a_key_of_another_event_is_a_conflict(scene, is_same_batch):
    booking = make_booking()
    first = scene.event(booking, idempotency_key="k")
    second = scene.event(booking, idempotency_key="k", fingerprint="other")
    if is_same_batch:
        _, answer = scene.store.record_events([first, second], [scene.execution(second)])
    else:
        scene.record(first)
        answer = scene.record(second, scene.execution(second))
    assert "`k` already belongs to another event (booking_created of `b-1`)" in answer.conflict
    assert answer.executions == ()
    assert scene.store.subject_executions("b-1") == []


def test_the_same_event_again_is_a_duplicate(scene):
    event = scene.event()
    execution = scene.execution(event)
    scene.record(event, execution)
    answer = scene.record(event, execution)
    assert answer.is_duplicate
    assert [head.id for head in answer.executions] == [execution.id]


def test_duplicates_tell_the_status_of_now(scene):
    event = scene.event(idempotency_key="k")
    scene.record(event, scene.execution(event))
    scene.store.claim("welcome", RUN, limit=5, now=NOW)
    answer = scene.record(scene.event(idempotency_key="k"))
    assert [head.status for head in answer.executions] == [ExecutionStatus.RUNNING]


def test_one_key_at_the_same_time_is_one_event(scene):
    count = 8
    barrier = threading.Barrier(count)
    events = [scene.event(make_booking(), idempotency_key="k") for _ in range(count)]

    def send(event):
        barrier.wait()
        return scene.record(event, scene.execution(event))

    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(send, events))

    assert sum(not answer.is_duplicate for answer in answers) == 1
    assert len({answer.event_id for answer in answers}) == 1
    assert len({answer.executions for answer in answers}) == 1


def test_newer_snapshots_replace_older_ones(scene):
    scene.record(scene.event(make_booking()))
    newer = make_booking(status="cancelled", cancellation_reason="Ill", meeting_link=None)
    scene.record(scene.event(newer, occurred_at=NOW + minutes(1)))
    assert read(scene) == newer


def test_older_snapshots_never_replace_newer_ones(scene):
    newer = make_booking(status="cancelled")
    scene.record(scene.event(newer))
    older = scene.event(make_booking(), occurred_at=NOW - minutes(1))
    answer = scene.record(older, scene.execution(older))
    assert read(scene)["status"] == "cancelled"
    assert len(answer.executions) == 1


def test_a_snapshot_of_the_same_moment_replaces(scene):
    scene.record(scene.event(make_booking()))
    scene.record(scene.event(make_booking(status="completed")))
    assert read(scene)["status"] == "completed"


def test_the_newest_snapshot_of_a_batch_wins(scene):
    events = [
        scene.event(make_booking(status=status), occurred_at=NOW + minutes(at))
        for status, at in [("pending", 0), ("cancelled", 2), ("confirmed", 1)]
    ]
    scene.store.record_events(events, [])
    assert read(scene)["status"] == "cancelled"


def test_creation_stays_the_earliest_known(scene):
    scene.record(scene.event(make_booking(created_at=None)))
    assert read(scene)["created_at"] == NOW
    early = datetime(2026, 2, 1, tzinfo=UTC)
    scene.record(scene.event(make_booking(created_at=early)))
    scene.record(scene.event(make_booking(created_at=None)))
    assert read(scene)["created_at"] == early


def test_an_organizer_is_shared_and_what_a_snapshot_leaves_out_stays(scene):
    scene.record(scene.event(make_booking("b-1")))
    small = {"id": "o-1", "email": "new@example.com"}
    late = NOW + minutes(1)
    scene.record(scene.event(make_booking("b-2", organizer=small), occurred_at=late))
    organizer = read(scene)["organizer"]
    assert organizer["email"] == "new@example.com"
    assert organizer["company"] == "Example Clinic"
    older = {"id": "o-1", "email": "old@example.com"}
    scene.record(scene.event(make_booking("b-3", organizer=older), occurred_at=NOW - minutes(1)))
    assert read(scene)["organizer"]["email"] == "new@example.com"


def test_an_event_type_is_found_by_its_slug(scene):
    scene.record(scene.event(make_booking("b-1")))
    by_slug = {"id": "intro", "slug": "intro", "name": "First call"}
    late = NOW + minutes(1)
    scene.record(scene.event(make_booking("b-2", event_type=by_slug), occurred_at=late))
    for key in ("b-1", "b-2"):
        event_type = read(scene, key)["event_type"]
        assert (event_type["id"], event_type["name"]) == ("et-1", "First call")
        assert event_type["duration"] == 30


def test_an_event_type_may_get_a_new_slug(scene):
    scene.record(scene.event(make_booking("b-1")))
    renamed = {"id": "et-1", "slug": "hello"}
    late = NOW + minutes(1)
    scene.record(scene.event(make_booking("b-2", event_type=renamed), occurred_at=late))
    assert read(scene, "b-1")["event_type"]["slug"] == "hello"


def test_clashing_event_types_lose_no_booking(scene):
    kinds = [("1", "a"), ("2", "a"), ("2", "b"), ("1", "c"), ("3", "c"), ("9", "d")]
    events = [
        scene.event(make_booking(f"b-{n}", event_type={"id": key, "slug": slug}))
        for n, (key, slug) in enumerate(kinds)
    ]
    scene.record(events[0])
    scene.store.record_events(events[1:], [])
    found = scene.store.load_subjects([event.subject_id for event in events])
    assert [found[f"b-{n}"]["event_type"]["slug"] for n in range(1, 6)] == ["a", "b", "c", "c", "d"]


def test_an_event_without_snapshot_leaves_the_booking(scene):
    scene.record(scene.event(make_booking()))
    event = scene.event(make_booking(status="cancelled"), subject=None)
    answer = scene.record(event, scene.execution(event))
    assert read(scene)["status"] == "confirmed"
    assert len(answer.executions) == 1


def test_executions_recorded_with_a_run_are_claimed_by_it(scene):
    event = scene.event()
    answer = scene.record(event, scene.execution(event, run=RUN))
    scene.book()
    assert [head.status for head in answer.executions] == [ExecutionStatus.RUNNING]
    claim = scene.store.claim("welcome", RUN, limit=10, now=NOW)
    assert (claim.count, claim.has_more) == (1, True)
    assert scene.store.claim("welcome", RunKey("d", "next"), limit=10, now=NOW).count == 1


def test_hostile_text_is_kept_as_far_as_it_can_be(scene):
    event = scene.event(idempotency_key="k\ud800", actor="robert'); DROP TABLE bookings;--")
    scene.record(event, scene.execution(event))
    again = scene.event(idempotency_key="k\ud800")
    assert scene.record(again).event_id == event.id
    assert isinstance(scene.record(scene.event(make_booking("%s {0} \\"))).event_id, uuid.UUID)
    assert "%s {0} \\" in scene.store.load_subjects(["%s {0} \\"])
