from __future__ import annotations

from datetime import timedelta
from typing import Any

from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.ports.metrics import Vitals, WorkflowCounts
from bookflow.records import DeliveryStatus
from tests.contract.conftest import NOW, PLAN, RUN, make_outcome, minutes


def fold(store: Any) -> None:
    store.fold_figures(limit=1000)


def test_nothing_is_measured_of_nothing(store: Any) -> None:
    assert store.measure(NOW) == Vitals()
    assert store.count_by_workflow(None) == []


def test_queue_tells_what_is_due_and_since_when(scene: Any) -> None:
    scene.book(due_at=NOW - minutes(5))
    scene.book(due_at=NOW - minutes(3))
    scene.book(due_at=NOW + minutes(3))
    scene.running()
    found = scene.store.measure(NOW)
    assert (found.pending, found.due, found.running) == (3, 2, 1)
    assert found.oldest_due_at == NOW - minutes(5)


def test_deliveries_are_counted_by_channel_and_status_whether_folded_or_not(scene: Any) -> None:
    parcels = [scene.deliver(scene.running(), "invitee") for _ in range(4)]
    for parcel in parcels:
        scene.claim_delivery(parcel)
    sent, failed, retrying, _sending = parcels
    scene.store.settle(
        [],
        [
            make_outcome(sent),
            make_outcome(failed, "failed", error_code="smtp-550"),
            make_outcome(retrying, "retrying", not_before=NOW + minutes(1)),
        ],
    )
    expected = {
        ("email", status.value): 1
        for status in (
            DeliveryStatus.SENT,
            DeliveryStatus.FAILED,
            DeliveryStatus.RETRYING,
            DeliveryStatus.SENDING,
        )
    }
    assert scene.store.measure(NOW).deliveries == expected
    fold(scene.store)
    assert scene.store.measure(NOW).deliveries == expected


def test_executions_are_counted_by_workflow_and_end(scene: Any) -> None:
    good, bad = scene.running(), scene.running()
    scene.result(good)
    scene.result(bad, "failed")
    scene.store.finish(RUN, PLAN, now=NOW)
    scene.book()
    scene.book(workflow="other")
    expected = [WorkflowCounts("welcome", 3, 1, 1, 0), WorkflowCounts("other", 1, 0, 0, 0)]
    assert scene.store.count_by_workflow(None) == expected
    fold(scene.store)
    scene.book(workflow="other")
    expected[1] = WorkflowCounts("other", 2, 0, 0, 0)
    assert scene.store.count_by_workflow(None) == expected
    assert scene.store.count_by_workflow(frozenset({"other", "\0"})) == expected[1:]
    assert scene.store.count_by_workflow(frozenset()) == []


def test_endpoints_and_the_clock_are_told(store: Any) -> None:
    rules = CircuitRules(threshold=1, first_wait=timedelta(seconds=30))
    tally = CallTally(key="smtp:mail", channel="email", failures=2, last_failure_at=NOW)
    store.record_calls([tally], rules, now=NOW)
    store.tick(lambda turn: None, now=NOW)
    found = store.measure(NOW)
    assert found.endpoints == {("email", "open"): 1}
