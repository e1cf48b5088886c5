"""Erasing a person leaves no trace of them, and everything else: the same in both stores."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.errors import InputError
from bookflow.journey.upkeep.erasing import Eraser
from bookflow.ports.endpoints import Notice
from bookflow.ports.inbound import InboundRequest, Verdict
from bookflow.records import RunKey, new_id
from bookflow.settings import Settings
from bookflow.store.memory import MemoryStore
from tests.contract.conftest import NOW, PLAN, RUN, make_booking, make_outcome, make_result, minutes

IDA = "ida@example.org"
ANN = "ann@example.org"
NUMBER = "+1 (202) 555-0142"
TRACES = re.compile(r"ida|202.{0,3}555.{0,3}0142", re.IGNORECASE)


class Reverser:
    """Seals by reversing; what begins with `?` can't be opened."""

    def unseal(self, sealed: bytes) -> bytes | None:
        return None if sealed.startswith(b"?") else sealed[::-1]


def eraser(store: Any) -> Eraser:
    domain = BookingDomain(Settings())
    return Eraser(store, domain, Reverser(), lambda text: f"h{len(text)}", lambda: NOW)


def erase(store: Any, email: str = IDA, **changes: Any) -> Any:
    return eraser(store).erase(email, actor="ada", **changes)


def booking(key: str = "b-1", **changes: Any) -> dict[str, Any]:
    invitee = {"name": "Ida Invitee", "email": "Ida@Example.org", "phone": NUMBER}
    return make_booking(
        key, **{"invitee": invitee, "attendees": [], "custom_answers": {"note": "Ida"}, **changes}
    )


def others(key: str = "b-2") -> dict[str, Any]:
    invitee = {"name": "Otto", "email": "otto@example.org", "phone": "+12025550199"}
    return make_booking(key, invitee=invitee, attendees=[])


def act(scene: Any, subject: dict[str, Any], address: str = IDA) -> Any:
    """Play a run of a booking whose every record names the invitee."""
    run = RunKey(RUN.dag_id, f"run-{new_id()}")
    execution = scene.book(subject, run=run)
    delivery = scene.deliver(execution)
    delivery = type(delivery)(**{**as_dict(delivery), "address": address})
    scene.claim_delivery(delivery)
    outcome = make_outcome(
        delivery,
        "failed",
        error_code="smtp-550",
        error_message=f"{address} is unknown",
        provider_id=f"<x-{address}>",
        details={"answer": f"{address} unknown"},
    )
    result = make_result(
        execution,
        "failed",
        reason=f"{address} is unknown",
        error_code="smtp-550",
        rendered={"subject": f"Hi {subject['invitee']['name']}"},
        conditions=[{"rules": [{"actual": address}]}],
    )
    scene.store.settle([result], [outcome])
    scene.store.finish(run, PLAN, now=NOW + minutes(1))
    return execution


def as_dict(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def request(body: bytes, **changes: Any) -> InboundRequest:
    values = {
        "id": new_id(),
        "source": "cal-com",
        "received_at": NOW,
        "verdict": Verdict.ACCEPTED,
        "masked": {"name": "***"},
        "sealed": body[::-1],
        "headers": {"user-agent": "x"},
        "remote": "203.0.113.7",
    }
    return InboundRequest(**{**values, **changes})


def dump(store: Any) -> str:
    """Give all there is as one text."""
    if isinstance(store, MemoryStore):
        kept = {name: value for name, value in vars(store).items() if name != "_bookings"}
        bookings = store._bookings
        return repr(kept) + repr(vars(bookings))
    with psycopg.connect(store.place_of_test) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'bookflow'::regnamespace"
            " AND relkind = 'r'"
        ).fetchall()
        return "\n".join(
            str(connection.execute(f"SELECT t::text FROM bookflow.{name} t").fetchall())  # noqa: S608
            for (name,) in tables
        )


@pytest.fixture
def all_text(store: Any, request: pytest.FixtureRequest) -> Any:
    if not isinstance(store, MemoryStore):
        store.place_of_test = request.getfixturevalue("database")
    return lambda: dump(store)


def test_a_person_spread_over_everything_is_gone_afterwards(scene, store, all_text):
    act(scene, booking())
    group = make_booking(
        "b-group",
        invitee={"name": "Otto", "email": "otto@example.org"},
        attendees=[{"name": "Ida", "email": "IDA+x@example.org"}, {"name": "Ann", "email": ANN}],
    )
    act(scene, group, address="ida+x@example.org")
    waiting = scene.book(booking("b-ahead"))
    store.cancel_execution(scene.book(booking("b-4")), reason=f"{IDA} asked", actor="a", now=NOW)
    scene.record(scene.event(booking("b-5"), idempotency_key=f"key:{IDA}", actor="ida@example.org"))
    scene.update(scene.book(booking("b-6")), "b-6", cancellation_reason="Ida is ill")
    notice = Notice(new_id(), "down", "smtp:x", "o@example.com", "s", f"for {IDA}: {NUMBER}", NOW)
    store.add_notices([notice])
    store.keep_request(request(b'{"email": "ida@example.org"}'))
    store.keep_request(request(b'{"email": "ida\\u0040example.org"}'))
    store.keep_request(request(b"{}", subject_id="b-1", reason="Ida has no phone"))
    kept = request(b'{"email": "otto@example.org"}')
    store.keep_request(kept)
    assert len(TRACES.findall(all_text())) > 20

    planned = erase(store, is_dry=True)
    assert len(TRACES.findall(all_text())) > 20
    done = erase(store)
    assert re.findall(f".{{0,60}}{TRACES.pattern}.{{0,20}}", all_text(), re.IGNORECASE) == []
    assert (planned.is_dry, done.is_dry) == (True, False)
    assert set(planned.counts) - {"rate_limits"} <= set(done.counts) | {"executions"}
    assert done.counts["inbound_requests"] == 3
    assert store.get_request(kept.id).sealed == kept.sealed
    assert scene.read(waiting)["status"] == "cancelled"
    # figures stay
    executions = store.statistics()
    assert executions[0]["total_executions"] == 5
    assert executions[0]["failed_executions"] == 2
    again = erase(store)
    assert (again.counts, again.cancelled, again.left) == ({}, 0, {})


@pytest.mark.parametrize(
    "key",
    [
        "booking-ida@example.org",
        "ida@example.org-2041",
        "crm:Ida+news@Example.org:created",
        "new.ida@example.org",
        "sync%2Fida%40example.org",
        "sms-+1 202 555 0142",
    ],
)
def test_an_erased_key_is_gone_and_still_known(scene, store, all_text, key):
    """Nobody reads the address any more, and the same request is still no second event."""
    event = scene.event(booking(), idempotency_key=key)
    first = scene.record(event, scene.execution(event))
    store.keep_request(request(b"{}", sealed=None, dedup_key=key))
    planned, done = erase(store, is_dry=True), erase(store)
    assert planned.counts["events"] == done.counts["events"] == 1
    assert done.counts["inbound_requests"] == 1
    assert TRACES.findall(all_text()) == []
    again = scene.event(booking(), idempotency_key=key)
    recorded = scene.record(again, scene.execution(again))
    assert (recorded.event_id, recorded.is_duplicate) == (first.event_id, True)
    assert [one.id for one in recorded.executions] == [one.id for one in first.executions]
    assert TRACES.findall(all_text()) == []
    assert erase(store).counts == {}


def test_an_erased_key_refuses_another_event_and_a_batch_goes_on(scene, store):
    key = "booking-ida@example.org"
    scene.record(scene.event(booking(), idempotency_key=key))
    erase(store)
    batch = [
        scene.event(others(), idempotency_key=key, fingerprint="g"),
        scene.event(others(), idempotency_key=key),
        scene.event(others("b-7"), idempotency_key="booking-otto@example.org"),
    ]
    answers = store.record_events(batch, [])
    assert f"`{key}` already belongs to another event" in answers[0].conflict
    assert [one.is_duplicate for one in answers] == [False, True, False]
    assert answers[2].event_id == batch[2].id
    # what was refused changed nothing
    assert store.load_subjects(["b-2"]) == {}


def test_keys_that_end_alike_are_still_known_each_by_itself(scene, store):
    """Erasing more keys than needed loses nothing."""
    events = [
        scene.event(others(f"b-{number}"), idempotency_key=key)
        for number, key in enumerate(
            ["not-ida@example.org", "ida@example.org", "frida@example.org"]
        )
    ]
    for event in events:
        scene.record(event)
    assert erase(store).counts["events"] == 2
    for event in events:
        again = scene.event(event.subject, idempotency_key=event.idempotency_key)
        assert scene.record(again).event_id == event.id


def test_a_key_that_came_back_past_intake_is_erased_again(scene, store, all_text):
    """The clock makes its keys itself and looks for no digests."""
    key = "before_meeting:ida@example.org:x"
    scene.record(scene.event(others(), idempotency_key=key))
    erase(store)
    put_back = scene.event(others("b-8"), idempotency_key="other")
    scene.record(put_back)
    rename(store, put_back.id, key, all_text)
    assert erase(store).counts["events"] == 1
    assert TRACES.findall(all_text()) == []
    assert scene.record(scene.event(others(), idempotency_key=key)).is_duplicate


def rename(store, event_id, key, all_text):
    if isinstance(store, MemoryStore):
        store._events[event_id]["idempotency_key"] = key
        store._keys[key] = event_id
        return
    with psycopg.connect(store.place_of_test) as connection:
        connection.execute(
            "UPDATE bookflow.events SET idempotency_key = %s WHERE id = %s", (key, event_id)
        )


def test_other_people_keep_what_is_theirs(scene, store):
    theirs = act(scene, others(), address="otto@example.org")
    before = scene.read(theirs)
    frida = act(scene, make_booking("b-3", invitee={"name": "F", "email": "frida@example.org"}))
    act(scene, booking())
    erase(store)
    assert scene.read(theirs) == before
    assert store.load_subjects(["b-2"])["b-2"]["invitee"]["name"] == "Otto"
    assert store.load_subjects(["b-3"])["b-3"]["invitee"]["email"] == "frida@example.org"
    assert scene.read(frida)["status"] == "failed"


def test_what_was_done_stays_without_words(scene, store):
    execution = act(scene, booking())
    done = erase(store)
    found = scene.read(execution)
    assert (found["status"], found["actions_failed"]) == ("failed", 1)
    assert found["error_message"] == "personal data was erased"
    [log] = found["execution_log"]
    assert (log["status"], log["error_code"]) == ("failed", "smtp-550")
    assert log["rendered"] == {"erased": f"erased-{done.id.hex[:16]}"}
    [delivery] = log["deliveries"]
    assert (delivery["status"], delivery["error_code"]) == ("failed", "smtp-550")
    assert delivery["address"] == f"erased-{done.id.hex[:16]}"


def test_an_erased_booking_is_known_no_more_until_it_is_told_of_anew(scene, store):
    scene.book(booking())
    erase(store)
    assert store.load_subjects(["b-1"]) == {}
    scene.record(scene.event(booking(), occurred_at=NOW + minutes(5)))
    assert store.load_subjects(["b-1"])["b-1"]["invitee"]["email"] == "Ida@Example.org"


def test_no_reminder_comes_of_an_erased_booking(scene, store):
    from bookflow.ports.clock import Window

    scene.record(scene.event(booking()))
    start = booking()["start_time"]
    window = Window("start_time", start - timedelta(hours=1), start)
    assert len(store.find_candidates([window])) == 1
    erase(store)
    assert store.find_candidates([window]) == []


def test_the_rest_of_a_group_goes_on(scene, store):
    ann = {"name": "Ann", "email": ANN}
    scene.book(booking(attendees=[{"name": "ida invitee"}, ann, {"email": "Ida@example.org"}]))
    erase(store)
    known = store.load_subjects(["b-1"])["b-1"]
    assert known["attendees"] == [ann]
    people = BookingDomain(Settings()).people(known, "invitee")
    assert [one.email for one in people] == [ANN]


def test_an_attendee_is_taken_off_the_list_and_the_execution_goes_on(scene, store):
    execution = scene.book(make_booking(attendees=[{"name": "Ann", "email": ANN}]))
    erase(store, ANN)
    assert store.load_subjects(["b-1"])["b-1"]["attendees"] == []
    assert scene.read(execution)["status"] == "pending"


def test_plus_variants_are_the_same_person_unless_asked_exactly(scene, store):
    def book(key: str, email: str) -> None:
        scene.book(make_booking(key, invitee={"name": "I", "email": email}, attendees=[]))

    book("b-1", "ida+work@example.org")
    assert erase(store, is_exact=True).counts == {}
    # an address with a tag stands for itself
    assert erase(store, "ida+home@example.org").counts == {}
    assert erase(store).counts["bookings"] == 1


def test_organizers_are_left_unless_asked_for(scene, store, all_text):
    scene.book(others())
    done = erase(store, "host@example.com")
    assert done.left == {"organizers": 1}
    assert "host@example.com" in all_text()
    done = erase(store, "host@example.com", has_owners=True)
    assert done.counts["organizers"] == 1
    assert "host@example.com" not in all_text()
    assert "Hana" not in all_text()


def test_what_can_not_be_opened_is_told(store):
    store.keep_request(request(b"", sealed=b"?unknown"))
    assert erase(store).left == {"unreadable inbound requests": 1}


def test_running_executions_are_told_since_they_may_write_once_more(scene, store):
    scene.running(booking())
    done = erase(store)
    assert (done.cancelled, done.left) == (1, {"running executions": 1})


def test_the_audit_trail_knows_of_it_without_the_address(scene, store, all_text):
    scene.book(booking())
    done = erase(store)
    text = all_text()
    assert "person.erase" in text
    assert str(done.id) in text
    assert f"h{len(IDA)}" in text


def test_numbers_in_json_stay_json(scene, store):
    answers = {"phone": 12025550142, "other": 7}
    scene.book(booking())
    scene.book({**others(), "custom_answers": answers})
    erase(store)
    found = store.load_subjects(["b-2"])["b-2"]["custom_answers"]
    assert found == {"phone": 0, "other": 7}


@pytest.mark.parametrize(
    "email", ["", "ida", "@example.org", "ida@org", 'i"a@example.org', ".*@.*"]
)
def test_what_is_no_address_erases_nothing(store, email):
    with pytest.raises(InputError, match="is no e-mail address"):
        erase(store, email)
