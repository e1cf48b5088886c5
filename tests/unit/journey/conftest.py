"""Stand-ins for the journey's collaborators: a still clock, a recording waker, a test channel."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.journey.acting import Actor
from bookflow.journey.intake import Intake
from bookflow.journey.running import TaskRuntime
from bookflow.journey.sending import OpenGuard, RetryPolicy
from bookflow.journey.settling import Cadence
from bookflow.journey.steps import Step, WorkflowFacts
from bookflow.records import Message, NewDelivery, Receipt
from bookflow.settings import Settings
from bookflow.spec.conditions import Group, compile_conditions
from bookflow.store.memory import MemoryStore

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class StillClock:
    def __init__(self) -> None:
        self.instant = NOW

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **parts: float) -> None:
        self.instant += timedelta(**parts)


class RecordingWaker:
    def __init__(self) -> None:
        self.calls: list[tuple[str, datetime]] = []

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        self.calls.append((workflow_id, due_at))


@dataclass
class ListedSpecs:
    """Workflows as the intake sees them, without files."""

    workflows: list[Any] = field(default_factory=list)

    def add(
        self, workflow_id: str, trigger: str, *, event_types: tuple[str, ...] = (), delay: int = 0
    ) -> None:
        workflow = SimpleNamespace(
            id=workflow_id,
            name=workflow_id.title(),
            trigger=trigger,
            event_types=event_types,
            delay_minutes=delay,
            active_actions=(),
        )
        self.workflows.append(SimpleNamespace(workflow=workflow, version="v1"))

    def matching(self, trigger: str, category: str | None) -> Iterator[Any]:
        for loaded in self.workflows:
            wanted = loaded.workflow.event_types
            if loaded.workflow.trigger == trigger and (not wanted or category in wanted):
                yield loaded

    def get(self, workflow_id: str) -> Any:
        return next((item for item in self.workflows if item.workflow.id == workflow_id), None)


@dataclass
class ScriptedAction:
    """Sends to the invitee; `outcomes` are raised or returned in turn, then all succeed."""

    outcomes: list[Exception | None] = field(default_factory=list)
    effect: str = "deliver"
    recipients: tuple[str, ...] = ("invitee",)
    sent: list[tuple[str, uuid.UUID]] = field(default_factory=list)
    fields: Mapping[str, Any] = field(default_factory=dict)
    render_error: Exception | None = None
    open_error: Exception | None = None

    def render(
        self, subject: Mapping[str, Any], context: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> list[Message]:
        if self.render_error:
            raise self.render_error
        if self.effect == "update":
            content = {"fields": dict(self.fields)}
            return [Message("booking", "update", subject["id"], content, content)]
        return [
            Message(name, "email", f"{name}@example.com", {"subject": "Hi"}, {"subject": "Hi"})
            for name in self.recipients
        ]

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[ScriptedAction]:
        if self.open_error:
            raise self.open_error
        yield self

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome:
            raise outcome
        self.sent.append((message.recipient, delivery.id))
        return Receipt(provider_id=f"p-{len(self.sent)}")


@dataclass
class World:
    """One journey on a memory store."""

    clock: StillClock = field(default_factory=StillClock)
    waker: RecordingWaker = field(default_factory=RecordingWaker)
    specs: ListedSpecs = field(default_factory=ListedSpecs)
    store: MemoryStore = field(default_factory=MemoryStore)
    domain: BookingDomain = field(default_factory=lambda: BookingDomain(Settings()))
    make_guard: Callable[[WorkflowFacts], Any] = lambda workflow: OpenGuard()
    cadence: Cadence = field(default_factory=Cadence)

    @property
    def intake(self) -> Intake:
        return Intake(
            store=self.store,
            specs=self.specs,
            domain=self.domain,
            waker=self.waker,
            now=self.clock,
        )

    @property
    def runtime(self) -> TaskRuntime:
        actor = Actor(
            store=self.store,
            domain=self.domain,
            now=self.clock,
            policy=RetryPolicy(attempts=2, base=0.0),
            make_guard=self.make_guard,
            sleep=lambda seconds: self.clock.forward(seconds=seconds),
            cadence=self.cadence,
        )
        return TaskRuntime(
            store=self.store,
            intake_store=self.store,
            domain=self.domain,
            waker=self.waker,
            now=self.clock,
            actor=actor,
            batch_size=100,
        )

    def step(
        self,
        action: Any,
        *groups: Mapping[str, Any],
        workflow: str = "welcome",
        name: str = "mail",
        **changes: Any,
    ) -> Step:
        """Give a step of a hand-written DAG; with `may_wait` it is one of a spec."""
        conditions = compile_conditions(
            [Group.model_validate(group) for group in groups], self.domain.vocabulary
        )
        kind = "update_booking" if action.effect == "update" else "send_email"
        facts = WorkflowFacts(workflow, workflow.title(), "v1")
        return Step(facts, name, kind, conditions, action, **changes)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_booking() -> Callable[..., dict[str, Any]]:
    counter = itertools.count(1)

    def make(**changes: Any) -> dict[str, Any]:
        booking: dict[str, Any] = {
            "id": f"b-{next(counter)}",
            "status": "confirmed",
            "start_time": "2026-03-05T14:00:00+01:00",
            "end_time": "2026-03-05T14:30:00+01:00",
            "event_type": {"id": "et-1", "slug": "intro", "name": "Intro call"},
            "organizer": {
                "id": "o-1",
                "email": "host@example.com",
                "name": "Hana Host",
                "timezone": "Europe/Berlin",
            },
            "invitee": {
                "name": "Ida Invitee",
                "email": "ida@example.org",
                "timezone": "Europe/Berlin",
            },
        }
        booking.update(changes)
        return booking

    return make
