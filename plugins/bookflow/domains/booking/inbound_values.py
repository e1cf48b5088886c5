"""Single values of platforms' bodies, taken over where they fit, without trusting any of them.

What a booking can do without (a time zone, a link, a name that is no text) is left out where it
does not fit; what it can't do without is passed on as it is, for the domain to refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking.values import (
    ANSWER_KEY_LIMIT,
    LINE_LIMIT,
    PROSE_LIMIT,
    find_link_fault,
    quote_value,
)
from bookflow.domains.booking.zones import find_zone, mend_zone
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bookflow.records import Json

EXTERNAL_ID_LIMIT = 100
PHONE_LIMIT = 64
NUMBER_LIMIT = 2**53
ANSWER_DEPTH = 3
LIST_LIMIT = 200
PARTS_LIMIT = 1_000
"""More than a booking may have of anything, so that the domain refuses what was cut."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PROSE_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]+")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]*")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")
_NO_SLUG = re.compile(r"[^a-z0-9_]+")
_NO_WORD = re.compile(r"\W+")


def take_part(source: Mapping[str, Any], key: str, path: str = "") -> Mapping[str, Any]:
    """Give an object that must be there; raises `InputError`."""
    part = source.get(key)
    if isinstance(part, Mapping):
        return part
    raise InputError(f"{path}.{key}" if path else key, "must be an object")


def find_part(source: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Give the first object under these keys, or an empty one."""
    found = (source.get(key) for key in keys)
    return next((part for part in found if isinstance(part, Mapping)), {})


def list_parts(value: object) -> list[Mapping[str, Any]]:
    """Give the objects of a list, of a very long one only the first; anything else has none."""
    items = value[:PARTS_LIMIT] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping)]


def read_line(value: object, limit: int = LINE_LIMIT) -> str | None:
    """Give a text of one line, cut where it is too long; a number as text; None for others."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < NUMBER_LIMIT:
        return str(value)
    if not isinstance(value, str):
        return None
    # cut first: a megabyte of text is not searched for the sake of 200 characters
    return _CONTROLS.sub(" ", value[: 4 * limit]).strip()[:limit].strip() or None


def read_prose(value: object, limit: int = PROSE_LIMIT) -> str | None:
    """Give a text of several lines, cut where it is too long; None for anything else."""
    if not isinstance(value, str):
        return None
    return _PROSE_CONTROLS.sub("", value[: 2 * limit]).strip()[:limit] or None


def first_of(*values: object) -> object:
    """Give the first value that is neither absent nor empty."""
    return next((value for value in values if value is not None and value != ""), None)


def read_zone(value: object) -> str | None:
    """Give an IANA time zone; one that is only spelled in another case is mended."""
    if not isinstance(value, str):
        return None
    name = value.strip()
    # guessing would take seconds for a list of people with bad ones
    return name if find_zone(name) is not None else mend_zone(name)


def read_locale(value: object) -> str | None:
    """Give a language tag, also from `{"locale": "de"}`."""
    text = value.get("locale") if isinstance(value, Mapping) else value
    is_tag = isinstance(text, str) and len(text) <= 35 and _LOCALE.fullmatch(text) is not None
    return str(text) if is_tag else None


def read_link(value: object) -> str | None:
    """Give a web address; None for any other text, such as the name of a video service."""
    link = value.strip() if isinstance(value, str) else ""
    return link if link and find_link_fault(link) is None else None


def read_count(value: object, limit: int = 527_040) -> int | None:
    """Give a whole number from 0 to the limit."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and isinstance(value, int) and 0 <= value <= limit else None


def read_name(value: object) -> str | None:
    """Give a person's name, also from `{"firstName": …, "lastName": …}`."""
    if isinstance(value, Mapping):
        keys = ("firstName", "first_name", "lastName", "last_name")
        parts = [read_line(value.get(key)) for key in keys]
        return read_line(" ".join(part for part in parts if part))
    return read_line(value)


def read_moment(value: object) -> datetime | None:
    """Give an instant of an ISO 8601 text with offset; None for anything else."""
    if not isinstance(value, str) or not 10 < len(value) <= 40:
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
        return None if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_external_id(value: object, field: str) -> str:
    """Give a platform's id, or the last part of its URI; raises `InputError`."""
    text = read_line(value, 500) or ""
    tail = text.partition("?")[0].rstrip("/").rpartition("/")[2]
    if not tail:
        raise InputError(field, "is required: it names the booking")
    if len(tail) > EXTERNAL_ID_LIMIT or not _EXTERNAL_ID.fullmatch(tail):
        message = f"{quote_value(tail)} is not an id: letters, digits, - and _, up to 100"
        raise InputError(field, message)
    return tail


def find_external_id(value: object) -> str | None:
    """Give a platform's id where there is a proper one."""
    try:
        return read_external_id(value, "")
    except InputError:
        return None


def read_slug(options: Mapping[str, Any], names: Iterable[object], field: str) -> str:
    """Give the event type's slug: what `event_types` says of one of its names, else made of it.

    Raises `InputError` where there is no name at all.
    """
    table = options.get("event_types")
    known = table if isinstance(table, Mapping) else {}
    texts = [text for name in names if (text := read_line(name, 300))]
    for text in texts:
        for key in (text, text.rstrip("/").rpartition("/")[2]):
            if isinstance(known.get(key), str):
                return str(known[key])
    for text in texts:
        slug = _NO_SLUG.sub("-", text.lower()).strip("-_")[:EXTERNAL_ID_LIMIT].strip("-_")
        if slug and "://" not in text:
            return slug
    raise InputError(field, "is required: it names the event type")


def read_answers(pairs: Iterable[tuple[object, object]]) -> dict[str, Json]:
    """Give answers as the domain takes them: plain values and lists of them."""
    answers: dict[str, Json] = {}
    for key, value in pairs:
        name = read_line(key, ANSWER_KEY_LIMIT)
        answer = _flatten(value)
        if name and answer is not None and answer != "":
            answers.setdefault(name, answer)
    return answers


def name_answer(question: object) -> str | None:
    """Make the name of an answer from the question: `What's new?` becomes `what_s_new`."""
    text = read_line(question, ANSWER_KEY_LIMIT)
    return _NO_WORD.sub("_", text.lower()).strip("_") or None if text else None


def _flatten(value: object, depth: int = 0) -> Json:
    if isinstance(value, str):
        return read_prose(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if abs(value) < NUMBER_LIMIT else str(value)[:LINE_LIMIT]
    if isinstance(value, Mapping) and "value" in value and depth < ANSWER_DEPTH:
        return _flatten(value["value"], depth + 1)
    if isinstance(value, list) and depth < ANSWER_DEPTH:
        items = (_flatten(item, depth + 1) for item in value[:LIST_LIMIT])
        return [_as_plain(item) for item in items if item is not None]
    return _as_plain(value)


def _as_plain(value: Json) -> Json:
    if isinstance(value, str | bool | int | float):
        return value
    return read_prose(json.dumps(value, ensure_ascii=False, default=str))
