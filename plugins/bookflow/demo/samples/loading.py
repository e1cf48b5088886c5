"""Makes concrete bookings and events, around the given time, from the sample files."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bookflow.demo.samples.meeting_days import place_meeting

if TYPE_CHECKING:
    from datetime import datetime

_MADE_BEFORE_NOW = timedelta(hours=1)
_MADE_BEFORE_START = timedelta(days=3)
_PLAIN_KEYS = ("status", "cancellation_reason", "meeting_link", "meeting_password")


def sample_events(now: datetime, *, run: str = "") -> list[dict[str, Any]]:
    """Give the events as items of `POST /triggers`: trigger, booking, idempotency key.

    The keys are the same each time, so a repetition changes nothing; name a `run` to have it
    count as new.
    """
    bookings = {booking["id"]: booking for booking in sample_bookings(now)}
    suffix = f"-{run}" if run else ""
    return [
        {
            "trigger": event["trigger"],
            "booking": bookings[event["booking"]],
            "idempotency_key": event["idempotency_key"] + suffix,
        }
        for event in _read("events.json")
    ]


def sample_bookings(now: datetime) -> list[dict[str, Any]]:
    """Give the bookings in the shape of the API, JSON-ready, most of them ahead of `now`."""
    organizers = _read("organizers.json")
    event_types = _read("event_types.json")
    return [
        _make_booking(sample, organizers[sample["organizer"]], event_types, now)
        for sample in _read("bookings.json")
    ]


def _make_booking(
    sample: dict[str, Any], organizer: dict[str, Any], event_types: dict[str, Any], now: datetime
) -> dict[str, Any]:
    start, end = place_meeting(sample["when"], now)
    made_at = min(now - _MADE_BEFORE_NOW, start - _MADE_BEFORE_START)
    return {
        "id": sample["id"],
        "start_time": start.isoformat(),
        "end_time": end.isoformat(),
        "event_type": event_types[sample["event_type"]],
        "organizer": organizer,
        "invitee": sample["invitee"],
        "attendees": _make_group(sample),
        "custom_answers": sample.get("custom_answers", {}),
        "created_at": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        **{key: sample[key] for key in _PLAIN_KEYS if key in sample},
    }


def _make_group(sample: dict[str, Any]) -> list[dict[str, str]]:
    """Seat the invitee and as many guests as `group_of` asks for."""
    guests = (
        {"name": f"Guest {seat}", "email": f"guest{seat}.{sample['id']}@example.com"}
        for seat in range(2, sample.get("group_of", 1) + 1)
    )
    return [sample["invitee"], *guests]


def _read(name: str) -> Any:
    return json.loads((files(__package__) / name).read_text(encoding="utf-8"))
