"""What bookflow remembers: plain records that every room passes around.

A *subject* is the thing an event happened to; in the booking domain a booking. The engine
handles it as a mapping in the shape of the API (datetimes aware) and never looks inside.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Subject: TypeAlias = Mapping[str, Any]
Json: TypeAlias = Any


class ExecutionStatus(StrEnum):
    """Where an execution stands; the last three are final."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ActionStatus(StrEnum):
    """How an action ended for one execution; `retrying` and `waiting` are not final."""

    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRYING = "retrying"
    WAITING = "waiting"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will be done."""
        return self not in (ActionStatus.RETRYING, ActionStatus.WAITING)


class DeliveryStatus(StrEnum):
    """Where a delivery stands; `sending`, `retrying` and `waiting` are not final.

    `retrying` failed and is tried again; `waiting` was put off before it was sent: by quiet
    hours, a digest, a rate limit or an open circuit.
    """

    SENDING = "sending"
    RETRYING = "retrying"
    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will be tried."""
        return self not in (
            DeliveryStatus.SENDING,
            DeliveryStatus.RETRYING,
            DeliveryStatus.WAITING,
        )


class EventSource(StrEnum):
    """By which door an event came in."""

    API = "api"
    RUN = "run"
    INBOUND = "inbound"
    DATABASE = "database"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class RunKey:
    """One Airflow DAG run."""

    dag_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be recorded; `subject` is the snapshot it brought, if it brought one.

    `fingerprint` is a digest of trigger and subject id: the same idempotency key with another
    fingerprint is a conflict. `implied` are fields that the event itself sets on a subject that is
    known by its id alone (a cancellation sets the status).
    """

    id: uuid.UUID
    trigger: str
    subject_id: str
    source: EventSource
    occurred_at: datetime
    received_at: datetime
    idempotency_key: str | None = None
    fingerprint: str = ""
    subject: Subject | None = None
    actor: str = ""
    implied: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewExecution:
    """An execution about to be recorded; with `run` it is claimed by that run at once.

    `anchor_at` is the start or end of the meeting that a reminder was computed from: there is
    never a second execution with the same workflow, subject and anchor.
    """

    id: uuid.UUID
    workflow_id: str
    workflow_version: str
    event_id: uuid.UUID
    subject_id: str
    due_at: datetime
    run: RunKey | None = None
    anchor_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExecutionHead:
    """The four things a caller of intake learns about an execution."""

    id: uuid.UUID
    workflow_id: str
    status: ExecutionStatus
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """Intake's answer for one event; a conflict of idempotency keys names the clash instead."""

    event_id: uuid.UUID
    is_duplicate: bool
    executions: tuple[ExecutionHead, ...]
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run holds: how many executions, and whether due ones were left for a further run."""

    count: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One execution to work on for one action, with its subject as it is now.

    `subject` is None when it was deleted meanwhile. `attempts` counts earlier attempts of this
    action for this execution.
    """

    execution_id: uuid.UUID
    workflow_id: str
    workflow_version: str
    event_id: uuid.UUID
    trigger: str
    subject_id: str
    occurred_at: datetime
    due_at: datetime
    subject: Subject | None
    attempts: int = 0
    anchor_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a message can go to; `role` is `invitee`, `organizer` or `custom`.

    `key` tells people of one role apart within an action, the same whenever it is asked: the role
    itself for the first, more for the further attendees of a group. `answers` are their own custom
    answers, None for those of the whole subject.
    """

    role: str
    name: str = ""
    email: str | None = None
    phone: str | None = None
    timezone: str | None = None
    locale: str | None = None
    key: str = ""
    answers: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Rendered content for one recipient.

    `recipient` is the stable key within an action (`invitee`, `organizer`, an address, `url`);
    `address` is where it goes (e-mail, E.164 number, URL). `content` is JSON with everything the
    channel needs; `masked` is the same for people to read, secrets and credentials masked.
    `endpoint` names who is called, for circuits and limits: `smtp:<conn_id>`, `sms:<conn_id>`,
    `connection:<conn_id>` or the URL without its query. `timezone` is the recipient's, None where
    no person is written to.
    """

    recipient: str
    channel: str
    address: str
    content: Mapping[str, Json]
    masked: Mapping[str, Json]
    endpoint: str = ""
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something is put off, and until when."""

    until: datetime
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to claim. Its id is made from execution, action and recipient: constant.

    With a `hold` it is not claimed but put off. With a `digest_key` (and `digest_window` in
    seconds) it waits for the end of that digest's window: the open one's, else a new one's.
    """

    id: uuid.UUID
    execution_id: uuid.UUID
    action: str
    recipient: str
    channel: str
    address: str
    endpoint: str = ""
    hold: Hold | None = None
    digest_key: str | None = None
    digest_window: float = 0.0


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """A delivery after an attempt to claim it: `attempts` and `status` as they were before.

    Status `sending` before this claim means that an earlier claimer died between the call and
    its settlement: it is sent again under the same id. With a `hold` it was not claimed: it is put
    off, or another worker that is taken to be alive is sending it. `rounds` counts how often it
    failed and was put off; from `trying_since` on counts the time after which it is given up.
    """

    id: uuid.UUID
    status: DeliveryStatus | None
    attempts: int
    rounds: int = 0
    trying_since: datetime | None = None
    hold: Hold | None = None
    digest_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider answered: its id for the message, and details worth keeping (JSON)."""

    provider_id: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """How a claimed delivery went; `attempts` counts the calls made under this claim.

    `not_before` is when a retrying or waiting one goes on. `digest_id` names the delivery whose
    message carried this one.
    """

    id: uuid.UUID
    status: DeliveryStatus
    attempts: int
    at: datetime
    provider_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)
    not_before: datetime | None = None
    digest_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """How one action went for one execution. `conditions` is the trace, `rendered` is masked.

    `attempts` counts the attempts of this try alone; the store adds them up. `resume_at` is when a
    retrying or waiting one goes on in a later run; without it the same run tries again. `cause`
    says in few words, without personal data, why it was skipped; of others it is the code.
    """

    execution_id: uuid.UUID
    action: str
    type: str
    status: ActionStatus
    started_at: datetime
    duration_ms: float
    attempts: int = 0
    conditions: Json = None
    rendered: Json = None
    reason: str | None = None
    error_code: str | None = None
    resume_at: datetime | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectUpdate:
    """Validated new values for one subject, caused by one action of one execution."""

    execution_id: uuid.UUID
    action: str
    workflow_id: str
    subject_id: str
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Finish:
    """How the executions of a run ended; `parked` ones wait for later runs, at `wake_at`.

    `workflow_id` is the workflow of those that are parked, None where there are none.
    """

    completed: int
    failed: int
    cancelled: int
    parked: int = 0
    wake_at: tuple[datetime, ...] = ()
    workflow_id: str | None = None


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A run that holds unfinished executions of a workflow, and since when."""

    run: RunKey
    workflow_id: str
    claimed_at: datetime

    @property
    def is_by_hand(self) -> bool:
        """Tell whether its DAG was written by hand: no later run takes up what it leaves."""
        return self.run.dag_id == self.workflow_id


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """An Airflow connection, read once. `extra` is its parsed JSON."""

    conn_id: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = ""
    schema: str = ""
    conn_type: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)


def utc_now() -> datetime:
    """Give the current instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> uuid.UUID:
    """Make a time-ordered id (UUID version 7, RFC 9562 section 5.7: 48 bits of Unix ms)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def delivery_id(execution_id: uuid.UUID, action: str, recipient: str) -> uuid.UUID:
    """Derive the id of a delivery: the same however often and by whomever it is tried."""
    return uuid.uuid5(execution_id, f"{action}\n{recipient}")
