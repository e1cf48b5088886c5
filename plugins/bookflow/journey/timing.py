"""Quiet hours: until when a message to a person is put off."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from bookflow.records import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from bookflow.journey.steps import Timing
    from bookflow.records import Message
    from bookflow.spec.timing import QuietHours

log = logging.getLogger(__name__)

CODE = "quiet-hours"
START_SLACK = timedelta(minutes=1)
"""What a run may need to start after a hold's end: a message is never held closer to its last
moment than that."""

_NEVER_HELD = frozenset({"webhook", "update"})
_SECOND = timedelta(seconds=1)
# a zone may skip a whole day, as Samoa did in 2011
_DAYS_AHEAD = 4


def find_hold(
    timing: Timing, message: Message, *, now: datetime, deadline: datetime | None
) -> Hold | None:
    """Put a message off to the end of its recipient's quiet hours; None: it may go now.

    `deadline` is the last moment at which it is worth sending: where the quiet hours end later,
    it goes now, since a reminder at night beats none.
    """
    hours = timing.quiet_hours
    if hours is None or message.timezone is None or message.channel in _NEVER_HELD:
        return None
    zone = _find_zone(message.timezone)
    if zone is None:
        return None
    until = find_end(hours, zone, now)
    if until is None or (deadline is not None and until > deadline - START_SLACK):
        return None
    shown = until.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    reason = f"quiet hours of the recipient ({hours}, {message.timezone}); held until {shown}"
    return Hold(until=until, reason=reason, code=CODE)


def find_end(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Give the end of the quiet hours that `now` falls into, in UTC; None outside of them.

    The clock on the recipient's wall decides. Where it jumps over the end, they end as it jumps;
    where it shows the end twice, they end the first time.
    """
    now = now.astimezone(UTC)
    if not is_quiet(hours, now.astimezone(zone).time()):
        return None
    for end in _list_ends(hours, zone, now):
        if end > now and not is_quiet(hours, end.astimezone(zone).time()):
            return end
    return None


def is_quiet(hours: QuietHours, wall: time) -> bool:
    """Tell whether a time of day falls into the hours, which may pass midnight."""
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return wall >= hours.start or wall < hours.end


def _list_ends(hours: QuietHours, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """Give the next ends in UTC, in order; both of them where the clock shows one twice."""
    today = now.astimezone(zone).date()
    for day in range(_DAYS_AHEAD):
        wall = datetime.combine(today + timedelta(days=day), hours.end, tzinfo=zone)
        first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if first <= second:
            yield from (first, second)
        else:
            # the clock never shows it: read before the jump it lies after it, and vice versa
            yield _find_jump(zone, second, first)


def _find_jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Find the first instant, to the second, with the offset that `after` has."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


@lru_cache(maxsize=1024)
def _find_zone(name: str) -> ZoneInfo | None:
    """Find a zone; of one that nobody knows the log tells once."""
    # only workflows with quiet hours need it
    from bookflow.spec.templates.moments import load_zone

    zone = load_zone(name)
    if zone is None:
        log.warning("bookflow: no quiet hours in the time zone %r: it is not known", name[:64])
    return zone
