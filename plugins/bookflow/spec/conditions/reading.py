"""Reading outside values as numbers, instants, dates, booleans and texts, without ever raising.

Every `read_*` gives None where the value can't be read as that kind.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

Number = int | Decimal
Reader = Callable[[object], object]

LISTS = (list, tuple, set, frozenset)

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})(?:[eE][+-]?[0-9]{1,3})?"
)
_MAX_BITS = 4096
_MAX_EXPONENT = 1200
_TRUE = frozenset({"true", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "no", "n", "off", "0"})


def read_number(value: object) -> Number | None:
    """Read a number exactly as written: 0.1, "0.1" and Decimal("0.1") are one number."""
    if isinstance(value, str):
        return _number_in(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _MAX_BITS else None
    if isinstance(value, float):
        # The shortest decimal that gives this float is what its author wrote.
        return Decimal(repr(float(value))) if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= _MAX_EXPONENT:
        return value
    return None


def _number_in(text: str) -> Number | None:
    if len(text) > 210:
        return None
    if text.isdigit() and text.isascii():
        return int(text)
    trimmed = text.strip()
    return Decimal(trimmed) if _NUMBER.fullmatch(trimmed) else None


def read_boolean(value: object) -> bool | None:
    """Read true or false, also from the words people and forms use for them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and len(value) <= 10:
        word = value.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None


def read_instant(value: object) -> datetime | None:
    """Read a point in time as UTC; one without an offset is no point in time."""
    if isinstance(value, str):
        if not 10 < len(value) <= 50:
            return None
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is UTC:
        return value
    try:
        # Python compares datetimes of one zone by the wall clock, wrong across DST: go to UTC.
        return value.astimezone(UTC) if value.utcoffset() is not None else None
    except (OverflowError, ValueError):
        return None


def read_date(value: object) -> date | None:
    """Read a calendar day; of a datetime, the day on its own wall clock."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not 8 <= len(value) <= 50:
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None


def read_text(value: object) -> str | None:
    """Read a scalar as the text a person would see for it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return None if isinstance(value, int) and value.bit_length() > _MAX_BITS else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return None


def fold(text: str) -> str:
    """Make texts equal that differ in case or in how Unicode composes their letters."""
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", composed)


def compose(text: str) -> str:
    """Make texts equal that differ only in how Unicode composes their letters."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Need(NamedTuple):
    """What a comparison must be able to read, and the words for it, e.g. `a number`."""

    reader: Reader
    noun: str


NUMBER = Need(read_number, "a number")
BOOLEAN = Need(read_boolean, "true or false")
INSTANT = Need(read_instant, "a datetime with offset")
DATE = Need(read_date, "a date")
TEXT = Need(read_text, "a text")
ANYTHING = Need(lambda _actual: True, "")


def is_blank(value: object) -> bool:
    """Tell whether there is nothing in a value: None, no text but blanks, no elements."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return isinstance(value, (*LISTS, dict)) and not value


def show(value: object) -> str:
    """Quote a value for an error or a reason; long ones are cut, containers named."""
    if isinstance(value, str):
        return f"`{_clean(value, 60)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = None if value is None else read_text(value)
    if text is not None:
        return f"`{_clean(text, 60)}`"
    if isinstance(value, int):
        return "a number this large"
    if isinstance(value, LISTS):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else f"a value of type {type(value).__name__}"


def to_json(value: object, *, depth: int = 2) -> object:
    """Make a value fit for JSON and for a database: cut at 200 characters and 20 elements."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _clean(value, 200)
    if isinstance(value, int) and value.bit_length() <= 256:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, (*LISTS, dict)):
        return _container_to_json(value, depth)
    text = read_text(value)
    return _clean(text, 200) if text is not None else f"<{type(value).__name__}>"


def _container_to_json(value: object, depth: int) -> object:
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        some = list(value.items())[:20]
        return {_key(key): to_json(item, depth=depth - 1) for key, item in some}
    items = list(value)[:20] if isinstance(value, LISTS) else []
    return [to_json(item, depth=depth - 1) for item in items]


def _key(key: object) -> str:
    return _clean(read_text(key) or f"<{type(key).__name__}>", 200)


def _clean(text: str, limit: int) -> str:
    """Cut a text and replace what neither UTF-8 nor PostgreSQL's JSON can carry."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
