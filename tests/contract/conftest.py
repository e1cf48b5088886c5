"""One suite, two stores."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryStatus,
    EventSource,
    NewDelivery,
    NewEvent,
    NewExecution,
    RecordedEvent,
    RunKey,
    SubjectUpdate,
    delivery_id,
    new_id,
)
from bookflow.store.memory import MemoryStore
from bookflow.store.postgres import PostgresStore

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RUN = RunKey("bookflow-welcome", "run-1")
PLAN = [("mail", "send_email")]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def make_booking(key: str = "b-1", **changes: Any) -> dict[str, Any]:
    booking = {
        "id": key,
        "status": "confirmed",
        "start_time": datetime(2026, 3, 5, 13, 0, tzinfo=UTC),
        "end_time": datetime(2026, 3, 5, 13, 30, tzinfo=UTC),
        "event_type": {
            "id": "et-1",
            "slug": "intro",
            "name": "Intro call",
            "description": "Get to know us",
            "duration": 30,
            "location_type": "video",
            "max_attendees": 10,
        },
        "organizer": {
            "id": "o-1",
            "email": "host@example.com",
            "name": "Hana Host",
            "first_name": "Hana",
            "last_name": "Host",
            "timezone": "Europe/Berlin",
            "company": "Example Clinic",
            "phone": "+12025550100",
            "locale": "de-DE",
        },
        "invitee": {
            "name": "Ida 李 Invitee",
            "email": "ida@example.org",
            "phone": "+12025550142",
            "timezone": "Asia/Tokyo",
            "locale": "ja-JP",
        },
        "attendees": [{"name": "Ann", "email": "ann@example.org"}],
        "cancellation_reason": None,
        "meeting_link": "https://meet.example.com/1",
        "meeting_id": "814",
        "meeting_password": "sesame",
        "custom_answers": {"size": 40, "topics": ["a", "b"], "vip": True},
        "created_at": datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    }
    booking.update(changes)
    return booking


@dataclass
class Scene:
    """Records events and plays runs on either store with few words."""

    store: Any
    _number: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def event(self, booking: dict[str, Any] | None = None, **changes: Any) -> NewEvent:
        subject = make_booking(f"b-{next(self._number)}") if booking is None else booking
        values: dict[str, Any] = {
            "id": new_id(),
            "trigger": "booking_created",
            "subject_id": subject["id"],
            "source": EventSource.API,
            "occurred_at": NOW,
            "received_at": NOW,
            "fingerprint": "f",
            "subject": subject,
        }
        values.update(changes)
        return NewEvent(**values)

    def execution(self, event: NewEvent, workflow: str = "welcome", **changes: Any) -> NewExecution:
        values: dict[str, Any] = {
            "id": new_id(),
            "workflow_id": workflow,
            "workflow_version": "v1",
            "event_id": event.id,
            "subject_id": event.subject_id,
            "due_at": NOW,
        }
        values.update(changes)
        return NewExecution(**values)

    def record(self, event: NewEvent, *executions: NewExecution) -> RecordedEvent:
        [answer] = self.store.record_events([event], list(executions))
        return answer

    def book(self, booking: dict[str, Any] | None = None, **changes: Any) -> uuid.UUID:
        event = self.event(booking)
        execution = self.execution(event, **changes)
        self.record(event, execution)
        return execution.id

    def running(self, booking: dict[str, Any] | None = None) -> uuid.UUID:
        return self.book(booking, run=RUN)

    def result(self, execution: uuid.UUID, status: str = "completed", **changes: Any) -> None:
        self.store.settle([make_result(execution, status, **changes)], [])

    def deliver(self, execution: uuid.UUID, recipient: str = "invitee") -> NewDelivery:
        return NewDelivery(
            id=delivery_id(execution, "mail", recipient),
            execution_id=execution,
            action="mail",
            recipient=recipient,
            channel="email",
            address=f"{recipient}@example.com",
        )

    def claim_delivery(self, delivery: NewDelivery, now: datetime = NOW) -> Any:
        return self.store.claim_deliveries([delivery], now=now)[delivery.id]

    def cut_off(self, times: int, plan: Sequence[tuple[str, str]] = ()) -> RunKey:
        """Let so many runs end before their actions had results; gives the run that holds now."""
        run = RUN
        for number in range(times):
            at = NOW + minutes(number)
            self.store.finish(run, plan or PLAN, now=at)
            run = RunKey(RUN.dag_id, f"{RUN.run_id}-{number}")
            self.store.claim("welcome", run, limit=100, now=at + minutes(1))
        return run

    def read(self, execution: uuid.UUID) -> dict[str, Any]:
        found = self.store.get_execution(execution)
        assert found is not None
        return found

    def update(self, execution: uuid.UUID, subject: str = "b-1", **fields: Any) -> Any:
        update = SubjectUpdate(execution, "mark", "welcome", subject, fields)
        return self.store.apply_updates([update], now=NOW)[execution]


def make_result(execution: uuid.UUID, status: str = "completed", **changes: Any) -> ActionResult:
    values: dict[str, Any] = {
        "execution_id": execution,
        "action": "mail",
        "type": "send_email",
        "status": ActionStatus(status),
        "started_at": NOW,
        "duration_ms": 12.5,
        "attempts": 1,
    }
    values.update(changes)
    return ActionResult(**values)


def make_outcome(delivery: NewDelivery, status: str = "sent", **changes: Any) -> DeliveryOutcome:
    values: dict[str, Any] = {
        "id": delivery.id,
        "status": DeliveryStatus(status),
        "attempts": 1,
        "at": NOW,
    }
    values.update(changes)
    return DeliveryOutcome(**values)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.database)])
def store(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = PostgresStore.open(request.getfixturevalue("database"))
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Any) -> Scene:
    return Scene(store)


@pytest.fixture
def desk(store: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give somebody who writes bookings with plain SQL, or the like of it in memory."""
    from tests.contract.desks import open_desk

    is_memory = isinstance(store, MemoryStore)
    with open_desk(store, None if is_memory else request.getfixturevalue("database")) as opened:
        yield opened


@pytest.fixture
def post(store: Any) -> Any:
    """Give somebody who takes what waits for the dispatcher."""
    from tests.contract.desks import Post

    return Post(store)
