"""Which roll-ups add up to a period exactly: the coarsest that lie within it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

QUARTER = timedelta(minutes=15)
GRAINS = ("quarter", "day", "month")


@dataclass(frozen=True, slots=True)
class Piece:
    """A span that is a whole number of slots of one grain."""

    grain: str
    since: datetime
    until: datetime


def cut_period(edges: Iterable[datetime]) -> list[Piece]:
    """Cut the spans between edges into pieces; those that touch are one where grains agree.

    >>> [p.grain for p in cut_period([datetime(2026, 1, 31, 12, tzinfo=UTC),
    ...                               datetime(2026, 4, 2, tzinfo=UTC)])]
    ['quarter', 'month', 'day']
    """
    pieces: dict[str, list[Piece]] = {grain: [] for grain in GRAINS}
    for since, until in pairwise(edges):
        for piece in _cut(since.astimezone(UTC), until.astimezone(UTC)):
            known = pieces[piece.grain]
            if known and known[-1].until == piece.since:
                known[-1] = Piece(piece.grain, known[-1].since, piece.until)
            else:
                known.append(piece)
    return sorted((p for found in pieces.values() for p in found), key=lambda p: p.since)


def is_quarter(at: datetime) -> bool:
    """Tell whether an instant is a whole quarter of an hour in UTC."""
    return not at.timestamp() % QUARTER.total_seconds()


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


def _day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _next_day(at: datetime) -> datetime:
    day = _day_of(at)
    return day if day == at else day + timedelta(days=1)


def _month_of(day: datetime) -> datetime:
    return day.replace(day=1)


def _next_month(day: datetime) -> datetime:
    return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
