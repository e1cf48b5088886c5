"""What upkeep asks of the store: vital signs, incidents, and deleting what is old."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Container, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.endpoints import Notice
    from bookflow.records import Json

EMAIL = "email"
WEBHOOK_ALERT = "webhook"
SLACK = "slack"
KEY_LIMIT = 500
CLOCK = "clock"
SHARED_KINDS = (CLOCK,)
"""Kinds of incidents that name nobody's workflows, endpoints or connections: everybody's."""


class Severity(StrEnum):
    """How bad an incident is: `critical` loses or delays messages of many."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found wrong just now; kind and key tell whether it was known already.

    `subject` is one line, `message` says how bad it is and what to do; neither holds personal
    data. Where `tells_owner`, the organizer `owner` of the workflow is alerted as well.
    """

    kind: str
    key: str
    subject: str
    message: str
    severity: Severity = Severity.WARNING
    workflow_id: str | None = None
    owner: str | None = None
    tells_owner: bool = False
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong for a while; `clear_since` is when checks stopped finding it.

    `notified_at` is when its first alert went out.
    """

    id: uuid.UUID
    kind: str
    key: str
    severity: Severity
    subject: str
    message: str
    opened_at: datetime
    last_seen_at: datetime
    workflow_id: str | None = None
    owner: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)
    clear_since: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    note: str | None = None
    notified_at: datetime | None = None


def is_seen(incident: Incident, workflow_ids: Container[str]) -> bool:
    """Tell whether somebody who sees these workflows alone sees an incident."""
    if incident.workflow_id is None:
        return incident.kind in SHARED_KINDS
    return incident.workflow_id in workflow_ids


@dataclass(frozen=True, slots=True)
class Alert:
    """A notice about an incident; one that it has passed `follows` the one that told of it.

    Where the earlier one was never sent, neither is: it is withdrawn.
    """

    notice: Notice
    follows: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a look at the open incidents changes: new ones, changed ones (also closed), alerts."""

    opened: Sequence[Incident] = ()
    changed: Sequence[Incident] = ()
    alerts: Sequence[Alert] = ()


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are asked for; `workflow_ids` limits to what the user may see.

    So limited, of those that belong to no workflow only `SHARED_KINDS` are there.
    """

    is_open: bool | None = None
    kind: str | None = None
    workflow_id: str | None = None
    workflow_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Incidents, newest first; `next_cursor` is None on the last page."""

    items: Sequence[Incident] = ()
    next_cursor: str | None = None


class IncidentStore(Protocol):
    """Where incidents are kept. Every method is one transaction."""

    def review_incidents(
        self, review: Callable[[Sequence[Incident]], Review], *, now: datetime
    ) -> Review:
        """Show all open incidents and keep what the review says; nobody else reviews meanwhile.

        `review` may be called again when the transaction is. It must not use the store.
        """
        ...

    def list_incidents(
        self, wanted: IncidentFilter, *, limit: int, cursor: str | None
    ) -> IncidentPage:
        """List incidents, newest first; a cursor that was not made here raises `InputError`."""
        ...

    def get_incident(self, incident_id: uuid.UUID) -> Incident | None:
        """Give one incident."""
        ...

    def count_open_incidents(self) -> dict[tuple[str, Severity], int]:
        """Count open incidents by kind and severity."""
        ...


@dataclass(frozen=True, slots=True)
class EndedTally:
    """How the executions of a workflow ended lately.

    `slow` ones worked longer than allowed, `longest` is in seconds. `causes` are the most frequent
    error codes of failed actions.
    """

    workflow_id: str
    total: int
    failed: int
    slow: int = 0
    longest: float = 0.0
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningTally:
    """How many executions of a workflow have been running for too long, and since when."""

    workflow_id: str
    count: int
    since: datetime


class VitalStore(Protocol):
    """What the monitor reads."""

    def tally_ended(
        self, since: datetime, until: datetime, *, slow_seconds: float
    ) -> list[EndedTally]:
        """Tally executions that completed or failed in this time, by workflow."""
        ...

    def tally_running(self, before: datetime) -> list[RunningTally]:
        """Tally executions that run and were claimed before then, by workflow."""
        ...

    def oldest_due(self, before: datetime) -> dict[str, datetime]:
        """Give since when a workflow's oldest execution is due, of those due before then."""
        ...

    def last_tick(self) -> datetime | None:
        """Give when the clock ticked last; None where it never did."""
        ...

    def load_versions(self) -> dict[str, tuple[str, str, str]]:
        """Give version, workflow and organizer of the last valid text of each spec file."""
        ...

    def check(self) -> dict[str, Any]:
        """Tell state, latency and schema revision; never raises."""
        ...


class Part(StrEnum):
    """What the clean-up deletes, in this order: what refers to others before these."""

    EXECUTIONS = "executions"
    EVENTS = "events"
    RUNS = "runs"
    NOTICES = "notices"
    INCIDENTS = "incidents"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Cut:
    """Up to when rows are old.

    Executions whose reminder's start or end is not before `anchors` stay: they keep a second
    reminder from being made. Workflows that are not named go by `before`.
    """

    before: datetime
    anchors: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CleanedBatch:
    """How many rows a batch deleted; `place` is where the next one goes on, None at the end."""

    count: int
    place: tuple[str, ...] | None = None


class CleaningStore(Protocol):
    """Deletes what is old. Every batch is one transaction and waits for nobody's lock."""

    def clean(
        self, part: Part, cut: Cut, *, limit: int, place: tuple[str, ...] | None = None
    ) -> CleanedBatch:
        """Delete up to `limit` rows; never open executions, nor events that executions refer to."""
        ...

    def count_old(self, part: Part, cut: Cut) -> int:
        """Count what `clean` would delete; results and deliveries go with their executions."""
        ...
