from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from bookflow.errors import InputError
from bookflow.ports.inbound import (
    DeliveryReport,
    InboundFilter,
    InboundRequest,
    RefusalCode,
    Verdict,
)
from bookflow.records import DeliveryStatus, new_id
from tests.contract.conftest import NOW, make_outcome, minutes

EVERYTHING = InboundFilter()
DELIVERED, FAILED = DeliveryStatus.DELIVERED, DeliveryStatus.FAILED


def make_request(**changes):
    values = {
        "id": new_id(),
        "source": "cal-com",
        "received_at": NOW,
        "verdict": Verdict.ACCEPTED,
        "headers": {"content-type": "application/json"},
        "masked": {"triggerEvent": "BOOKING_CREATED"},
        "sealed": b"\x00\xff sealed",
        "size": 12,
    }
    values.update(changes)
    return InboundRequest(**values)


def listed(store, limit=50, cursor=None, **wanted):
    page = store.list_requests(InboundFilter(**wanted), limit=limit, cursor=cursor)
    return [uuid.UUID(item["id"]) for item in page.items]


def test_request_is_given_back_whole(store):
    request = make_request(
        verdict=Verdict.REFUSED,
        code=RefusalCode.INPUT,
        reason="payload.uid: is required",
        event_id=new_id(),
        trigger="booking_created",
        subject_id="cal-com:u1",
        dedup_key="inbound:cal-com:u1",
        remote="192.0.2.7",
        replay_of=new_id(),
        actor="admin",
    )
    store.keep_request(request)
    assert store.get_request(request.id) == request
    assert store.get_request(new_id()) is None


def test_list_shows_no_bodies(store):
    request = make_request(sealed=None)
    store.keep_request(request)
    [item] = store.list_requests(EVERYTHING, limit=9, cursor=None).items
    assert item == {
        "id": str(request.id),
        "source": "cal-com",
        "received_at": NOW.isoformat(),
        "verdict": "accepted",
        "code": None,
        "reason": None,
        "event_id": None,
        "trigger": None,
        "booking_id": None,
        "dedup_key": None,
        "remote": None,
        "size": 12,
        "replayable": False,
        "replay_of": None,
        "actor": None,
    }


def test_pages_go_through_everything_newest_first(store):
    old = [make_request() for _ in range(4)]
    new = make_request(received_at=NOW + minutes(1))
    for request in (*old, new):
        store.keep_request(request)
    expected = [new.id, *sorted((one.id for one in old), reverse=True)]
    seen, cursor = [], None
    for _ in range(9):
        page = store.list_requests(EVERYTHING, limit=2, cursor=cursor)
        seen += [uuid.UUID(item["id"]) for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == expected
    with pytest.raises(InputError):
        store.list_requests(EVERYTHING, limit=2, cursor="made up")


def test_filters(store):
    good = make_request()
    bad = make_request(source="calendly", verdict=Verdict.REFUSED, code=RefusalCode.SIGNATURE)
    for request in (good, bad):
        store.keep_request(request)
    assert listed(store, source="calendly") == [bad.id]
    assert listed(store, verdict="accepted") == [good.id]
    assert listed(store, verdict="refused") == [bad.id]
    assert listed(store, source="cal-com", verdict="refused") == []
    assert listed(store, source="a\0b") == []


def test_text_that_no_database_holds_is_kept_all_the_same(store):
    request = make_request(
        reason="a\0b\ud800", trigger="x\0", headers={"a": "\0"}, masked={"k\0": "\ud800"}
    )
    store.keep_request(request)
    kept = store.get_request(request.id)
    assert kept.reason == "a\ufffdb\ufffd"
    assert kept.trigger == "x\ufffd"
    assert kept.masked == {"k\ufffd": "\ufffd"}


def test_purge_takes_the_oldest_first_and_only_those_before(store):
    requests = [make_request(received_at=NOW - minutes(age)) for age in (30, 20, 10, 0)]
    for request in requests:
        store.keep_request(request)
    before = NOW - minutes(5)
    assert store.purge_requests(before, limit=2) == 2
    assert listed(store) == [requests[3].id, requests[2].id]
    assert store.purge_requests(before, limit=2) == 1
    assert store.purge_requests(before, limit=2) == 0
    assert listed(store) == [requests[3].id]


def link(store, external, earlier=None, source="cal-com"):
    return store.link_subject(source, external, earlier_id=earlier, now=NOW)


def test_unmoved_subject_goes_by_its_own_name(store):
    assert link(store, "u1") == "cal-com:u1"
    assert link(store, "u1", source="calendly") == "calendly:u1"


def test_moved_subject_stays_the_one_it_was(store):
    assert link(store, "u2", "u1") == "cal-com:u1"
    assert link(store, "u2") == "cal-com:u1"
    assert link(store, "u3", "u2") == "cal-com:u1"
    assert link(store, "u3") == "cal-com:u1"
    assert link(store, "u1") == "cal-com:u1"
    assert link(store, "u2", source="calendly") == "calendly:u2"


def test_first_link_stays(store):
    assert link(store, "u2", "u1") == "cal-com:u1"
    assert link(store, "u2", "other") == "cal-com:u1"


def test_links_made_at_once_agree(store):
    barrier = threading.Barrier(6)

    def join(number):
        barrier.wait(timeout=20)
        return link(store, "new", f"old-{number % 2}")

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(join, range(6)))) == 1


def make_report(delivery, status="delivered", outcome=DELIVERED, **changes):
    values = {
        "delivery_id": delivery.id,
        "provider_id": "SM1",
        "status": status,
        "outcome": outcome,
        "at": NOW + minutes(1),
    }
    if outcome is FAILED:
        values |= {"error_code": "twilio-30003", "error_message": "unreachable"}
    values.update(changes)
    return DeliveryReport(**values)


def claimed(scene, status=None, **changes):
    delivery = scene.deliver(scene.running())
    scene.claim_delivery(delivery)
    if status is not None:
        outcome = make_outcome(delivery, status, provider_id="SM1", **changes)
        scene.store.settle([], [outcome])
    return delivery


def read(scene, delivery, result="completed"):
    scene.result(delivery.execution_id, result)
    [action] = scene.read(delivery.execution_id)["execution_log"]
    [found] = action["deliveries"]
    return found


def test_sent_becomes_delivered(scene):
    delivery = claimed(scene, "sent", details={"status": "queued"})
    assert scene.store.report_delivery(make_report(delivery)) is True
    found = read(scene, delivery)
    assert (found["status"], found["attempts"]) == ("delivered", 1)
    assert found["details"] == {"status": "queued", "provider_status": "delivered"}
    assert found["sent_at"] == NOW.isoformat()
    assert found["settled_at"] == (NOW + minutes(1)).isoformat()


def test_sent_becomes_failed_with_the_reason(scene):
    delivery = claimed(scene, "sent")
    assert scene.store.report_delivery(make_report(delivery, "undelivered", FAILED)) is True
    found = read(scene, delivery)
    assert found["status"] == "failed"
    assert (found["error_code"], found["error_message"]) == ("twilio-30003", "unreachable")


def test_delivered_is_never_taken_back(scene):
    delivery = claimed(scene, "sent")
    scene.store.report_delivery(make_report(delivery))
    for status, outcome in (("failed", FAILED), ("sent", None), ("delivered", DELIVERED)):
        assert scene.store.report_delivery(make_report(delivery, status, outcome)) is False
    found = read(scene, delivery)
    assert (found["status"], found["error_code"]) == ("delivered", None)
    assert found["details"]["provider_status"] == "delivered"


def test_delivered_wins_over_failed(scene):
    delivery = claimed(scene, "sent")
    scene.store.report_delivery(make_report(delivery, "failed", FAILED))
    assert scene.store.report_delivery(make_report(delivery)) is True
    found = read(scene, delivery)
    assert (found["status"], found["error_code"], found["error_message"]) == (
        "delivered",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("status", "outcome", "final"),
    [("delivered", DELIVERED, "delivered"), ("undelivered", FAILED, "failed")],
)
def test_report_that_overtakes_the_settlement_is_not_lost(scene, status, outcome, final):
    delivery = claimed(scene)
    assert scene.store.report_delivery(make_report(delivery, status, outcome)) is True
    late = make_outcome(delivery, "sent", provider_id="SM1", details={"status": "queued"})
    scene.store.settle([], [late])
    found = read(scene, delivery)
    assert (found["status"], found["provider_id"], found["attempts"]) == (final, "SM1", 1)
    assert found["sent_at"] == (NOW + minutes(1)).isoformat()


def test_delivery_that_ended_by_a_report_is_not_sent_again(scene):
    delivery = claimed(scene)
    scene.store.report_delivery(make_report(delivery))
    assert scene.claim_delivery(delivery).status is DELIVERED


def test_text_that_arrived_after_all_is_not_tried_again(scene):
    delivery = claimed(scene, "retrying")
    assert scene.store.report_delivery(make_report(delivery, "failed", FAILED)) is False
    assert read(scene, delivery, "retrying")["status"] == "retrying"
    assert scene.store.report_delivery(make_report(delivery)) is True
    assert read(scene, delivery)["status"] == "delivered"


def test_failure_of_an_earlier_message_says_nothing_of_this_one(scene):
    delivery = claimed(scene, "sent")
    other = make_report(delivery, "failed", FAILED, provider_id="SM0")
    assert scene.store.report_delivery(other) is False
    assert read(scene, delivery)["status"] == "sent"


def test_words_on_the_way_are_kept_in_the_details_alone(scene):
    delivery = claimed(scene, "sent", details={"status": "queued"})
    for status in ("sent", "queued", "accepted"):
        assert scene.store.report_delivery(make_report(delivery, status, None)) is False
    found = read(scene, delivery)
    assert found["status"] == "sent"
    assert found["details"] == {"status": "queued", "provider_status": "sent"}


def test_report_on_an_unknown_delivery_is_told(scene):
    delivery = scene.deliver(scene.running())
    assert scene.store.report_delivery(make_report(delivery)) is None


def test_reports_and_settlements_at_once_leave_it_delivered(scene):
    deliveries = [claimed(scene) for _ in range(8)]
    reports = [make_report(delivery) for delivery in deliveries]
    outcomes = [make_outcome(delivery, "sent", provider_id="SM1") for delivery in deliveries]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(scene.store.settle, [], [outcome]) for outcome in outcomes]
        jobs += [pool.submit(scene.store.report_delivery, report) for report in reports]
        for job in jobs:
            job.result(timeout=30)
    assert {read(scene, delivery)["status"] for delivery in deliveries} == {"delivered"}
