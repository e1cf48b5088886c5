"""What is parked, put off, leased and gathered: the same decisions in both stores."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bookflow.ports import LEASE
from bookflow.records import DeliveryStatus, Hold, RunKey
from bookflow.store.batches import CUT_OFF_LIMIT, CUT_OFF_PAUSE
from tests.contract.conftest import NOW, PLAN, RUN, make_outcome, make_result, minutes

LATER = RunKey(RUN.dag_id, "run-later")
TWO = [*PLAN, ("text", "send_sms")]
NIGHT = Hold(NOW + minutes(60), "quiet hours until 08:00", "quiet-hours")
HOUR = 3600.0


def claim(scene, run=LATER, now=NOW, limit=10):
    return scene.store.claim("welcome", run, limit=limit, now=now).count


def jobs(scene, run, action="mail"):
    return {job.execution_id for job in scene.store.load_jobs(run, action)}


def delivery_of(scene, execution, index=0):
    return scene.read(execution)["execution_log"][0]["deliveries"][index]


def shown(scene, execution):
    scene.result(execution, "waiting", resume_at=NOW + minutes(1))
    return delivery_of(scene, execution)


def gathered(scene, execution, key="k", window=HOUR, **changes):
    delivery = scene.deliver(execution)
    return replace(delivery, digest_key=key, digest_window=window, **changes)


def test_what_goes_on_later_is_parked_until_then(scene):
    done, tried = scene.running(), scene.running()
    scene.result(done)
    scene.result(tried, "retrying", resume_at=NOW + minutes(5), reason="busy")
    finish = scene.store.finish(RUN, PLAN, now=NOW)
    assert (finish.completed, finish.failed, finish.parked) == (1, 0, 1)
    assert (finish.wake_at, finish.workflow_id) == ((NOW + minutes(5),), "welcome")
    found = scene.read(tried)
    assert (found["status"], found["due_at"]) == ("pending", NOW.isoformat())
    assert found["next_attempt_at"] == (NOW + minutes(5)).isoformat()
    assert found["execution_log"][0]["next_attempt_at"] == (NOW + minutes(5)).isoformat()
    assert (found["dag_id"], found["run_id"]) == (RUN.dag_id, RUN.run_id)


def test_parked_execution_is_claimed_at_its_time_and_goes_on_with_the_rest(scene):
    execution = scene.running()
    scene.result(execution)
    scene.result(execution, "waiting", action="text", resume_at=NOW + minutes(5))
    scene.store.finish(RUN, TWO, now=NOW)
    assert claim(scene, RunKey("d", "early"), NOW + minutes(4)) == 0
    assert scene.store.workflows_to_wake(NOW + minutes(4)) == []
    assert scene.store.workflows_to_wake(NOW + minutes(5)) == ["welcome"]
    assert claim(scene, now=NOW + minutes(5)) == 1
    assert (jobs(scene, LATER), jobs(scene, LATER, "text")) == (set(), {execution})
    found = scene.read(execution)
    assert (found["rounds"], found["run_id"]) == (2, LATER.run_id)
    assert (found["started_at"], found["next_attempt_at"]) == (NOW.isoformat(), None)
    scene.result(execution, action="text")
    assert scene.store.finish(LATER, TWO, now=NOW + minutes(6)).completed == 1


def test_claim_goes_by_the_time_to_go_on_with_oldest_first(scene):
    parked = scene.running()
    scene.result(parked, "retrying", resume_at=NOW + minutes(2))
    scene.store.finish(RUN, PLAN, now=NOW)
    fresh = scene.book(due_at=NOW + minutes(1))
    assert claim(scene, now=NOW + minutes(3), limit=1) == 1
    assert jobs(scene, LATER) == {fresh}


def test_the_earliest_of_several_times_counts(scene):
    execution = scene.running()
    scene.result(execution, "waiting", resume_at=NOW + minutes(9))
    scene.result(execution, "retrying", action="text", resume_at=NOW + minutes(2))
    assert scene.store.finish(RUN, TWO, now=NOW).wake_at == (NOW + minutes(2),)


def test_what_was_cut_off_is_taken_up_soon(scene):
    untouched, begun = scene.running(), scene.running()
    scene.result(begun, "retrying")
    finish = scene.store.finish(RUN, PLAN, now=NOW)
    assert (finish.parked, finish.wake_at) == (2, (NOW + CUT_OFF_PAUSE,))
    assert claim(scene, now=NOW + CUT_OFF_PAUSE) == 2
    assert jobs(scene, LATER) == {untouched, begun}


def test_what_was_cut_off_does_not_wait_for_what_is_put_off(scene):
    execution = scene.running()
    scene.result(execution, "waiting", resume_at=NOW + minutes(600))
    assert scene.store.finish(RUN, TWO, now=NOW).wake_at == (NOW + CUT_OFF_PAUSE,)


def test_being_put_off_never_counts_as_being_cut_off(scene):
    execution = scene.running()
    run = RUN
    for number in range(CUT_OFF_LIMIT + 2):
        scene.result(execution, "waiting", resume_at=NOW)
        assert scene.store.finish(run, PLAN, now=NOW).parked == 1
        run = RunKey("d", f"r-{number}")
        claim(scene, run)
    assert scene.store.finish(run, PLAN, now=NOW).parked == 1


def test_finish_says_the_same_until_another_run_claims(scene):
    scene.result(scene.running(), "retrying", resume_at=NOW + minutes(1))
    first = scene.store.finish(RUN, PLAN, now=NOW)
    assert scene.store.finish(RUN, PLAN, now=NOW + minutes(9)) == first
    claim(scene, now=NOW + minutes(1))
    assert scene.store.finish(RUN, PLAN, now=NOW).parked == 0


def test_an_action_that_was_taken_out_of_the_workflow_ends(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.store.claim_deliveries([replace(delivery, hold=NIGHT)], now=NOW)
    scene.result(execution, "waiting", resume_at=NIGHT.until)
    scene.result(execution, action="text")
    assert scene.store.finish(RUN, [("text", "send_sms")], now=NOW).completed == 1
    mail = scene.read(execution)["execution_log"][0]
    reason = "the workflow no longer has this action"
    assert (mail["status"], mail["error_code"], mail["reason"]) == ("skipped", "cancelled", reason)
    [found] = mail["deliveries"]
    assert (found["status"], found["error_message"]) == ("failed", reason)


def test_skipped_as_stale_or_late_throughout_is_cancelled(scene):
    execution = scene.running()
    scene.result(execution, "skipped", error_code="late", reason="too late")
    scene.result(execution, "skipped", action="text", error_code="stale", reason="moved")
    assert scene.store.finish(RUN, TWO, now=NOW).cancelled == 1
    assert scene.read(execution)["error_message"] == "too late"


def test_a_live_lease_is_not_broken(scene):
    delivery = scene.deliver(scene.running())
    scene.claim_delivery(delivery)
    state = scene.claim_delivery(delivery, NOW + LEASE - timedelta(seconds=1))
    assert (state.status, state.hold.code) == (DeliveryStatus.SENDING, "in-flight")
    assert state.hold.until == NOW + LEASE


def test_a_renewed_lease_holds_longer(scene):
    delivery, other = scene.deliver(scene.running()), scene.deliver(scene.running())
    for one in (delivery, other):
        scene.claim_delivery(one)
    scene.store.renew_leases([delivery.id], until=NOW + minutes(5))
    scene.store.renew_leases([], until=NOW)
    assert scene.claim_delivery(delivery, NOW + LEASE).hold.until == NOW + minutes(5)
    assert scene.claim_delivery(other, NOW + LEASE).hold is None
    scene.store.settle([], [make_outcome(delivery)])
    scene.store.renew_leases([delivery.id], until=NOW + minutes(9))
    assert scene.claim_delivery(delivery, NOW + LEASE).status is DeliveryStatus.SENT


def test_one_of_many_claimers_sends(scene):
    delivery = scene.deliver(scene.running())
    scene.claim_delivery(delivery)
    barrier = threading.Barrier(5)

    def take(_):
        barrier.wait()
        return scene.claim_delivery(delivery, NOW + LEASE).hold is None

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(take, range(5))) == [False] * 4 + [True]


def test_a_new_delivery_with_a_hold_waits(scene):
    execution = scene.running()
    delivery = replace(scene.deliver(execution), hold=NIGHT)
    state = scene.claim_delivery(delivery)
    assert (state.status, state.hold, state.trying_since) == (None, NIGHT, NIGHT.until)
    found = shown(scene, execution)
    assert (found["status"], found["error_code"]) == ("waiting", "quiet-hours")
    assert found["next_attempt_at"] == NIGHT.until.isoformat()
    early = scene.claim_delivery(scene.deliver(execution), NOW + minutes(59))
    assert (early.status, early.hold) == (DeliveryStatus.WAITING, NIGHT)
    now = scene.claim_delivery(scene.deliver(execution), NIGHT.until)
    assert (now.status, now.hold) == (DeliveryStatus.WAITING, None)


def test_a_hold_that_still_stands_puts_off_again(scene):
    execution = scene.running()
    scene.claim_delivery(replace(scene.deliver(execution), hold=NIGHT))
    longer = Hold(NOW + minutes(90), "longer", "quiet-hours")
    state = scene.claim_delivery(replace(scene.deliver(execution), hold=longer), NIGHT.until)
    assert state.hold == longer
    assert scene.claim_delivery(scene.deliver(execution), NOW + minutes(89)).hold == longer
    ready = scene.claim_delivery(scene.deliver(execution), longer.until)
    assert (ready.hold, ready.trying_since) == (None, longer.until)


def test_a_failed_round_is_counted_and_comes_back_at_its_time(scene):
    delivery = scene.deliver(scene.running())
    scene.claim_delivery(delivery)
    again = make_outcome(
        delivery, "retrying", not_before=NOW + minutes(2), error_message="busy", error_code="421"
    )
    scene.store.settle([], [again])
    early = scene.claim_delivery(delivery, NOW + minutes(1))
    assert (early.status, early.rounds) == (DeliveryStatus.RETRYING, 1)
    assert early.hold == Hold(NOW + minutes(2), "busy", "421")
    ready = scene.claim_delivery(delivery, NOW + minutes(2))
    assert (ready.hold, ready.rounds, ready.trying_since) == (None, 1, NOW)


def test_being_put_off_costs_no_round(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    open_circuit = make_outcome(
        delivery, "waiting", attempts=0, not_before=NOW + minutes(1), error_code="circuit-open"
    )
    scene.store.settle([], [open_circuit])
    found = shown(scene, execution)
    assert (found["status"], found["rounds"], found["settled_at"]) == ("waiting", 0, None)
    ready = scene.claim_delivery(delivery, NOW + minutes(1))
    assert (ready.status, ready.rounds, ready.trying_since) == (DeliveryStatus.WAITING, 0, NOW)


def test_where_it_goes_is_what_it_is_now(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.store.settle([make_result(execution, "retrying")], [make_outcome(delivery, "retrying")])
    scene.claim_delivery(replace(delivery, address="new@example.com"))
    assert delivery_of(scene, execution)["address"] == "new@example.com"


def test_a_late_success_counts_whoever_took_over(scene):
    execution = scene.running()
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    parked = make_outcome(delivery, "retrying", not_before=NOW + minutes(9))
    scene.store.settle([make_result(execution, "retrying")], [parked, parked])
    assert delivery_of(scene, execution)["rounds"] == 1
    scene.store.settle([], [make_outcome(delivery, provider_id="p-1")])
    found = delivery_of(scene, execution)
    assert (found["status"], found["next_attempt_at"]) == ("sent", None)


def test_executions_that_do_not_run_are_not_claimed_for(scene):
    pending, running = scene.book(), scene.running()
    wanted = [scene.deliver(pending), scene.deliver(running)]
    assert set(scene.store.claim_deliveries(wanted, now=NOW)) == {wanted[1].id}
    scene.store.cancel_execution(running, reason="", actor="ada", now=NOW)
    assert scene.store.claim_deliveries(wanted, now=NOW + LEASE) == {}


def test_the_end_of_an_action_ends_what_is_put_off_of_it(scene):
    execution = scene.running()
    mine, others = scene.deliver(execution), scene.deliver(execution, "organizer")
    scene.store.claim_deliveries([replace(mine, hold=NIGHT), others], now=NOW)
    scene.store.settle([], [make_outcome(others)])
    scene.result(execution, "skipped", reason="conditions not met", error_code="conditions")
    [entry] = scene.read(execution)["execution_log"]
    told = {row["recipient"]: (row["status"], row["error_message"]) for row in entry["deliveries"]}
    assert told == {"invitee": ("failed", "conditions not met"), "organizer": ("sent", None)}
    assert delivery_of(scene, execution)["error_code"] == "cancelled"


def test_a_delivery_being_sent_when_its_action_ends_may_have_arrived(scene):
    execution = scene.running()
    scene.claim_delivery(scene.deliver(execution))
    scene.result(execution, "skipped", reason="the booking was cancelled")
    message = delivery_of(scene, execution)["error_message"]
    assert message.endswith("it may have arrived; the booking was cancelled")


def test_an_open_result_ends_nothing(scene):
    execution = scene.running()
    scene.claim_delivery(replace(scene.deliver(execution), hold=NIGHT))
    assert shown(scene, execution)["status"] == "waiting"


def test_a_recipient_that_is_no_longer_written_to_is_not_left_open(scene):
    execution = scene.running()
    scene.claim_delivery(replace(scene.deliver(execution), hold=NIGHT))
    scene.result(execution)
    found = delivery_of(scene, execution)
    assert (found["status"], found["error_message"]) == (
        "failed",
        "the action no longer writes to this recipient",
    )


def test_messages_of_a_digest_wait_for_one_window(scene):
    first, second, other = (scene.running() for _ in range(3))
    opened = scene.claim_delivery(gathered(scene, first))
    assert (opened.hold.until, opened.hold.code) == (NOW + minutes(60), "digest")
    assert opened.trying_since == NOW + minutes(60)
    joined = scene.claim_delivery(gathered(scene, second), NOW + minutes(59))
    assert joined.hold.until == NOW + minutes(60)
    apart = scene.claim_delivery(gathered(scene, other, key="other"), NOW + minutes(59))
    assert apart.hold.until == NOW + minutes(119)


def test_a_window_that_has_ended_takes_nothing_more(scene):
    first, second = scene.running(), scene.running()
    scene.claim_delivery(gathered(scene, first))
    late = scene.claim_delivery(gathered(scene, second), NOW + minutes(60))
    assert late.hold.until == NOW + minutes(120)


def test_what_is_gathered_goes_out_under_one_id_that_stays(scene):
    wanted = [gathered(scene, scene.running()) for _ in range(3)]
    scene.store.claim_deliveries(wanted, now=NOW)
    end = NOW + minutes(60)
    states = scene.store.claim_deliveries(wanted[1:], now=end)
    carrier = min(one.id for one in wanted[1:])
    assert {state.digest_id for state in states.values()} == {carrier}
    assert all(state.hold is None for state in states.values())
    again = scene.store.claim_deliveries(wanted, now=end + LEASE)
    assert {again[one.id].digest_id for one in wanted[1:]} == {carrier}
    assert again[wanted[0].id].digest_id == wanted[0].id


def test_a_digest_tells_which_message_carried_it(scene):
    execution = scene.running()
    wanted = gathered(scene, execution)
    scene.claim_delivery(wanted)
    scene.claim_delivery(wanted, NOW + minutes(60))
    carrier = scene.deliver(scene.running()).id
    scene.store.settle([make_result(execution)], [make_outcome(wanted, digest_id=carrier)])
    assert delivery_of(scene, execution)["digest_id"] == str(carrier)


def test_windows_opened_at_the_same_time_agree(scene):
    wanted = [gathered(scene, scene.running()) for _ in range(8)]
    barrier = threading.Barrier(8)

    def take(numbered):
        number, delivery = numbered
        barrier.wait()
        return scene.claim_delivery(delivery, NOW + timedelta(seconds=number)).hold.until

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(take, enumerate(wanted)))) == 1


def test_the_night_comes_before_the_digest(scene):
    execution = scene.running()
    state = scene.claim_delivery(gathered(scene, execution, window=60.0, hold=NIGHT))
    assert state.hold == NIGHT
    ready = scene.claim_delivery(gathered(scene, execution), NIGHT.until)
    assert (ready.hold, ready.digest_id) == (None, scene.deliver(execution).id)


def test_a_digest_without_a_window_goes_at_once(scene):
    assert scene.claim_delivery(gathered(scene, scene.running(), window=0.0)).hold is None


def test_a_run_that_holds_executions_long_is_found(scene):
    scene.running()
    claim(scene, RunKey("d", "empty"))
    assert scene.store.stranded_runs(before=NOW, limit=9) == []
    [found] = scene.store.stranded_runs(before=NOW + minutes(1), limit=9)
    assert (found.run, found.workflow_id, found.claimed_at) == (RUN, "welcome", NOW)
    assert not found.is_by_hand
    assert scene.store.stranded_runs(before=NOW + minutes(1), limit=0) == []
    scene.store.finish(RUN, PLAN, now=NOW)
    assert scene.store.stranded_runs(before=NOW + minutes(1), limit=9) == []


def test_what_a_run_left_behind_is_due_at_once(scene):
    done, left = scene.running(), scene.running()
    scene.result(done)
    scene.result(left, "waiting", resume_at=NOW + minutes(600))
    finish = scene.store.release(RUN, now=NOW + minutes(2))
    assert (finish.parked, finish.wake_at) == (2, (NOW + minutes(2),))
    assert claim(scene, now=NOW + minutes(2)) == 2
    assert jobs(scene, LATER) == {left}


def test_what_runs_leave_behind_again_and_again_fails(scene):
    execution = scene.running()
    run = RUN
    for number in range(CUT_OFF_LIMIT - 1):
        assert scene.store.release(run, now=NOW).parked == 1
        run = RunKey("d", f"r-{number}")
        claim(scene, run)
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.result(execution, "retrying", reason="busy")
    scene.result(execution, action="text")
    finish = scene.store.release(run, now=NOW + minutes(1))
    assert (finish.parked, finish.failed, finish.workflow_id) == (0, 1, None)
    found = scene.read(execution)
    assert (found["status"], found["completed_at"]) == ("failed", (NOW + minutes(1)).isoformat())
    assert "its run ended" in found["error_message"]
    assert (found["actions_executed"], found["actions_failed"]) == (1, 1)
    mail = found["execution_log"][0]
    assert mail["reason"].endswith("its last try: busy")
    assert mail["deliveries"][0]["status"] == "failed"


def test_what_a_run_of_a_handwritten_dag_left_behind_fails(scene):
    by_hand = RunKey("welcome", "manual-1")
    execution = scene.book(run=by_hand)
    [found] = scene.store.stranded_runs(before=NOW + minutes(1), limit=9)
    assert found.is_by_hand
    assert scene.store.release(by_hand, now=NOW).failed == 1
    assert scene.read(execution)["status"] == "failed"


def test_release_of_a_run_that_has_finished_changes_nothing(scene):
    execution = scene.running()
    scene.result(execution)
    scene.store.finish(RUN, PLAN, now=NOW)
    assert scene.store.release(RUN, now=NOW).completed == 1
    assert scene.read(execution)["status"] == "completed"


@pytest.mark.parametrize("status", ["retrying", "waiting"])
def test_an_ended_execution_takes_no_open_results(scene, status):
    execution = scene.running()
    scene.store.cancel_execution(execution, reason="", actor="ada", now=NOW)
    scene.result(execution, status, resume_at=NOW)
    assert scene.read(execution)["execution_log"] == []
