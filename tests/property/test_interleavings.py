"""Any order of events, ticks, claims, tasks and crashes: each message once, and only if wanted."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bookflow.records import RunKey
from tests.property.fragile import Fuse
from tests.property.world import (
    ACTIONS,
    AFTER,
    BEGINNING,
    EVEN_LATE,
    FLOWS,
    FOLLOW_UP,
    LENGTH,
    REMINDER,
    SOON,
    Flow,
    Json,
    World,
)

# the suite plays the same stories each time; with a number here, that many of its own
EXAMPLES = int(os.environ.get("BOOKFLOW_EXAMPLES", "0"))
SUITE_EXAMPLES = 100
STEPS = 30
DRAIN_ROUNDS = 400
MOST_BOOKINGS = 4
# what a crash, a lease and the minute clock may take together
SLACK = timedelta(minutes=20)
OPEN = ("pending", "running")

aheads = st.sampled_from((45, 65, 90, 150)).map(lambda minutes: timedelta(minutes=minutes))
waits = st.sampled_from((0.2, 1, 2, 6, 31, 70)).map(lambda minutes: timedelta(minutes=minutes))
# a task that claims, sends and settles one message takes about ten steps; most tasks live
lives = st.none() | st.integers(0, 12)
deaths = st.tuples(lives, lives, lives)


@dataclass
class Wanted:
    """A booking as the outside knows it."""

    id: str
    start: datetime
    status: str = "confirmed"

    def show(self) -> Json:
        return {
            "id": self.id,
            "status": self.status,
            "start_time": self.start.isoformat(),
            "end_time": (self.start + LENGTH).isoformat(),
            "event_type": {"id": "et-1", "slug": "intro", "name": "Intro call"},
            "organizer": {"id": "o-1", "email": "host@example.com", "timezone": "Europe/Berlin"},
            "invitee": {"name": "Ida", "email": "ida@example.org", "timezone": "Europe/Berlin"},
        }


@dataclass
class OpenRun:
    """A run that has claimed and is not over."""

    flow: Flow
    key: RunKey


class Interleavings(RuleBasedStateMachine):
    """Outside: bookings and time. Inside: runs, tasks and ticks, each of which may die."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.wanted: list[Wanted] = []
        self.runs: list[OpenRun] = []
        self.checked = 0
        self.world.tick()

    # the outside

    @precondition(lambda self: len(self.wanted) < MOST_BOOKINGS)
    @rule(ahead=aheads)
    def book(self, ahead: timedelta) -> None:
        made = Wanted(f"b-{len(self.wanted) + 1}", self.world.instant + ahead)
        self.wanted.append(made)
        self._tell_created(made)

    @precondition(lambda self: self._confirmed())
    @rule(data=st.data())
    def tell_again(self, data: st.DataObject) -> None:
        """Tell of a booking twice, as impatient clients do, and ask for its reminder."""
        booking = data.draw(st.sampled_from(self._confirmed()))
        self._tell_created(booking)
        self.world.receive("before_meeting", booking.show())

    @precondition(lambda self: self._confirmed())
    @rule(data=st.data(), ahead=aheads, goes_back=st.booleans())
    def move(self, data: st.DataObject, ahead: timedelta, goes_back: bool) -> None:
        booking = data.draw(st.sampled_from(self._confirmed()))
        before, booking.start = booking.start, self.world.instant + ahead
        self.world.receive("booking_rescheduled", booking.show())
        if goes_back:
            self.world.forward(timedelta(seconds=30))
            booking.start = before
            self.world.receive("booking_rescheduled", booking.show())

    @precondition(lambda self: self._confirmed())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        booking = data.draw(st.sampled_from(self._confirmed()))
        booking.status = "cancelled"
        self.world.receive("booking_cancelled", booking.show())

    @precondition(lambda self: len(self._confirmed()) < len(self.wanted))
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        cancelled = [booking for booking in self.wanted if booking.status == "cancelled"]
        booking = data.draw(st.sampled_from(cancelled))
        booking.status = "confirmed"
        self.world.receive("booking_confirmed", booking.show())

    @precondition(lambda self: self._confirmed())
    @rule(data=st.data(), wait=waits)
    def cancel_and_restore(self, data: st.DataObject, wait: timedelta) -> None:
        """Call off a booking for a while, in which everything due is played."""
        booking = data.draw(st.sampled_from(self._confirmed()))
        self.world.tick()
        booking.status = "cancelled"
        self.world.receive("booking_cancelled", booking.show())
        self._play_all()
        self.world.forward(wait)
        booking.status = "confirmed"
        self.world.receive("booking_confirmed", booking.show())

    @rule(wait=waits)
    def wait(self, wait: timedelta) -> None:
        self.world.forward(wait)

    @rule()
    def wait_for_next_reminder(self) -> None:
        """Let time pass to just before the next reminder, and the clock tick."""
        now = self.world.instant
        dues = [booking.start - REMINDER for booking in self._confirmed()]
        coming = [due for due in dues if due > now]
        if coming:
            self.world.forward(min(coming) - now - timedelta(seconds=20))
            self.world.tick()
            self.world.forward(timedelta(seconds=20))

    @rule(is_down=st.booleans())
    def fail_or_heal_provider(self, is_down: bool) -> None:
        self.world.provider.is_down = is_down

    # the inside

    @rule(steps=lives)
    def tick(self, steps: int | None) -> None:
        self.world.tick(steps)

    @precondition(lambda self: self._due())
    @rule(data=st.data(), steps=deaths, ends=st.booleans())
    def run(
        self, data: st.DataObject, steps: tuple[int | None, int | None, int | None], ends: bool
    ) -> None:
        """Play a run, whose tasks may die; or leave it open."""
        run = self._claim(data)
        for action, life in zip(ACTIONS, steps, strict=False):
            self.world.act(run.flow, run.key, action, life)
        if ends:
            self._end(run, steps[-1])

    @precondition(lambda self: self._due())
    @rule(data=st.data(), action=st.sampled_from(ACTIONS), life=lives)
    def run_with_a_ghost(self, data: st.DataObject, action: str, life: int | None) -> None:
        """Play a task while the one before it, which Airflow took for dead, is still sending."""
        run = self._claim(data)
        self.world.provider.during = lambda: self._play(run, action)
        self.world.act(run.flow, run.key, action, life)
        self.world.provider.during = None

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), steps=deaths)
    def resume(self, data: st.DataObject, steps: tuple[int | None, int | None, int | None]) -> None:
        """Play the tasks of an open run again, as Airflow does with those that died."""
        run = data.draw(st.sampled_from(self.runs))
        for action, life in zip(ACTIONS, steps, strict=False):
            self.world.act(run.flow, run.key, action, life)
        self._end(run, steps[-1])

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def lose_run(self, data: st.DataObject) -> None:
        """End a run without its last task, as somebody who deletes it does."""
        run = data.draw(st.sampled_from(self.runs))
        self.runs.remove(run)
        self.world.states.over.add(run.key)

    def _confirmed(self) -> list[Wanted]:
        return [booking for booking in self.wanted if booking.status == "confirmed"]

    def _due(self) -> list[str]:
        names: list[str] = self.world.store.workflows_to_wake(self.world.instant)
        return names

    def _tell_created(self, booking: Wanted) -> None:
        self.world.receive("booking_created", booking.show(), key=f"created:{booking.id}")

    def _claim(self, data: st.DataObject) -> OpenRun:
        flow = FLOWS[data.draw(st.sampled_from(self._due()))]
        run = OpenRun(flow, self.world.claim(flow))
        self.runs.append(run)
        return run

    def _play(self, run: OpenRun, action: str) -> None:
        self.world.act(run.flow, run.key, action)

    def _end(self, run: OpenRun, life: int | None) -> None:
        self.runs.remove(run)
        self.world.finish(run.key, life)

    # what holds at every moment

    @invariant()
    def promises_are_kept(self) -> None:
        self._every_message_has_one_key()
        self._nothing_comes_twice_but_after_a_crash()
        self._nothing_is_sent_that_nobody_wants()

    def _every_message_has_one_key(self) -> None:
        for flow in FLOWS.values():
            for message, keys in self.world.provider.keys_of(flow.id).items():
                assert len(keys) == 1, f"{flow.id} sent {message} under {len(keys)} ids"

    def _nothing_comes_twice_but_after_a_crash(self) -> None:
        senders: dict[Any, list[Fuse]] = defaultdict(list)
        for sent in self.world.provider.sent:
            senders[sent.delivery].append(sent.process)
        for delivery, processes in senders.items():
            alive = [process for process in processes[:-1] if not process.is_blown]
            assert not alive, f"{delivery} was sent again though its sender lived"

    def _nothing_is_sent_that_nobody_wants(self) -> None:
        fresh = self.world.provider.sent[self.checked :]
        self.checked += len(fresh)
        by_id = {booking.id: booking for booking in self.wanted}
        for sent in fresh:
            booking = by_id[sent.booking]
            assert booking.status == "confirmed", f"{sent} for a cancelled booking"
            assert sent.start == booking.start, f"{sent} for {booking.start}"
            if sent.workflow in (SOON.id, EVEN_LATE.id):
                assert booking.start - REMINDER <= sent.at <= booking.start
            if sent.workflow == AFTER.id:
                assert booking.start + LENGTH + FOLLOW_UP <= sent.at

    # what holds in the end

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        ahead = self._coming()
        self.world.provider.is_down = False
        self._drain()
        self.promises_are_kept()
        self._check_executions()
        for flow, booking in ahead:
            for action in ACTIONS:
                keys = self.world.provider.keys_of(flow.id)[booking.id, booking.start, action]
                assert keys, f"{flow.id} {action} for {booking} never came"

    def _coming(self) -> list[tuple[Flow, Wanted]]:
        """Give what has to have arrived in the end: due later, or sent even when past.

        Left out is what a run has begun already: its actions saw the booking as it was then.
        """
        now = self.world.instant
        confirmed = self._confirmed()
        wanted = [
            *((SOON, b) for b in confirmed if b.start - REMINDER > now),
            *((EVEN_LATE, b) for b in confirmed if b.start - SLACK > now),
            *((AFTER, b) for b in confirmed if b.start + LENGTH + FOLLOW_UP > now),
        ]
        return [(flow, b) for flow, b in wanted if not self.world.has_begun(flow, b.id, b.start)]

    def _drain(self) -> None:
        """Let runs be over and time pass, until every meeting has been and nothing is open."""
        self.world.states.over |= {run.key for run in self.runs}
        latest = max((booking.start for booking in self.wanted), default=BEGINNING)
        end = latest + LENGTH + FOLLOW_UP + timedelta(minutes=5)
        for _ in range(DRAIN_ROUNDS):
            self.world.tick()
            self._play_all()
            still_open = [one for one in self.world.executions() if one["status"] in OPEN]
            if not still_open and self.world.instant > end:
                return
            self.world.forward(timedelta(minutes=5))
        raise AssertionError(f"still open in the end: {still_open}")

    def _play_all(self) -> None:
        """Play runs until nothing is due."""
        while due := self._due():
            flow = FLOWS[due[0]]
            run = self.world.claim(flow)
            for action in ACTIONS:
                self.world.act(flow, run, action)
            self.world.finish(run)
            self.world.forward(timedelta(seconds=1))

    def _check_executions(self) -> None:
        """Hold what is recorded against what arrived."""
        arrived = Counter(sent.delivery.hex for sent in self.world.provider.sent)
        for execution in self.world.executions():
            for entry in execution["execution_log"]:
                self._check_entry(entry, arrived)
            if execution["status"] != "completed":
                assert execution["error_message"], f"{execution} has no reason"

    @staticmethod
    def _check_entry(entry: Json, arrived: Counter[str]) -> None:
        for delivery in entry["deliveries"]:
            came = arrived[str(delivery["id"]).replace("-", "")]
            if delivery["status"] == "sent":
                assert came, f"{delivery} is recorded as sent and never arrived"
            assert delivery["status"] in ("sent", "failed"), f"{delivery} is open in the end"
        assert entry["status"] in ("completed", "failed", "skipped")
        if entry["status"] != "completed":
            assert entry["reason"], f"{entry} has no reason"


Interleavings.TestCase.settings = settings(
    max_examples=EXAMPLES or SUITE_EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    # a story is made short only for whoever asks for examples: that takes minutes
    phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
TestInterleavings: Any = pytest.mark.timeout(3600 if EXAMPLES else 120)(Interleavings.TestCase)
