"""The context of a booking: every field that conditions and templates may name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking.people import name_in_full, split_name
from bookflow.domains.booking.vocabulary import CUSTOM_PREFIX, DAYS
from bookflow.domains.booking.zones import zone_or_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Person, Subject

_SATURDAY = 5
_NO_NAME = re.compile(r"\W+")
_NOTHING: Mapping[str, Any] = {}


def build_context(
    subject: Subject, *, now: datetime, business_start: int, business_end: int
) -> dict[str, Any]:
    """Give every context field of a booking; what is missing is None.

    Clock times are those of the organizer's zone, with the offset of the meeting's own day.
    Business hours run Monday to Friday from `business_start` to before `business_end`.
    """
    get = subject.get
    event_type = get("event_type") or _NOTHING
    organizer = get("organizer") or _NOTHING
    invitee = get("invitee") or _NOTHING
    # in UTC: within one zone Python subtracts wall clocks, an hour off across a clock change
    start_utc = subject["start_time"].astimezone(UTC)
    end_utc = subject["end_time"].astimezone(UTC)
    zone_name = organizer.get("timezone") or "UTC"
    zone = zone_or_utc(zone_name)
    start = start_utc.astimezone(zone)
    weekday = start.weekday()
    created_at = get("created_at")
    created_today = (
        None
        if created_at is None
        else created_at.astimezone(zone).date() == now.astimezone(zone).date()
    )
    first_name, last_name = split_name(organizer)
    email = invitee.get("email")
    phone = invitee.get("phone")
    link = get("meeting_link")
    context = {
        "booking_id": subject["id"],
        "booking_status": get("status"),
        "invitee_name": invitee.get("name"),
        "invitee_email": email,
        "invitee_phone": phone,
        "invitee_timezone": invitee.get("timezone") or zone_name,
        "invitee_locale": invitee.get("locale"),
        "attendee_count": len(get("attendees") or ()) or 1,
        "start_time": start,
        "end_time": end_utc.astimezone(zone),
        "duration": int((end_utc - start_utc).total_seconds() // 60),
        "cancellation_reason": get("cancellation_reason"),
        "meeting_link": link,
        "meeting_id": get("meeting_id"),
        "meeting_password": get("meeting_password"),
        "event_type_id": event_type.get("id"),
        "event_type_name": event_type.get("name"),
        "event_type_slug": event_type.get("slug"),
        "event_type_description": event_type.get("description"),
        "event_type_duration": event_type.get("duration"),
        "event_type_location_type": event_type.get("location_type"),
        "event_type_max_attendees": event_type.get("max_attendees"),
        "organizer_id": organizer.get("id"),
        "organizer_email": organizer.get("email"),
        "organizer_name": name_in_full(organizer),
        "organizer_first_name": first_name,
        "organizer_last_name": last_name,
        "organizer_timezone": zone_name,
        "organizer_locale": organizer.get("locale"),
        "organizer_company": organizer.get("company"),
        "booking_hour": start.hour,
        "booking_day_of_week": DAYS[weekday],
        "booking_date": start.date().isoformat(),
        "is_weekend": weekday >= _SATURDAY,
        "is_business_hours": weekday < _SATURDAY and business_start <= start.hour < business_end,
        "booking_created_today": created_today,
        "invitee_domain": _domain_of(email),
        "has_phone": bool(phone),
        "has_meeting_link": bool(link),
    }
    answers = get("custom_answers")
    if answers:
        _add_answers(context, answers)
    return context


def make_personal(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Give the context as a further attendee may see it: invitee fields and answers are theirs."""
    own = {name: value for name, value in context.items() if not name.startswith(CUSTOM_PREFIX)} | {
        "invitee_name": person.name or None,
        "invitee_email": person.email,
        "invitee_phone": person.phone,
        "invitee_timezone": person.timezone,
        "invitee_locale": person.locale,
        "invitee_domain": _domain_of(person.email),
        "has_phone": bool(person.phone),
    }
    if person.answers:
        _add_answers(own, person.answers)
    return own


def _domain_of(email: str | None) -> str | None:
    return email.rpartition("@")[2].lower() if email else None


def _add_answers(context: dict[str, Any], answers: Mapping[str, Any]) -> None:
    """Add `custom_<key>`; a key such as `company-size` also goes by `custom_company_size`.

    Templates can only name identifiers. An answer's own name always wins over such a second name.
    """
    for key, answer in answers.items():
        second_name = _name_for_templates(key)
        if second_name is not None:
            context.setdefault(second_name, answer)
    for key, answer in answers.items():
        context[CUSTOM_PREFIX + key] = answer


@lru_cache(maxsize=4096)
def _name_for_templates(key: str) -> str | None:
    """Give the name for a key that is no identifier; None where the key needs no other."""
    if (CUSTOM_PREFIX + key).isidentifier():
        return None
    name = _NO_NAME.sub("_", key).strip("_").lower()
    return CUSTOM_PREFIX + name if name else None
