"""What all workers together know of the endpoints they send to: circuits, limits and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from bookflow.records import Json
    from bookflow.settings import Rate

WEBHOOK = "webhook"
NOTICE_ATTEMPTS = 10


class EndpointStatus(StrEnum):
    """Where an endpoint stands; only a `closed` one is called freely."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    DISABLED = "disabled"


class Probe(StrEnum):
    """How the one delivery ended that tried an endpoint whose circuit was open."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class CircuitRules:
    """When a circuit opens, for how long, and when a webhook's endpoint is given up.

    `threshold` counts transient failures in a row, over all workers. The first wait doubles with
    every further opening.
    """

    threshold: int = 5
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(seconds=90)
    disable_after: timedelta = timedelta(hours=24)
    disable_failures: int = 10

    def wait_after(self, openings: int) -> timedelta:
        """Give how long a circuit opens that opened so many times before, in a row."""
        # beyond this exponent every wait is the longest one
        wait: timedelta = self.first_wait * 2 ** min(openings, 20)
        return min(wait, self.longest_wait)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as recorded. `failing_since` is the first failure after the last answer.

    `probe_at` is from when one delivery may be tried: while half open another one, should the
    worker that tries the first have died. `hold_until` is the wait that the peer asked for.
    """

    key: str
    channel: str
    state: EndpointStatus = EndpointStatus.CLOSED
    failures: int = 0
    failing_since: datetime | None = None
    open_count: int = 0
    probe_at: datetime | None = None
    hold_until: datetime | None = None
    last_error: str | None = None
    last_error_code: str | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    workflow_id: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class CallTally:
    """What one worker saw of an endpoint since it last told.

    `failures` counts the transient ones after the last answer. An answer is a success or a refusal
    of the content: it shows that the endpoint works. `gone` says why it is to be disabled at once.
    """

    key: str
    channel: str
    workflow_id: str = ""
    owner: str = ""
    failures: int = 0
    first_failure_at: datetime | None = None
    last_failure_at: datetime | None = None
    answered_at: datetime | None = None
    succeeded_at: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    hold_until: datetime | None = None
    gone: str | None = None
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class PermitRequest:
    """How many permits of one limit are wanted now; `until` is the last moment worth waiting for.

    `rate.count` is small: see `Rate.narrowed`.
    """

    key: str
    rate: Rate
    wanted: int
    until: datetime


@dataclass(frozen=True, slots=True)
class PermitGrant:
    """From when each permit counts, as many as there are, and when a further one is free."""

    slots: tuple[datetime, ...]
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people are told, once: about an endpoint, or about an incident.

    The id is made from what it tells: the same incident is kept once. With a reason to be `silent`
    it is kept, but never sent. By `email` it goes to the address `owner`; any other channel goes
    through the connection that `owner` names, and `payload` is what programs are told.
    """

    id: uuid.UUID
    kind: str
    about: str
    owner: str
    subject: str
    message: str
    created_at: datetime
    attempts: int = 0
    silent: str | None = None
    channel: str = "email"
    payload: Mapping[str, Json] | None = None
    incident_id: uuid.UUID | None = None


class EndpointStore(Protocol):
    """Where circuits and limits are kept. Every method is one transaction."""

    def load_endpoints(self, keys: Sequence[str]) -> dict[str, Endpoint]:
        """Read endpoints; unknown ones are absent."""
        ...

    def list_endpoints(self, *, only_troubled: bool = False, limit: int = 500) -> list[Endpoint]:
        """List endpoints, those that aren't closed first, then by key."""
        ...

    def record_calls(
        self, tallies: Sequence[CallTally], rules: CircuitRules, *, now: datetime
    ) -> dict[str, Endpoint]:
        """Add what a worker saw, one tally per endpoint; gives how each stands then."""
        ...

    def claim_probe(self, key: str, *, now: datetime, until: datetime) -> bool:
        """Ask to be the one worker that tries an open endpoint; `until` bounds a lost probe."""
        ...

    def enable_endpoint(self, key: str, *, actor: str, now: datetime) -> Endpoint | None:
        """Close an endpoint's circuit by hand, with an audit row; None for an unknown one.

        One that is closed already stays as it is, without an audit row. What waits for it alone is
        due now.
        """
        ...

    def take_permits(
        self, requests: Sequence[PermitRequest], *, now: datetime
    ) -> list[PermitGrant]:
        """Reserve permits, in the order of `requests`; one request per key."""
        ...

    def forget_permits(self, *, now: datetime) -> int:
        """Delete limits that nothing was sent under for a whole period; tells how many."""
        ...


class NoticeStore(Protocol):
    """Where notices wait until they are sent."""

    def list_endpoints(self, *, only_troubled: bool = False, limit: int = 500) -> list[Endpoint]:
        """List endpoints, those that aren't closed first, then by key."""
        ...

    def add_notices(self, notices: Sequence[Notice]) -> list[Notice]:
        """Keep notices of trouble; gives those that are new."""
        ...

    def passed_incidents(self) -> list[Notice]:
        """List notices of trouble, not yet cleared, about endpoints that are closed again."""
        ...

    def clear_incidents(
        self, ids: Sequence[uuid.UUID], notices: Sequence[Notice], *, now: datetime
    ) -> None:
        """Mark notices as passed and keep those that say so; unsent ones are withdrawn."""
        ...

    def claim_notices(self, *, now: datetime, again_at: datetime, limit: int) -> list[Notice]:
        """Take unsent notices to send now; nobody else takes them before `again_at`.

        Each claim is an attempt; after `NOTICE_ATTEMPTS` of them a notice is left alone.
        """
        ...

    def settle_notices(
        self,
        sent: Sequence[uuid.UUID],
        failed: Mapping[uuid.UUID, tuple[str, datetime]],
        *,
        now: datetime,
    ) -> None:
        """Record what was sent, and of the others the reason and when to try again."""
        ...


class NoticeSender(Protocol):
    """Sends notices by their channels."""

    def send(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        """Send all; gives the reasons of those that failed. Raises nothing."""
        ...


@runtime_checkable
class RatedChannel(Protocol):
    """A channel whose connection says how fast it may be used."""

    @property
    def rate(self) -> Rate | None:
        """The extra `rate_limit` of the connection; None where there is none."""
        ...
