"""What Cal.com sends, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bookflow.domains.booking.inbound_values import (
    PHONE_LIMIT,
    find_external_id,
    find_part,
    first_of,
    list_parts,
    read_answers,
    read_count,
    read_external_id,
    read_line,
    read_link,
    read_locale,
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

SOURCE = "cal-com"

_CHANGES = {
    "BOOKING_CREATED": "booking_created",
    "BOOKING_REQUESTED": "booking_requested",
    "BOOKING_RESCHEDULED": "booking_rescheduled",
    "BOOKING_CANCELLED": "booking_cancelled",
    "BOOKING_REJECTED": "booking_rejected",
}
_STATUSES = {
    "booking_requested": "pending",
    "booking_cancelled": "cancelled",
    "booking_rejected": "rejected",
}
_NO_SHOW = "BOOKING_NO_SHOW_UPDATED"
_ENDED = "MEETING_ENDED"
# asked of everybody, and kept in fields of their own
_NO_ANSWERS = frozenset(
    {
        "name",
        "email",
        "guests",
        "location",
        "attendeePhoneNumber",
        "smsReminderNumber",
        "rescheduleReason",
    }
)


def read_cal_com(body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    """Say what a body means; raises `InputError`."""
    kind = body.get("triggerEvent")
    if not isinstance(kind, str) or not kind:
        message = "is required; a webhook with a custom template can't be read: remove the template"
        raise InputError("triggerEvent", message)
    if kind in _CHANGES:
        return _read_change(kind, body, options)
    if kind == _NO_SHOW:
        return _read_no_show(body)
    if kind == _ENDED:
        return _read_ended(body, options)
    return InboundEvent(kind, ignored=f"{quote_value(kind)} starts no workflow")


def _read_change(kind: str, body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    payload = take_part(body, "payload")
    uid = read_external_id(payload.get("uid"), "payload.uid")
    trigger = _CHANGES[kind]
    status = _STATUSES.get(trigger)
    if status is None:
        status = "pending" if read_status(payload.get("status")) == "pending" else "confirmed"
    earlier = find_external_id(payload.get("rescheduleUid"))
    return InboundEvent(
        kind,
        trigger=trigger,
        external_id=uid,
        earlier_id=None if earlier == uid else earlier,
        subject=_booking_of(payload, status, options),
        occurred_at=read_moment(body.get("createdAt")),
        identity=_identify(kind, uid, body),
    )


def _read_no_show(body: Mapping[str, Any]) -> InboundEvent:
    payload = take_part(body, "payload")
    uid = read_external_id(first_of(payload.get("bookingUid"), payload.get("uid")), "bookingUid")
    marks = [one.get("noShow") for one in list_parts(payload.get("attendees"))]
    identity = _identify(_NO_SHOW, uid, body)
    if marks and not any(marks):
        reason = "it takes a no-show back, which starts no workflow"
        return InboundEvent(_NO_SHOW, ignored=reason, external_id=uid, identity=identity)
    return InboundEvent(
        _NO_SHOW,
        trigger="booking_no_show",
        external_id=uid,
        occurred_at=read_moment(body.get("createdAt")),
        needs_known=True,
        identity=identity,
    )


def _read_ended(body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    """Read either variant: the booking's row flat in the body, or wrapped in `payload`."""
    payload = find_part(body, "payload") or body
    record = find_part(payload, "evt") or payload
    uid = read_external_id(
        first_of(record.get("uid"), payload.get("uid"), payload.get("bookingUid")), "uid"
    )
    merged = {**payload, **record}
    is_whole = _has_people(merged) and _has_type(merged)
    return InboundEvent(
        _ENDED,
        trigger="booking_completed",
        external_id=uid,
        subject=_booking_of(merged, "completed", options) if is_whole else None,
        occurred_at=read_moment(body.get("createdAt")),
        needs_known=True,
        ends_at=read_moment(merged.get("endTime")),
        identity=_identify(_ENDED, uid, body),
    )


def _identify(kind: str, uid: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Give what tells a request from others; a body without a time is told by its digest."""
    created = read_line(body.get("createdAt"), 60)
    return (kind, uid, created) if created else ()


def _has_people(payload: Mapping[str, Any]) -> bool:
    organizer = find_part(payload, "organizer", "user")
    return bool(organizer.get("email")) and bool(list_parts(payload.get("attendees")))


def _has_type(payload: Mapping[str, Any]) -> bool:
    return bool(payload.get("type") or find_part(payload, "eventType").get("slug"))


def _booking_of(
    payload: Mapping[str, Any], status: str, options: Mapping[str, Any]
) -> dict[str, Any]:
    attendees = list_parts(payload.get("attendees"))
    if not attendees:
        raise InputError("payload.attendees", "must list the attendees, the one who booked first")
    responses = find_part(payload, "responses")
    phones = (
        payload.get("smsReminderNumber"),
        _value_of(responses.get("smsReminderNumber")),
        _value_of(responses.get("attendeePhoneNumber")),
    )
    people = [_person_of(one) for one in attendees]
    phone = people[0]["phone"] or read_line(first_of(*phones), PHONE_LIMIT)
    invitee = {**people[0], "phone": phone}
    video = find_part(payload, "videoCallData")
    place = payload.get("location")
    link = read_link(video.get("url")) or read_link(place)
    return {
        "status": status,
        "start_time": payload.get("startTime"),
        "end_time": payload.get("endTime"),
        "event_type": _event_type_of(payload, options),
        "organizer": _organizer_of(find_part(payload, "organizer", "user")),
        "invitee": invitee,
        "attendees": [invitee, *people[1:]] if len(people) > 1 else [],
        "cancellation_reason": read_prose(
            first_of(payload.get("cancellationReason"), payload.get("rejectionReason"))
        ),
        "meeting_link": link or read_link(find_part(payload, "metadata").get("videoCallUrl")),
        "meeting_id": read_line(video.get("id")),
        "meeting_password": read_line(video.get("password")),
        "custom_answers": read_answers(_list_answers(payload, responses)),
    }


def _event_type_of(payload: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    event_type = find_part(payload, "eventType")
    number = read_line(payload.get("eventTypeId"), 60)
    title = first_of(payload.get("eventTitle"), event_type.get("title"))
    names = (payload.get("type"), event_type.get("slug"), number, title)
    place = read_line(payload.get("location"))
    slug = read_slug(options, names, "payload.type")
    # a title may be the booking's own, with the names of people: by it no known type is renamed
    sure = (*names[:2], *find_part(options, "event_types").values())
    return {
        "id": f"{SOURCE}:{number}" if number and slug in sure else None,
        "slug": slug,
        "name": read_line(title),
        "description": read_prose(payload.get("eventDescription")),
        "duration": read_count(payload.get("length")),
        "location_type": place if place and place.startswith("integrations:") else None,
    }


def _organizer_of(organizer: Mapping[str, Any]) -> dict[str, Any]:
    number = read_line(organizer.get("id"), 60)
    return {
        "id": f"{SOURCE}:{number}" if number else None,
        "email": organizer.get("email"),
        "name": read_name(organizer.get("name")),
        "timezone": read_zone(organizer.get("timeZone")),
        "locale": read_locale(first_of(organizer.get("language"), organizer.get("locale"))),
    }


def _person_of(attendee: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": read_name(attendee.get("name")),
        "email": attendee.get("email"),
        "phone": read_line(attendee.get("phoneNumber"), PHONE_LIMIT),
        "timezone": read_zone(attendee.get("timeZone")),
        "locale": read_locale(first_of(attendee.get("language"), attendee.get("locale"))),
    }


def _list_answers(
    payload: Mapping[str, Any], responses: Mapping[str, Any]
) -> Iterator[tuple[object, object]]:
    """Give answers by their slug; those of the booking's own form come first."""
    for part in (find_part(payload, "userFieldsResponses"), responses):
        yield from ((key, value) for key, value in part.items() if key not in _NO_ANSWERS)
    yield from find_part(payload, "customInputs").items()


def _value_of(answer: object) -> object:
    return answer.get("value") if isinstance(answer, Mapping) else answer
