"""Requests that come in signed instead of logged in: what is kept of them, and who helps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import DeliveryStatus, Json, Subject

SMS_STATUS_SOURCE = "sms-status"
SMS_STATUS_PATH = f"/bookflow/api/v1/inbound/{SMS_STATUS_SOURCE}"


class Verdict(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    REFUSED = "refused"


class RefusalCode(StrEnum):
    """Why a request was refused."""

    SIGNATURE = "signature"
    RATE = "rate"
    SIZE = "size"
    INPUT = "input"
    CONFLICT = "conflict"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """One request as it is kept: personal data masked, the body itself sealed or not kept.

    `dedup_key` is what tells it from others; `replay_of` and `actor` are set where a person had
    an earlier one run again.
    """

    id: uuid.UUID
    source: str
    received_at: datetime
    verdict: Verdict
    code: RefusalCode | None = None
    reason: str | None = None
    event_id: uuid.UUID | None = None
    trigger: str | None = None
    subject_id: str | None = None
    dedup_key: str | None = None
    remote: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    masked: Json = None
    sealed: bytes | None = None
    size: int = 0
    replay_of: uuid.UUID | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class InboundFilter:
    """What a list of requests can be asked for."""

    source: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class InboundPage:
    """Requests, newest first, as JSON-ready mappings; `next_cursor` is None on the last page."""

    items: Sequence[dict[str, Any]] = ()
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """What a platform's body says, in our words.

    `kind` is the platform's name of it. With `ignored` nothing is to be done, for that reason.
    `external_id` is the platform's id of the subject, `earlier_id` the one it had before it was
    moved, `later_id` the one it goes on under; `subject_id` is our own id, where the sender knows
    it. `subject` is a snapshot, its id left out where an external one names it. `needs_known`
    asks that the mapping decides with what is known of the subject. `identity` are the values
    that tell the request from others, where it holds such.
    """

    kind: str
    trigger: str | None = None
    ignored: str | None = None
    external_id: str | None = None
    earlier_id: str | None = None
    later_id: str | None = None
    subject: Mapping[str, Any] | None = None
    subject_id: str | None = None
    occurred_at: datetime | str | None = None
    needs_known: bool = False
    ends_at: datetime | None = None
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a provider tells later about a message; `status` is the provider's own word.

    `outcome` is delivered or failed; None where the word changes nothing.
    """

    delivery_id: uuid.UUID
    provider_id: str
    status: str
    outcome: DeliveryStatus | None
    at: datetime
    error_code: str | None = None
    error_message: str | None = None


def default_subject_id(source: str, external_id: str) -> str:
    """Give our id of a subject that a platform calls `external_id`.

    >>> default_subject_id("cal-com", "u1")
    'cal-com:u1'
    """
    return f"{source}:{external_id}"


class InboundStore(Protocol):
    """Where requests are kept, and what they change besides events."""

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read subjects; unknown ids are absent."""
        ...

    def keep_request(self, request: InboundRequest) -> None:
        """Keep a request."""
        ...

    def list_requests(
        self, wanted: InboundFilter, *, limit: int, cursor: str | None
    ) -> InboundPage:
        """List requests, newest first; a cursor that was not made here raises `InputError`."""
        ...

    def get_request(self, request_id: uuid.UUID) -> InboundRequest | None:
        """Give one request with its sealed body."""
        ...

    def purge_requests(self, before: datetime, *, limit: int) -> int:
        """Delete up to `limit` requests received before that moment, oldest first; count them."""
        ...

    def link_subject(
        self, source: str, external_id: str, *, earlier_id: str | None, now: datetime
    ) -> str:
        """Give our id of what a platform calls `external_id`.

        With an `earlier_id` both are the same subject from now on; the first link stays.
        """
        ...

    def report_delivery(self, report: DeliveryReport) -> bool | None:
        """Note what a provider tells of a delivery; None: unknown, False: nothing changed.

        `delivered` is never taken back. A delivery that is still being sent takes the report as
        its end, so that its sender's own settlement changes nothing. One that is to be tried
        again stays so when it failed.
        """
        ...


class Sealer(Protocol):
    """Keeps bodies so that only this installation can read them."""

    def seal(self, body: bytes) -> bytes | None:
        """Encrypt; None where there is no key."""
        ...

    def unseal(self, sealed: bytes) -> bytes | None:
        """Decrypt; None where the key is another one now."""
        ...


class InboundMapping(Protocol):
    """A domain's knowledge of the platforms that send to it."""

    def read(
        self, source: str, body: Mapping[str, Any], options: Mapping[str, Any]
    ) -> InboundEvent:
        """Say what a body means; `options` are the extra of the source's connection.

        Raises `InputError`.
        """
        ...

    def decide(self, event: InboundEvent, known: Subject | None) -> InboundEvent:
        """Complete an event that `needs_known`: with a snapshot, by the known subject, or not."""
        ...

    def mask(self, body: Json) -> Json:
        """Give a body with everything masked that may be personal."""
        ...
