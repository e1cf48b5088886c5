"""What Calendly sends, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bookflow.domains.booking.inbound_values import (
    PHONE_LIMIT,
    find_external_id,
    find_part,
    first_of,
    list_parts,
    name_answer,
    read_answers,
    read_external_id,
    read_line,
    read_link,
    read_moment,
    read_name,
    read_prose,
    read_slug,
    read_zone,
    take_part,
)
from bookflow.domains.booking.values import quote_value, read_status
from bookflow.errors import InputError
from bookflow.ports.inbound import InboundEvent

SOURCE = "calendly"


def read_calendly(body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    """Say what a body means; raises `InputError`."""
    kind = body.get("event")
    if not isinstance(kind, str) or not kind:
        raise InputError("event", "is required, such as invitee.created")
    if kind == "invitee.created":
        return _read_created(kind, body, options)
    if kind == "invitee.canceled":
        return _read_canceled(kind, body, options)
    if kind == "invitee_no_show.created":
        return _read_no_show(kind, body)
    return InboundEvent(kind, ignored=f"{quote_value(kind)} starts no workflow")


def _read_created(kind: str, body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    payload, invitee = _find_invitee(body)
    key = read_external_id(invitee.get("uri"), "payload.uri")
    earlier = find_external_id(invitee.get("old_invitee"))
    status = "cancelled" if read_status(invitee.get("status")) == "cancelled" else "confirmed"
    booking = _booking_of(payload, invitee, status, options)
    made_at = read_moment(invitee.get("created_at"))
    return InboundEvent(
        kind,
        trigger="booking_rescheduled" if earlier else "booking_created",
        external_id=key,
        earlier_id=earlier,
        subject=booking if earlier or made_at is None else {**booking, "created_at": made_at},
        occurred_at=read_moment(body.get("created_at")),
        identity=_identify(kind, key, body),
    )


def _read_canceled(kind: str, body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    payload, invitee = _find_invitee(body)
    key = read_external_id(invitee.get("uri"), "payload.uri")
    joined = InboundEvent(
        kind,
        external_id=key,
        earlier_id=find_external_id(invitee.get("old_invitee")),
        identity=_identify(kind, key, body),
    )
    if invitee.get("rescheduled") is True:
        later = find_external_id(invitee.get("new_invitee"))
        reason = "it was moved: joined with the booking that takes its place"
        return replace(joined, ignored=reason, later_id=later)
    return replace(
        joined,
        trigger="booking_cancelled",
        subject=_booking_of(payload, invitee, "cancelled", options),
        occurred_at=read_moment(body.get("created_at")),
    )


def _read_no_show(kind: str, body: Mapping[str, Any]) -> InboundEvent:
    """Read either variant: the invitee with its `no_show`, or the no-show with its invitee."""
    payload = take_part(body, "payload")
    nested = payload.get("invitee")
    uri = nested.get("uri") if isinstance(nested, Mapping) else first_of(nested, payload.get("uri"))
    key = read_external_id(uri, "payload.uri")
    return InboundEvent(
        kind,
        trigger="booking_no_show",
        external_id=key,
        occurred_at=read_moment(body.get("created_at")),
        needs_known=True,
        identity=_identify(kind, key, body),
    )


def _find_invitee(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Give payload and invitee, which are one unless the invitee is nested."""
    payload = take_part(body, "payload")
    return payload, find_part(payload, "invitee") or payload


def _identify(kind: str, key: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    created = read_line(body.get("created_at"), 60)
    return (kind, key, created) if created else ()


def _booking_of(
    payload: Mapping[str, Any],
    invitee: Mapping[str, Any],
    status: str,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    event = find_part(invitee, "scheduled_event") or find_part(payload, "scheduled_event", "event")
    if not event:
        raise InputError("payload.scheduled_event", "must be an object with the meeting's times")
    person = {
        "name": _name_of(invitee),
        "email": invitee.get("email"),
        "phone": read_line(invitee.get("text_reminder_number"), PHONE_LIMIT),
        "timezone": read_zone(invitee.get("timezone")),
    }
    guests = [{"email": one.get("email")} for one in list_parts(event.get("event_guests"))]
    cancellation = find_part(invitee, "cancellation") or find_part(event, "cancellation")
    place = find_part(event, "location")
    access = find_part(place, "data")
    return {
        "status": status,
        "start_time": event.get("start_time"),
        "end_time": event.get("end_time"),
        "event_type": _event_type_of(event, place, options),
        "organizer": _organizer_of(event, options),
        "invitee": person,
        "attendees": [person, *guests] if guests else [],
        "cancellation_reason": read_prose(cancellation.get("reason")),
        "meeting_link": read_link(place.get("join_url")) or read_link(place.get("location")),
        "meeting_id": read_line(access.get("id")),
        "meeting_password": read_line(access.get("password")),
        "custom_answers": read_answers(_list_answers(invitee)),
    }


def _event_type_of(
    event: Mapping[str, Any], place: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    uri = event.get("event_type")
    key = find_external_id(uri)
    return {
        "id": f"{SOURCE}:{key}" if key else None,
        "slug": read_slug(options, (uri, event.get("name")), "payload.scheduled_event.name"),
        "name": read_line(event.get("name")),
        "location_type": read_line(place.get("type")),
    }


def _organizer_of(event: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the first host; where a host has no address, it is the connection's extra that tells."""
    members = list_parts(event.get("event_memberships"))
    member: Mapping[str, Any] = members[0] if members else {}
    user = find_part(member, "user")
    key = find_external_id(user.get("uri") if user else member.get("user"))
    email = first_of(member.get("user_email"), user.get("email"), options.get("organizer_email"))
    if email is None:
        message = (
            "names no host with an address (user_email); set `organizer_email` in the extra of "
            "the connection"
        )
        raise InputError("payload.scheduled_event.event_memberships", message)
    return {
        "id": f"{SOURCE}:{key}" if key else None,
        "email": email,
        "name": read_name(first_of(member.get("user_name"), user.get("name"))),
        "timezone": read_zone(user.get("timezone")),
    }


def _name_of(invitee: Mapping[str, Any]) -> str | None:
    parts = (read_name(invitee.get(key)) for key in ("first_name", "last_name"))
    return read_name(invitee.get("name")) or " ".join(part for part in parts if part) or None


def _list_answers(invitee: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    for item in list_parts(invitee.get("questions_and_answers")):
        yield name_answer(item.get("question")), item.get("answer")
    tracking = find_part(invitee, "tracking")
    yield from ((key, value) for key, value in tracking.items() if key.startswith("utm_"))
