"""Made-up bookings to try workflows on: realistic, of nobody, and at a time that makes sense."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking.vocabulary import CUSTOM_PREFIX
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.spec.models import Workflow

VARIANTS: Mapping[str, str] = {
    "cancelled": "It was cancelled, with a reason.",
    "pending": "It awaits confirmation.",
    "completed": "It took place.",
    "no_show": "The invitee did not come.",
    "group": "Three people attend, one of them without an e-mail address.",
    "no_phone": "The invitee gave no phone number.",
    "no_link": "There is no meeting link.",
    "no_answers": "No custom answers were given.",
    "far_away": "The invitee lives in another time zone, with another language.",
    "weekend": "It is on a Saturday.",
    "evening": "It is at 21:00.",
    "short_notice": "It starts in 30 minutes.",
}
DEFAULT_SLUG = "intro-call"
MOST_VARIANTS = len(VARIANTS)
_DAYS_AHEAD = 3
_SATURDAY = 5
_IS_OVER = ("booking_completed", "booking_no_show")
_STATUSES = ("cancelled", "pending", "completed", "no_show")


def make_sample(
    workflow: Workflow, *, now: datetime, status: str | None, variants: Sequence[str]
) -> dict[str, Any]:
    """Make up a booking in the shape of the API; `status` is what the trigger implies.

    It lies so far ahead that reminders of the workflow have yet to come.
    """
    _check_variants(variants)
    slug = workflow.event_types[0] if workflow.event_types else DEFAULT_SLUG
    start = _pick_start(workflow, now, variants)
    booking: dict[str, Any] = {
        "id": "sample-1",
        "status": status or "confirmed",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(minutes=45)).isoformat(),
        "event_type": {
            "id": slug,
            "slug": slug,
            "name": slug.replace("-", " ").replace("_", " ").capitalize(),
            "description": "Get to know us",
            "duration": 45,
            "location_type": "video",
            "max_attendees": 10,
        },
        "organizer": {
            "id": "organizer-1",
            "email": workflow.organizer if "@" in workflow.organizer else "olive@example.org",
            "name": "Olive Host",
            "timezone": "Europe/Berlin",
            "company": "Example Clinic",
            "phone": "+12025550143",
            "locale": "en",
        },
        "invitee": {
            "name": "Ada Sample",
            "email": "ada@example.com",
            "phone": "+12025550142",
            "timezone": "Europe/Berlin",
            "locale": "en",
        },
        "meeting_link": "https://meet.example.com/sample-1",
        "meeting_id": "814-2041",
        "meeting_password": "sesame",
        "custom_answers": {"topic": "Pricing", "company_size": 12},
        "created_at": now.astimezone(UTC).isoformat(),
    }
    for name in variants:
        change = _CHANGES.get(name)
        if change is not None:
            change(booking)
        elif name in _STATUSES:
            booking["status"] = name
    if booking["status"] == "cancelled":
        booking["cancellation_reason"] = "Ill today"
    return booking


def merge_overrides(booking: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the caller's own values over a booking; a new start moves the end along."""
    merged = dict(booking)
    for key, value in overrides.items():
        known = merged.get(key)
        if isinstance(value, dict) and isinstance(known, dict) and key != "custom_answers":
            merged[key] = {**known, **value}
        else:
            merged[key] = value
    if "start_time" in overrides and "end_time" not in overrides:
        length = datetime.fromisoformat(booking["end_time"]) - datetime.fromisoformat(
            booking["start_time"]
        )
        merged["end_time"] = _shift(overrides["start_time"], length) or booking["end_time"]
    return merged


def read_seen(seen: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Make overrides of context fields that an execution saw; gives which were of use."""
    overrides: dict[str, Any] = {}
    used = []
    for name, value in seen.items():
        if value is None:
            continue
        place = _PLACES.get(name)
        if place is not None:
            part, key = place
            target = overrides.setdefault(part, {}) if part else overrides
            target[key] = value
        elif name.startswith(CUSTOM_PREFIX):
            overrides.setdefault("custom_answers", {})[name.removeprefix(CUSTOM_PREFIX)] = value
        else:
            continue
        used.append(name)
    return overrides, sorted(used)


def _check_variants(variants: Sequence[str]) -> None:
    if len(variants) > MOST_VARIANTS:
        raise InputError("variant", f"names more than the {MOST_VARIANTS} variants there are")
    for name in variants:
        if name not in VARIANTS:
            near = difflib.get_close_matches(str(name)[:40], VARIANTS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(VARIANTS)}"
            raise InputError("variant", f"{str(name)[:40]!r} is not a variant; {hint}")


def _pick_start(workflow: Workflow, now: datetime, variants: Sequence[str]) -> datetime:
    # only trials need zones this early
    from bookflow.domains.booking.zones import zone_or_utc

    zone = zone_or_utc("Europe/Berlin")
    if "short_notice" in variants:
        return (now + timedelta(minutes=30)).astimezone(zone).replace(second=0, microsecond=0)
    wait = timedelta(minutes=workflow.delay_minutes)
    ahead, step = timedelta(days=_DAYS_AHEAD), timedelta(days=1)
    if workflow.trigger == "before_meeting":
        ahead = max(ahead, wait + timedelta(days=1))
    elif workflow.trigger in _IS_OVER:
        ahead, step = -step, -step
    day = (now + ahead).astimezone(zone).date()
    wanted = range(_SATURDAY, _SATURDAY + 1) if "weekend" in variants else range(_SATURDAY)
    while day.weekday() not in wanted:
        day += step
    hour = 21 if "evening" in variants else 14
    return datetime.combine(day, time(hour), tzinfo=zone)


def _shift(start: object, length: timedelta) -> str | None:
    """Move a time along; None for what is none, which whoever reads the booking will tell."""
    try:
        return (datetime.fromisoformat(str(start)) + length).isoformat()
    except (ValueError, OverflowError):
        return None


def _as_group(booking: dict[str, Any]) -> None:
    booking["attendees"] = [
        dict(booking["invitee"]),
        {"name": "Ben Sample", "email": "ben@example.com", "timezone": "America/New_York"},
        {"name": "Cleo Sample", "phone": "+12025550144"},
    ]


def _without_phone(booking: dict[str, Any]) -> None:
    booking["invitee"]["phone"] = None


def _without_link(booking: dict[str, Any]) -> None:
    booking.update(meeting_link=None, meeting_id=None, meeting_password=None)


def _without_answers(booking: dict[str, Any]) -> None:
    booking["custom_answers"] = {}


def _from_far_away(booking: dict[str, Any]) -> None:
    booking["invitee"].update(timezone="Asia/Tokyo", locale="ja")


_CHANGES: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "group": _as_group,
    "no_phone": _without_phone,
    "no_link": _without_link,
    "no_answers": _without_answers,
    "far_away": _from_far_away,
}
_PLACES: Mapping[str, tuple[str, str]] = {
    "booking_status": ("", "status"),
    **{
        name: ("", name)
        for name in (
            "start_time", "end_time", "cancellation_reason", "meeting_link", "meeting_id",
        )
    },
    **{
        f"{part}_{key}": (part, key)
        for part, keys in {
            "invitee": ("name", "email", "phone", "timezone", "locale"),
            "event_type": (
                "id", "name", "slug", "description", "duration", "location_type", "max_attendees",
            ),
            "organizer": (
                "id", "email", "name", "first_name", "last_name", "timezone", "company", "locale",
            ),
        }.items()
        for key in keys
    },
}  # fmt: skip
