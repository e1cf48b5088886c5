"""Time zones by their IANA names: hostile names are refused, near misses get a suggestion."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_NAME_LIMIT = 64
# local to the machine, or counting leap seconds: such a zone would differ elsewhere
_PLACES_APART = ("localtime", "posixrules", "Factory", "posix/", "right/")


@lru_cache(maxsize=2048)
def find_zone(name: str) -> ZoneInfo | None:
    """Find an IANA time zone; None where there is none of exactly that name."""
    if len(name) > _NAME_LIMIT or not _SHAPE.fullmatch(name) or name.startswith(_PLACES_APART):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return None


def zone_or_utc(name: str | None) -> tzinfo:
    """Find a time zone, or use UTC: rows inserted by plain SQL may hold anything."""
    return (find_zone(name) if name else None) or UTC


def mend_zone(name: str) -> str | None:
    """Give a time zone that is only spelled in another case as it is written."""
    return _zones_by_lower().get(name.lower()) if len(name) <= _NAME_LIMIT else None


@lru_cache(maxsize=2048)
def suggest_zone(name: str) -> str | None:
    """Guess which time zone was meant: other case, the city alone, or a slip of the pen."""
    if not name or len(name) > _NAME_LIMIT:
        return None
    # only errors pay for reading the list of zones and comparing with it
    import difflib

    wanted = name.strip().replace(" ", "_").lower()
    by_lower = _zones_by_lower()
    if wanted in by_lower:
        return by_lower[wanted]
    city = wanted.rpartition("/")[2]
    same_city = [zone for lower, zone in by_lower.items() if lower.rpartition("/")[2] == city]
    if same_city:
        return min(same_city, key=_by_prominence)
    near = difflib.get_close_matches(wanted, by_lower, n=1, cutoff=0.75)
    return by_lower[near[0]] if near else None


@lru_cache(maxsize=1)
def _zones_by_lower() -> dict[str, str]:
    from zoneinfo import available_timezones

    names = (name for name in sorted(available_timezones()) if find_zone(name))
    return {name.lower(): name for name in names}


def _by_prominence(zone: str) -> tuple[int, str]:
    """Prefer `Asia/Tokyo` to other spellings: continents have fewer parts than `US/…` aliases."""
    continents = ("Africa/", "America/", "Asia/", "Australia/", "Europe/", "Pacific/")
    return (0 if zone.startswith(continents) else 1, zone)
