"""Which permits of a rate limit are free: the same decisions in both stores."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.ports.endpoints import PermitGrant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.ports.endpoints import PermitRequest

# a call begins some time after its permit counts: so much more may lie between two of them
MARGIN_SECONDS = 0.1
MARGIN_PART = 0.1


def grant_permits(
    taken: Sequence[datetime], request: PermitRequest, *, now: datetime
) -> tuple[PermitGrant, list[datetime]]:
    """Grant what is free up to `request.until`; gives the permits to remember as well.

    The permit `rate.count` places before one lies a whole period earlier, and a little more: no
    window of that length ever holds more than `rate.count` of them.
    """
    count = request.rate.count
    period = period_of(request)
    kept = sorted(taken)[-count:]
    slots: list[datetime] = []
    while True:
        slot = max(now, kept[-count] + period) if len(kept) >= count else now
        if len(slots) >= request.wanted or slot > request.until:
            return PermitGrant(tuple(slots), slot), kept
        slots.append(slot)
        kept = sorted([*kept, slot])[-count:]


def period_of(request: PermitRequest) -> timedelta:
    """Give the time within which no more than `rate.count` permits lie, with the margin."""
    seconds = request.rate.seconds
    return timedelta(seconds=seconds + min(seconds * MARGIN_PART, MARGIN_SECONDS))
