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
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Where slots of every grain begin to be counted."""

_Grains = tuple[tuple[str, timedelta], ...]

GRAINS: _Grains = (
    ("quarter", QUARTER),
    ("6 hours", 6 * HOUR),
    ("day", DAY),
    ("4 days", 4 * DAY),
    ("16 days", 16 * DAY),
)
"""Each a multiple of the one before; so few slots of each make up any period."""
FURTHER_GRAINS: _Grains = (GRAINS[0], ("hour", HOUR), *GRAINS[1:])
LONG_FROM = 16 * DAY
"""Spans so long are rather cut into long slots than into days as they begin elsewhere."""

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
    ['6 hours', '4 days', '16 days', '4 days']
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
    if not DAY <= until - since < LONG_FROM or minute not in DAY_STARTS:
        yield from _cut(since, until, FURTHER_GRAINS)
        return
    end = since + (until - since) // DAY * DAY
    yield Piece(f"day {since:%H:%M}" if minute else "day", since, end)
    yield from _cut(end, until, FURTHER_GRAINS)


def _cut(since: datetime, until: datetime, grains: _Grains = GRAINS) -> Iterator[Piece]:
    ends: list[Piece] = []
    for (grain, _), (_, longer) in pairwise(grains):
        first, last = since + (EPOCH - since) % longer, until - (until - EPOCH) % longer
        if first >= last:
            yield from _span(grain, since, until)
            break
        yield from _span(grain, since, first)
        ends.extend(_span(grain, last, until))
        since, until = first, last
    else:
        yield from _span(grains[-1][0], since, until)
    yield from reversed(ends)


def _span(grain: str, since: datetime, until: datetime) -> Iterator[Piece]:
    if since < until:
        yield Piece(grain, since, until)
