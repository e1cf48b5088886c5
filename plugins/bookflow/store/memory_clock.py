"""The clock's part of the memory store: same decisions as PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bookflow.ports.clock import Ahead, Anchor, Anchored, Candidate, SpecRule
from bookflow.records import DeliveryStatus, EventSource, ExecutionStatus

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.clock import PendingFilter, T, Tick, Window
    from bookflow.records import NewEvent, NewExecution
    from bookflow.store.memory_bookings import MemoryBookings

_Row = dict[str, Any]

_CALLED_OFF = ("cancelled", "rejected")
_STANDING = {"cancelled": "off", "rejected": "off", "pending": "asked", "no_show": "missed"}
_STALE = "stale"


@dataclass(slots=True)
class _Shadow:
    """How a booking was last seen, since when, and in which change."""

    times: tuple[datetime, datetime]
    standing: tuple[str, str]
    status: str
    times_since: datetime
    status_since: datetime
    change: int


@dataclass(slots=True)
class ClockRoom:
    """All that is kept for the clock; `changes` counts what the clock may have to see."""

    shadows: dict[str, _Shadow] = field(default_factory=dict)
    changes: int = 0
    seen: int | None = None
    covered_until: datetime | None = None
    woken_until: datetime | None = None
    ticked_at: datetime | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)


class MemoryClock:
    """The `ClockStore` of the memory store."""

    _lock: threading.RLock
    _clock: ClockRoom
    _spec_rules: dict[str, SpecRule]
    _bookings: MemoryBookings
    _events: dict[uuid.UUID, _Row]
    _keys: dict[str, uuid.UUID]
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]

    def load_signatures(self) -> dict[str, str]:
        """Give the signature of every file that was read, by path."""
        with self._lock:
            return {path: rule.signature for path, rule in self._spec_rules.items()}

    def rewrite_rules(
        self, rewrite: Callable[[Mapping[str, SpecRule]], Mapping[str, SpecRule]]
    ) -> None:
        """Replace all rules; see `ports.clock.RuleStore`."""
        with self._lock:
            self._spec_rules = dict(rewrite(dict(self._spec_rules)))

    def load_rules(self, triggers: Sequence[str]) -> list[SpecRule]:
        """Read the active rules of some triggers, by workflow."""
        with self._lock:
            found = [r for r in self._spec_rules.values() if r.is_active and r.trigger in triggers]
            return sorted(found, key=lambda rule: rule.workflow_id)

    def find_candidates(
        self, windows: Sequence[Window], *, subject_id: str | None = None, limit: int | None = None
    ) -> list[Candidate]:
        """Find bookings in windows; at most `limit` of each."""
        with self._lock:
            ids = self._clock.shadows if subject_id is None else [subject_id]
            return self._find(windows, ids, limit)

    def find_anchored(self, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
        """Find the executions that exist for anchors."""
        wanted = set(anchors)
        with self._lock:
            return {
                anchor: self._anchored(row)
                for row in self._executions.values()
                if (anchor := _anchor_of(row)) in wanted
            }

    def tick(self, work: Callable[[Tick], T], *, now: datetime) -> T | None:
        """Do the work of one turn, unless another one is at it."""
        if not self._clock.turn.acquire(blocking=False):
            return None
        try:
            room = self._clock
            with self._lock:
                room.covered_until = room.covered_until or now
                room.woken_until = room.woken_until or now
                room.ticked_at = room.ticked_at or now
                turn = MemoryTick(self, room.covered_until, room.woken_until, now, room.changes)
            return work(turn)
        finally:
            self._clock.turn.release()

    def wakes_ahead(self, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """List workflows with pending executions to be claimed after `now` up to `until`."""
        with self._lock:
            found = {
                (row["workflow_id"], row["wake_at"])
                for row in self._executions.values()
                if row["status"] == ExecutionStatus.PENDING and now < row["wake_at"] <= until
            }
            return sorted(found)

    def note_woken(self, until: datetime) -> None:
        """Note that runs were made for all that is due until then."""
        with self._lock:
            self._clock.woken_until = max(self._clock.woken_until or until, until)

    def list_pending(self, wanted: PendingFilter, *, limit: int) -> list[dict[str, Any]]:
        """Read pending executions in the order in which they will run."""
        with self._lock:
            rows = [
                row
                for row in self._executions.values()
                if row["status"] == ExecutionStatus.PENDING
                and row["wake_at"] <= wanted.until
                and wanted.workflow_id in (None, row["workflow_id"])
                and wanted.subject_id in (None, row["booking_id"])
                and (wanted.workflow_ids is None or row["workflow_id"] in wanted.workflow_ids)
            ]
            rows.sort(key=lambda row: (row["wake_at"], row["id"]))
            names = ("id", "workflow_id", "trigger", "due_at", "wake_at", "anchor_at")
            return [
                {**{name: row[name] for name in names}, "subject_id": row["booking_id"]}
                for row in rows[:limit]
            ]

    def _add_event(self, event: NewEvent) -> None:
        raise NotImplementedError

    def _add_execution(self, new: NewExecution, received_at: datetime) -> None:
        raise NotImplementedError

    def _note_times(self, subject_ids: Iterable[str], at: datetime | None = None) -> None:
        """Do what the trigger `bookings_keep_since` does, for bookings that may have changed."""
        room = self._clock
        for subject_id in subject_ids:
            row = self._bookings.row(subject_id)
            if row is None:
                room.shadows.pop(subject_id, None)
                continue
            times = (row["start_time"], row["end_time"])
            standing = (_STANDING.get(row["status"], "agreed"), row["event_type_id"])
            known = room.shadows.get(subject_id)
            moment = at or row["updated_at"]
            if known is None:
                room.changes += 1
                since = row["created_at"]
                room.shadows[subject_id] = _Shadow(
                    times, standing, row["status"], since, since, room.changes
                )
                continue
            if (known.times, known.standing, known.status) != (times, standing, row["status"]):
                room.changes += 1
                known.change = room.changes
            if known.times != times:
                known.times, known.times_since = times, moment
            if known.standing != standing:
                known.standing, known.status_since = standing, moment
            known.status = row["status"]

    def _find(
        self, windows: Sequence[Window], ids: Iterable[str], limit: int | None
    ) -> list[Candidate]:
        found: list[Candidate] = []
        for place, window in enumerate(windows):
            inside = []
            for subject_id in ids:
                row = self._bookings.row(subject_id)
                if row is None or _is_called_off(row["status"], window.anchor):
                    continue
                subject = (
                    self._bookings.read(subject_id)
                    if window.low < row[window.anchor] <= window.high
                    else None
                )
                if subject is not None:
                    shadow = self._clock.shadows[subject_id]
                    since = max(shadow.times_since, shadow.status_since)
                    inside.append(Candidate(place, subject, since))
            inside.sort(key=lambda one: (one.subject[window.anchor], one.subject["id"]))
            found += inside[:limit]
        return found

    def _anchored(self, row: _Row) -> Anchored:
        codes = {r["error_code"] for (key, _), r in self._results.items() if key == row["id"]}
        is_stale = row["status"] == ExecutionStatus.CANCELLED and codes == {_STALE}
        return Anchored(
            row["id"], ExecutionStatus(row["status"]), row["due_at"], row["rounds"], is_stale
        )


@dataclass(frozen=True, slots=True)
class MemoryTick:
    """One turn of the clock; `change` is the last change that it sees."""

    store: MemoryClock
    covered_until: datetime
    woken_until: datetime
    now: datetime
    change: int

    @property
    def is_lost(self) -> bool:
        """Whether every booking has to be looked at again."""
        return self.store._clock.seen is None

    def load_rules(self, triggers: Sequence[str]) -> list[SpecRule]:
        """Read the active rules of some triggers, by workflow."""
        return self.store.load_rules(triggers)

    def find_candidates(
        self, windows: Sequence[Window], *, subject_id: str | None = None, limit: int | None = None
    ) -> list[Candidate]:
        """Find bookings in windows; at most `limit` of each."""
        return self.store.find_candidates(windows, subject_id=subject_id, limit=limit)

    def find_changed(self, windows: Sequence[Window]) -> list[Candidate]:
        """Find bookings in windows that were made or changed since the last turn began."""
        store = self.store
        with store._lock:
            seen = store._clock.seen or 0
            ids = [key for key, shadow in store._clock.shadows.items() if shadow.change > seen]
            found = store._find(windows, ids, None)
        return [one for one in found if _is_recent(one, windows[one.place])]

    def find_anchored(self, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
        """Find the executions that exist for anchors."""
        return self.store.find_anchored(anchors)

    def record(
        self,
        events: Sequence[NewEvent],
        executions: Sequence[NewExecution],
        missed: Mapping[uuid.UUID, str],
    ) -> set[uuid.UUID]:
        """Record executions that don't exist yet; see `ports.clock.Tick`."""
        store = self.store
        with store._lock:
            held = {event.id: self._hold(event) for event in events}
            taken = {_anchor_of(row) for row in store._executions.values()}
            made = set()
            for new in executions:
                if Anchor(new.workflow_id, new.subject_id, new.anchor_at or self.now) in taken:
                    continue
                store._add_execution(replace(new, event_id=held[new.event_id]), self.now)
                made.add(new.id)
                if new.id in missed:
                    store._executions[new.id].update(
                        status=ExecutionStatus.CANCELLED,
                        completed_at=self.now,
                        error_message=missed[new.id],
                    )
            return made

    def _hold(self, event: NewEvent) -> uuid.UUID:
        """Give the id of the event that stands for this one."""
        store = self.store
        for key in (str(event.idempotency_key), f"clock:{event.idempotency_key}"):
            known = store._keys.get(key)
            if known is None:
                store._add_event(replace(event, idempotency_key=key, source=EventSource.CLOCK))
                return event.id
            row = store._events[known]
            if (row["trigger"], row["booking_id"]) == (event.trigger, event.subject_id):
                return known
        # who has both keys must not stop the clock
        store._add_event(replace(event, idempotency_key=None, source=EventSource.CLOCK))
        return event.id

    def reschedule(self, due: Mapping[uuid.UUID, datetime]) -> set[uuid.UUID]:
        """Make executions due then, those that were cancelled as stale pending again."""
        store = self.store
        moved = set()
        with store._lock:
            for key, at in due.items():
                row = store._executions[key]
                if not _is_unclaimed(row) and row["status"] != ExecutionStatus.CANCELLED:
                    continue
                moved.add(key)
                counts = dict.fromkeys(
                    ("actions_executed", "actions_failed", "actions_skipped", "rounds", "cut_off"),
                    0,
                )
                row.update(counts, status=ExecutionStatus.PENDING, due_at=at, wake_at=at)
                row.update(completed_at=None, error_message=None)
                for name in [name for found, name in store._results if found == key]:
                    if store._results[key, name]["error_code"] == _STALE:
                        del store._results[key, name]
                for delivery in store._deliveries.values():
                    if delivery["execution_id"] == key and delivery["error_code"] == "cancelled":
                        delivery.update(
                            status=DeliveryStatus.RETRYING, not_before=None, settled_at=None
                        )
        return moved

    def find_ahead(self, workflow_ids: Sequence[str]) -> list[Ahead]:
        """Find the reminders of workflows that are due after now and were never claimed."""
        store = self.store
        names = ("id", "workflow_id", "trigger", "anchor_at", "due_at")
        with store._lock:
            rows = [
                row
                for row in store._executions.values()
                if row["workflow_id"] in workflow_ids
                and _is_unclaimed(row)
                and row["wake_at"] > self.now
                and row["anchor_at"] is not None
            ]
            found = [(row, store._bookings.read(row["booking_id"])) for row in rows]
            return [
                Ahead(**{name: row[name] for name in names}, subject=subject)
                for row, subject in found
                if subject is not None
            ]

    def withdraw(self, ids: Sequence[uuid.UUID], reason: str) -> None:
        """Cancel reminders with the reason, unless a run has claimed them meanwhile."""
        store = self.store
        with store._lock:
            for row in [store._executions[key] for key in ids]:
                if _is_unclaimed(row):
                    row.update(
                        status=ExecutionStatus.CANCELLED,
                        completed_at=self.now,
                        error_message=reason,
                    )

    def close_orphans(self, *, before: datetime, now: datetime, reason: str) -> int:
        """Cancel reminders due before then whose workflow is not active any more."""
        store = self.store
        with store._lock:
            active = {r.workflow_id for r in store._spec_rules.values() if r.is_active}
            orphans = [
                row
                for row in store._executions.values()
                if row["status"] == ExecutionStatus.PENDING
                and row["anchor_at"] is not None
                and row["wake_at"] < before
                and row["workflow_id"] not in active
            ]
            for row in orphans:
                row.update(status=ExecutionStatus.CANCELLED, completed_at=now, error_message=reason)
            return len(orphans)

    def cover(self, until: datetime, seen: Sequence[SpecRule]) -> None:
        """Note how far this turn came, and which rules were looked at for all bookings."""
        room = self.store._clock
        with self.store._lock:
            room.covered_until = until
            room.ticked_at = self.now
            room.seen = self.change
            for rule in seen:
                kept = self.store._spec_rules.get(rule.path)
                if kept is not None and kept.signature == rule.signature:
                    self.store._spec_rules[rule.path] = replace(kept, is_fresh=False)


def _anchor_of(row: Mapping[str, Any]) -> Anchor:
    return Anchor(row["workflow_id"], row["booking_id"], row["anchor_at"])


def _is_called_off(status: str, anchor: str) -> bool:
    return status in _CALLED_OFF or (anchor == "end_time" and status == "no_show")


def _is_unclaimed(row: Mapping[str, Any]) -> bool:
    return bool(row["status"] == ExecutionStatus.PENDING and row["rounds"] == 0)


def _is_recent(candidate: Candidate, window: Window) -> bool:
    anchor: datetime = candidate.subject[window.anchor]
    return window.wait is None or anchor + window.wait >= candidate.since
