"""Dates, times and durations as people write them, in their zone and language.

Babel is imported inside functions: most templates need no dates, and importing it costs a task
process some 20 ms.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel import Locale

PEOPLE = ("recipient", "invitee", "organizer")
"""Whose zone and locale count, first wins: the person written to, the invitee, the organizer."""

STYLES = ("short", "medium", "long", "full")
_Style = Literal["short", "medium", "long", "full"]
PATTERN_LIMIT = 100
MINUTES_LIMIT = 10**9

_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})
_LOCALE_SHAPE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")
_PATTERN_ERRORS = (ValueError, TypeError, LookupError, AttributeError, NotImplementedError)


class PinnedMoment(datetime):
    """A moment that stays in its own zone when it is shown; made by `in_timezone`."""


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo | None:
    """Find an IANA zone; None where there is none of that name."""
    if not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return None


@lru_cache(maxsize=256)
def load_locale(name: str) -> Locale | None:
    """Find a CLDR locale by its BCP 47 or CLDR id; None where there is none."""
    from babel import Locale, UnknownLocaleError

    if not _LOCALE_SHAPE.fullmatch(name):
        return None
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, TypeError, UnknownLocaleError):
        return None


def choose_zone(context: Mapping[str, object], choice: object = None) -> tzinfo:
    """Find the zone to show times in: the one asked for, else that of the reader, else UTC."""
    if isinstance(choice, tzinfo):
        return choice
    if isinstance(choice, str) and choice:
        named = context.get(f"{choice}_timezone") if choice in PEOPLE else choice
        zone = load_zone(named) if isinstance(named, str) else None
        if zone:
            return zone
    for person in PEOPLE:
        name = context.get(f"{person}_timezone")
        zone = load_zone(name) if isinstance(name, str) else None
        if zone:
            return zone
    return UTC


def choose_locale(context: Mapping[str, object], choice: object = None) -> Locale:
    """Find the language to write in: the one asked for, else the reader's, else English."""
    names: list[object] = []
    if isinstance(choice, str) and choice:
        names.append(context.get(f"{choice}_locale") if choice in PEOPLE else choice)
    names.extend(context.get(f"{person}_locale") for person in PEOPLE)
    names.append("en")
    found = (load_locale(name) for name in names if isinstance(name, str))
    return next(locale for locale in found if locale)


def read_moment(value: object, context: Mapping[str, object]) -> datetime | date | None:
    """Understand datetimes, dates and their ISO 8601 texts; without offset, organizer's time."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 40:
            return None
        try:
            value = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.replace(tzinfo=choose_zone(context, "organizer"))
        return value
    return value if isinstance(value, date) else None


def move_to_zone(
    moment: datetime | date, context: Mapping[str, object], choice: object = None
) -> datetime | date:
    """Show a moment in the chosen zone, with the offset of its own day; dates stay as they are."""
    if not isinstance(moment, datetime):
        return moment
    if isinstance(moment, PinnedMoment) and not choice:
        return moment
    try:
        return moment.astimezone(choose_zone(context, choice))
    except OverflowError:
        return moment


def pin_moment(moment: datetime) -> PinnedMoment:
    """Keep a moment in the zone it is in."""
    return PinnedMoment.combine(moment.date(), moment.timetz()).replace(fold=moment.fold)


def abbreviate_zone(moment: datetime) -> str:
    """Name the zone at that moment: `CEST`, or `GMT+10:30` where it has no letters of its own."""
    name = moment.tzname() or ""
    if name.isalpha():
        return name
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{hours}:{rest:02d}" if rest else f"GMT{sign}{hours}"


def format_date(moment: datetime | date, style: str, locale: Locale) -> str:
    """Write a date in a named style or by a CLDR pattern."""
    from babel import dates

    if style in STYLES:
        return dates.format_date(moment, style, locale=locale).translate(_SPACES)
    return _format_pattern(moment, style, locale) or format_date(moment, "medium", locale)


def format_time(moment: datetime, style: str, locale: Locale) -> str:
    """Write a time: `short` without zone, `medium` and `long` with its letters, `full` its name."""
    from babel import dates

    if style not in STYLES:
        return _format_pattern(moment, style, locale) or format_time(moment, "short", locale)
    clock = dates.format_time(moment, "short", tzinfo=moment.tzinfo, locale=locale)
    if style == "short":
        return clock.translate(_SPACES)
    zone = name_zone(moment, locale) if style == "full" else abbreviate_zone(moment)
    return f"{clock} {zone}".translate(_SPACES)


def format_datetime(moment: datetime | date, style: str, locale: Locale) -> str:
    """Write date and time together; the time has its zone from `medium` on."""
    from babel import dates

    if not isinstance(moment, datetime):
        return format_date(moment, style, locale)
    if style not in STYLES:
        return _format_pattern(moment, style, locale) or format_datetime(moment, "medium", locale)
    pattern = str(dates.get_datetime_format(cast("_Style", style), locale=locale)).replace("'", "")
    clock = format_time(moment, "short" if style == "short" else "medium", locale)
    day = format_date(moment, style, locale)
    return pattern.replace("{1}", day).replace("{0}", clock).translate(_SPACES)


def name_zone(moment: datetime, locale: Locale) -> str:
    """Write the zone's name at that moment, e.g. `Central European Summer Time`."""
    from babel import dates

    if not isinstance(moment.tzinfo, ZoneInfo):
        return abbreviate_zone(moment)
    return dates.get_timezone_name(moment, width="long", locale=locale)


def format_duration(length: timedelta, style: str, locale: Locale) -> str:
    """Write a length of time in days, hours and minutes, e.g. `1 hour 30 minutes`."""
    minutes = round(length.total_seconds() / 60)
    rest = abs(minutes)
    days, rest = divmod(rest, 24 * 60)
    hours, rest = divmod(rest, 60)
    parts = [
        _format_unit(amount, unit, style, locale)
        for amount, unit in ((days, "day"), (hours, "hour"), (rest, "minute"))
        if amount
    ]
    text = " ".join(parts) or _format_unit(0, "minute", style, locale)
    return ("-" + text if minutes < 0 else text).translate(_SPACES)


def _format_unit(amount: int, unit: str, style: str, locale: Locale) -> str:
    from babel import units

    length = style if style in ("short", "long", "narrow") else "long"
    text = units.format_unit(amount, f"duration-{unit}", length=length, locale=locale)  # type: ignore[arg-type]
    if "duration-" not in text:
        return text
    # Babel doesn't fall back to another length where CLDR has just one, as in Japanese
    return units.format_unit(amount, f"duration-{unit}", length="short", locale=locale)


def _format_pattern(moment: datetime | date, pattern: str, locale: Locale) -> str | None:
    from babel import dates

    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), tzinfo=UTC)
    if not pattern or len(pattern) > PATTERN_LIMIT:
        return None
    try:
        text = dates.format_datetime(moment, pattern, tzinfo=moment.tzinfo, locale=locale)
    except _PATTERN_ERRORS:
        return None
    return text.translate(_SPACES)
