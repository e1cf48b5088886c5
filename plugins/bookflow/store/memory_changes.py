"""Changes of bookings as events in memory: the decisions of the database's triggers."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from bookflow.ports.changes import Change, MatchedBatch
from bookflow.records import EventSource, ExecutionHead, ExecutionStatus
from bookflow.store.memory_bookings import is_change
from bookflow.store.same_changes import REPORTING, adopted_keys

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from bookflow.ports.changes import Matcher
    from bookflow.ports.clock import SpecRule
    from bookflow.records import Json, NewEvent, NewExecution, Subject
    from bookflow.store.memory_bookings import MemoryBookings

_Row = dict[str, Any]

_CALLED_OFF = ("cancelled", "rejected")


class MemoryChanges:
    """The `ChangeStore` part of the memory store, and what triggers do in PostgreSQL."""

    _lock: threading.RLock
    _events: dict[uuid.UUID, _Row]
    _keys: dict[str, uuid.UUID]
    _executions: dict[uuid.UUID, _Row]
    _bookings: MemoryBookings

    def change_subject(self, subject_id: str, *, now: datetime, **fields: Json) -> None:
        """Change fields of a booking that is there, as people do with SQL."""
        with self._lock:
            row = self._bookings.row(subject_id)
            if row is None:
                return
            before = dict(row)
            row.update(fields, changed_by=None)
            if is_change(before, row):
                row["snapshot_at"] = max(row["snapshot_at"] or now, now)
                self._write_events(before, row, now)
            self._note_times([subject_id], now)

    def insert_subject(self, booking: Subject, *, now: datetime) -> None:
        """Insert a booking with all that belongs to it, as people do with SQL."""
        with self._lock:
            self._write_events(None, self._bookings.insert(booking, now), now)
            self._note_times([booking["id"]], now)

    def match_changes(self, match: Matcher, *, now: datetime, limit: int) -> MatchedBatch:
        """Match the oldest waiting changes; see `ports.changes.ChangeStore`."""
        with self._lock:
            rows = [row for row in self._events.values() if row["matched_at"] is None]
            rows = sorted(rows, key=lambda row: (row["received_at"], row["id"]))[:limit]
            changes = [self._change(row) for row in rows]
            ids = {change.subject_id for change in changes}
            found = {subject_id: self._bookings.read(subject_id) for subject_id in ids}
            subjects = {key: subject for key, subject in found.items() if subject is not None}
            slugs = {subject["event_type"]["slug"] for subject in subjects.values()}
            matched = match(changes, subjects, self._rules_for(changes, slugs))
            for execution in matched.executions:
                self._add_execution(execution, now)
            for row in rows:
                row.update(matched_at=now, note=matched.notes.get(row["id"]))
            heads = [
                ExecutionHead(new.id, new.workflow_id, ExecutionStatus.PENDING, new.due_at)
                for new in matched.executions
            ]
            return MatchedBatch(len(changes), tuple(heads), matched.notes)

    def has_changes(self) -> bool:
        """Tell whether any change waits."""
        with self._lock:
            return any(row["matched_at"] is None for row in self._events.values())

    def _add_execution(self, new: NewExecution, received_at: datetime) -> None:
        raise NotImplementedError

    def _note_times(self, subject_ids: Iterable[str], at: datetime | None = None) -> None:
        raise NotImplementedError

    def _write_events(self, before: _Row | None, row: _Row, now: datetime) -> None:
        """Do what the triggers on `bookings` do when it was not intake that changed one."""
        told, is_moved = find_changes(before, row)
        cause = self._cause_of(row["changed_by"])
        row["change_event_id"] = uuid.uuid4()
        ids = {told: row["change_event_id"]} if told else {}
        if is_moved:
            ids["booking_rescheduled"] = (
                moved_id(row["change_event_id"]) if told else row["change_event_id"]
            )
        for trigger, event_id in ids.items():
            self._events[event_id] = {
                "id": event_id,
                "trigger": trigger,
                "booking_id": row["id"],
                "source": EventSource.DATABASE,
                "occurred_at": now,
                "received_at": now,
                "fingerprint": "",
                "idempotency_key": None,
                "matched_at": None,
                "depth": self._events[cause["event_id"]]["depth"] + 1 if cause else 0,
                "cause_execution_id": cause["id"] if cause else None,
                "note": None,
            }

    def _note_update(self, before: _Row, row: _Row | None, now: datetime) -> None:
        """Note a change of status by `update_booking`: an older snapshot must not undo it."""
        if row is not None and is_change(before, row):
            row["snapshot_at"] = max(row["snapshot_at"] or now, now)
            self._write_events(before, row, now)

    def _cause_of(self, changed_by: str | None) -> _Row | None:
        if not changed_by or not changed_by.startswith("execution:"):
            return None
        return self._executions.get(uuid.UUID(changed_by.removeprefix("execution:")[:36]))

    def _merge_same_changes(
        self, fresh: Sequence[NewEvent], new_subjects: Collection[str]
    ) -> dict[uuid.UUID, uuid.UUID]:
        """Drop events that the database wrote itself; give its event's id by the dropped one's."""
        asked = [
            event
            for event in fresh
            if event.source in REPORTING and event.subject_id not in new_subjects
        ]
        found = {event.id: self._same_change(event) for event in asked}
        same = {key: same_as for key, same_as in found.items() if same_as is not None}
        for key in same:
            dropped = self._events.pop(key)
            self._keys.pop(dropped["idempotency_key"], None)
        for row in adopted_keys(asked, same):
            kept = self._events[uuid.UUID(row["same_as"])]
            kept["fingerprint"] = row["fingerprint"]
            if kept["idempotency_key"] is None and row["idempotency_key"] is not None:
                kept["idempotency_key"] = row["idempotency_key"]
                self._keys[row["idempotency_key"]] = kept["id"]
        return same

    def _same_change(self, event: NewEvent) -> uuid.UUID | None:
        booking = self._bookings.row(event.subject_id)
        if booking is None:
            return None
        last = booking["change_event_id"]
        told = [
            row
            for row in self._events.values()
            if row["trigger"] == event.trigger
            and row["booking_id"] == event.subject_id
            and row["source"] == EventSource.DATABASE
            and (row["id"] in (last, moved_id(last)) or event.trigger == "booking_created")
        ]
        return max(told, key=lambda row: row["received_at"])["id"] if told else None

    def _change(self, row: _Row) -> Change:
        cause = self._executions.get(row["cause_execution_id"])
        return Change(
            event_id=row["id"],
            trigger=row["trigger"],
            subject_id=row["booking_id"],
            occurred_at=row["occurred_at"],
            depth=row["depth"],
            cause_workflow_id=cause["workflow_id"] if cause else None,
        )

    _spec_rules: dict[str, SpecRule]

    def _rules_for(self, changes: Sequence[Change], slugs: set[str]) -> list[SpecRule]:
        triggers = {change.trigger for change in changes}
        return [
            rule
            for rule in sorted(self._spec_rules.values(), key=lambda rule: rule.workflow_id)
            if rule.is_active
            and rule.trigger in triggers
            and (rule.event_types is None or slugs.intersection(rule.event_types))
        ]


def find_changes(before: _Row | None, after: _Row) -> tuple[str | None, bool]:
    """Tell which event a change of status is, and whether the booking was moved."""
    status = after["status"]
    if before is None:
        return {"confirmed": "booking_created", "pending": "booking_requested"}.get(status), False
    was_open = before["status"] not in _CALLED_OFF
    is_moved = was_open and status in ("pending", "confirmed") and _times(before) != _times(after)
    if status == before["status"]:
        return None, is_moved
    if status in ("cancelled", "rejected", "completed", "no_show"):
        return f"booking_{status}", is_moved
    if status == "confirmed" and (before["status"] == "pending" or not was_open):
        return "booking_confirmed", is_moved
    return "booking_requested" if status == "pending" and not was_open else None, is_moved


def moved_id(change_event_id: uuid.UUID) -> uuid.UUID:
    """Give the id of the second event of a change that moved a booking and set its status."""
    digest = hashlib.md5(f"{change_event_id}/moved".encode(), usedforsecurity=False)
    return uuid.UUID(digest.hexdigest())


def _times(row: _Row) -> tuple[datetime, datetime]:
    return row["start_time"], row["end_time"]
