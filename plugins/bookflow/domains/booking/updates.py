"""What `update_booking` may write: the updatable fields, each with its own rule."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from bookflow.domains.booking.values import (
    LINE_LIMIT,
    PROSE_LIMIT,
    Problem,
    check_answers,
    explain_status,
    find_link_fault,
    find_text_fault,
    quote_value,
    read_status,
)
from bookflow.domains.booking.vocabulary import BOOKING_VOCABULARY
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Json

_LINES = ("meeting_id", "meeting_password")


def check_update(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Validate rendered values; an empty text clears a field. Raises `InputError` with all faults.

    `custom_answers` holds only the answers to set; others stay as they are.
    """
    if not fields:
        raise InputError("update_booking_fields", "sets nothing; name at least one field")
    checked: dict[str, Json] = {}
    problems: list[Problem] = []
    for name, value in fields.items():
        checked[name], faults = _check_field(name, value)
        problems.extend(faults)
    if problems:
        (field, message), *more = problems
        raise InputError(field, message, more=more)
    return checked


def _check_field(name: str, value: Json) -> tuple[Json, list[Problem]]:
    if name not in BOOKING_VOCABULARY.updatable_fields:
        return None, [(str(name)[:80], _explain_unknown(name))]
    if name == "custom_answers":
        if not value:
            return None, [(name, "sets no answer; name at least one")]
        return check_answers(value, name)
    if name == "status":
        status = read_status(value)
        return status, [] if status else [(name, explain_status(value))]
    if value is None:
        return None, []
    if not isinstance(value, str):
        return None, [(name, f"must be text, not {quote_value(value)}")]
    text = value.strip()
    fault = _find_fault(name, text) if text else None
    return text or None, [(name, fault)] if fault else []


def _find_fault(name: str, text: str) -> str | None:
    if name == "meeting_link":
        return find_link_fault(text)
    is_line = name in _LINES
    return find_text_fault(text, limit=LINE_LIMIT if is_line else PROSE_LIMIT, is_line=is_line)


def _explain_unknown(name: object) -> str:
    known = list(BOOKING_VOCABULARY.updatable_fields)
    near = difflib.get_close_matches(str(name)[:40], known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"only {', '.join(known)} are"
    return f"{quote_value(name)} can't be updated; {hint}"
