"""Durations as people write them in specs (`24h`, `1h30m`) and as they read them."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=3653)
"""Ten years: a longer wait is a slip of the pen."""

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORDS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_PART = re.compile(r"([0-9]{1,12})([wdhms])")
_WHOLE = re.compile(r"(?:[0-9]{1,12}[wdhms] ?){1,5}")
_PLAIN = re.compile(r"[0-9]{1,12}")
_HOW_TO = "write minutes as a number, or a duration such as 15m, 24h, 2d, 1w or 1h30m"


def parse_duration(value: int | str) -> timedelta:
    """Read a duration: a plain number counts minutes; ValueError says how to write it right.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{_named(value)} is not a duration; {_HOW_TO}")
    seconds = value * 60 if isinstance(value, int) else _seconds_in(value)
    if seconds < 0:
        raise ValueError(f"a duration can't be negative; {_HOW_TO}")
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{_named(value)} is longer than ten years; {_HOW_TO}")
    return timedelta(seconds=seconds)


def format_duration(duration: float | timedelta) -> str:
    """Say a duration in words, the way a person would: minutes or a timedelta in, text out.

    >>> format_duration(1560)
    '1 day 2 hours'
    """
    span = duration if isinstance(duration, timedelta) else timedelta(minutes=duration)
    rest = round(abs(span.total_seconds()))
    sign = "-" if rest and span < timedelta(0) else ""
    parts = []
    for word, size in _WORDS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {word}" if count == 1 else f"{count} {word}s")
    return sign + (" ".join(parts) or "0 minutes")


def _seconds_in(text: str) -> int:
    trimmed = text.strip()
    if _PLAIN.fullmatch(trimmed):
        return int(trimmed) * 60
    if trimmed.startswith("-"):
        raise ValueError(f"a duration can't be negative; {_HOW_TO}")
    if not _WHOLE.fullmatch(trimmed):
        raise ValueError(f"{_named(text)} is not a duration; {_HOW_TO}")
    parts = _PART.findall(trimmed)
    units = [unit for _, unit in parts]
    if len(set(units)) < len(units):
        raise ValueError(f"{_named(text)} names a unit twice; {_HOW_TO}")
    return sum(int(count) * _SECONDS[unit] for count, unit in parts)


def _named(value: object) -> str:
    """Quote the value for an error; hostile ones are cut or named by their type."""
    if isinstance(value, str):
        return f"`{value[:40]}`"
    if isinstance(value, bool | float) or (isinstance(value, int) and value.bit_length() < 128):
        return f"`{value}`"
    return "this number" if isinstance(value, int) else f"a {type(value).__name__}"
