"""Bookings in our own shape, sent by anybody who signs as Standard Webhooks says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookflow.domains.booking import inbound_cal_com, inbound_calendly
from bookflow.domains.booking.inbound_values import find_part
from bookflow.domains.booking.values import quote_value
from bookflow.domains.booking.vocabulary import BOOKING_VOCABULARY
from bookflow.errors import InputError
from bookflow.ports.inbound import InboundEvent

SOURCE = "standard-webhooks"
FOREIGN = (f"{inbound_cal_com.SOURCE}:", f"{inbound_calendly.SOURCE}:")


def read_standard(body: Mapping[str, Any], options: Mapping[str, Any]) -> InboundEvent:
    """Read `{type, timestamp, data}` or `{trigger, booking | booking_id, occurred_at}`."""
    del options
    if "trigger" in body:
        return _read_own(body)
    kind = body.get("type")
    if not isinstance(kind, str) or not kind:
        raise InputError("type", "is required, such as booking.created")
    trigger = kind[:80].strip().lower().replace(".", "_").replace("-", "_")
    if trigger not in BOOKING_VOCABULARY.triggers:
        return InboundEvent(kind, ignored=f"{quote_value(kind)} is not a trigger of bookings")
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise InputError("data", "must be an object: the booking, or `booking_id`")
    is_wrapped = "start_time" not in data and ("booking" in data or "booking_id" in data)
    parts = data if is_wrapped else {"booking": data}
    return _event_of(kind, trigger, parts, body.get("timestamp"), "data.")


def _read_own(body: Mapping[str, Any]) -> InboundEvent:
    trigger = body.get("trigger")
    if not isinstance(trigger, str) or trigger not in BOOKING_VOCABULARY.triggers:
        known = ", ".join(BOOKING_VOCABULARY.triggers)
        raise InputError("trigger", f"{quote_value(trigger)} is not a trigger; known: {known}")
    return _event_of(trigger, trigger, body, body.get("occurred_at"), "")


def _refuse_foreign(field: str, value: object) -> None:
    """Refuse ids that another platform's requests gave: one secret opens one door only."""
    if isinstance(value, str) and value.strip().startswith(FOREIGN):
        message = f"{quote_value(value)} is another platform's, whose own webhooks alone change it"
        raise InputError(field, message)


def _event_of(
    kind: str, trigger: str, parts: Mapping[str, Any], occurred_at: object, path: str
) -> InboundEvent:
    booking, key = parts.get("booking"), parts.get("booking_id")
    if booking is not None and not isinstance(booking, Mapping):
        raise InputError(f"{path}booking", "must be an object")
    if booking is None and (not isinstance(key, str) or not key):
        raise InputError(f"{path}booking", "is required, or `booking_id`")
    if occurred_at is not None and not isinstance(occurred_at, str):
        field = "occurred_at" if not path else "timestamp"
        raise InputError(field, "must be ISO 8601 text, such as 2026-03-01T14:30:00+01:00")
    _refuse_foreign(f"{path}booking_id", key)
    if booking is not None:
        _refuse_foreign(f"{path}booking.id", booking.get("id"))
        for part in ("event_type", "organizer"):
            _refuse_foreign(f"{path}booking.{part}.id", find_part(booking, part).get("id"))
    return InboundEvent(
        kind,
        trigger=trigger,
        subject=booking,
        subject_id=None if booking is not None else key,
        occurred_at=occurred_at,
    )
