"""What can't be done now is parked, and a later run goes on with it."""

from __future__ import annotations

import asyncio
import itertools
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.errors import (
    ConfigurationError,
    ConflictError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.journey.intake import Incoming
from bookflow.journey.intervening import Interventions
from bookflow.journey.retrying import JITTER, RetrySchedule
from bookflow.journey.running import WAKE_LIMIT, TaskRuntime
from bookflow.journey.sending import OpenGuard
from bookflow.journey.settling import Cadence
from bookflow.journey.steps import ActSummary, Step, Timing, WorkflowFacts
from bookflow.ports import LEASE
from bookflow.records import Finish, Hold, Message, RunKey, delivery_id
from bookflow.settings import Settings
from bookflow.spec.timing import Digest
from bookflow.store.batches import CUT_OFF_LIMIT
from tests.unit.journey.conftest import NOW, ScriptedAction

FACTS = WorkflowFacts("welcome", "Welcome", "v1")
SECOND = timedelta(seconds=1)


def busy(**changes: Any) -> TransientDeliveryError:
    return TransientDeliveryError("busy", code="smtp-451", **changes)


@dataclass
class Line:
    """Plays the runs of one workflow, one after the other, at the times they are woken for."""

    world: Any
    steps: Sequence[Step]
    summaries: list[ActSummary] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def runtime(self) -> TaskRuntime:
        runtime: TaskRuntime = self.world.runtime
        return runtime

    def begin(self) -> tuple[RunKey, int]:
        run = RunKey("bookflow-welcome", f"run-{next(self.numbers)}")
        return run, self.runtime.claim(FACTS, run, {}).count

    def act(self, run: RunKey) -> None:
        for step in self.steps:
            self.summaries.append(self.runtime.act(step, run, is_last_try=True))

    def finish(self, run: RunKey) -> Finish:
        return self.runtime.finish(run, [(step.name, step.type) for step in self.steps])

    def run(self) -> Finish:
        run, _ = self.begin()
        self.act(run)
        return self.finish(run)

    def wake(self) -> Finish:
        """Run at the next time that was asked for."""
        self.world.clock.instant = max(self.world.clock(), self.next_wake())
        return self.run()

    def next_wake(self) -> datetime:
        _, at = self.world.waker.calls[-1]
        return at


@pytest.fixture
def book(world, make_booking):
    world.specs.add("welcome", "booking_created")

    def book(**changes: Any) -> uuid.UUID:
        booking = make_booking(**changes)
        [answer] = world.intake.receive([Incoming("booking_created", subject=booking)])
        return answer.executions[0].id

    return book


@pytest.fixture
def line(world) -> Callable[..., Line]:
    def make(*actions: Any, retries: int = 4, **changes: Any) -> Line:
        steps = [
            world.step(action, name=name, may_wait=True, retries=retries, **changes)
            for name, action in zip(("mail", "text"), actions, strict=False)
        ]
        return Line(world, steps)

    return make


def read(world, execution):
    found = world.store.get_execution(execution)
    return found, found["execution_log"][0]


def test_a_failure_that_may_pass_is_taken_up_by_a_later_run_under_the_same_id(world, book, line):
    execution = book()
    action = ScriptedAction(outcomes=[busy(), busy()])
    played = line(action)
    finish = played.run()
    assert (finish.parked, finish.failed, played.summaries[0].retrying) == (1, 0, 1)
    found, mail = read(world, execution)
    assert (found["status"], mail["status"], mail["reason"]) == ("pending", "retrying", "busy")
    [delivery] = mail["deliveries"]
    assert (delivery["status"], delivery["rounds"]) == ("retrying", 1)
    assert played.wake().completed == 1
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]
    found, mail = read(world, execution)
    assert (found["status"], found["rounds"], mail["attempts"]) == ("completed", 2, 3)


def test_rounds_follow_the_schedule_and_then_give_up(world, book, line):
    execution = book()
    action = ScriptedAction(outcomes=[busy()] * 99)
    played = line(action)
    played.run()
    waits = []
    while played.next_wake() > world.clock():
        waits.append((played.next_wake() - world.clock()).total_seconds())
        finish = played.wake()
    assert finish.failed == 1
    for wait, planned in zip(waits, (10, 60, 300, 1800), strict=True):
        assert planned <= wait <= planned * (1 + JITTER) + 1
    found, mail = read(world, execution)
    assert found["status"] == "failed"
    assert mail["reason"] == "gave up after 10 attempts: busy"
    assert mail["deliveries"][0]["status"] == "failed"


def test_a_long_retry_after_is_obeyed(world, book, line):
    book()
    action = ScriptedAction(outcomes=[busy(retry_after=7200.0)])
    played = line(action)
    assert played.run().parked == 1
    wait = played.next_wake() - world.clock()
    assert timedelta(hours=2) <= wait <= timedelta(hours=2) + SECOND
    assert played.wake().completed == 1


def test_nothing_is_claimed_before_its_time(world, book, line):
    book()
    played = line(ScriptedAction(outcomes=[busy(), busy()]))
    finish = played.run()
    world.clock.instant = finish.wake_at[0] - SECOND
    assert played.begin()[1] == 0
    world.clock.instant = finish.wake_at[0]
    assert played.begin()[1] == 1


def test_a_retry_after_beyond_the_time_to_give_up_is_not_waited_for(world, book, line):
    book()
    played = line(ScriptedAction(outcomes=[busy(retry_after=100 * 3600.0)]))
    assert played.run().failed == 1
    assert "gave up after 1 attempt: busy" in played.summaries[0].messages[0]


def test_the_last_round_comes_at_the_end_of_the_time(world, book, line):
    execution = book()
    action = ScriptedAction(outcomes=[busy()] * 99)
    played = line(action, retries=10)
    played.run()
    while played.next_wake() > world.clock():
        last = played.next_wake()
        played.wake()
    assert NOW + timedelta(hours=72) <= last <= NOW + timedelta(hours=72) + 5 * SECOND
    assert read(world, execution)[0]["status"] == "failed"


def test_permanent_failures_end_at_once(world, book, line):
    book()
    played = line(ScriptedAction(outcomes=[PermanentDeliveryError("no", code="smtp-550")]))
    assert played.run().failed == 1


def test_without_retries_there_is_one_round(world, book, line):
    book()
    played = line(ScriptedAction(outcomes=[busy(), busy()]), retries=0)
    assert played.run().failed == 1


def test_the_other_actions_of_the_run_go_on(world, book, line):
    execution = book()
    mail, text = ScriptedAction(outcomes=[busy(), busy()]), ScriptedAction()
    played = line(mail, text)
    assert played.run().parked == 1
    assert (len(mail.sent), len(text.sent)) == (0, 1)
    assert played.wake().completed == 1
    assert (len(mail.sent), len(text.sent)) == (1, 1)
    found, _ = read(world, execution)
    assert (found["status"], found["actions_executed"]) == ("completed", 2)


def test_one_execution_of_a_batch_waits_alone(world, book, line):
    slow, *_ = (book() for _ in range(3))
    refused = delivery_id(slow, "mail", "invitee")

    class Choosy(ScriptedAction):
        async def send(self, message, delivery, *, attempt):
            if delivery.id == refused and attempt <= 2:
                raise busy()
            return await super().send(message, delivery, attempt=attempt)

    played = line(Choosy())
    finish = played.run()
    assert (finish.completed, finish.parked, read(world, slow)[0]["status"]) == (2, 1, "pending")
    assert played.wake().completed == 1


def test_a_batch_that_fails_together_goes_on_in_one_run(world, book, line):
    for _ in range(20):
        book()
    world.waker.calls.clear()
    played = line(ScriptedAction(outcomes=[busy()] * 40))
    assert played.run().parked == 20
    assert len(world.waker.calls) == 1
    assert played.wake().completed == 20


def test_one_finish_makes_a_bounded_number_of_runs(world, book, line):
    for _ in range(WAKE_LIMIT + 5):
        book()
    holds = [
        Hold(NOW + timedelta(minutes=number), "too fast", "rate-limit")
        for number in range(1, WAKE_LIMIT + 6)
    ]
    world.make_guard = lambda workflow: Guard(*holds)
    world.waker.calls.clear()
    finish = line(ScriptedAction()).run()
    assert len(finish.wake_at) == WAKE_LIMIT + 5
    assert [at for _, at in world.waker.calls] == list(finish.wake_at[:WAKE_LIMIT])


def test_a_missing_connection_is_waited_for(world, book, line):
    execution = book()
    action = ScriptedAction(open_error=ConfigurationError("no connection `bookflow_smtp`"))
    played = line(action)
    assert played.run().parked == 1
    assert "bookflow_smtp" in read(world, execution)[1]["reason"]
    action.open_error = None
    assert played.wake().completed == 1


def test_unexpected_errors_are_tried_again_and_stop_no_other(world, book, line):
    for _ in range(3):
        book()
    played = line(ScriptedAction(outcomes=[ValueError("bug")]))
    finish = played.run()
    assert (finish.completed, finish.parked) == (2, 1)
    assert "ValueError" in played.summaries[0].messages[0]
    assert played.wake().completed == 1


def test_what_a_live_worker_is_sending_is_not_sent_twice(world, book, line):
    execution = book()
    action = ScriptedAction()
    played = line(action)
    run, _ = played.begin()
    claim_as_another(world, played.steps[0], run)
    played.act(run)
    finish = played.finish(run)
    assert (finish.parked, action.sent) == (1, [])
    mail = read(world, execution)[1]
    assert (mail["status"], mail["error_code"]) == ("waiting", "in-flight")
    assert finish.wake_at == (NOW + LEASE,)
    assert played.wake().completed == 1
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]


def test_what_a_dead_worker_was_sending_is_sent_again_under_the_same_id(world, book, line, caplog):
    execution = book()
    action = ScriptedAction()
    played = line(action)
    run, _ = played.begin()
    claim_as_another(world, played.steps[0], run)
    world.clock.forward(seconds=LEASE.total_seconds())
    played.act(run)
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]
    assert "an earlier task died" in caplog.text
    assert played.finish(run).completed == 1


def claim_as_another(world, step, run):
    """Claim the run's deliveries as a task that is killed before it settles them."""
    deliveries = []

    class KilledError(Exception):
        pass

    class Dying:
        def __getattr__(self, name):
            return getattr(world.store, name)

        def claim_deliveries(self, wanted, **given):
            deliveries.extend(wanted)
            world.store.claim_deliveries(wanted, **given)
            raise KilledError

    living, world.store = world.store, Dying()
    dying, world.store = world.runtime, living
    with pytest.raises(KilledError):
        dying.act(step, run, is_last_try=False)
    assert deliveries


def test_a_task_killed_before_it_began_is_made_up_for(world, book, line):
    execution = book()
    action = ScriptedAction()
    played = line(action)
    run, _ = played.begin()
    assert played.finish(run).parked == 1
    assert played.next_wake() == NOW + timedelta(seconds=10)
    assert played.wake().completed == 1
    assert len(action.sent) == 1
    assert read(world, execution)[0]["rounds"] == 2


def test_tasks_killed_again_and_again_are_given_up(world, book, line):
    execution = book()
    played = line(ScriptedAction())
    for _ in range(CUT_OFF_LIMIT - 1):
        run, count = played.begin()
        assert (count, played.finish(run).parked) == (1, 1)
        world.clock.instant = played.next_wake()
    run, _ = played.begin()
    assert played.finish(run).failed == 1
    assert "its task ended before" in read(world, execution)[1]["reason"]


class Guard(OpenGuard):
    """Holds or refuses the first calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.reports: list[Any] = []
        self.flushes = 0
        self.channels: list[Any] = []

    def use(self, channel: Any) -> None:
        self.channels.append(channel)

    async def admit(self, message: Any) -> Hold | None:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def report(self, message: Any, error: Any) -> None:
        self.reports.append(error and error.code)

    def flush(self) -> None:
        self.flushes += 1


def test_an_open_circuit_puts_off_without_costing_a_round(world, book, line):
    execution = book()
    until = NOW + timedelta(seconds=30)
    guard = Guard(Hold(until, "smtp:a is down", "circuit-open"))
    world.make_guard = lambda workflow: guard
    action = ScriptedAction()
    played = line(action, retries=0)
    finish = played.run()
    assert (finish.parked, finish.wake_at) == (1, (until,))
    mail = read(world, execution)[1]
    assert (mail["status"], mail["reason"]) == ("waiting", "smtp:a is down")
    assert (mail["deliveries"][0]["rounds"], mail["deliveries"][0]["attempts"]) == (0, 0)
    assert guard.reports == []
    assert played.wake().completed == 1
    assert guard.reports == [None]
    assert guard.channels
    assert guard.flushes >= 2


def test_an_endpoint_that_stays_down_is_given_up_in_the_end(world, book, line):
    execution = book()
    world.make_guard = lambda workflow: Guard(
        Hold(world.clock() + timedelta(hours=1), "smtp:a is down", "circuit-open")
    )
    played = line(ScriptedAction())
    rounds = 0
    while not played.run().failed:
        world.clock.instant = played.next_wake()
        rounds += 1
    assert rounds == 72
    reason = read(world, execution)[1]["reason"]
    assert reason == "gave up: it could not be sent within 3 days; smtp:a is down"


def test_a_disabled_endpoint_fails_without_a_call(world, book, line):
    book()
    guard = Guard(PermanentDeliveryError("disabled", code="endpoint-disabled"))
    world.make_guard = lambda workflow: guard
    action = ScriptedAction()
    assert line(action).run().failed == 1
    assert (action.sent, guard.reports) == ([], [])


def test_a_guard_that_breaks_stops_no_other(world, book, line):
    for _ in range(2):
        book()
    guard = Guard(ValueError("bug"))
    world.make_guard = lambda workflow: guard
    finish = line(ScriptedAction()).run()
    assert (finish.completed, finish.parked) == (1, 1)


def test_every_call_is_reported(world, book, line):
    book()
    guard = Guard()
    world.make_guard = lambda workflow: guard
    line(ScriptedAction(outcomes=[busy()])).run()
    assert guard.reports == ["smtp-451", None]


def test_a_condition_that_no_longer_holds_ends_what_waits(world, book, line, make_booking):
    booking = make_booking()
    execution = book(**booking)
    played = line(ScriptedAction(outcomes=[busy(), busy()]))
    played.run()
    world.clock.forward(seconds=1)
    cancelled = {**booking, "status": "cancelled"}
    world.intake.receive([Incoming("booking_cancelled", subject=cancelled)])
    finish = played.wake()
    assert finish.cancelled == 1
    [delivery] = read(world, execution)[1]["deliveries"]
    assert (delivery["status"], delivery["error_code"]) == ("failed", "cancelled")
    assert "cancelled" in delivery["error_message"]


def test_a_recipient_who_has_left_is_not_waited_for(world, book, line):
    execution = book()
    action = ScriptedAction(
        outcomes=[None, busy(), busy(), busy()], recipients=("invitee", "organizer")
    )
    played = line(action)
    assert played.run().parked == 1
    [(kept, _)] = action.sent
    action.recipients = (kept,)
    assert played.wake().completed == 1
    told = {row["recipient"]: row["status"] for row in read(world, execution)[1]["deliveries"]}
    assert sorted(told.values()) == ["failed", "sent"]
    assert len(action.sent) == 1


def test_a_handwritten_dag_waits_for_the_lease_of_its_killed_try(world, book):
    execution = book()
    action = ScriptedAction()
    step = world.step(action)
    run = RunKey("by_hand", "run-1")
    world.runtime.claim(FACTS, run, {})
    claim_as_another(world, step, run)
    assert world.runtime.act(step, run, is_last_try=True).completed == 1
    assert world.clock() == NOW + LEASE
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]


def test_leases_are_renewed_while_a_slow_call_lasts(world, book, line):
    execution = book()
    wanted = ([delivery_id(execution, "mail", "invitee")], NOW + 50 * SECOND + LEASE)
    is_renewed = threading.Event()
    store = world.store

    class Watched:
        def __getattr__(self, name):
            return getattr(store, name)

        def renew_leases(self, ids, *, until):
            store.renew_leases(ids, until=until)
            if (list(ids), until) == wanted:
                is_renewed.set()

    class Slow(ScriptedAction):
        async def send(self, message, delivery, *, attempt):
            world.clock.forward(seconds=50)
            assert await asyncio.to_thread(is_renewed.wait, 30)
            return await super().send(message, delivery, attempt=attempt)

    world.store = Watched()
    world.cadence = Cadence(flush=0.01, renewal=0.0)
    assert line(Slow()).run().completed == 1
    assert is_renewed.is_set()


def test_an_execution_cancelled_while_it_is_claimed_is_not_sent(world, book, line):
    execution = book()
    action = ScriptedAction()
    played = line(action)
    run, _ = played.begin()
    jobs = world.store.load_jobs(run, "mail")
    world.store.cancel_execution(execution, reason="", actor="ada", now=NOW)
    world.runtime.actor.act(played.steps[0], jobs, is_last_try=False)
    assert (action.sent, played.finish(run).cancelled) == ([], 1)


class States:
    def __init__(self, *over: RunKey) -> None:
        self.over = over

    def is_over(self, run: RunKey) -> bool:
        return run in self.over


def test_what_a_run_that_is_over_has_left_is_taken_up(world, book, line):
    execution = book()
    played = line(ScriptedAction())
    run, _ = played.begin()
    world.waker.calls.clear()
    assert world.runtime.release_stranded(States(run)) == []
    world.clock.forward(seconds=91)
    assert world.runtime.release_stranded(States()) == []
    assert world.runtime.release_stranded(States(run)) == [run]
    assert world.waker.calls == [("welcome", world.clock() + SECOND)]
    assert played.wake().completed == 1
    assert read(world, execution)[0]["rounds"] == 2


def test_a_task_that_comes_back_after_its_release_finds_nothing(world, book, line):
    book()
    action = ScriptedAction()
    played = line(action)
    run, _ = played.begin()
    world.clock.forward(seconds=91)
    world.runtime.release_stranded(States(run))
    played.act(run)
    assert (action.sent, played.finish(run).parked) == ([], 1)


def test_a_wake_never_takes_the_place_of_a_run_that_has_begun(world, book, line):
    book()
    played = line(ScriptedAction(outcomes=[busy(), busy()]))
    run, _ = played.begin()
    played.act(run)
    world.clock.forward(minutes=9)
    played.finish(run)
    assert played.next_wake() == world.clock() + SECOND


@dataclass
class DigestAction(ScriptedAction):
    """Keeps whole messages, so that a digest can be looked at."""

    messages: list[tuple[Any, Any]] = field(default_factory=list)

    def render(self, subject, context, facts):
        content = {
            "to": "host@example.com", "to_name": None, "subject": f"New: {subject['id']}",
            "message": f"Booking {subject['id']}", "html": None,
        }  # fmt: skip
        return [Message("organizer", "email", content["to"], content, content)]

    async def send(self, message, delivery, *, attempt):
        receipt = await super().send(message, delivery, attempt=attempt)
        self.messages.append((message, delivery))
        return receipt


def test_a_digest_is_sent_once_for_all_it_gathered(world, book, line):
    executions = [book() for _ in range(3)]
    action = DigestAction()
    played = line(action, timing=Timing(digest=Digest(window=60)))
    finish = played.run()
    assert (finish.parked, finish.wake_at) == (3, (NOW + timedelta(hours=1),))
    world.clock.forward(minutes=10)
    executions.append(book())
    assert played.run().wake_at == (NOW + timedelta(hours=1),)
    assert played.wake().completed == 4
    [(message, delivery)] = action.messages
    ids = {delivery_id(execution, "mail", "organizer") for execution in executions}
    assert delivery.id == min(ids)
    assert all(f"Booking b-{number}" in message.content["message"] for number in range(1, 5))
    for execution in executions:
        [told] = read(world, execution)[1]["deliveries"]
        assert (told["status"], told["digest_id"]) == ("sent", str(delivery.id))


def test_a_digest_that_fails_is_sent_again_under_its_id(world, book, line):
    executions = [book() for _ in range(2)]
    action = DigestAction(outcomes=[busy(), busy()])
    played = line(action, timing=Timing(digest=Digest(window=60)))
    played.run()
    assert played.wake().parked == 2
    assert played.wake().completed == 2
    [(_, delivery)] = action.messages
    assert delivery.id == min(delivery_id(one, "mail", "organizer") for one in executions)


def test_a_booking_cancelled_in_the_window_is_left_out_of_the_digest(
    world, book, line, make_booking
):
    booking = make_booking()
    gone, stays = book(**booking), book()
    action = DigestAction()
    played = line(action, timing=Timing(digest=Digest(window=60)))
    played.run()
    world.clock.forward(seconds=1)
    cancelled = {**booking, "status": "cancelled"}
    world.intake.receive([Incoming("booking_cancelled", subject=cancelled)])
    finish = played.wake()
    assert (finish.completed, finish.cancelled) == (1, 1)
    [(message, delivery)] = action.messages
    assert delivery.id == delivery_id(stays, "mail", "organizer")
    assert booking["id"] not in message.content["message"]
    assert read(world, gone)[1]["deliveries"][0]["status"] == "failed"


def interventions(world):
    return Interventions(world.store, world.specs, world.waker, world.clock)


def test_a_failed_execution_is_tried_again_by_hand_at_once(world, book, line):
    execution = book()
    action = ScriptedAction(outcomes=[PermanentDeliveryError("no", code="smtp-550")])
    played = line(action)
    assert played.run().failed == 1
    world.clock.forward(days=9)
    world.specs.workflows[0].workflow.is_active = True
    interventions(world).retry(execution, "welcome", action=None, actor="ada")
    assert world.waker.calls[-1] == ("welcome", world.clock())
    assert played.run().completed == 1
    assert action.sent == [("invitee", delivery_id(execution, "mail", "invitee"))]


def test_nothing_is_tried_again_where_no_run_would_come(world, book, line):
    execution = book()
    line(ScriptedAction(outcomes=[PermanentDeliveryError("no", code="smtp-550")])).run()
    world.specs.workflows[0].workflow.is_active = False
    with pytest.raises(ConflictError, match="is not active"):
        interventions(world).retry(execution, "welcome", action=None, actor="ada")
    with pytest.raises(ConflictError, match="has no valid spec"):
        interventions(world).retry(execution, "nobody", action=None, actor="ada")
    assert read(world, execution)[0]["status"] == "failed"


def test_a_cancelled_execution_is_not_sent_by_a_later_run(world, book, line):
    execution = book()
    action = ScriptedAction(outcomes=[busy(), busy()])
    played = line(action)
    played.run()
    interventions(world).cancel(execution, reason="booked twice", actor="ada")
    world.clock.instant = played.next_wake()
    assert played.begin()[1] == 0
    found, mail = read(world, execution)
    assert (found["status"], mail["status"], action.sent) == ("cancelled", "skipped", [])


@pytest.mark.parametrize("text", ["soon", "10s,0s", ",", "-5m", "10s;1m"])
def test_a_bad_schedule_says_how_to_write_it(text):
    with pytest.raises(ConfigurationError, match="BOOKFLOW_RETRY_SCHEDULE"):
        RetrySchedule.of(Settings(retry_schedule=text))


def test_the_last_wait_repeats():
    schedule = RetrySchedule.of(Settings(retry_schedule=" 10s, 2m "))
    assert [schedule.wait(n).total_seconds() for n in range(4)] == [10, 120, 120, 120]
