from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bookflow.ports import LEASE
from bookflow.records import DeliveryStatus, RunKey, SubjectUpdate, new_id
from bookflow.store.batches import CUT_OFF_LIMIT
from tests.contract.conftest import (
    NOW,
    PLAN,
    RUN,
    make_booking,
    make_outcome,
    make_result,
    minutes,
)


def claim(scene, run=RUN, limit=10, workflow="welcome", now=NOW):
    answer = scene.store.claim(workflow, run, limit=limit, now=now)
    return answer.count, answer.has_more


def held(scene, run=RUN, action="mail"):
    return [job.execution_id for job in scene.store.load_jobs(run, action)]


def test_claim_takes_what_is_due_oldest_first(scene):
    late = scene.book(due_at=NOW - minutes(1))
    early = scene.book(due_at=NOW - minutes(9))
    scene.book(due_at=NOW + minutes(1))
    scene.book(workflow="other")
    assert claim(scene) == (2, False)
    assert held(scene) == [early, late]
    found = scene.read(early)
    assert (found["status"], found["started_at"]) == ("running", NOW.isoformat())
    assert (found["dag_id"], found["run_id"]) == (RUN.dag_id, RUN.run_id)


def test_claim_leaves_what_exceeds_its_limit(scene):
    first = scene.book(due_at=NOW - minutes(3))
    scene.book(due_at=NOW - minutes(2))
    assert claim(scene, limit=1) == (1, True)
    assert held(scene) == [first]
    assert claim(scene, RunKey("d", "run-2"), limit=1) == (1, False)


def test_claim_is_once_per_run(scene):
    scene.book()
    assert claim(scene) == (1, False)
    scene.book()
    assert claim(scene) == (1, True)
    assert len(held(scene)) == 1


def test_claim_of_nothing_is_final_too(scene):
    assert claim(scene) == (0, False)
    scene.book()
    assert claim(scene) == (0, True)


def test_tasks_of_one_run_agree(scene):
    for _ in range(20):
        scene.book()
    barrier = threading.Barrier(6)

    def take(_):
        barrier.wait()
        return claim(scene, limit=7)

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(take, range(6)))
    assert answers == {(7, True)}
    assert len(held(scene)) == 7


def test_runs_at_the_same_time_share_without_overlap(scene):
    booked = {scene.book() for _ in range(20)}
    runs = [RunKey("d", f"run-{n}") for n in range(5)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda run: claim(scene, run, limit=4), runs))
    taken = [execution for run in runs for execution in held(scene, run)]
    assert len(taken) == len(set(taken))
    rest = RunKey("d", "rest")
    claim(scene, rest, limit=20)
    assert {*taken, *held(scene, rest)} == booked


def test_a_job_carries_all_that_an_action_needs(scene):
    booking = make_booking()
    event = scene.event(booking, trigger="booking_confirmed", occurred_at=NOW - minutes(2))
    changes = {"due_at": NOW - minutes(1), "workflow_version": "v7", "anchor_at": NOW + minutes(9)}
    execution = scene.execution(event, run=RUN, **changes)
    scene.record(event, execution)
    [job] = scene.store.load_jobs(RUN, "mail")
    assert job.execution_id == execution.id
    assert (job.workflow_id, job.workflow_version) == ("welcome", "v7")
    assert (job.event_id, job.trigger) == (event.id, "booking_confirmed")
    assert (job.subject_id, job.subject) == ("b-1", booking)
    assert (job.occurred_at, job.due_at) == (NOW - minutes(2), NOW - minutes(1))
    assert (job.attempts, job.anchor_at) == (0, NOW + minutes(9))


def test_a_job_sees_the_booking_as_it_is_now(scene):
    scene.running(make_booking())
    scene.record(scene.event(make_booking(status="cancelled"), occurred_at=NOW + minutes(1)))
    [job] = scene.store.load_jobs(RUN, "mail")
    assert job.subject["status"] == "cancelled"


def test_jobs_end_with_their_final_result(scene):
    done, tried, fresh = (scene.running() for _ in range(3))
    scene.result(done)
    scene.result(tried, "retrying", attempts=3)
    assert {job.execution_id: job.attempts for job in scene.store.load_jobs(RUN, "mail")} == {
        tried: 3,
        fresh: 0,
    }
    assert len(held(scene, action="other")) == 3


def test_settled_executions_are_no_jobs(scene):
    scene.running()
    scene.store.finish(RUN, PLAN, now=NOW)
    assert held(scene, action="other") == []


def test_deliveries_are_claimed_with_how_they_stood(scene):
    delivery = scene.deliver(scene.running())
    first = scene.claim_delivery(delivery)
    assert (first.id, first.status, first.attempts) == (delivery.id, None, 0)

    died = scene.claim_delivery(delivery, NOW + LEASE)
    assert (died.status, died.attempts, died.hold) == (DeliveryStatus.SENDING, 0, None)

    scene.store.settle([], [make_outcome(delivery, "retrying", attempts=2)])
    again = scene.claim_delivery(delivery)
    assert (again.status, again.attempts) == (DeliveryStatus.RETRYING, 2)


@pytest.mark.parametrize("status", ["sent", "delivered", "failed"])
def test_final_deliveries_stay(scene, status):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.store.settle([], [make_outcome(delivery, status)])

    assert scene.claim_delivery(delivery).status == DeliveryStatus(status)
    scene.store.settle([], [make_outcome(delivery, "retrying")])
    assert scene.claim_delivery(delivery).status == DeliveryStatus(status)


def test_a_batch_of_new_and_known_deliveries(scene):
    execution = scene.running()
    known, new = scene.deliver(execution), scene.deliver(execution, "organizer")
    scene.claim_delivery(known)
    states = scene.store.claim_deliveries([known, new, known], now=NOW)
    assert {key: state.status for key, state in states.items()} == {
        known.id: DeliveryStatus.SENDING,
        new.id: None,
    }
    assert scene.store.claim_deliveries([], now=NOW) == {}


def test_attempts_of_deliveries_add_up(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.store.settle([], [make_outcome(delivery, "retrying", attempts=2, error_code="smtp-421")])
    scene.claim_delivery(delivery)
    outcome = make_outcome(delivery, attempts=1, provider_id="p-1", details={"code": 250})
    scene.store.settle([make_result(execution)], [outcome])
    [entry] = scene.read(execution)["execution_log"]
    [found] = entry["deliveries"]
    assert (found["status"], found["attempts"]) == ("sent", 3)
    assert (found["provider_id"], found["details"]) == ("p-1", {"code": 250})
    assert found["error_code"] is None
    assert found["sent_at"] == NOW.isoformat()


def test_a_delivery_tells_when_its_last_try_ended(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.result(execution, "retrying")
    [entry] = scene.read(execution)["execution_log"]
    assert entry["deliveries"][0]["settled_at"] is None
    for status, offset in (("retrying", 1), ("failed", 5)):
        scene.claim_delivery(delivery)
        scene.store.settle([], [make_outcome(delivery, status, at=NOW + minutes(offset))])
        [entry] = scene.read(execution)["execution_log"]
        found = entry["deliveries"][0]
        assert (found["sent_at"], found["settled_at"]) == (
            None,
            (NOW + minutes(offset)).isoformat(),
        )


def test_final_results_are_never_overwritten(scene):
    execution = scene.running()
    scene.result(execution, reason="first")
    scene.result(execution, "failed", reason="second")
    [entry] = scene.read(execution)["execution_log"]
    assert (entry["status"], entry["reason"], entry["attempts"]) == ("completed", "first", 1)


def test_tries_add_up(scene):
    execution = scene.running()
    scene.result(execution, "retrying", attempts=3, reason="busy", error_code="smtp-421")
    scene.result(execution, attempts=2, started_at=NOW + minutes(1))
    [entry] = scene.read(execution)["execution_log"]
    assert (entry["status"], entry["attempts"], entry["duration_ms"]) == ("completed", 5, 25.0)
    assert (entry["reason"], entry["error_code"]) == (None, None)
    assert entry["started_at"] == NOW.isoformat()


def test_results_of_one_action_twice_in_a_batch(scene):
    execution = scene.running()
    results = [
        make_result(execution, "retrying", attempts=1),
        make_result(execution, "failed", attempts=2),
        make_result(execution, "completed", attempts=4),
    ]
    scene.store.settle(results, [])
    [entry] = scene.read(execution)["execution_log"]
    assert (entry["status"], entry["attempts"]) == ("failed", 3)


def test_hostile_content_is_recorded(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    body = 'a\0b \ud800 \\u0000 "%s"'
    outcome = make_outcome(delivery, "failed", error_message=body, details={"body": body})
    result = make_result(execution, "failed", rendered={"subject": "x\0", "ratio": float("nan")})
    scene.store.settle([result], [outcome])
    [entry] = scene.read(execution)["execution_log"]
    kept = 'a\ufffdb \ufffd \\u0000 "%s"'
    assert entry["rendered"] == {"subject": "x\ufffd", "ratio": "nan"}
    assert entry["deliveries"][0]["error_message"] == kept
    assert entry["deliveries"][0]["details"] == {"body": kept}


def test_update_keeps_old_values(scene):
    execution = scene.running(make_booking())
    old = scene.update(execution, status="completed", meeting_link=None)
    assert old == {"status": "confirmed", "meeting_link": "https://meet.example.com/1"}
    found = scene.store.load_subjects(["b-1"])["b-1"]
    assert (found["status"], found["meeting_link"]) == ("completed", None)
    assert found["meeting_id"] == "814"


def test_custom_answers_merge_by_key(scene):
    execution = scene.running(make_booking())
    old = scene.update(execution, custom_answers={"size": 41, "new": None})
    assert old == {"custom_answers": {"size": 40}}
    answers = scene.store.load_subjects(["b-1"])["b-1"]["custom_answers"]
    assert answers == {"size": 41, "topics": ["a", "b"], "vip": True, "new": None}


def test_an_update_is_applied_once(scene):
    execution = scene.running(make_booking())
    other = scene.running(make_booking())
    first = scene.update(execution, status="completed")
    scene.update(other, status="no_show")
    assert scene.update(execution, status="completed") == first
    assert scene.store.load_subjects(["b-1"])["b-1"]["status"] == "no_show"


def test_updates_of_one_booking_in_a_batch_follow_each_other(scene):
    first, second = scene.running(make_booking()), scene.running(make_booking())
    updates = [
        SubjectUpdate(first, "mark", "welcome", "b-1", {"meeting_id": "one"}),
        SubjectUpdate(second, "mark", "welcome", "b-1", {"meeting_id": "two"}),
    ]
    old = scene.store.apply_updates(updates, now=NOW)
    assert old == {first: {"meeting_id": "814"}, second: {"meeting_id": "one"}}
    assert scene.store.load_subjects(["b-1"])["b-1"]["meeting_id"] == "two"


def test_update_of_an_unknown_booking_says_so(scene):
    execution = scene.running(make_booking())
    assert scene.update(execution, "nobody", status="completed") is None
    assert scene.update(execution, "a\0", status="completed") is None
    assert scene.store.apply_updates([], now=NOW) == {}


def test_one_update_at_the_same_time_is_applied_once(scene):
    execution = scene.running(make_booking())
    barrier = threading.Barrier(5)

    def mark(number):
        barrier.wait()
        return scene.update(execution, meeting_id=f"m-{number}")

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(mark, range(5)))
    assert answers == [{"meeting_id": "814"}] * 5


def test_finish_counts_how_executions_ended(scene):
    good, bad, gone, skipped = (scene.running() for _ in range(4))
    scene.result(good)
    scene.result(bad, "failed", reason="no such mailbox")
    scene.result(gone, "skipped", reason="the booking was cancelled", error_code="stale")
    scene.result(skipped, "skipped", reason="conditions not met", error_code="conditions")
    finish = scene.store.finish(RUN, PLAN, now=NOW + minutes(1))
    assert (finish.completed, finish.failed, finish.cancelled) == (2, 1, 1)
    shown = {key: scene.read(key) for key in (good, bad, gone, skipped)}
    assert [shown[key]["status"] for key in shown] == [
        "completed",
        "failed",
        "cancelled",
        "completed",
    ]
    assert shown[bad]["error_message"] == "mail: no such mailbox"
    assert shown[gone]["error_message"] == "the booking was cancelled"
    assert shown[good]["completed_at"] == (NOW + minutes(1)).isoformat()
    counters = ("actions_executed", "actions_failed", "actions_skipped")
    assert [[row[name] for name in counters] for row in shown.values()] == [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 1],
    ]


def test_finish_again_says_the_same(scene):
    scene.result(scene.running(), "failed")
    scene.running()
    first = scene.store.finish(RUN, PLAN, now=NOW)
    assert scene.store.finish(RUN, PLAN, now=NOW + minutes(5)) == first
    assert (first.failed, first.parked) == (1, 1)


def test_finish_fails_what_was_cut_off_too_often(scene):
    untouched, tried = scene.running(), scene.running()
    scene.result(tried, "retrying", attempts=2, reason="smtp is busy")
    plan = [*PLAN, ("mark", "update_booking")]
    run = scene.cut_off(CUT_OFF_LIMIT - 1, plan)
    scene.store.finish(run, plan, now=NOW)
    log = {entry["action"]: entry for entry in scene.read(tried)["execution_log"]}
    assert log["mail"]["status"] == "failed"
    assert log["mail"]["attempts"] == 2
    assert log["mail"]["reason"] == (
        "its task ended before this action had a result; its last try: smtp is busy"
    )
    assert log["mark"]["type"] == "update_booking"
    assert scene.read(untouched)["actions_failed"] == 2


def test_finish_ends_deliveries_that_a_killed_task_left_open(scene):
    execution = scene.running()
    under_way, tried, sent = (scene.deliver(execution, to) for to in ("invitee", "both", "other"))
    run = scene.cut_off(CUT_OFF_LIMIT - 1)
    for delivery in (under_way, tried, sent):
        scene.claim_delivery(delivery)
    failed_once = make_outcome(tried, DeliveryStatus.RETRYING, error_message="421 busy")
    scene.store.settle([], [failed_once, make_outcome(sent)])
    scene.store.finish(run, [*PLAN, ("mark", "update_booking")], now=NOW + minutes(1))
    mail, mark = scene.read(execution)["execution_log"]
    assert (mail["action"], mail["started_at"]) == ("mail", NOW.isoformat())
    assert (mark["action"], mark["started_at"]) == ("mark", (NOW + minutes(1)).isoformat())
    settled = {row["id"]: row["settled_at"] for row in mail["deliveries"]}
    assert settled == {
        str(under_way.id): (NOW + minutes(1)).isoformat(),
        str(tried.id): (NOW + minutes(1)).isoformat(),
        str(sent.id): NOW.isoformat(),
    }
    shown = {row["id"]: (row["status"], row["error_message"]) for row in mail["deliveries"]}
    assert shown == {
        str(under_way.id): (
            "failed",
            "its task ended while it was being sent: it may have arrived",
        ),
        str(tried.id): (
            "failed",
            "its task ended before it was tried again; its last try: 421 busy",
        ),
        str(sent.id): ("sent", None),
    }
    scene.store.settle([], [make_outcome(under_way)])
    assert scene.read(execution)["execution_log"][0] == mail


def test_partly_stale_executions_are_not_cancelled(scene):
    execution = scene.running()
    scene.result(execution)
    scene.result(execution, "skipped", action="text", reason="cancelled", error_code="stale")
    assert scene.store.finish(RUN, PLAN, now=NOW).completed == 1


def test_late_results_do_not_reopen(scene):
    execution = scene.running()
    run = scene.cut_off(CUT_OFF_LIMIT - 1)
    scene.store.finish(run, PLAN, now=NOW)
    scene.result(execution)
    assert scene.read(execution)["status"] == "failed"
    assert scene.read(execution)["execution_log"][0]["status"] == "failed"


def test_finish_without_actions_completes(scene):
    scene.running()
    assert scene.store.finish(RUN, [], now=NOW).completed == 1


def test_finish_touches_no_other_run(scene):
    other = scene.book()
    scene.running()
    scene.store.finish(RUN, PLAN, now=NOW)
    assert scene.read(other)["status"] == "pending"
    nothing = scene.store.finish(RunKey("d", "unknown"), PLAN, now=NOW)
    assert (nothing.completed, nothing.failed, nothing.cancelled) == (0, 0, 0)


def test_finish_complete_waits_for_every_action(scene):
    half, whole, tried = (scene.running() for _ in range(3))
    plan = [*PLAN, ("mark", "update_booking")]
    for execution in (half, whole, tried):
        scene.result(execution)
    scene.result(whole, action="mark")
    scene.result(tried, "retrying", action="mark")
    scene.store.finish_complete(RUN, plan, now=NOW)
    assert scene.read(whole)["status"] == "completed"
    assert scene.read(half)["status"] == "running"
    assert scene.read(tried)["status"] == "running"


def test_workflows_with_due_executions_are_woken(scene):
    scene.book(workflow="b")
    scene.book(workflow="a", due_at=NOW - minutes(1))
    scene.book(workflow="a")
    scene.book(workflow="later", due_at=NOW + minutes(1))
    scene.book(workflow="claimed", run=RunKey("d", "r"))
    assert scene.store.workflows_to_wake(NOW) == ["a", "b"]
    assert scene.store.workflows_to_wake(NOW - minutes(5)) == []


def test_unknown_deliveries_and_nothing_settle_quietly(scene):
    delivery = scene.deliver(new_id())
    scene.store.settle([], [make_outcome(delivery)])
    scene.store.settle([], [])
    assert scene.store.statistics() == []
