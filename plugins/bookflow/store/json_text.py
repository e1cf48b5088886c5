"""JSON and text that PostgreSQL can store, made from whatever providers and people sent."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

# PostgreSQL stores neither NUL nor halves of surrogate pairs
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Tell whether PostgreSQL can hold the text; what it can't hold it never finds either."""
    return not _UNSTORABLE.search(text)


def clean_text(text: str) -> str:
    """Replace what PostgreSQL can't hold by U+FFFD, so that the rest is kept."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def dump_json(value: Any) -> str:
    """Write JSON that PostgreSQL accepts; datetimes become ISO 8601, foreign objects text."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_spell)
    except ValueError:
        return json.dumps(_clean(value), ensure_ascii=False, default=_spell)
    if "\\u0000" in text or not is_storable(text):
        return json.dumps(_clean(value), ensure_ascii=False, default=_spell)
    return text


def dump_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as JSON that PostgreSQL reads as records; several times as fast as `dump_json`.

    Times are instants and ids may be UUIDs. What stands in them as JSON was validated or read from
    JSON: other objects may be spelled differently than `dump_json` does.
    """
    try:
        text = to_json(rows, inf_nan_mode="strings")
    except ValueError:
        # half a character; pydantic's own error is one as well
        return dump_json(rows)
    return dump_json(rows) if b"\\u0000" in text else text.decode()


def load_json(text: str | bytes) -> Any:
    """Read JSON that PostgreSQL holds; what Python can't read never costs the rows beside it.

    A number of thousands of digits becomes text; nesting without end an empty list or object.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(text, parse_int=_read_int)
    except RecursionError:
        log.warning("bookflow: JSON in the database is nested too deep to be read; taken as empty")
        is_list = text[:1] in ("[", b"[")
        return [] if is_list else {}


def through_json(value: Any) -> Any:
    """Give what a value is after it was stored and read again."""
    return json.loads(dump_json(value))


def _read_int(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits


def iso(instant: datetime | None) -> str | None:
    """Write an instant as ISO 8601 in UTC, whatever zone the session had."""
    return instant.astimezone(UTC).isoformat() if instant else None


def _spell(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return clean_text(str(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return value
