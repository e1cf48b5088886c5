"""A whole bookflow in memory: the real journey, a store, and a provider that counts."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bookflow.domains.booking import BookingDomain
from bookflow.errors import TransientDeliveryError
from bookflow.journey.acting import Actor
from bookflow.journey.intake import Incoming, Intake
from bookflow.journey.reminders.planning import Planner
from bookflow.journey.running import TaskRuntime
from bookflow.journey.sending import RetryPolicy
from bookflow.journey.steps import Step, WorkflowFacts
from bookflow.ports.clock import Anchor, SpecRule
from bookflow.records import Message, NewDelivery, Receipt, RunKey
from bookflow.settings import Settings
from bookflow.spec.conditions import compile_conditions
from bookflow.store.memory import MemoryStore
from tests.property.fragile import CrashError, FragileStore, Fuse

BEGINNING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REMINDER = timedelta(minutes=60)
FOLLOW_UP = timedelta(minutes=30)
LENGTH = timedelta(minutes=30)
ACTIONS = ("mail", "hook")

Json = dict[str, Any]


@dataclass(frozen=True)
class Flow:
    """A workflow of two actions."""

    id: str
    trigger: str
    delay: timedelta = timedelta(0)
    if_past: str = "skip"

    @property
    def minutes(self) -> int:
        return int(self.delay.total_seconds() // 60)


WELCOME = Flow("welcome", "booking_created")
SOON = Flow("soon", "before_meeting", REMINDER)
EVEN_LATE = Flow("even-late", "before_meeting", REMINDER, "send")
AFTER = Flow("after", "after_meeting", FOLLOW_UP)
FLOWS = {flow.id: flow for flow in (WELCOME, SOON, EVEN_LATE, AFTER)}


@dataclass(frozen=True)
class Sent:
    """One call that the provider took."""

    workflow: str
    booking: str
    start: datetime
    action: str
    delivery: uuid.UUID
    at: datetime
    process: Fuse


@dataclass
class Provider:
    """Takes every message, or refuses all for now; `during` runs once, amid a call."""

    now: Callable[[], datetime]
    sent: list[Sent] = field(default_factory=list)
    is_down: bool = False
    during: Callable[[], None] | None = None

    async def take(self, message: Message, delivery: NewDelivery, fuse: Fuse) -> Receipt:
        fuse.burn()
        amid, self.during = self.during, None
        if amid is not None:
            # another process, while this one waits for its answer
            await asyncio.to_thread(amid)
        if self.is_down:
            raise TransientDeliveryError("the provider is down", code="down")
        content = message.content
        self.sent.append(
            Sent(
                workflow=str(content["workflow"]),
                booking=str(content["booking"]),
                start=datetime.fromisoformat(str(content["start"])),
                action=delivery.action,
                delivery=delivery.id,
                at=self.now(),
                process=fuse,
            )
        )
        fuse.burn()
        return Receipt(provider_id=f"p-{len(self.sent)}")

    def keys_of(self, workflow: str) -> dict[tuple[str, datetime, str], Counter[uuid.UUID]]:
        """Give how often each id came, by booking, start and action."""
        found: dict[tuple[str, datetime, str], Counter[uuid.UUID]] = defaultdict(Counter)
        for one in self.sent:
            if one.workflow == workflow:
                found[one.booking, one.start, one.action][one.delivery] += 1
        return found


@dataclass(frozen=True)
class CountingAction:
    """An action of one process, which the fuse may end at any call."""

    provider: Provider
    fuse: Fuse
    effect: str = "deliver"

    def render(
        self, subject: Mapping[str, Any], context: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> list[Message]:
        del context
        content = {
            "workflow": facts["workflow_id"],
            "booking": subject["id"],
            "start": subject["start_time"].astimezone(UTC).isoformat(),
        }
        return [Message("invitee", "email", "ida@example.org", content, content)]

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[CountingAction]:
        yield self

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        del attempt
        return await self.provider.take(message, delivery, self.fuse)


class Waking:
    """Notes which workflow is to be woken; runs are the tests' own."""

    def __init__(self) -> None:
        self.wanted: set[tuple[str, datetime]] = set()

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        self.wanted.add((workflow_id, due_at))


class RunsOver:
    """Which runs are over, as Airflow knows it."""

    def __init__(self) -> None:
        self.over: set[RunKey] = set()

    def is_over(self, run: RunKey) -> bool:
        return run in self.over


class FixedSpecs:
    """The workflows as intake sees them."""

    def matching(self, trigger: str, category: str | None) -> Iterator[Any]:
        del category
        for flow in FLOWS.values():
            if flow.trigger == trigger:
                yield SimpleNamespace(workflow=self._show(flow), version="v1")

    def get(self, workflow_id: str) -> Any:
        flow = FLOWS.get(workflow_id)
        return SimpleNamespace(workflow=self._show(flow), version="v1") if flow else None

    @staticmethod
    def _show(flow: Flow) -> Any:
        return SimpleNamespace(
            id=flow.id,
            name=flow.id,
            trigger=flow.trigger,
            event_types=(),
            delay_minutes=flow.minutes,
            active_actions=(),
            if_past=flow.if_past,
            if_late=None,
        )


class World:
    """Everything, with a clock that moves when it is told to."""

    def __init__(self) -> None:
        self.instant = BEGINNING
        self.store = MemoryStore()
        self.domain = BookingDomain(Settings())
        self.provider = Provider(self.now)
        self.waking = Waking()
        self.states = RunsOver()
        self.bookings: set[str] = set()
        self._runs = itertools.count(1)
        self._ids = itertools.count(1)
        self._keep_rules()

    def make_id(self) -> uuid.UUID:
        """Give ids in order, the same ones in every replay."""
        return uuid.UUID(int=next(self._ids))

    def now(self) -> datetime:
        return self.instant

    def forward(self, wait: timedelta) -> None:
        self.instant += wait

    def receive(self, trigger: str, booking: Json, *, key: str | None = None) -> Any:
        """Take an event in; gives intake's answer."""
        intake = Intake(
            store=self.store,
            specs=FixedSpecs(),
            domain=self.domain,
            waker=self.waking,
            now=self.now,
            make_id=self.make_id,
        )
        self.bookings.add(booking["id"])
        incoming = Incoming(trigger=trigger, subject=booking, idempotency_key=key)
        [answer] = intake.receive([incoming])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def claim(self, flow: Flow) -> RunKey:
        """Begin a run, which claims what is due."""
        run = RunKey(f"bookflow-{flow.id}", f"run-{next(self._runs)}")
        self._runtime(Fuse()).claim(self._facts(flow), run, {})
        return run

    def act(self, flow: Flow, run: RunKey, action: str, steps: int | None = None) -> bool:
        """Play a task; it dies after so many steps, if they are fewer than it takes.

        Tells whether it survived.
        """
        fuse = Fuse(steps)
        step = Step(
            workflow=self._facts(flow),
            name=action,
            type="send_email",
            conditions=compile_conditions([], self.domain.vocabulary),
            action=CountingAction(self.provider, fuse),
            retries=4,
            may_wait=True,
        )
        return self._survives(fuse, lambda: self._runtime(fuse).act(step, run, is_last_try=False))

    def finish(self, run: RunKey, steps: int | None = None) -> bool:
        """Play a run's last task; the run is over, whether the task survived or not."""
        fuse = Fuse(steps)
        pairs = [(action, "send_email") for action in ACTIONS]
        is_well = self._survives(fuse, lambda: self._runtime(fuse).finish(run, pairs))
        self.states.over.add(run)
        return is_well

    def tick(self, steps: int | None = None) -> None:
        """Play a turn of the clock."""
        fuse = Fuse(steps)
        store: Any = FragileStore(self.store, fuse)

        def work() -> None:
            planner = Planner(store, self.domain, self.waking, self.make_id)
            planner.plan(self.instant)
            runtime = self._runtime(fuse)
            runtime.release_stranded(self.states)
            runtime.wake_overdue()

        self._survives(fuse, work)

    def executions(self) -> list[Json]:
        """Give every execution of every booking, with its log."""
        return [one for key in sorted(self.bookings) for one in self.store.subject_executions(key)]

    def has_begun(self, flow: Flow, booking: str, start: datetime) -> bool:
        """Tell whether a run has claimed the reminder for this start, and it was not called off."""
        at = start + LENGTH if flow.trigger == "after_meeting" else start
        anchor = Anchor(flow.id, booking, at)
        found = self.store.find_anchored([anchor]).get(anchor)
        return found is not None and found.rounds > 0 and not found.is_stale

    def _runtime(self, fuse: Fuse) -> TaskRuntime:
        store: Any = FragileStore(self.store, fuse)
        actor = Actor(
            store=store,
            domain=self.domain,
            now=self.now,
            policy=RetryPolicy(attempts=1),
        )
        return TaskRuntime(
            store=store,
            intake_store=store,
            domain=self.domain,
            waker=self.waking,
            now=self.now,
            actor=actor,
            batch_size=3,
            make_id=self.make_id,
        )

    def _keep_rules(self) -> None:
        rules = {
            flow.id: SpecRule(
                path=flow.id,
                signature="1",
                workflow_id=flow.id,
                version="v1",
                trigger=flow.trigger,
                delay_minutes=flow.minutes,
                if_past=flow.if_past,
                says_active=True,
                is_active=True,
                active_since=BEGINNING - timedelta(days=30),
            )
            for flow in FLOWS.values()
        }
        self.store.rewrite_rules(lambda known: {**known, **rules})

    @staticmethod
    def _facts(flow: Flow) -> WorkflowFacts:
        return WorkflowFacts(flow.id, flow.id, "v1")

    @staticmethod
    def _survives(fuse: Fuse, work: Callable[[], object]) -> bool:
        try:
            work()
        except (CrashError, BaseExceptionGroup):
            if not fuse.is_blown:
                raise
            return False
        return True
