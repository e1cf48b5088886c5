"""The filters that write dates, times, durations and phone numbers for people."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from jinja2 import pass_context

from bookflow.spec.templates import moments
from bookflow.spec.templates.state import state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2.runtime import Context

PHONE_STYLES = ("international", "national", "e164", "rfc3966")
_STYLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "duration": ("narrow", "short", "long"),
        "phone": PHONE_STYLES,
        "timezone_name": ("short", "long"),
        "weekday": ("short", "long"),
    }
)
_PHONE_LIMIT = 64
_WORD = re.compile(r"[a-z]{4,}")


@pass_context
def format_date(
    context: Context, value: object, format: str = "long", tz: object = None, locale: object = None
) -> str:
    """Write the date: `{{ start_time|date }}` gives `March 30, 2026`."""
    state = state_of(context)
    moment = moments.read_moment(value, state.context)
    if moment is None:
        return state.show(value)
    moment = moments.move_to_zone(moment, state.context, tz)
    return moments.format_date(moment, str(format), moments.choose_locale(state.context, locale))


@pass_context
def format_time(
    context: Context, value: object, format: str = "short", tz: object = None, locale: object = None
) -> str:
    """Write the time of day: `{{ start_time|time }}` gives `10:00 AM`."""
    state = state_of(context)
    moment = moments.read_moment(value, state.context)
    if not isinstance(moment, datetime):
        return "" if moment else state.show(value)
    moved = moments.move_to_zone(moment, state.context, tz)
    return moments.format_time(
        moved if isinstance(moved, datetime) else moment,
        str(format),
        moments.choose_locale(state.context, locale),
    )


@pass_context
def format_datetime(
    context: Context,
    value: object,
    format: str = "medium",
    tz: object = None,
    locale: object = None,
) -> str:
    """Write date and time: `{{ start_time|datetime }}` gives `Mar 30, 2026, 10:00 AM CEST`."""
    state = state_of(context)
    moment = moments.read_moment(value, state.context)
    if moment is None:
        return state.show(value)
    moment = moments.move_to_zone(moment, state.context, tz)
    language = moments.choose_locale(state.context, locale)
    return moments.format_datetime(moment, str(format), language)


@pass_context
def format_weekday(
    context: Context, value: object, format: str = "long", tz: object = None, locale: object = None
) -> str:
    """Write the day of the week: `{{ start_time|weekday }}` gives `Monday`."""
    state = state_of(context)
    moment = moments.read_moment(value, state.context)
    if moment is None:
        return state.show(value)
    moment = moments.move_to_zone(moment, state.context, tz)
    pattern = "EEE" if format == "short" else "EEEE"
    return moments.format_date(moment, pattern, moments.choose_locale(state.context, locale))


@pass_context
def name_timezone(
    context: Context, value: object, format: str = "long", tz: object = None, locale: object = None
) -> str:
    """Write the zone's name: `Central European Summer Time`, or with `short` `CEST`."""
    state = state_of(context)
    language = moments.choose_locale(state.context, locale)
    zone = moments.load_zone(value) if isinstance(value, str) else None
    if zone:
        from babel import dates

        return dates.get_timezone_name(zone, width="long", locale=language)
    moment = moments.read_moment(value, state.context)
    if not isinstance(moment, datetime):
        return "" if moment else state.show(value)
    moved = moments.move_to_zone(moment, state.context, tz)
    shown = moved if isinstance(moved, datetime) else moment
    return (
        moments.abbreviate_zone(shown) if format == "short" else moments.name_zone(shown, language)
    )


@pass_context
def move_to_timezone(context: Context, value: object, tz: object = None) -> object:
    """Move a moment to another zone for good: `{{ start_time|in_timezone('organizer') }}`."""
    state = state_of(context)
    moment = moments.read_moment(value, state.context)
    if not isinstance(moment, datetime):
        return value
    moved = moments.move_to_zone(moment, state.context, tz)
    return moments.pin_moment(moved) if isinstance(moved, datetime) else value


@pass_context
def format_duration(
    context: Context, value: object, format: str = "long", locale: object = None
) -> str:
    """Write minutes as a length of time: `{{ duration|duration }}` gives `1 hour 30 minutes`."""
    state = state_of(context)
    if not isinstance(value, timedelta):
        try:
            minutes = float(state.show(value))
        except ValueError:
            return state.show(value)
        if not abs(minutes) <= moments.MINUTES_LIMIT:
            return state.show(value)
        value = timedelta(minutes=minutes)
    language = moments.choose_locale(state.context, locale)
    return moments.format_duration(value, str(format), language)


@pass_context
def format_phone(
    context: Context, value: object, format: str = "international", region: str | None = None
) -> str:
    """Write a phone number: `{{ invitee_phone|phone }}` gives `+49 30 901820`."""
    text = state_of(context).show(value).strip()
    if not text or len(text) > _PHONE_LIMIT:
        return text
    # its metadata costs some 30 ms to load, and most templates show no phone number
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region if isinstance(region, str) else None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    style = format if format in PHONE_STYLES else "international"
    return phonenumbers.format_number(
        number, getattr(phonenumbers.PhoneNumberFormat, style.upper())
    )


PEOPLE_FILTERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "date": format_date,
        "datetime": format_datetime,
        "duration": format_duration,
        "in_timezone": move_to_timezone,
        "phone": format_phone,
        "time": format_time,
        "timezone_name": name_timezone,
        "weekday": format_weekday,
    }
)
ARGUMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date": ("format", "tz", "locale"),
        "datetime": ("format", "tz", "locale"),
        "duration": ("format", "locale"),
        "in_timezone": ("tz",),
        "phone": ("format", "region"),
        "time": ("format", "tz", "locale"),
        "timezone_name": ("format", "tz", "locale"),
        "weekday": ("format", "tz", "locale"),
    }
)
"""The names of each filter's arguments, in order, to check literal ones before anything is sent."""


def find_argument_problem(filter_name: str, argument: str, value: object) -> str | None:
    """Say what is wrong with a literal argument of one of these filters, if anything is."""
    if argument not in ARGUMENTS[filter_name]:
        known = ", ".join(ARGUMENTS[filter_name])
        return f"`{filter_name}` has no argument `{argument}`; it takes {known}"
    if value is None or not isinstance(value, str):
        return None
    if argument == "tz" and value not in moments.PEOPLE and moments.load_zone(value) is None:
        return (
            f"`{value}` is not a timezone; use an IANA name such as `Europe/Berlin`, or "
            "`invitee`, `organizer`, `recipient`"
        )
    if argument == "locale" and value not in moments.PEOPLE and moments.load_locale(value) is None:
        return (
            f"`{value}` is not a locale; use an id such as `de` or `en-GB`, or "
            "`invitee`, `organizer`, `recipient`"
        )
    return _find_style_problem(filter_name, value) if argument == "format" else None


def _find_style_problem(filter_name: str, value: str) -> str | None:
    styles = _STYLES.get(filter_name)
    if styles is not None:
        if value in styles:
            return None
        return f"`{value}` is not a format of `{filter_name}`; use {', '.join(styles)}"
    if len(value) > moments.PATTERN_LIMIT:
        return f"a format has at most {moments.PATTERN_LIMIT} characters"
    if value in moments.STYLES or not _WORD.fullmatch(value) or len(set(value)) == 1:
        return None
    near = get_close_matches(value, moments.STYLES, n=1)
    return f"`{value}` is not a format; did you mean `{near[0]}`?" if near else None
