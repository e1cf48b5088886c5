"""Bookings, organizers and event types in memory, kept as snapshots tell."""

from __future__ import annotations

import uuid
from copy import deepcopy
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.records import EventSource, NewEvent
from bookflow.store.batches import event_types_of, organizers_of
from bookflow.store.booking_rows import (
    EVENT_TYPE_FIELDS,
    ORGANIZER_FIELDS,
    booking_row,
    nest_booking,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import Json, Subject

_Row = dict[str, Any]

CHANGE_FIELDS = ("status", "start_time", "end_time")
"""The fields of a booking whose change is an event."""


class MemoryBookings:
    """What a snapshot brings; an older one never replaces a newer one."""

    def __init__(self) -> None:
        """Begin empty."""
        self._bookings: dict[str, _Row] = {}
        self._organizers: dict[str, _Row] = {}
        self._event_types: dict[str, _Row] = {}

    def row(self, key: str) -> _Row | None:
        """Give a booking's own row, to be changed in place."""
        return self._bookings.get(key)

    def rows(self) -> list[_Row]:
        """Give every booking's own row, to be changed in place."""
        return list(self._bookings.values())

    def organizer_rows(self) -> list[_Row]:
        """Give every organizer's own row, to be changed in place."""
        return list(self._organizers.values())

    def rekey(self) -> None:
        """Find bookings by their ids as they are now."""
        self._bookings = {row["id"]: row for row in self._bookings.values()}

    def delete(self, key: str) -> None:
        """Delete a booking, if there is one."""
        self._bookings.pop(key, None)

    def read(self, key: str) -> dict[str, Any] | None:
        """Give a booking in the shape of the API."""
        row = self._bookings.get(key)
        if row is None or row.get("erased_at"):
            return None
        organizer = self._organizers[row["organizer_id"]]
        event_type = self._event_types[row["event_type_id"]]
        joined = {
            **row,
            **{f"organizer_{name}": organizer[name] for name in ORGANIZER_FIELDS},
            **{f"event_type_{name}": event_type[name] for name in EVENT_TYPE_FIELDS},
        }
        return nest_booking(deepcopy(joined))

    def search(self, text: str, *, reach: int) -> list[_Row]:
        """Find bookings by a part of their id, or of their invitee's name or address."""
        known = [row for row in self._bookings.values() if not row.get("erased_at")]
        known.sort(key=lambda row: row["id"])
        known.sort(key=lambda row: row["updated_at"], reverse=True)
        near = [row for row in known if row["id"] == text]
        near += [row for row in known[:reach] if row["id"] != text and _names(row, text.lower())]
        return [self._brief(row) for row in near]

    def _brief(self, row: _Row) -> _Row:
        named = {name: row[name] for name in ("id", "status", "invitee_name", "invitee_email")}
        event_type = self._event_types[row["event_type_id"]]["name"]
        start = row["start_time"].astimezone(UTC).isoformat()
        return {**named, "start_time": start, "event_type_name": event_type}

    def keep(self, newest: Sequence[NewEvent]) -> set[str]:
        """Take the newest snapshots of a batch; gives the ids of bookings that are new."""
        self._keep_owners(newest)
        new: set[str] = set()
        for event in newest:
            if event.subject is not None:
                row = booking_row(event.subject, event.occurred_at, event.received_at)
                if row["id"] not in self._bookings:
                    new.add(row["id"])
                self._keep_booking(row, event.id)
        return new

    def imply(self, event: NewEvent, fields: Mapping[str, Json]) -> None:
        """Set what an event says by itself of a booking, unless a newer snapshot was taken."""
        row = self._bookings.get(event.subject_id)
        if row is None or (row["snapshot_at"] or event.occurred_at) > event.occurred_at:
            return
        before = dict(row)
        row.update(fields, snapshot_at=event.occurred_at, updated_at=event.received_at)
        row["changed_by"] = f"event:{event.id}"
        if is_change(before, row):
            row["change_event_id"] = event.id

    def insert(self, subject: Subject, now: datetime) -> _Row:
        """Insert a booking as plain SQL does: it came by no event."""
        event = NewEvent(
            uuid.uuid4(), "", subject["id"], EventSource.DATABASE, now, now, subject=subject
        )
        self.keep([event])
        row = self._bookings[event.subject_id]
        row.update(snapshot_at=None, changed_by=None)
        return row

    def slugs(self) -> list[str]:
        """List the slugs of every known event type, sorted."""
        return sorted(row["slug"] for row in self._event_types.values())

    def _keep_event_type(self, row: _Row) -> None:
        known = self._by_slug(row["slug"]) or self._event_types.get(row["id"])
        if known is not None and _fill(known, row):
            return
        if self._by_slug(row["slug"]) is None:
            key = str(uuid.uuid4()) if row["id"] in self._event_types else row["id"]
            self._event_types[key] = {**row, "id": key}

    def _by_slug(self, slug: str) -> _Row | None:
        return next((row for row in self._event_types.values() if row["slug"] == slug), None)

    def _keep_owners(self, newest: Sequence[NewEvent]) -> None:
        for row in organizers_of(newest):
            known = self._organizers.setdefault(row["id"], row)
            _fill(known, row)
        for row in event_types_of(newest):
            self._keep_event_type(row)

    def _keep_booking(self, row: _Row, event_id: uuid.UUID) -> None:
        known = self._bookings.get(row["id"])
        if known is not None and (known["snapshot_at"] or row["snapshot_at"]) > row["snapshot_at"]:
            return
        event_type = self._by_slug(row["event_type_slug"])
        if event_type is None:
            message = f"event type {row['event_type_slug']} was not kept"
            raise LookupError(message)
        created: datetime = row["created_at"]
        change_event_id = event_id
        if known is not None:
            created = min(created, known["created_at"])
            if not is_change(known, row):
                change_event_id = known["change_event_id"]
        kept = {
            **row,
            "event_type_id": event_type["id"],
            "created_at": created,
            "changed_by": f"event:{event_id}",
            "change_event_id": change_event_id,
        }
        self._bookings[row["id"]] = deepcopy(kept)


def is_change(before: _Row | None, after: _Row) -> bool:
    """Tell whether a booking is new, or its status or times changed."""
    return before is None or any(before[name] != after[name] for name in CHANGE_FIELDS)


def _names(row: _Row, part: str) -> bool:
    said = (row[name] or "" for name in ("id", "invitee_name", "invitee_email"))
    return any(part in text.lower() for text in said)


def _fill(known: _Row, row: _Row) -> bool:
    """Take over what a row that is not older says; what it leaves out stays. False: it is older."""
    if row["snapshot_at"] < known["snapshot_at"]:
        return False
    told = {name: value for name, value in row.items() if value is not None and name != "id"}
    known.update(told)
    return True
