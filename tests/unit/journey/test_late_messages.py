"""Quiet hours, digests and groups, from the execution to what the channel is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bookflow.actions.registry import compile_action
from bookflow.journey.intake import Incoming
from bookflow.journey.steps import Step, Timing, WorkflowFacts
from bookflow.records import Message, NewDelivery, Receipt, RunKey
from bookflow.spec.models import SendEmail
from bookflow.spec.timing import Digest, QuietHours
from tests.action_stand_ins import make_resources

FACTS = WorkflowFacts("welcome", "Welcome", "v1")
STEPS = [("mail", "send_email")]
NIGHT = QuietHours(start=time(21), end=time(8))
GUESTS = [
    {"name": "Nora", "email": "nora@example.net", "timezone": "America/New_York"},
    {"name": "Kim", "email": "kim@example.net", "timezone": "Asia/Seoul"},
]


@dataclass
class ListeningAction:
    """The real action, with a channel that keeps what it is given."""

    action: Any
    sent: list[tuple[Message, NewDelivery]] = field(default_factory=list)
    effect: str = "deliver"

    def render(self, *given: Mapping[str, Any]) -> list[Message]:
        return list(self.action.render(*given))

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[ListeningAction]:
        yield self

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        self.sent.append((message, delivery))
        return Receipt(provider_id=str(len(self.sent)))

    @property
    def addresses(self) -> list[str]:
        return sorted(message.address for message, _ in self.sent)


@pytest.fixture
def mailing(world):
    def make(recipient: str = "invitee", **timing: Any) -> tuple[Step, ListeningAction]:
        spec = SendEmail(
            name="mail",
            type="send_email",
            recipient=recipient,
            subject="For {{ recipient_name }}",
            message="{{ invitee_name }}: {{ start_time | time('short') }}",
        )
        resources = make_resources(domain=world.domain)
        listening = ListeningAction(compile_action(spec, resources))
        step = world.step(listening)
        return replace(step, timing=Timing(**timing), may_wait=True, retries=2), listening

    return make


@pytest.fixture
def book(world, make_booking):
    world.specs.add("welcome", "booking_created")

    def book(**changes: Any) -> Any:
        booking = make_booking(**changes)
        [answer] = world.intake.receive([Incoming("booking_created", subject=booking)])
        return answer.executions[0].id

    return book


@pytest.fixture
def play(world):
    """Give a function that plays one run of the workflow at the given time."""

    def run(step: Step, at: datetime) -> tuple[datetime, ...]:
        world.clock.instant = at
        key = RunKey("bookflow-welcome", f"run-{at.isoformat()}")
        world.runtime.claim(FACTS, key, {})
        world.runtime.act(step, key, is_last_try=False)
        return tuple(world.runtime.finish(key, STEPS).wake_at)

    return run


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def status_of(world, execution) -> str:
    return str(world.store.get_execution(execution)["status"])


def test_group_is_written_to_in_each_ones_morning(world, book, mailing, play):
    world.clock.instant = at("2026-03-02T12:00")
    execution = book(attendees=GUESTS)
    step, listening = mailing(quiet_hours=NIGHT)
    # noon in UTC is 13:00 in Berlin, 07:00 in New York, 21:00 in Seoul
    [first, *_] = play(step, at("2026-03-02T12:00"))
    assert listening.addresses == ["ida@example.org"]
    assert first == at("2026-03-02T13:00")
    assert status_of(world, execution) == "pending"
    [second] = play(step, first)
    assert listening.addresses == ["ida@example.org", "nora@example.net"]
    assert second == at("2026-03-02T23:00")
    assert play(step, second) == ()
    assert listening.addresses == ["ida@example.org", "kim@example.net", "nora@example.net"]
    assert status_of(world, execution) == "completed"
    assert {message.content["message"] for message, _ in listening.sent} == {
        "Ida Invitee: 2:00 PM", "Nora: 8:00 AM", "Kim: 10:00 PM",
    }  # fmt: skip


def test_digest_is_one_message_for_all_bookings_of_its_window(world, book, mailing, play):
    noon = at("2026-03-02T12:00")
    world.clock.instant = noon
    digest = Digest(window=60, subject="{{ digest_count }} bookings")
    step, listening = mailing("organizer", digest=digest)
    executions = [book(), book()]
    [end] = play(step, noon)
    assert end == at("2026-03-02T13:00")
    world.clock.instant = at("2026-03-02T12:40")
    executions.append(book())
    [same_end] = play(step, at("2026-03-02T12:40"))
    assert same_end == end
    assert listening.sent == []
    assert play(step, end) == ()
    [(message, _)] = listening.sent
    assert message.address == "host@example.com"
    assert message.content["subject"] == "3 bookings"
    assert message.content["message"].count("Ida Invitee") == 3
    assert {status_of(world, execution) for execution in executions} == {"completed"}


def test_digest_leaves_out_what_was_cancelled_meanwhile(world, book, mailing, play):
    noon = at("2026-03-02T12:00")
    world.clock.instant = noon
    step, listening = mailing("organizer", digest=Digest(window=60))
    kept, _ = book(), book(id="b-called-off")
    [end] = play(step, noon)
    cancelled = {"id": "b-called-off", "status": "cancelled"}
    booking = {**world.store.load_subjects(["b-called-off"])["b-called-off"], **cancelled}
    booking.pop("metadata", None)
    world.clock.forward(minutes=5)
    world.intake.receive([Incoming("booking_cancelled", subject=_as_payload(booking))])
    assert play(step, end) == ()
    [(message, _)] = listening.sent
    assert message.content["subject"] == "For Hana Host"
    assert status_of(world, kept) == "completed"


def test_reminder_goes_out_alone_rather_than_too_late(world, make_booking, mailing, play):
    world.specs.add("welcome", "before_meeting", delay=120)
    step, listening = mailing("organizer", digest=Digest(window=60))
    start = at("2026-03-05T13:00")
    world.intake.receive([Incoming("before_meeting", subject=make_booking())])
    assert play(step, start - timedelta(minutes=60)) == ()
    assert listening.addresses == ["host@example.com"]
    world.intake.receive([Incoming("before_meeting", subject=make_booking(id="b-other"))])
    [end] = play(step, start - timedelta(minutes=62))
    assert end == start - timedelta(minutes=2)


def _as_payload(booking: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in booking.items()
        if value is not None
    }
