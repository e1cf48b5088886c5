from __future__ import annotations

import dataclasses
import uuid

import pytest

from bookflow.errors import (
    ConfigurationError,
    ConflictError,
    DatabaseUnavailableError,
    InputError,
    NotFoundError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.journey.intake import Incoming
from bookflow.journey.steps import WorkflowFacts
from bookflow.journey.timeline import build_entries
from bookflow.records import RunKey, delivery_id
from tests.unit.journey.conftest import ScriptedAction

RUN = RunKey("bookflow-welcome", "run-1")
FACTS = WorkflowFacts("welcome", "Welcome", "v1")
STEPS = [("mail", "send_email")]
ENTERPRISE = {
    "operator": "AND",
    "rules": [{"field": "invitee_domain", "operator": "equals", "value": "example.org"}],
}
OTHERS = {
    "operator": "AND",
    "rules": [{"field": "invitee_domain", "operator": "equals", "value": "example.net"}],
}


def busy():
    return TransientDeliveryError("busy", code="smtp-451")


@pytest.fixture
def book(world, make_booking):
    world.specs.add("welcome", "booking_created")

    def book(**changes):
        booking = make_booking(**changes)
        [answer] = world.intake.receive([Incoming("booking_created", subject=booking)])
        return answer.executions[0].id

    return book


def read(world, execution_id):
    return world.store.get_execution(execution_id)


def test_run_claims_due_executions_once(world, book):
    book()
    book()
    assert world.runtime.claim(FACTS, RUN, {}).count == 2
    assert world.runtime.claim(FACTS, RUN, {}).count == 2
    assert world.runtime.claim(FACTS, RunKey("bookflow-welcome", "run-2"), {}).count == 0


def test_execution_not_yet_due_is_not_claimed(world, make_booking):
    world.specs.add("welcome", "booking_created", delay=10)
    world.intake.receive([Incoming("booking_created", subject=make_booking())])
    assert world.runtime.claim(FACTS, RUN, {}).count == 0
    world.clock.forward(minutes=10)
    assert world.runtime.claim(FACTS, RunKey("d", "later"), {}).count == 1


def test_what_exceeds_the_batch_is_woken_again(world, book):
    for _ in range(101):
        book()
    world.waker.calls.clear()
    claim = world.runtime.claim(FACTS, RUN, {})
    assert (claim.count, claim.has_more) == (100, True)
    assert world.waker.calls == [("welcome", world.clock())]


def test_passing_execution_is_sent_and_completed(world, book):
    execution = book()
    action = ScriptedAction()
    world.runtime.claim(FACTS, RUN, {})

    summary = world.runtime.act(world.step(action, ENTERPRISE), RUN, is_last_try=True)
    finish = world.runtime.finish(RUN, STEPS)

    assert (summary.completed, summary.total) == (1, 1)
    assert (finish.completed, finish.failed) == (1, 0)
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]
    record = read(world, execution)
    assert record["status"] == "completed"
    [entry] = record["execution_log"]
    assert entry["conditions"][0]["rules"][0]["actual"] == "example.org"
    assert entry["deliveries"][0]["status"] == "sent"


def test_failing_conditions_skip(world, book):
    execution = book()
    action = ScriptedAction()
    world.runtime.claim(FACTS, RUN, {})
    summary = world.runtime.act(world.step(action, OTHERS), RUN, is_last_try=True)
    world.runtime.finish(RUN, STEPS)
    assert summary.skipped == 1
    assert action.sent == []
    record = read(world, execution)
    assert record["status"] == "completed"
    assert record["actions_skipped"] == 1
    assert record["execution_log"][0]["reason"] == (
        'conditions not met: invitee_domain equals "example.net", but it is "example.org"'
    )


def test_gate_skips_booking_cancelled_meanwhile(world, book, make_booking):
    booking = make_booking()
    world.intake.receive([Incoming("booking_created", subject=booking)])
    execution = book(id=booking["id"])
    cancelled = {**booking, "status": "cancelled"}
    world.clock.forward(seconds=1)
    world.intake.receive([Incoming("booking_cancelled", subject=cancelled)])
    action = ScriptedAction()
    world.runtime.claim(FACTS, RUN, {})

    world.runtime.act(world.step(action), RUN, is_last_try=True)
    finish = world.runtime.finish(RUN, STEPS)

    assert action.sent == []
    assert finish.cancelled == 2
    record = read(world, execution)
    assert record["status"] == "cancelled"
    assert "cancelled" in record["error_message"]


def test_conditions_on_the_status_decide_themselves(world, book):
    book(status="cancelled")
    action = ScriptedAction()
    world.runtime.claim(FACTS, RUN, {})
    wanted = {
        "operator": "AND",
        "rules": [{"field": "booking_status", "operator": "equals", "value": "cancelled"}],
    }
    assert world.runtime.act(world.step(action, wanted), RUN, is_last_try=True).completed == 1


def test_transient_failure_is_tried_again_at_once(world, book):
    execution = book()
    action = ScriptedAction(outcomes=[busy()])
    world.runtime.claim(FACTS, RUN, {})
    summary = world.runtime.act(world.step(action), RUN, is_last_try=False)
    assert summary.completed == 1
    assert read(world, execution)["execution_log"][0]["deliveries"][0]["attempts"] == 2


def test_persistent_transient_failure_waits_for_the_next_try_under_the_same_id(world, book):
    execution = book()
    action = ScriptedAction(outcomes=[busy(), busy()])
    world.runtime.claim(FACTS, RUN, {})

    first = world.runtime.act(world.step(action), RUN, is_last_try=False)
    second = world.runtime.act(world.step(action), RUN, is_last_try=True)

    assert first.retrying == 1
    assert "busy" in first.messages[0]
    assert second.completed == 1
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]
    assert read(world, execution)["execution_log"][0]["attempts"] == 3


def test_last_try_gives_up_with_the_reason(world, book):
    execution = book()
    action = ScriptedAction(outcomes=[busy(), busy()])
    world.runtime.claim(FACTS, RUN, {})
    summary = world.runtime.act(world.step(action), RUN, is_last_try=True)
    finish = world.runtime.finish(RUN, STEPS)
    assert summary.failed == 1
    assert finish.failed == 1
    record = read(world, execution)
    assert record["status"] == "failed"
    assert "gave up after 2 attempts: busy" in record["execution_log"][0]["reason"]


def test_permanent_failure_is_not_tried_again(world, book):
    book()
    gone = PermanentDeliveryError("no such mailbox", code="smtp-550")
    action = ScriptedAction(outcomes=[gone])
    world.runtime.claim(FACTS, RUN, {})
    assert world.runtime.act(world.step(action), RUN, is_last_try=False).failed == 1
    assert world.runtime.act(world.step(action), RUN, is_last_try=True).total == 0
    assert action.sent == []


def test_long_retry_after_is_left_to_the_next_try(world, book):
    book()
    later = TransientDeliveryError("later", code="http-429", retry_after=3600)
    action = ScriptedAction(outcomes=[later])
    world.runtime.claim(FACTS, RUN, {})
    assert world.runtime.act(world.step(action), RUN, is_last_try=False).retrying == 1


def test_one_failing_recipient_does_not_resend_to_the_other(world, book):
    book()
    action = ScriptedAction(outcomes=[None, busy(), busy()], recipients=("invitee", "organizer"))
    world.runtime.claim(FACTS, RUN, {})
    assert world.runtime.act(world.step(action), RUN, is_last_try=False).retrying == 1
    assert world.runtime.act(world.step(action), RUN, is_last_try=True).completed == 1
    assert sorted(name for name, _ in action.sent) == ["invitee", "organizer"]


def test_unexpected_error_of_one_execution_stops_no_other(world, book):
    for _ in range(3):
        book()
    action = ScriptedAction(outcomes=[ValueError("bug")])
    world.runtime.claim(FACTS, RUN, {})
    summary = world.runtime.act(world.step(action), RUN, is_last_try=True)
    assert (summary.completed, summary.failed) == (2, 1)
    assert "ValueError" in summary.messages[0]


def test_content_that_cannot_be_rendered_fails_clearly(world, book):
    book()
    problem = PermanentDeliveryError("the invitee has no e-mail address", code="no-email")
    action = ScriptedAction(render_error=problem)
    world.runtime.claim(FACTS, RUN, {})
    summary = world.runtime.act(world.step(action), RUN, is_last_try=False)
    assert summary.failed == 1
    assert "no e-mail address" in summary.messages[0]


def test_missing_connection_waits_for_the_next_try(world, book):
    book()
    action = ScriptedAction(open_error=ConfigurationError("no connection `bookflow_smtp`"))
    world.runtime.claim(FACTS, RUN, {})
    first = world.runtime.act(world.step(action), RUN, is_last_try=False)
    assert first.retrying == 1
    assert "bookflow_smtp" in first.messages[0]
    action.open_error = None
    assert world.runtime.act(world.step(action), RUN, is_last_try=True).completed == 1


def test_update_applies_fields_and_keeps_old_values(world, book, make_booking):
    booking = make_booking()
    execution = book(id=booking["id"])
    action = ScriptedAction(effect="update", fields={"meeting_link": "https://meet.example.com/1"})
    world.runtime.claim(FACTS, RUN, {})
    assert world.runtime.act(world.step(action), RUN, is_last_try=True).completed == 1
    stored = world.store.load_subjects([booking["id"]])[booking["id"]]
    assert stored["meeting_link"] == "https://meet.example.com/1"
    entry = read(world, execution)["execution_log"][0]
    assert entry["rendered"]["before"] == {"meeting_link": None}


def test_run_by_hand_makes_one_execution(world, book, make_booking):
    booking = make_booking()
    book(id=booking["id"])
    conf = {"booking_id": booking["id"]}
    by_hand = RunKey("bookflow-welcome", "manual-1")
    assert world.runtime.claim(FACTS, by_hand, conf).count == 1
    assert world.runtime.claim(FACTS, by_hand, conf).count == 1
    [job] = world.store.load_jobs(by_hand, "mail")
    assert (job.trigger, job.subject_id) == ("manual", booking["id"])


def test_run_by_hand_takes_a_whole_booking(world, make_booking):
    booking = make_booking()
    claim = world.runtime.claim(FACTS, RUN, {"booking": booking})
    assert claim.count == 1
    assert booking["id"] in world.store.load_subjects([booking["id"]])


@pytest.mark.parametrize("key", ["booking", "booking_id"])
def test_run_by_hand_opens_no_booking_where_people_see_only_their_own(
    world, book, make_booking, key
):
    booking = make_booking()
    book(id=booking["id"])
    runtime = dataclasses.replace(world.runtime, runs_by_hand=False)
    given = {"booking": booking, "booking_id": booking["id"]}[key]
    with pytest.raises(InputError, match="BOOKFLOW_ORGANIZERS_SEE=own"):
        runtime.claim(FACTS, RUN, {key: given})


def test_runs_by_hand_with_long_ids_are_told_apart(world, make_booking):
    first, second = (
        RunKey("bookflow-welcome", "r" * 240 + "1"),
        RunKey("bookflow-welcome", "r" * 241),
    )
    assert world.runtime.claim(FACTS, first, {"booking": make_booking()}).count == 1
    assert world.runtime.claim(FACTS, second, {"booking": make_booking()}).count == 1


def test_run_by_hand_whose_key_is_taken_says_so(world, make_booking):
    key = f"run:{RUN.dag_id}:{RUN.run_id}"
    taken = Incoming("booking_created", subject=make_booking(), idempotency_key=key)
    world.intake.receive([taken])
    with pytest.raises(ConflictError, match="already belongs to another event"):
        world.runtime.claim(FACTS, RUN, {"booking": make_booking()})


def test_run_by_hand_for_an_unknown_booking_says_so(world):
    with pytest.raises(NotFoundError, match="no booking `nobody` is known"):
        world.runtime.claim(FACTS, RUN, {"booking_id": "nobody"})


@pytest.mark.parametrize("conf", [{"booking_id": 7}, {"booking": "x"}, {"booking_id": "a\0"}])
def test_run_by_hand_refuses_unusable_conf(world, conf):
    with pytest.raises(InputError, match=r"conf\.booking"):
        world.runtime.claim(FACTS, RUN, conf)


def test_overdue_executions_are_woken_by_the_clock(world, book):
    book()
    world.waker.calls.clear()
    assert world.runtime.wake_overdue() == ["welcome"]
    assert world.waker.calls == [("welcome", world.clock())]


@pytest.mark.slow
def test_outcomes_survive_a_database_that_is_away_for_a_moment(world, book):
    execution = book()
    world.runtime.claim(FACTS, RUN, {})
    store = world.store
    failures = [DatabaseUnavailableError(), DatabaseUnavailableError()]
    settle = store.settle

    class Flaky:
        def __getattr__(self, name):
            return getattr(store, name)

        def settle(self, results, deliveries):
            if failures:
                raise failures.pop()
            settle(results, deliveries)

    world.store = Flaky()
    action = ScriptedAction()
    assert world.runtime.act(world.step(action), RUN, is_last_try=True).completed == 1
    world.store = store
    assert read(world, execution)["execution_log"][0]["status"] == "completed"
    assert len(action.sent) == 1


def test_timeline_tells_planned_then_sent(world, book, make_booking):
    booking = make_booking()
    execution = book(id=booking["id"])
    world.runtime.claim(FACTS, RUN, {})
    world.runtime.act(world.step(ScriptedAction()), RUN, is_last_try=True)
    world.runtime.finish(RUN, STEPS)
    [entry] = build_entries(world.store.subject_executions(booking["id"]), world.specs)
    assert entry["kind"] == "sent"
    assert entry["execution_id"] == str(execution)
    assert entry["recipient"] == "invitee"
    assert uuid.UUID(entry["delivery_id"]) == delivery_id(execution, "mail", "invitee")
