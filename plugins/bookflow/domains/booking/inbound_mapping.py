"""The booking domain's knowledge of the platforms that send to it, in one object."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking import inbound_cal_com, inbound_calendly, inbound_standard
from bookflow.domains.booking.inbound_masking import mask_body
from bookflow.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bookflow.ports.inbound import InboundEvent
    from bookflow.records import Json, Subject

_READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], InboundEvent]] = {
    inbound_cal_com.SOURCE: inbound_cal_com.read_cal_com,
    inbound_calendly.SOURCE: inbound_calendly.read_calendly,
    inbound_standard.SOURCE: inbound_standard.read_standard,
}
_CALLED_OFF = ("cancelled", "rejected")


class BookingInbound:
    """Fulfils `InboundMapping` for bookings; holds no state."""

    def read(
        self, source: str, body: Mapping[str, Any], options: Mapping[str, Any]
    ) -> InboundEvent:
        """Say what a body means; raises `InputError`, or `NotFoundError` for another source."""
        reader = _READERS.get(source)
        if reader is None:
            message = f"no platform `{source[:40]}` is known"
            raise NotFoundError(message)
        return reader(body, options)

    def decide(self, event: InboundEvent, known: Subject | None) -> InboundEvent:
        """Let what is known of the booking decide: it may have been moved or called off since."""
        if known is None:
            if event.subject is not None:
                return event
            reason = "the booking is not known, and the request does not say enough to make it"
            return replace(event, ignored=reason)
        if known.get("status") in _CALLED_OFF:
            return replace(event, ignored=f"the booking was {known['status']}")
        if event.ends_at is not None and event.ends_at != known.get("end_time"):
            return replace(event, ignored="the meeting was moved to another time meanwhile")
        return replace(event, subject=None, subject_id=str(known["id"]))

    def mask(self, body: Json) -> Json:
        """Give a body with everything masked that may be personal."""
        return mask_body(body)
