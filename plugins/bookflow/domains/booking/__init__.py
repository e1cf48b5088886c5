"""Bookings: the first domain of the engine, and the only place that knows what a booking is."""

from bookflow.domains.booking.domain import BookingDomain
from bookflow.domains.booking.vocabulary import BOOKING_VOCABULARY

__all__ = ["BOOKING_VOCABULARY", "BookingDomain"]
