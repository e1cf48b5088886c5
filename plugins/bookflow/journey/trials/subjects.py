"""What a workflow is tried on: a made-up booking, a real one, or one that an execution saw."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bookflow.ports import IntakeStore
    from bookflow.ports.reports import ReportStore
    from bookflow.ports.trials import EventStore, TrialDomain
    from bookflow.records import Json, Subject
    from bookflow.spec.models import Workflow


class TrialMode(StrEnum):
    """How a workflow is tried."""

    MOCK = "mock_data"
    REAL = "real_data"
    LIVE = "live_test"


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """What to try a workflow on, and when; `only` names the actions to try.

    `is_by_hand`: as if somebody ran it now, whatever its trigger.
    """

    mode: TrialMode = TrialMode.MOCK
    subject_id: str | None = None
    subject: Mapping[str, Any] | None = None
    variants: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    only: tuple[str, ...] | None = None
    is_by_hand: bool = False

    @property
    def is_about_somebody(self) -> bool:
        """Tell whether a recorded booking is looked at."""
        return self.subject_id is not None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the subject of a trial came from; `note` says what readers should know of it."""

    source: str
    subject_id: str
    note: str | None = None
    fields: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give it for the answer."""
        return {
            "source": self.source,
            "id": self.subject_id,
            "note": self.note,
            "recorded_fields": list(self.fields),
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """A past event to replay: of which trigger, on which subject, and what was seen of it."""

    trigger: str
    subject_id: str
    occurred_at: datetime
    seen: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectFinder:
    """Finds or makes up what workflows are tried on."""

    domain: TrialDomain
    bookings: IntakeStore
    events: EventStore
    reports: ReportStore

    def find(
        self, request: TrialRequest, workflow: Workflow, now: datetime
    ) -> tuple[Subject, Origin]:
        """Give what is asked for; raises `InputError` or `NotFoundError`."""
        if request.subject is not None:
            subject = self.domain.parse_subject(request.subject, path="booking")
            return subject, Origin("given", self.domain.subject_id(subject))
        if request.subject_id is not None:
            return self._find_known(request.subject_id)
        if request.mode is TrialMode.REAL:
            message = "is required for `real_data`, or send the whole `booking`"
            raise InputError("booking_id", message)
        made = self.domain.make_sample(
            workflow, now=now, variants=request.variants, overrides=request.overrides
        )
        return made, Origin("made_up", self.domain.subject_id(made))

    def find_moment(
        self, *, execution_id: uuid.UUID | None = None, event_id: uuid.UUID | None = None
    ) -> Moment:
        """Give what is recorded of a past execution or event; raises `NotFoundError`."""
        if execution_id is not None:
            execution = self.reports.get_execution(execution_id)
            if execution is None:
                raise NotFoundError(f"no execution {execution_id} is known")
            event_id = uuid.UUID(str(execution["event_id"]))
            event = self.events.find_event(event_id)
            seen = read_seen(execution)
        else:
            event = self.events.find_event(event_id) if event_id else None
            seen = {}
        if event is None:
            raise NotFoundError(f"no event {event_id} is known")
        return Moment(event.trigger, event.subject_id, event.occurred_at, seen)

    def find_at(self, moment: Moment, workflow: Workflow) -> tuple[Subject, Origin]:
        """Give the subject of a past event: as it is now, else as the execution saw it."""
        found = self.bookings.load_subjects([moment.subject_id]).get(moment.subject_id)
        if found is not None:
            note = "as it is now, which may differ from what it was at that time"
            return found, Origin("now", moment.subject_id, note)
        subject, used = self.domain.rebuild(
            moment.subject_id, moment.seen, workflow, now=moment.occurred_at
        )
        note = (
            "it is gone; what the execution saw of it is in `recorded_fields`, the rest is made up"
        )
        return subject, Origin("recorded", moment.subject_id, note, tuple(used))

    def _find_known(self, subject_id: str) -> tuple[Subject, Origin]:
        found = self.bookings.load_subjects([subject_id]).get(subject_id)
        if found is None:
            what = self.domain.vocabulary.domain
            raise NotFoundError(f"no {what} `{subject_id:.128}` is known; send the whole `{what}`")
        return found, Origin("now", subject_id)


def read_seen(execution: Mapping[str, Any]) -> dict[str, Json]:
    """Give what an execution's condition traces saw of each context field."""
    seen: dict[str, Json] = {}
    for action in execution.get("execution_log") or ():
        for name, value in _walk(action.get("conditions") or ()):
            seen.setdefault(name, value)
    return seen


def _walk(rules: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Json]]:
    for rule in rules:
        if "rules" in rule:
            yield from _walk(rule["rules"])
        elif rule.get("field"):
            yield str(rule["field"]), rule.get("actual")
