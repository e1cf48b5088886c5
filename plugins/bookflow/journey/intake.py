"""Intake: an event comes in, is validated, matched, recorded, and its workflows are woken."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, ConflictError, InputError, NotFoundError
from bookflow.journey.reminders.anchoring import KEY_LIMIT, anchor_key, fingerprint_of
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import (
    EventSource,
    ExecutionStatus,
    NewEvent,
    NewExecution,
    RecordedEvent,
    Subject,
    new_id,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.ports import Domain, IntakeStore, NowSource, SpecSource, Waker

FUTURE_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as it came in, not yet validated.

    Either `subject` (a snapshot) or `subject_id`. `path` leads to the item, for errors: empty
    for a single event, `events[3]` in a batch.
    """

    trigger: str
    subject: Mapping[str, Any] | None = None
    subject_id: str | None = None
    idempotency_key: str | None = None
    occurred_at: str | datetime | None = None
    actor: str = ""
    source: EventSource = EventSource.API
    path: str = ""


class Intake:
    """Takes events in; safe to share between threads."""

    def __init__(
        self,
        *,
        store: IntakeStore,
        specs: SpecSource,
        domain: Domain,
        waker: Waker,
        now: NowSource,
        make_id: Callable[[], uuid.UUID] = new_id,
        prompt: Callable[[], None] | None = None,
        tracer: Tracer = SILENCE,
    ) -> None:
        """Keep the collaborators; `prompt` asks for reminders to be planned soon."""
        self._tracer = tracer
        self._store = store
        self._specs = specs
        self._domain = domain
        self._waker = waker
        self._now = now
        self._make_id = make_id
        self._prompt = prompt

    def receive(self, incoming: Sequence[Incoming]) -> list[RecordedEvent | BookflowError]:
        """Record every acceptable event in one transaction; answer in order.

        An item that is refused answers with its error and touches no other. Raises
        `DatabaseUnavailableError` when nothing could be recorded at all.
        """
        with self._tracer.span("intake", events=len(incoming)) as span:
            answers = self._receive(incoming)
            span.note(refused=sum(isinstance(answer, BookflowError) for answer in answers))
            return answers

    def _receive(self, incoming: Sequence[Incoming]) -> list[RecordedEvent | BookflowError]:
        now = self._now()
        answers: list[RecordedEvent | BookflowError | None] = [None] * len(incoming)
        drafts = self._validate(incoming, answers, now)
        if not drafts:
            return [answer for answer in answers if answer is not None]
        events = [event for _, event, _ in drafts]
        executions = [
            execution for _, event, subject in drafts for execution in self._match(event, subject)
        ]
        recorded = self._store.record_events(events, executions)
        for (index, _, _), outcome in zip(drafts, recorded, strict=True):
            answers[index] = ConflictError(outcome.conflict) if outcome.conflict else outcome
        self._wake(recorded)
        if self._prompt and any(event.subject or event.implied for event in events):
            self._prompt()
        return [answer for answer in answers if answer is not None]

    def _validate(
        self,
        incoming: Sequence[Incoming],
        answers: list[RecordedEvent | BookflowError | None],
        now: datetime,
    ) -> list[tuple[int, NewEvent, Subject]]:
        known = self._load_named(incoming)
        drafts: list[tuple[int, NewEvent, Subject]] = []
        for index, item in enumerate(incoming):
            try:
                event, subject = self._draft(item, known, now)
            except BookflowError as error:
                answers[index] = error
            else:
                drafts.append((index, event, subject))
        return drafts

    def _load_named(self, incoming: Sequence[Incoming]) -> Mapping[str, Subject]:
        ids = {item.subject_id for item in incoming if item.subject is None and item.subject_id}
        valid = sorted(key for key in ids if isinstance(key, str) and "\0" not in key)
        return self._store.load_subjects(valid) if valid else {}

    def _draft(
        self, item: Incoming, known: Mapping[str, Subject], now: datetime
    ) -> tuple[NewEvent, Subject]:
        self._check_trigger(item)
        occurred_at = _read_time(item, now)
        snapshot: dict[str, Any] | None = None
        subject: Subject
        if item.subject is not None:
            if item.subject_id is not None:
                raise InputError(_at(item, "booking_id"), "give either booking or booking_id")
            snapshot = self._domain.parse_subject(item.subject, path=_at(item, "booking"))
            subject = snapshot = self._complete(item, snapshot)
        else:
            subject = _look_up(item, known)
        subject_id = self._domain.subject_id(subject)
        key = self._idempotency_key(item, subject)
        event = NewEvent(
            id=self._make_id(),
            trigger=item.trigger,
            subject_id=subject_id,
            source=item.source,
            occurred_at=occurred_at,
            received_at=now,
            idempotency_key=key,
            fingerprint=fingerprint_of(item.trigger, subject_id),
            subject=snapshot,
            actor=item.actor,
            implied={} if snapshot else self._domain.implied_fields(item.trigger),
        )
        return event, subject

    def _complete(self, item: Incoming, snapshot: dict[str, Any]) -> dict[str, Any]:
        """Add what the event itself says of its subject; raises `InputError` where they differ."""
        given: Mapping[str, Any] = item.subject or {}
        implied = self._domain.implied_fields(item.trigger)
        for name, value in implied.items():
            if name in given and snapshot[name] != value:
                message = (
                    f"`{snapshot[name]!s:.40}` contradicts the event {item.trigger}, which says "
                    f"`{value}`; leave it out, or send the event that fits"
                )
                raise InputError(f"{_at(item, 'booking')}.{name}", message)
        return {**snapshot, **implied}

    def _check_trigger(self, item: Incoming) -> None:
        triggers = self._domain.vocabulary.triggers
        if item.trigger in triggers:
            return
        near = difflib.get_close_matches(str(item.trigger), triggers, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(triggers)}"
        raise InputError(_at(item, "trigger"), f"`{item.trigger!s:.80}` is not a trigger{hint}")

    def _idempotency_key(self, item: Incoming, subject: Subject) -> str | None:
        key = item.idempotency_key
        if key is None:
            anchor_at = self._domain.anchor_of(item.trigger, subject)
            if anchor_at is None:
                return None
            return anchor_key(item.trigger, self._domain.subject_id(subject), anchor_at)
        if not isinstance(key, str) or not key.strip() or len(key) > KEY_LIMIT or "\0" in key:
            message = f"must be text of 1 to {KEY_LIMIT} characters"
            raise InputError(_at(item, "idempotency_key"), message)
        return key

    def _match(self, event: NewEvent, subject: Subject) -> list[NewExecution]:
        category = self._domain.category_of(subject)
        anchor_at = self._domain.anchor_of(event.trigger, subject)
        return [
            NewExecution(
                id=self._make_id(),
                workflow_id=loaded.workflow.id,
                workflow_version=loaded.version,
                event_id=event.id,
                subject_id=event.subject_id,
                due_at=self._domain.due_at(
                    event.trigger, subject, event.occurred_at, loaded.workflow.delay_minutes
                ),
                anchor_at=anchor_at,
            )
            for loaded in self._specs.matching(event.trigger, category)
        ]

    def _wake(self, recorded: Sequence[RecordedEvent]) -> None:
        wanted = {
            (execution.workflow_id, execution.due_at)
            for outcome in recorded
            for execution in outcome.executions
            if execution.status is ExecutionStatus.PENDING
        }
        now = self._now()
        coming = {(workflow, max(due, now)) for workflow, due in wanted}
        for workflow_id, due_at in sorted(coming):
            self._waker.wake(workflow_id, due_at)


def _at(item: Incoming, field: str) -> str:
    return f"{item.path}.{field}" if item.path else field


def _look_up(item: Incoming, known: Mapping[str, Subject]) -> Subject:
    if not isinstance(item.subject_id, str) or not item.subject_id:
        raise InputError(_at(item, "booking"), "booking or booking_id is required")
    subject = known.get(item.subject_id)
    if subject is None:
        message = (
            f"{_at(item, 'booking_id')}: no booking `{item.subject_id:.128}` is known; "
            "send the whole `booking` once"
        )
        raise NotFoundError(message)
    return subject


def _read_time(item: Incoming, now: datetime) -> datetime:
    value = item.occurred_at
    if value is None:
        return now
    field = _at(item, "occurred_at")
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        message = "must be ISO 8601 with offset, such as 2026-03-01T14:30:00+01:00"
        raise InputError(field, message) from None
    if instant.tzinfo is None:
        message = "has no offset; write it like 2026-03-01T14:30:00+01:00"
        raise InputError(field, message)
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        raise InputError(field, "is out of range") from None
    if instant > now + FUTURE_TOLERANCE:
        raise InputError(field, "lies in the future; an event has happened already")
    if instant < EARLIEST:
        message = f"lies before {EARLIEST.year}; leave it out where the time is not known"
        raise InputError(field, message)
    # a sender whose clock is a little ahead must not outdate the snapshots that follow
    return min(instant, now)
