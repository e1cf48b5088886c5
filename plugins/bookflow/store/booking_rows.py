"""Between a booking in the API's shape and the flat rows of the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Json, Subject

EVENT_TYPE_FIELDS = (
    "id",
    "slug",
    "name",
    "description",
    "duration",
    "location_type",
    "max_attendees",
)
ORGANIZER_FIELDS = (
    "id",
    "email",
    "name",
    "first_name",
    "last_name",
    "timezone",
    "company",
    "phone",
    "locale",
)
INVITEE_FIELDS = ("name", "email", "phone", "timezone", "locale")
PLAIN_FIELDS = ("cancellation_reason", "meeting_link", "meeting_id", "meeting_password")
TIME_FIELDS = ("start_time", "end_time", "created_at")
DEFAULT_STATUS = "confirmed"


def organizer_row(subject: Subject, snapshot_at: datetime) -> dict[str, Any]:
    """Give the organizer's row of a snapshot."""
    return _part(subject["organizer"], ORGANIZER_FIELDS, snapshot_at)


def event_type_row(subject: Subject, snapshot_at: datetime) -> dict[str, Any]:
    """Give the event type's row of a snapshot."""
    return _part(subject["event_type"], EVENT_TYPE_FIELDS, snapshot_at)


def booking_row(subject: Subject, snapshot_at: datetime, received_at: datetime) -> dict[str, Any]:
    """Give the booking's own row; the event type is named by its slug."""
    invitee = subject.get("invitee") or {}
    return {
        "id": subject["id"],
        "status": subject.get("status") or DEFAULT_STATUS,
        "start_time": subject["start_time"],
        "end_time": subject["end_time"],
        "event_type_slug": subject["event_type"]["slug"],
        "organizer_id": subject["organizer"]["id"],
        **{f"invitee_{name}": invitee.get(name) for name in INVITEE_FIELDS},
        "attendees": subject.get("attendees") or [],
        **{name: subject.get(name) for name in PLAIN_FIELDS},
        "custom_answers": subject.get("custom_answers") or {},
        "snapshot_at": snapshot_at,
        "created_at": subject.get("created_at") or received_at,
        "updated_at": received_at,
    }


def nest_booking(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the API's shape of a joined row (`event_type_…`, `organizer_…`, `invitee_…`)."""
    return {
        "id": row["id"],
        "status": row["status"],
        "start_time": row["start_time"].astimezone(UTC),
        "end_time": row["end_time"].astimezone(UTC),
        "event_type": {name: row[f"event_type_{name}"] for name in EVENT_TYPE_FIELDS},
        "organizer": {name: row[f"organizer_{name}"] for name in ORGANIZER_FIELDS},
        "invitee": {name: row[f"invitee_{name}"] for name in INVITEE_FIELDS},
        "attendees": row["attendees"],
        **{name: row[name] for name in PLAIN_FIELDS},
        "custom_answers": row["custom_answers"],
        "created_at": row["created_at"].astimezone(UTC),
    }


def apply_fields(
    current: Mapping[str, Json], fields: Mapping[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Give the old values of the named fields, and the row with the new ones.

    Custom answers merge by key; their old value holds the keys concerned that existed.
    """
    before: dict[str, Json] = {}
    after = dict(current)
    for name, value in fields.items():
        if name == "custom_answers":
            known = current["custom_answers"]
            before[name] = {key: known[key] for key in value if key in known}
            after[name] = {**known, **value}
        else:
            before[name] = current[name]
            after[name] = value
    return before, after


def _part(part: Mapping[str, Any], names: tuple[str, ...], at: datetime) -> dict[str, Any]:
    return {**{name: part.get(name) for name in names}, "snapshot_at": at}
