"""Days relative to today, so that the samples never age."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK_CHANGES = {"day_before_clock_change": -1, "clock_change": 0, "day_after_clock_change": 1}
_LONGEST_SEARCH = 400


def place_meeting(when: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Turn a sample's `when` into start and end, both in its zone.

    `day` is a weekday, the next one after today (`weeks` later; from -2 on, in the past), or a
    day around the next clock change of the zone, two days ahead at least.
    """
    zone = ZoneInfo(when["timezone"])
    today = now.astimezone(zone).date()
    if when["day"] in CLOCK_CHANGES:
        shift = CLOCK_CHANGES[when["day"]]
        day = find_clock_change(zone, today + timedelta(days=2)) + timedelta(days=shift)
    else:
        ahead = (WEEKDAYS.index(when["day"]) - today.weekday() - 1) % 7 + 1
        day = today + timedelta(days=ahead + 7 * when["weeks"])
    start = datetime.combine(day, time.fromisoformat(when["at"]), zone)
    # the wall clock counts: no sample meeting runs across a clock change
    return start, start + timedelta(minutes=when["minutes"])


def find_clock_change(zone: ZoneInfo, first: date) -> date:
    """Find the first day from `first` on during which the zone's offset changes."""
    for ahead in range(_LONGEST_SEARCH):
        day = first + timedelta(days=ahead)
        midnights = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
        if len({midnight.utcoffset() for midnight in midnights}) > 1:
            return day
    raise ValueError(f"the clocks never change in {zone.key}")
