"""Periods to count in, cut into hours, days or weeks of a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Within these every zone of today is whole quarters of an hour away from UTC."""
LONGEST = timedelta(days=5 * 366)
MOST_POINTS = 1_000
MOST_DAYS = timedelta(days=50)


class Unit(StrEnum):
    """How long a point of a trend is; weeks begin on Mondays."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`: whole quarters of an hour in UTC; `zone` is for people."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def edges(self) -> tuple[datetime, datetime]:
        """Where it begins and ends, as one span."""
        return self.since, self.until

    def before(self) -> Period:
        """Give the period of the same length by the local clock that ends where this begins.

        So 30 days are compared with 30 days, also where a clock was changed in one of them.
        """
        since, until = _wall(self.since, self.zone), _wall(self.until, self.zone)
        start = (since - (until - since)).replace(tzinfo=self.zone).astimezone(UTC)
        return Period(max(_floor(start), EARLIEST), self.since, self.zone)

    def cut(self, unit: Unit) -> tuple[datetime, ...]:
        """Give the edges of its hours, days or weeks; the first and last may be cut short.

        Raises `InputError` where there would be too many.
        """
        edges = [self.since]
        for edge in _STEPS[unit](self.since, self.zone):
            if edge >= self.until:
                break
            if edge > edges[-1]:
                edges.append(edge)
            if len(edges) > MOST_POINTS:
                message = (
                    f"gives more than {MOST_POINTS} points; ask for a shorter period or longer "
                    "units"
                )
                raise InputError("unit", message)
        return (*edges, self.until)

    def show(self, at: datetime) -> str:
        """Write an instant for people: with the offset of the zone."""
        return at.astimezone(self.zone).isoformat()

    def to_json(self) -> dict[str, str]:
        """Give what was counted, as answers say it."""
        return {
            "since": self.show(self.since),
            "until": self.show(self.until),
            "timezone": self.zone.key,
        }


def choose_unit(period: Period) -> Unit:
    """Give the unit of a trend that people can take in: weeks beyond some fifty days."""
    return Unit.DAY if period.until - period.since <= MOST_DAYS else Unit.WEEK


def make_period(since: datetime, until: datetime, zone: ZoneInfo) -> Period:
    """Make a period of whole quarters of an hour; raises `InputError` for one nobody can mean."""
    for field, at in (("since", since), ("until", until)):
        if not EARLIEST <= at <= LATEST:
            raise InputError(field, f"must lie between {EARLIEST.year} and {LATEST.year}")
    first, last = _floor(since.astimezone(UTC)), _ceil(until.astimezone(UTC))
    if since >= until:
        raise InputError("until", "must lie after `since`")
    if last - first > LONGEST:
        raise InputError("since", f"is more than {LONGEST.days} days before `until`")
    return Period(first, last, zone)


def last_days(length: timedelta, now: datetime, zone: ZoneInfo) -> Period:
    """Give the period of this length, by the local clock, that ends now."""
    until = _ceil(now.astimezone(UTC))
    since = (_wall(until, zone) - length).replace(tzinfo=zone).astimezone(UTC)
    return make_period(since, until, zone)


def last_whole_days(count: int, now: datetime, zone: ZoneInfo) -> Period:
    """Give so many days of the calendar up to the end of today."""
    today = now.astimezone(zone).date()
    since = midnight(today - timedelta(days=count - 1), zone)
    return make_period(since, midnight(today + timedelta(days=1), zone), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant at which a day begins."""
    # where a clock skips midnight, this is the instant at which it does
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def _hours(since: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    # quarters, since a zone may begin its hours at one, and change its clock by half an hour
    at = since.astimezone(UTC)
    while True:
        at += QUARTER
        if at.astimezone(zone).minute == 0:
            yield at


def _days(since: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day = since.astimezone(zone).date()
    while True:
        day += timedelta(days=1)
        yield midnight(day, zone)


def _weeks(since: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day = since.astimezone(zone).date()
    day -= timedelta(days=day.weekday())
    while True:
        day += timedelta(days=7)
        yield midnight(day, zone)


_STEPS: dict[Unit, Callable[[datetime, ZoneInfo], Iterator[datetime]]] = {
    Unit.HOUR: _hours,
    Unit.DAY: _days,
    Unit.WEEK: _weeks,
}


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _floor(at: datetime) -> datetime:
    return EARLIEST + (at - EARLIEST) // QUARTER * QUARTER


def _ceil(at: datetime) -> datetime:
    return EARLIEST - (EARLIEST - at) // QUARTER * QUARTER
