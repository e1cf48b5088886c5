"""What pages and reports ask of the store, and the orders that executions can be listed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bookflow.records import RunKey


class ExecutionOrder(StrEnum):
    """How a list is sorted; a leading `-` puts the latest first. Each has an index of its own.

    Executions that have not ended are in no list by `completed_at`.
    """

    NEWEST = "-created_at"
    OLDEST = "created_at"
    DUE_LAST = "-due_at"
    DUE_FIRST = "due_at"
    ENDED_LAST = "-completed_at"
    ENDED_FIRST = "completed_at"

    @property
    def field(self) -> str:
        """The time it sorts by."""
        return self.value.lstrip("-")

    @property
    def is_descending(self) -> bool:
        """Whether the latest come first."""
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """What `GET /executions` can ask for; `workflow_ids` limits to what the user may see.

    `cause` is that of a failed or skipped action, as analytics counts it.
    """

    workflow_id: str | None = None
    subject_id: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    run: RunKey | None = None
    workflow_ids: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    trigger: str | None = None
    event_id: uuid.UUID | None = None
    has_failures: bool | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """Executions as JSON-ready mappings; `next_cursor` is None on the last page."""

    items: list[dict[str, Any]] = field(default_factory=list)
    next_cursor: str | None = None


DELIVERY_REACH = 1_000
"""How many executions one page of deliveries looks through at most."""


SUBJECT_REACH = 20_000
"""How many bookings a search looks through at most, beside the one whose id was given."""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What `GET /deliveries` can ask for; `workflow_ids` limits to what the user may see."""

    workflow_id: str | None = None
    actions: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    subject_id: str | None = None
    run: RunKey | None = None
    workflow_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries as JSON-ready mappings; `next_cursor` is None where nothing is left to look at."""

    items: list[dict[str, Any]] = field(default_factory=list)
    next_cursor: str | None = None


class ReportStore(Protocol):
    """What pages and reports ask of the store; answers are JSON-ready mappings."""

    def list_executions(
        self,
        wanted: ExecutionFilter,
        *,
        limit: int,
        cursor: str | None,
        order: ExecutionOrder = ExecutionOrder.NEWEST,
    ) -> ExecutionPage:
        """List executions; a cursor of another list or order raises `InputError`.

        With a `cause` they go by their ids, which are in the order of time as well.
        """
        ...

    def list_deliveries(
        self,
        wanted: DeliveryFilter,
        *,
        limit: int,
        cursor: str | None,
        reach: int = DELIVERY_REACH,
    ) -> DeliveryPage:
        """List deliveries, those of the newest execution first; a foreign cursor raises.

        Looks through `reach` executions, so a page may be short, or empty, and yet have a next.
        """
        ...

    def list_results(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
        """Give the action results of executions, without what was rendered and delivered."""
        ...

    def get_execution(self, execution_id: uuid.UUID) -> dict[str, Any] | None:
        """Give one execution with its `execution_log`."""
        ...

    def subject_executions(self, subject_id: str) -> list[dict[str, Any]]:
        """Give every execution of a subject with its `execution_log`, oldest first."""
        ...

    def statistics(
        self, workflow_ids: Collection[str] | None = None, *, has_actions: bool = True
    ) -> list[dict[str, Any]]:
        """Give the statistics of REQUIREMENTS per workflow; of these alone where some are named.

        Without `has_actions`, which is faster, `actions` are empty. Executions that were cleaned up
        still count.
        """
        ...

    def search_subjects(
        self,
        text: str,
        *,
        limit: int,
        workflow_ids: Collection[str] | None = None,
        reach: int = SUBJECT_REACH,
    ) -> list[dict[str, Any]]:
        """Find bookings by a part of their id, or of their invitee's name or address.

        The one of this very id comes first, then those told of last; without text all fit. Looks
        through the `reach` that changed last. With `workflow_ids` only those that one of these
        took up.
        """
        ...

    def event_type_slugs(self) -> list[str]:
        """List the slugs of every known event type, sorted."""
        ...

    def check(self) -> dict[str, Any]:
        """Tell state, latency and schema revision; never raises."""
        ...
