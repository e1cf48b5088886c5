"""Erasing a person's data in memory: same decisions as PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from bookflow.records import ExecutionStatus
from bookflow.store.erased_keys import KEY_COLUMNS, MARK, KeyDigests, stand_ins
from bookflow.store.erasing_rules import ERASED, OWNER_COLUMNS
from bookflow.store.memory_endpoints import EndpointRoom, KeptNotice

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.clock import SpecRule
    from bookflow.ports.erasing import Wiping
    from bookflow.ports.inbound import InboundRequest
    from bookflow.store.memory_bookings import MemoryBookings
    from bookflow.store.memory_incidents import IncidentRoom

_Row = dict[str, Any]

_OPEN = (ExecutionStatus.PENDING, ExecutionStatus.RUNNING)
_PERSON = ("name", "email", "phone", "timezone", "locale")


class MemoryErasing:
    """The `ErasureStore` of the memory store."""

    _lock: threading.RLock
    _room: EndpointRoom
    _incidents: IncidentRoom
    _bookings: MemoryBookings
    _events: dict[uuid.UUID, _Row]
    _keys: dict[str, uuid.UUID]
    _key_digests: KeyDigests
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _requests: dict[uuid.UUID, InboundRequest]
    _audit: dict[tuple[uuid.UUID, str], _Row]
    _decisions: list[_Row]
    _aliases: dict[tuple[str, str], str]
    _spec_rules: dict[str, SpecRule]

    def find_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of bookings that name the person, or whose messages went to them."""
        found = re.compile(pattern, re.IGNORECASE)
        with self._lock:
            named = {
                row["id"]
                for row in self._bookings.rows()
                if _holds(found, row["invitee_email"]) or _holds(found, row["attendees"])
            }
            told = {
                self._executions[row["execution_id"]]["booking_id"]
                for row in self._deliveries.values()
                if row["recipient"] != "organizer" and found.search(row["address"])
            }
            return sorted(named | told)

    def main_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of bookings whose invitee they are."""
        found = re.compile(pattern, re.IGNORECASE)
        with self._lock:
            rows = self._bookings.rows()
            return sorted(row["id"] for row in rows if _holds(found, row["invitee_email"]))

    def open_executions_of(
        self, subject_ids: Sequence[str]
    ) -> list[tuple[uuid.UUID, ExecutionStatus]]:
        """List executions of bookings that are pending or running."""
        with self._lock:
            rows = self._executions_of(subject_ids)
            found = [(row["id"], row["status"]) for row in rows if row["status"] in _OPEN]
            return sorted(found)

    def wipe_subjects(self, wiping: Wiping, *, now: datetime) -> dict[str, int]:
        """Take the person out of bookings and of all that was done for these."""
        with self._lock:
            counts = self.count_traces(wiping)
            counts["bookings"] = sum(
                self._wipe_booking(row, wiping.pattern, now)
                for row in self._bookings.rows()
                if row["id"] in wiping.subject_ids
            )
            ids = set()
            for row in self._executions_of(wiping.subject_ids):
                ids.add(row["id"])
                row["error_message"] = row["error_message"] and ERASED
            for (key, _), row in self._results.items():
                if key in ids:
                    row["rendered"] = row["rendered"] and {"erased": wiping.marker}
                    row.update(conditions=None, reason=row["reason"] and ERASED)
            for row in self._deliveries.values():
                if row["execution_id"] in ids:
                    _wipe_delivery(row, wiping)
            for row in self._audit_of(wiping.subject_ids, ids):
                for name in ("before", "after"):
                    row[name] = None if row[name] is None else {"erased": wiping.marker}
            self.wipe_requests(self._requests_of(wiping.subject_ids))
            return counts

    def count_traces(self, wiping: Wiping) -> dict[str, int]:
        """Count by table what `wipe_subjects` would wipe."""
        with self._lock:
            executions = list(self._executions_of(wiping.subject_ids))
            ids = {row["id"] for row in executions}
            return {
                "bookings": sum(r["id"] in wiping.subject_ids for r in self._bookings.rows()),
                "executions": sum(row["error_message"] is not None for row in executions),
                "action_results": sum(key in ids for key, _ in self._results),
                "deliveries": sum(r["execution_id"] in ids for r in self._deliveries.values()),
                "audit": len(list(self._audit_of(wiping.subject_ids, ids))),
                "inbound_requests": len(self._requests_of(wiping.subject_ids)),
            }

    def sealed_requests(
        self, *, after: uuid.UUID | None, limit: int
    ) -> list[tuple[uuid.UUID, bytes]]:
        """Read sealed bodies of inbound requests, by id."""
        with self._lock:
            found = sorted(
                (key, one.sealed)
                for key, one in self._requests.items()
                if one.sealed is not None and (after is None or key > after)
            )
            return found[:limit]

    def wipe_requests(self, ids: Sequence[uuid.UUID]) -> int:
        """Forget everything that inbound requests brought, and count them."""
        with self._lock:
            for key in ids:
                self._requests[key] = replace(
                    self._requests[key],
                    masked=None,
                    sealed=None,
                    headers={},
                    reason=None,
                    remote=None,
                )
            return len(ids)

    def wipe_organizers(self, pattern: str) -> int:
        """Forget who organizers with such an address are, and count them."""
        found = re.compile(pattern, re.IGNORECASE)
        names = ("email", "name", "first_name", "last_name", "phone", "company")
        with self._lock:
            rows = [r for r in self._bookings.organizer_rows() if _holds(found, r["email"])]
            for row in rows:
                row.update(dict.fromkeys(names))
            return len(rows)

    def digest_keys(self, pattern: str, *, is_dry: bool = False) -> dict[str, int]:
        """Replace idempotency keys that hold the pattern by their digests."""
        found = re.compile(pattern, re.IGNORECASE)
        with self._lock:
            events = {
                row["id"]: name
                for row in self._events.values()
                if (name := self._stand_in(found, row["idempotency_key"]))
            }
            requests = {
                key: name
                for key, one in self._requests.items()
                if (name := self._stand_in(found, one.dedup_key))
            }
            if not is_dry:
                for event_id, name in events.items():
                    self._rename_key(self._events[event_id], name)
                for key, name in requests.items():
                    self._requests[key] = replace(self._requests[key], dedup_key=name)
        counts = {"events": len(events), "inbound_requests": len(requests)}
        return {table: count for table, count in counts.items() if count}

    def redact(
        self, pattern: str, marker: str, *, has_owners: bool = False, is_dry: bool = False
    ) -> dict[str, int]:
        """Replace the pattern in every text that is kept."""
        found = re.compile(pattern, re.IGNORECASE)
        skipped = KEY_COLUMNS if has_owners else (*OWNER_COLUMNS, *KEY_COLUMNS)
        counts: dict[str, int] = {}
        with self._lock:
            for name, places in self._places().items():
                for place, key in places:
                    known = _get(place, key)
                    clean = _clean(known, found, marker, skipped)
                    if clean != known:
                        counts[name] = counts.get(name, 0) + 1
                        if not is_dry:
                            _put(place, key, clean)
            self._bookings.rekey()
        return counts

    def find_left(self, pattern: str) -> Mapping[str, int]:
        """Count where the person is an organizer, and the spec files that name them."""
        found = re.compile(pattern, re.IGNORECASE)
        with self._lock:
            counts = {
                "organizers": sum(
                    _holds(found, row["email"]) for row in self._bookings.organizer_rows()
                ),
                "spec files": sum(
                    _clean(rule, found, "", ()) != rule for rule in self._spec_rules.values()
                ),
            }
        return {name: count for name, count in counts.items() if count}

    def forget_limits(self, keys: Sequence[str]) -> int:
        """Delete rate limits by key."""
        with self._lock:
            return sum(self._room.limits.pop(key, None) is not None for key in keys)

    def _executions_of(self, subject_ids: Sequence[str]) -> Iterable[_Row]:
        return [row for row in self._executions.values() if row["booking_id"] in subject_ids]

    def _requests_of(self, subject_ids: Sequence[str]) -> list[uuid.UUID]:
        events = {key for key, row in self._events.items() if row["booking_id"] in subject_ids}
        return [
            key
            for key, one in self._requests.items()
            if one.subject_id in subject_ids or one.event_id in events
        ]

    def _audit_of(self, subject_ids: Sequence[str], ids: set[uuid.UUID]) -> Iterable[_Row]:
        for (key, _), row in self._audit.items():
            if key in ids or row["subject_id"] in subject_ids:
                yield row
        names = {str(key) for key in ids}
        for row in self._decisions:
            if row["subject_id"] in subject_ids or row["execution_id"] in names:
                yield row

    def _stand_in(self, found: re.Pattern[str], key: str | None) -> str | None:
        if key is None or key.startswith(MARK) or not found.search(key):
            return None
        return next(iter(stand_ins(key, self._key_digests)), None)

    def _rename_key(self, event: _Row, name: str) -> None:
        self._keys.pop(event["idempotency_key"], None)
        is_taken = name in self._keys
        event["idempotency_key"] = None if is_taken else name
        self._keys.setdefault(name, event["id"])

    def _wipe_booking(self, row: _Row, pattern: str, now: datetime) -> bool:
        found = re.compile(pattern, re.IGNORECASE)
        is_main = _holds(found, row["invitee_email"])
        kept = [
            one
            for one in row["attendees"]
            if not _holds(found, _field(one, "email"))
            and not (is_main and _is_bare(one, row["invitee_name"]))
        ]
        is_changed = is_main or kept != row["attendees"]
        row["attendees"] = kept
        if is_main:
            row.update({f"invitee_{name}": None for name in _PERSON})
            row.update(custom_answers={}, cancellation_reason=None)
            row["erased_at"] = None if kept else now
        return is_changed

    def _places(self) -> dict[str, list[tuple[Any, Any]]]:
        """Give every record that is kept: by table, where it lies and under which key."""
        tables: dict[str, Any] = {
            "action_results": self._results,
            "booking_aliases": self._aliases,
            "deliveries": self._deliveries,
            "endpoints": self._room.endpoints,
            "events": self._events,
            "executions": self._executions,
            "inbound_requests": self._requests,
            "incidents": self._incidents.incidents,
        }
        places = {name: [(kept, key) for key in kept] for name, kept in tables.items()}
        places["bookings"] = [(row, None) for row in self._bookings.rows()]
        places["notices"] = [(kept, "notice") for kept in self._room.notices.values()]
        places["audit"] = [
            *((self._audit, key) for key in self._audit),
            *((self._decisions, place) for place in range(len(self._decisions))),
            *((self._room.audit, place) for place in range(len(self._room.audit))),
        ]
        return places


def _wipe_delivery(row: _Row, wiping: Wiping) -> None:
    found = re.compile(wiping.pattern, re.IGNORECASE)
    recipient = row["recipient"]
    is_theirs = recipient in wiping.recipients or any(
        _holds(found, one) for one in (row["address"], recipient)
    )
    if is_theirs:
        if recipient != "invitee":
            row["recipient"] = f"{wiping.marker}-{str(row['id'])[:8]}"
        row.update(address=wiping.marker, digest_key=None, provider_id=None)
    row.update(details=None, error_message=row["error_message"] and ERASED)


def _is_bare(attendee: Any, name: str | None) -> bool:
    """Tell whether a bare name stands for the invitee."""
    named = _field(attendee, "name")
    is_same = isinstance(named, str) and name is not None and named.lower() == name.lower()
    return is_same and not _field(attendee, "email")


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _holds(found: re.Pattern[str], value: Any) -> bool:
    return bool(_clean(value, found, "", ()) != value)


def _clean(value: Any, found: re.Pattern[str], marker: str, skipped: Sequence[str]) -> Any:
    """Give a value with the pattern replaced; `skipped` names fields of its own to leave alone."""
    if isinstance(value, str):
        return found.sub(marker, value) if found.search(value) else value
    if isinstance(value, int) and not isinstance(value, bool) and found.fullmatch(str(value)):
        return int(marker)
    if isinstance(value, dict):
        return {
            _clean(key, found, marker, ()): item
            if key in skipped
            else _clean(item, found, marker, ())
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(_clean(item, found, marker, ()) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            one.name: clean
            for one in fields(value)
            if one.name not in skipped
            and (clean := _clean(getattr(value, one.name), found, marker, ()))
            != getattr(value, one.name)
        }
        return replace(value, **changed) if changed else value
    return value


def _get(place: Any, key: Any) -> Any:
    if isinstance(place, KeptNotice):
        return place.notice
    return place if key is None else place[key]


def _put(place: Any, key: Any, clean: Any) -> None:
    if isinstance(place, KeptNotice):
        place.notice = clean
    elif key is None:
        place.update(clean)
    else:
        place[key] = clean
