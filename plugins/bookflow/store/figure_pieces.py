"""Which roll-ups add up to a period exactly: the coarsest that lie within it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTHS_FROM = timedelta(days=45)
"""Spans so long are rather cut at months than into days as they begin elsewhere."""

_ODD_OFFSETS = (210, 270, 330, 345, 390, 525, 570, 630, 765, 825, 870, 1230, 1290)
DAY_STARTS = frozenset((1440 - offset) % 1440 for offset in (*range(0, 1440, 60), *_ODD_OFFSETS))
"""Minutes after midnight in UTC at which days begin somewhere; the view `day_starts` has them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A span that is a whole number of slots of one grain."""

    grain: str
    since: datetime
    until: datetime


def cut_period(edges: Sequence[datetime], *, has_further: bool = False) -> list[Piece]:
    """Cut the spans between edges into pieces; those that touch are one where grains agree.

    With `has_further` there are hours as well, and days as they begin in any zone.

    >>> [p.grain for p in cut_period([datetime(2026, 1, 31, 12, tzinfo=UTC),
    ...                               datetime(2026, 4, 2, tzinfo=UTC)])]
    ['quarter', 'month', 'day']
    """
    cut = _cut_further if has_further else _cut
    last: dict[str, int] = {}
    pieces: list[Piece] = []
    for since, until in pairwise(edges):
        for piece in cut(since.astimezone(UTC), until.astimezone(UTC)):
            known = last.get(piece.grain)
            if known is not None and pieces[known].until == piece.since:
                pieces[known] = Piece(piece.grain, pieces[known].since, piece.until)
            else:
                last[piece.grain] = len(pieces)
                pieces.append(piece)
    return pieces


def _cut_further(since: datetime, until: datetime) -> Iterator[Piece]:
    minute = since.hour * 60 + since.minute
    if not DAY <= until - since < MONTHS_FROM or minute not in DAY_STARTS:
        for piece in _cut(since, until):
            is_fine = piece.grain == "quarter"
            yield from _hours(piece.since, piece.until) if is_fine else (piece,)
        return
    end = since + (until - since) // DAY * DAY
    yield Piece(f"day {since:%H:%M}" if minute else "day", since, end)
    yield from _hours(end, until)


def _hours(since: datetime, until: datetime) -> Iterator[Piece]:
    first = since + (_hour_of(since) - since) % HOUR
    last = _hour_of(until)
    if first >= last:
        yield from _span("quarter", since, until)
        return
    yield from _span("quarter", since, first)
    yield from _span("hour", first, last)
    yield from _span("quarter", last, until)


def _cut(since: datetime, until: datetime) -> Iterator[Piece]:
    first_day, last_day = _next_day(since), _day_of(until)
    if first_day >= last_day:
        yield from _span("quarter", since, until)
        return
    yield from _span("quarter", since, first_day)
    first_month, last_month = _next_month(first_day), _month_of(last_day)
    if first_month >= last_month:
        yield from _span("day", first_day, last_day)
    else:
        yield from _span("day", first_day, first_month)
        yield from _span("month", first_month, last_month)
        yield from _span("day", last_month, last_day)
    yield from _span("quarter", last_day, until)


def _span(grain: str, since: datetime, until: datetime) -> Iterator[Piece]:
    if since < until:
        yield Piece(grain, since, until)


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _next_day(at: datetime) -> datetime:
    day = _day_of(at)
    return day if day == at else day + DAY


def _month_of(day: datetime) -> datetime:
    return day.replace(day=1)


def _next_month(day: datetime) -> datetime:
    return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
