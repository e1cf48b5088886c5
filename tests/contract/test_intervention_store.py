"""People cancel executions or have them tried again: the same decisions in both stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookflow.errors import ConflictError, NotFoundError
from bookflow.ports import LEASE
from bookflow.records import DeliveryStatus, Hold, RunKey, new_id
from tests.contract.conftest import NOW, PLAN, RUN, make_outcome, make_result, minutes

LATER = RunKey(RUN.dag_id, "run-later")
AT = NOW + minutes(5)
TWO = [*PLAN, ("text", "send_sms")]


def cancel(scene, execution, reason="", actor="ada"):
    scene.store.cancel_execution(execution, reason=reason, actor=actor, now=AT)
    return scene.read(execution)


def retry(scene, execution, action=None):
    scene.store.retry_execution(execution, action=action, actor="ada", now=AT)
    return scene.read(execution)


def failed(scene):
    """Give an execution whose mail to the invitee failed, and the delivery."""
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    gone = make_outcome(delivery, "failed", attempts=3, error_code="smtp-550")
    scene.store.settle([make_result(execution, "failed", reason="550 no such user")], [gone])
    return execution, delivery


def jobs(scene, action="mail"):
    scene.store.claim("welcome", LATER, limit=9, now=AT)
    return [job.execution_id for job in scene.store.load_jobs(LATER, action)]


def test_a_pending_execution_is_cancelled_and_never_claimed(scene):
    execution = scene.book()
    found = cancel(scene, execution, "booked twice")
    assert (found["status"], found["completed_at"]) == ("cancelled", AT.isoformat())
    assert found["error_message"] == "cancelled by ada: booked twice"
    assert jobs(scene) == []


def test_cancelling_ends_what_is_put_off_but_not_what_is_being_sent(scene):
    execution = scene.running()
    night = Hold(NOW + minutes(60), "quiet hours", "quiet-hours")
    waiting, sending = scene.deliver(execution), scene.deliver(execution, "organizer")
    scene.store.claim_deliveries([replace(waiting, hold=night), sending], now=NOW)
    scene.result(execution, "waiting", resume_at=night.until)
    scene.result(execution, action="text")
    found = cancel(scene, execution)
    mail = found["execution_log"][0]
    assert (mail["status"], mail["error_code"]) == ("skipped", "cancelled")
    assert (mail["reason"], mail["next_attempt_at"]) == ("cancelled by ada", None)
    told = {row["recipient"]: (row["status"], row["error_code"]) for row in mail["deliveries"]}
    assert told == {"invitee": ("failed", "cancelled"), "organizer": ("sending", None)}
    assert (found["actions_executed"], found["actions_skipped"]) == (1, 1)
    scene.store.settle([], [make_outcome(sending)])
    assert scene.store.finish(RUN, TWO, now=AT).cancelled == 1
    deliveries = scene.read(execution)["execution_log"][0]["deliveries"]
    assert {row["status"] for row in deliveries} == {"failed", "sent"}


def test_a_running_execution_is_cancelled_before_its_next_action(scene):
    execution = scene.running()
    scene.result(execution)
    cancel(scene, execution)
    assert scene.store.load_jobs(RUN, "text") == []


def test_a_task_that_comes_late_does_not_overwrite_the_cancellation(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    cancel(scene, execution, "booked twice")
    scene.store.settle([make_result(execution)], [make_outcome(delivery)])
    scene.store.finish(RUN, PLAN, now=AT + minutes(1))
    found = scene.read(execution)
    assert (found["status"], found["completed_at"]) == ("cancelled", AT.isoformat())
    assert found["execution_log"][0]["status"] == "completed"


def test_what_a_killed_task_was_sending_ends_with_the_run_of_the_cancelled(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.result(execution, "retrying")
    cancel(scene, execution)
    scene.store.finish(RUN, PLAN, now=AT)
    [found] = scene.read(execution)["execution_log"][0]["deliveries"]
    assert (found["status"], found["error_code"]) == ("failed", "cancelled")
    assert "may have arrived" in found["error_message"]


@pytest.mark.parametrize("status", ["completed", "failed", "skipped"])
def test_ended_executions_are_not_cancelled(scene, status):
    execution = scene.running()
    scene.result(execution, status, error_code="stale")
    scene.store.finish(RUN, PLAN, now=NOW)
    before = scene.read(execution)
    with pytest.raises(ConflictError, match=f"is {before['status']} already"):
        cancel(scene, execution)
    assert scene.read(execution) == before


def test_unknown_executions_are_not_found(scene):
    for act in (cancel, retry):
        with pytest.raises(NotFoundError, match="no execution"):
            act(scene, new_id())


def test_a_failed_execution_goes_on_under_the_same_delivery_ids(scene):
    execution, delivery = failed(scene)
    scene.store.finish(RUN, PLAN, now=NOW)
    found = retry(scene, execution)
    assert (found["status"], found["error_message"]) == ("pending", None)
    assert (found["completed_at"], found["actions_failed"]) == (None, 0)
    assert found["next_attempt_at"] == AT.isoformat()
    assert jobs(scene) == [execution]
    state = scene.claim_delivery(delivery, AT)
    assert (state.status, state.attempts, state.rounds) == (DeliveryStatus.RETRYING, 3, 0)
    assert (state.hold, state.trying_since) == (None, AT)
    scene.store.settle([make_result(execution)], [make_outcome(delivery)])
    assert scene.store.finish(LATER, PLAN, now=AT).completed == 1


def test_what_was_delivered_is_not_sent_again(scene):
    execution, _ = failed(scene)
    other = scene.deliver(execution, "organizer")
    scene.claim_delivery(other)
    scene.store.settle([], [make_outcome(other)])
    scene.result(execution, action="text")
    scene.store.finish(RUN, TWO, now=NOW)
    retry(scene, execution)
    assert (jobs(scene), jobs(scene, "text")) == ([execution], [])
    assert scene.claim_delivery(other, AT).status is DeliveryStatus.SENT


def test_one_failed_action_alone_is_tried_again(scene):
    execution, _ = failed(scene)
    scene.result(execution, "failed", action="text")
    scene.store.finish(RUN, TWO, now=NOW)
    retry(scene, execution, "text")
    assert (jobs(scene), jobs(scene, "text")) == ([], [execution])
    scene.result(execution, action="text")
    assert scene.store.finish(LATER, TWO, now=AT).failed == 1


def test_an_action_that_did_not_fail_is_not_tried_again(scene):
    execution, _ = failed(scene)
    scene.result(execution, action="text")
    scene.store.finish(RUN, TWO, now=NOW)
    before = scene.read(execution)
    for name in ("text", "nobody"):
        with pytest.raises(ConflictError, match=f"`{name}` is no failed action of it.*`mail`"):
            retry(scene, execution, name)
    assert scene.read(execution) == before


def test_open_and_completed_executions_are_not_tried_again(scene):
    pending, running = scene.book(), scene.running()
    for execution, status in ((pending, "pending"), (running, "running")):
        with pytest.raises(ConflictError, match=f"is {status}; only a failed or cancelled"):
            retry(scene, execution)
    scene.result(running)
    scene.store.finish(RUN, PLAN, now=NOW)
    with pytest.raises(ConflictError, match="is completed"):
        retry(scene, running)


def test_a_cancelled_execution_is_taken_up_as_a_whole(scene):
    execution = scene.running()
    scene.result(execution, action="text")
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    again = make_outcome(delivery, "retrying", not_before=AT)
    scene.store.settle([make_result(execution, "retrying", resume_at=AT)], [again])
    cancel(scene, execution)
    with pytest.raises(ConflictError, match="as a whole"):
        retry(scene, execution, "mail")
    retry(scene, execution)
    assert (jobs(scene), jobs(scene, "text")) == ([execution], [])
    assert scene.claim_delivery(delivery, AT + LEASE).hold is None


def test_what_was_cancelled_for_its_booking_is_judged_anew(scene):
    execution = scene.running()
    scene.result(execution, "skipped", error_code="late", reason="too late")
    scene.store.finish(RUN, PLAN, now=NOW)
    retry(scene, execution)
    assert jobs(scene) == [execution]


def test_a_skip_of_a_failed_execution_stays(scene):
    execution, _ = failed(scene)
    scene.result(execution, "skipped", action="text", error_code="stale")
    scene.store.finish(RUN, TWO, now=NOW)
    retry(scene, execution)
    assert jobs(scene, "text") == []


def test_a_retried_execution_may_be_cut_off_as_often_as_a_new_one(scene):
    execution = scene.running()
    run = scene.cut_off(5)
    scene.store.finish(run, PLAN, now=NOW)
    assert scene.read(execution)["status"] == "failed"
    retry(scene, execution)
    scene.store.claim("welcome", LATER, limit=9, now=AT)
    assert scene.store.finish(LATER, PLAN, now=AT).parked == 1


def test_hostile_names_and_reasons_are_kept(scene):
    execution = scene.book()
    found = cancel(scene, execution, "a\0b", actor="x\ud800")
    assert found["error_message"] == "cancelled by x\ufffd: a\ufffdb"
