"""What the clock asks of the store: rules of the specs, who is due, and what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from bookflow.records import ExecutionStatus, NewEvent, NewExecution, Subject

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SpecRule:
    """What matching and the clock need of one spec file.

    `workflow_id` is empty while no valid version was ever read; an invalid file keeps what its
    last valid version said. `says_active` is what the file says, `is_active` that it also has the
    best claim to its id and name. `active_since` is since when it has been active with its
    trigger. A fresh one is new to the clock, or listens to others than before. `if_late` is in
    minutes.
    """

    path: str
    signature: str
    workflow_id: str = ""
    version: str = ""
    name: str = ""
    organizer: str = ""
    trigger: str = ""
    delay_minutes: int = 0
    event_types: tuple[str, ...] | None = None
    says_active: bool = False
    is_active: bool = False
    if_past: str = "skip"
    if_late: int | None = None
    active_since: datetime | None = None
    is_fresh: bool = False

    def takes(self, category: str | None) -> bool:
        """Tell whether it listens to subjects of this category (event type)."""
        return self.event_types is None or category in self.event_types


@dataclass(frozen=True, slots=True)
class Window:
    """Subjects whose field `anchor` lies after `low` and at or before `high`.

    With a `wait`, `find_changed` leaves out those that were not yet as they are so long after it.
    """

    anchor: str
    low: datetime
    high: datetime
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject in a window: what a reminder depends on, and since when that is so.

    `place` is the window's position in what was asked; `subject` holds only what due times, their
    limits and matching need.
    """

    place: int
    subject: Subject
    since: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """What there is never a second execution for."""

    workflow_id: str
    subject_id: str
    anchor_at: datetime


@dataclass(frozen=True, slots=True)
class Anchored:
    """The execution for an anchor; `is_stale`: it was cancelled because the subject had changed.

    `rounds` counts the runs that claimed it.
    """

    id: uuid.UUID
    status: ExecutionStatus
    due_at: datetime
    rounds: int
    is_stale: bool


@dataclass(frozen=True, slots=True)
class PendingFilter:
    """Whose pending executions are asked for; `workflow_ids` limits to what the user may see."""

    until: datetime
    workflow_id: str | None = None
    subject_id: str | None = None
    workflow_ids: frozenset[str] | None = None


class RuleStore(Protocol):
    """Keeps the rules of the spec files."""

    def load_signatures(self) -> dict[str, str]:
        """Give the signature of every file that was read, by path."""
        ...

    def rewrite_rules(
        self, rewrite: Callable[[Mapping[str, SpecRule]], Mapping[str, SpecRule]]
    ) -> None:
        """Replace all rules, by path, in one transaction that nobody else rewrites in.

        `rewrite` may be called again when the transaction is.
        """
        ...


class Outlook(Protocol):
    """What is known of coming reminders."""

    def load_rules(self, triggers: Sequence[str]) -> list[SpecRule]:
        """Read the active rules of some triggers, by workflow."""
        ...

    def find_candidates(
        self, windows: Sequence[Window], *, subject_id: str | None = None, limit: int | None = None
    ) -> list[Candidate]:
        """Find subjects in windows, called-off ones left out; at most `limit` of each, by anchor.

        A subject that lies in several windows is given for each.
        """
        ...

    def find_anchored(self, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
        """Find the executions that exist for anchors; those without one are absent."""
        ...


@dataclass(frozen=True, slots=True)
class Ahead:
    """A reminder that is recorded and that no run has claimed yet."""

    id: uuid.UUID
    workflow_id: str
    trigger: str
    subject: Subject
    anchor_at: datetime
    due_at: datetime


class Tick(Outlook, Protocol):
    """One turn of the clock: a transaction that no other turn shares.

    Reminders due up to `covered_until` were recorded by earlier turns, for bookings as they were.
    When `is_lost`, which bookings changed since is not known (the database was restored from a
    copy, or this is the first turn).
    """

    @property
    def covered_until(self) -> datetime:
        """Up to when due times were looked at."""
        ...

    @property
    def woken_until(self) -> datetime:
        """Up to when runs were made for what was recorded."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether every booking has to be looked at again."""
        ...

    def find_changed(self, windows: Sequence[Window]) -> list[Candidate]:
        """Find subjects in windows that were made or changed since the last turn began."""
        ...

    def record(
        self,
        events: Sequence[NewEvent],
        executions: Sequence[NewExecution],
        missed: Mapping[uuid.UUID, str],
    ) -> set[uuid.UUID]:
        """Record executions that don't exist yet; give the ids of those that were written.

        An event whose key is known stands for the one that has it. Those that were `missed` are
        recorded as cancelled, with the reason.
        """
        ...

    def reschedule(self, due: Mapping[uuid.UUID, datetime]) -> set[uuid.UUID]:
        """Make executions due then, those that were cancelled as stale pending again.

        Gives the ids of those that will run; deliveries keep their ids. One that a run has claimed
        meanwhile stays as it is.
        """
        ...

    def find_ahead(self, workflow_ids: Sequence[str]) -> list[Ahead]:
        """Find the reminders of workflows that are due after now and were never claimed."""
        ...

    def withdraw(self, ids: Sequence[uuid.UUID], reason: str) -> None:
        """Cancel reminders with the reason, unless a run has claimed them meanwhile."""
        ...

    def close_orphans(self, *, before: datetime, now: datetime, reason: str) -> int:
        """Cancel reminders due before then whose workflow is not active any more; count them."""
        ...

    def cover(self, until: datetime, seen: Sequence[SpecRule]) -> None:
        """Note how far this turn came, and which rules were looked at for all bookings."""
        ...


class ClockStore(RuleStore, Outlook, Protocol):
    """What the clock works with. Every method is one transaction."""

    def tick(self, work: Callable[[Tick], T], *, now: datetime) -> T | None:
        """Do the work of one turn; None, with nothing done, while another turn is at it.

        `work` may be called again when the transaction is. It must use the tick alone, not the
        store: a task process has one connection, which the tick holds.
        """
        ...

    def wakes_ahead(self, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """List workflows with pending executions to be claimed after `now` up to `until`."""
        ...

    def note_woken(self, until: datetime) -> None:
        """Note that runs were made for all that is due until then."""
        ...

    def list_pending(self, wanted: PendingFilter, *, limit: int) -> list[dict[str, Any]]:
        """Read pending executions in the order in which they will run.

        Each is a mapping of `id`, `workflow_id`, `subject_id`, `trigger`, `due_at`, `wake_at` and
        `anchor_at`.
        """
        ...
