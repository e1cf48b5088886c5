"""Sample bookings and events: fictitious people, addresses and numbers reserved for examples."""

from bookflow.demo.samples.loading import sample_bookings, sample_events

__all__ = ["sample_bookings", "sample_events"]
