from __future__ import annotations

import base64
import json
import uuid
from uuid import UUID

import pytest

from bookflow.errors import InputError
from bookflow.ports.erasing import Wiping
from bookflow.ports.reports import ExecutionFilter
from bookflow.records import RunKey, new_id
from bookflow.store.revisions import list_revisions
from tests.contract.conftest import NOW, PLAN, RUN, make_booking, make_outcome, minutes

EVERYTHING = ExecutionFilter()


def ids(page):
    return [uuid.UUID(item["id"]) for item in page.items]


def find(scene, **wanted):
    return set(ids(scene.store.list_executions(ExecutionFilter(**wanted), limit=50, cursor=None)))


def book_at(scene, offset, **changes):
    event = scene.event(received_at=NOW + minutes(offset))
    execution = scene.execution(event, **changes)
    scene.record(event, execution)
    return execution.id


def test_pages_go_through_everything_newest_first(scene):
    same_moment = [book_at(scene, 0) for _ in range(5)]
    newer = [book_at(scene, n) for n in (1, 2)]
    expected = [*reversed(newer), *sorted(same_moment, reverse=True)]
    seen, cursor = [], None
    for _ in range(10):
        page = scene.store.list_executions(EVERYTHING, limit=3, cursor=cursor)
        seen += ids(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == expected


def test_an_exact_page_is_the_last(scene):
    for _ in range(3):
        scene.book()
    assert scene.store.list_executions(EVERYTHING, limit=3, cursor=None).next_cursor is None


def test_a_page_is_steady_while_new_ones_come(scene):
    first, second = book_at(scene, 0), book_at(scene, 1)
    page = scene.store.list_executions(EVERYTHING, limit=1, cursor=None)
    book_at(scene, 2)
    assert ids(page) == [second]
    assert ids(scene.store.list_executions(EVERYTHING, limit=9, cursor=page.next_cursor)) == [first]


def test_an_item_has_every_field(scene):
    execution = scene.book(make_booking())
    [item] = scene.store.list_executions(EVERYTHING, limit=9, cursor=None).items
    assert item == {
        "id": str(execution),
        "workflow_id": "welcome",
        "workflow_version": "v1",
        "event_id": item["event_id"],
        "booking_id": "b-1",
        "trigger": "booking_created",
        "occurred_at": NOW.isoformat(),
        "status": "pending",
        "due_at": NOW.isoformat(),
        "anchor_at": None,
        "next_attempt_at": None,
        "rounds": 0,
        "created_at": NOW.isoformat(),
        "started_at": None,
        "completed_at": None,
        "error_message": None,
        "actions_executed": 0,
        "actions_failed": 0,
        "actions_skipped": 0,
        "dag_id": None,
        "run_id": None,
    }
    assert uuid.UUID(item["event_id"])
    assert json.loads(json.dumps(item)) == item


def test_filters(scene):
    plain = scene.book(make_booking("b-7"))
    other = book_at(scene, 5, workflow="other")
    running = scene.running()
    assert find(scene, workflow_id="other") == {other}
    assert find(scene, subject_id="b-7") == {plain}
    assert find(scene, status="running") == {running}
    assert find(scene, since=NOW + minutes(1)) == {other}
    assert find(scene, until=NOW + minutes(5)) == {plain, running}
    assert find(scene, run=RUN) == {running}
    assert find(scene, run=RunKey(RUN.dag_id, "else")) == set()
    assert find(scene, workflow_ids=frozenset({"other", "none"})) == {other}
    assert find(scene, workflow_ids=frozenset()) == set()
    assert find(scene, workflow_id="welcome", status="pending", subject_id="b-7") == {plain}
    assert find(scene, workflow_id="welcome", workflow_ids=frozenset({"other"})) == set()


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "' OR 1=1 --", "%s"])
def test_hostile_filters_find_nothing(scene, text):
    scene.book()
    assert find(scene, workflow_id=text) == set()
    assert find(scene, subject_id=text) == set()
    assert find(scene, status=text) == set()
    assert find(scene, run=RunKey(text, text)) == set()
    assert scene.store.subject_executions(text) == []


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ünicode",
        "x" * 10_000,
        base64.urlsafe_b64encode(b"[1, 2]").decode(),
        base64.urlsafe_b64encode(b'["2026-01-01T00:00:00", "x"]').decode(),
        base64.urlsafe_b64encode(f'["2026-01-01T00:00:00", "{UUID(int=7)}"]'.encode()).decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"[" * 150).decode(),
    ],
)
def test_a_foreign_cursor_is_refused(store, cursor):
    with pytest.raises(InputError, match="not a cursor of this list") as caught:
        store.list_executions(EVERYTHING, limit=5, cursor=cursor)
    assert caught.value.field == "cursor"


def test_an_execution_tells_all_that_happened(scene):
    execution = scene.running(make_booking())
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    trace = [{"field": "invitee_domain", "value": "example.org", "outcome": True}]
    outcome = make_outcome(delivery, provider_id="<m-1>", details={"status": 250})
    scene.store.settle([], [outcome])
    scene.result(execution, conditions=trace, rendered={"subject": "Hi Ida"})
    later = NOW + minutes(1)
    scene.result(execution, "skipped", action="text", type="send_sms", started_at=later)
    scene.store.finish(RUN, PLAN, now=later)

    found = scene.read(execution)

    assert found["status"] == "completed"
    assert json.loads(json.dumps(found)) == found
    mail, text = found["execution_log"]
    assert (text["action"], text["status"], text["deliveries"]) == ("text", "skipped", [])
    assert mail == {
        "action": "mail",
        "type": "send_email",
        "status": "completed",
        "reason": None,
        "error_code": None,
        "cause": None,
        "conditions": trace,
        "rendered": {"subject": "Hi Ida"},
        "attempts": 1,
        "next_attempt_at": None,
        "started_at": NOW.isoformat(),
        "duration_ms": 12.5,
        "deliveries": [
            {
                "id": str(delivery.id),
                "recipient": "invitee",
                "channel": "email",
                "address": "invitee@example.com",
                "status": "sent",
                "attempts": 1,
                "rounds": 0,
                "next_attempt_at": None,
                "digest_id": None,
                "provider_id": "<m-1>",
                "error_code": None,
                "error_message": None,
                "details": {"status": 250},
                "created_at": NOW.isoformat(),
                "sent_at": NOW.isoformat(),
                "settled_at": NOW.isoformat(),
            }
        ],
    }


def test_unknown_execution(store):
    assert store.get_execution(new_id()) is None


def test_executions_of_a_booking_oldest_first(scene):
    booking = make_booking()
    for offset in (5, 1, 3):
        event = scene.event(booking, received_at=NOW + minutes(offset))
        scene.record(event, scene.execution(event, f"w-{offset}"))
    scene.book(make_booking("b-2"))
    found = scene.store.subject_executions("b-1")
    assert [item["workflow_id"] for item in found] == ["w-1", "w-3", "w-5"]
    assert [item["execution_log"] for item in found] == [[], [], []]


def test_logs_of_executions_do_not_mix(scene):
    booking = make_booking()
    first, second = scene.running(booking), scene.running(booking)
    for execution, reason in [(first, "one"), (second, "two")]:
        scene.claim_delivery(scene.deliver(execution))
        scene.result(execution, reason=reason)
    found = {item["id"]: item for item in scene.store.subject_executions("b-1")}
    assert found[str(first)]["execution_log"][0]["reason"] == "one"
    [delivery] = found[str(second)]["execution_log"][0]["deliveries"]
    assert delivery["id"] == str(scene.deliver(second).id)


def test_statistics_per_workflow_and_action(scene):
    good, bad, gone = (scene.running() for _ in range(3))
    scene.result(good)
    scene.result(bad, "failed")
    scene.result(gone, "skipped", error_code="stale", reason="cancelled")
    scene.store.finish(RUN, PLAN, now=NOW)
    scene.book()
    scene.book(workflow="waiting", due_at=NOW + minutes(9))
    waiting, welcome = scene.store.statistics()
    assert waiting == {
        "workflow_id": "waiting",
        "total_executions": 1,
        "successful_executions": 0,
        "failed_executions": 0,
        "success_rate": None,
        "last_executed_at": None,
        "actions": [],
    }
    assert welcome == {
        "workflow_id": "welcome",
        "total_executions": 4,
        "successful_executions": 1,
        "failed_executions": 1,
        "success_rate": 50.0,
        "last_executed_at": NOW.isoformat(),
        "actions": [
            {
                "action": "mail",
                "type": "send_email",
                "total_executions": 3,
                "successful_executions": 1,
                "failed_executions": 1,
                "skipped_executions": 1,
                "success_rate": 50.0,
                "last_executed_at": NOW.isoformat(),
            }
        ],
    }


def test_check_tells_that_all_is_well(store):
    found = store.check()
    assert found["status"] == "healthy"
    assert found["revision"] == list_revisions()[-1]
    assert found["latency_ms"] >= 0


def test_event_types_are_listed_by_slug(scene):
    assert scene.store.event_type_slugs() == []
    for number, slug in enumerate(("intro", "b_2", "b-10", "intro")):
        kind = {**make_booking()["event_type"], "id": f"et-{number}", "slug": slug}
        scene.record(scene.event(make_booking(f"b-{number}", event_type=kind)))
    assert scene.store.event_type_slugs() == ["b-10", "b_2", "intro"]


def book_for(scene, key, name, email, *, at=0, workflow="welcome"):
    invitee = {**make_booking()["invitee"], "name": name, "email": email}
    event = scene.event(
        make_booking(key, invitee=invitee), received_at=NOW + minutes(at), fingerprint=key
    )
    scene.record(event, scene.execution(event, workflow))


@pytest.fixture
def three_bookings(scene):
    book_for(scene, "b-1", "Ada Example", "ada@example.org")
    book_for(scene, "b-12", "Ben Sample", "ben@example.com", at=1, workflow="other")
    book_for(scene, "x-b-1", "Ida 100% Real", "ida@example.org", at=2)
    return scene.store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["x-b-1", "b-12", "b-1"]),
        ("b-1", ["b-1", "x-b-1", "b-12"]),
        ("ADA ex", ["b-1"]),
        ("@example.org", ["x-b-1", "b-1"]),
        ("100%", ["x-b-1"]),
        ("b_1", []),
        ("nobody", []),
        ("\0", []),
    ],
)
def test_bookings_are_found_by_id_name_and_address(three_bookings, text, found):
    assert [one["id"] for one in three_bookings.search_subjects(text, limit=9)] == found


def test_a_found_booking_says_who_when_and_what(three_bookings):
    [found] = three_bookings.search_subjects("ada", limit=9)
    assert found == {
        "id": "b-1",
        "status": "confirmed",
        "start_time": "2026-03-05T13:00:00+00:00",
        "invitee_name": "Ada Example",
        "invitee_email": "ada@example.org",
        "event_type_name": "Intro call",
    }


def test_a_search_keeps_to_its_limit_and_to_the_workflows_given(three_bookings):
    assert len(three_bookings.search_subjects("", limit=2)) == 2
    seen = three_bookings.search_subjects("", limit=9, workflow_ids=frozenset({"other"}))
    assert [one["id"] for one in seen] == ["b-12"]
    assert three_bookings.search_subjects("", limit=9, workflow_ids=frozenset()) == []


def test_a_booking_that_was_erased_is_not_found(three_bookings):
    wiping = Wiping(["b-1"], ["invitee"], "ada@example[.]org|^ann@example[.]org$", "erased-1")
    three_bookings.wipe_subjects(wiping, now=NOW)
    assert [one["id"] for one in three_bookings.search_subjects("b-1", limit=9)] == [
        "x-b-1",
        "b-12",
    ]


def test_a_booking_beyond_the_reach_is_found_by_its_whole_id(three_bookings):
    assert three_bookings.search_subjects("b-1", limit=9, reach=1)[0]["id"] == "b-1"
    assert three_bookings.search_subjects("ada", limit=9, reach=1) == []
