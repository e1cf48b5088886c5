"""Rules for single values from outside: text that can be stored, answers, links, statuses."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bookflow.domains.booking.vocabulary import STATUSES

if TYPE_CHECKING:
    from bookflow.records import Json

LINK_LIMIT = 2_000
PROSE_LIMIT = 5_000
LINE_LIMIT = 200
ANSWERS_LIMIT = 100
ANSWERS_SIZE_LIMIT = 32_768
ANSWER_KEY_LIMIT = 100
ANSWER_LIST_LIMIT = 200
NUMBER_LIMIT = 2**63

# PostgreSQL can't store NUL nor lone surrogates; other controls only serve to mislead
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_BREAK = re.compile(r"[\t\n\r\x85\u2028\u2029]")
_LINK_REFUSED = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}]")

_SYNONYMS = {
    **{status: status for status in STATUSES},
    "canceled": "cancelled",
    "declined": "rejected",
    "accepted": "confirmed",
    "requested": "pending",
    "done": "completed",
    "no-show": "no_show",
    "noshow": "no_show",
}

Problem = tuple[str, str]
"""A dotted path, and what is wrong there."""


def read_status(value: object) -> str | None:
    """Give the status meant, in our spelling; None where there is no such status."""
    if not isinstance(value, str):
        return None
    return _SYNONYMS.get(value) or _SYNONYMS.get(value[:20].strip().lower().replace(" ", "_"))


def explain_status(value: object) -> str:
    """Say which statuses there are, the likeliest first."""
    if not isinstance(value, str):
        return f"must be one of {', '.join(STATUSES)}"
    near = difflib.get_close_matches(value[:40].lower(), _SYNONYMS, n=1)
    hint = f"did you mean `{_SYNONYMS[near[0]]}`?" if near else f"use one of {', '.join(STATUSES)}"
    return f"{quote_value(value)} is not a status; {hint}"


def quote_value(value: object, limit: int = 60) -> str:
    """Quote a hostile value for an error: cut, and without characters that can't be shown."""
    text = value if isinstance(value, str) else type(value).__name__
    shown = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:limit]
    )
    return f"`{shown}…`" if len(text) > limit else f"`{shown}`"


def find_text_fault(text: str, *, limit: int, is_line: bool) -> str | None:
    """Say why a text can't be accepted, or None; a line must not hold line breaks."""
    if len(text) > limit:
        return f"is longer than {limit:,} characters"
    if _UNSTORABLE.search(text):
        return "holds control characters or broken Unicode; send plain text"
    if is_line and _LINE_BREAK.search(text):
        return "must be a single line, without tabs or line breaks"
    return None


def find_link_fault(link: str) -> str | None:
    """Say why a text is no web address, or None."""
    if len(link) > LINK_LIMIT:
        return f"is longer than {LINK_LIMIT:,} characters"
    example = "write it like https://meet.example.com/room"
    if _LINK_REFUSED.search(link) or _UNSTORABLE.search(link):
        return f"holds characters that no web address has; {example}"
    try:
        parts = urlsplit(link)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return f"is not a web address; {example}"
    if parts.scheme not in ("http", "https") or not has_host:
        return f"must be an http or https address; {example}"
    return None


def check_answers(value: object, path: str) -> tuple[dict[str, Json], list[Problem]]:
    """Check custom answers: an object of texts, numbers, booleans, nulls and lists of these.

    Gives the accepted ones and every problem; answers and their names together may take
    `ANSWERS_SIZE_LIMIT` characters.
    """
    if value is None:
        return {}, []
    if not isinstance(value, Mapping):
        return {}, [(path, 'must be an object such as {"company_size": 40}')]
    if len(value) > ANSWERS_LIMIT:
        return {}, [(path, f"has {len(value):,} answers; {ANSWERS_LIMIT} are allowed")]
    answers: dict[str, Json] = {}
    problems: list[Problem] = []
    for key, answer in value.items():
        fault = _find_key_fault(key) or _find_answer_fault(answer)
        if fault:
            problems.append((f"{path}.{_show_key(key)}", fault))
            continue
        answers[key] = answer
    if measure_answers(answers) > ANSWERS_SIZE_LIMIT:
        problems.append((path, f"holds more than {ANSWERS_SIZE_LIMIT:,} characters in all"))
    return answers, problems


def measure_answers(answers: Mapping[str, Json]) -> int:
    """Count the characters that answers and their names take."""
    return sum(len(key) + _size_of(answer) for key, answer in answers.items())


def _show_key(key: object) -> str:
    return quote_value(key).strip("`")


def _find_key_fault(key: Any) -> str | None:
    if not isinstance(key, str) or not key.strip():
        return "the name of an answer must be text"
    fault = find_text_fault(key, limit=ANSWER_KEY_LIMIT, is_line=True)
    return f"the name of this answer {fault}" if fault else None


def _find_answer_fault(answer: Any) -> str | None:
    if isinstance(answer, list):
        if len(answer) > ANSWER_LIST_LIMIT:
            return f"has more than {ANSWER_LIST_LIMIT} entries"
        return next((fault for item in answer if (fault := _find_scalar_fault(item))), None)
    return _find_scalar_fault(answer)


def _find_scalar_fault(answer: Any) -> str | None:
    if isinstance(answer, str):
        return find_text_fault(answer, limit=ANSWERS_SIZE_LIMIT, is_line=False)
    if answer is None or isinstance(answer, bool):
        return None
    if isinstance(answer, int | float):
        if isinstance(answer, float) and not math.isfinite(answer):
            return "must be a finite number"
        return None if abs(answer) < NUMBER_LIMIT else "is too large a number; send it as text"
    return "must be text, a number, true, false, null or a list of these; objects do not nest"


def _size_of(answer: Json) -> int:
    if isinstance(answer, str):
        return len(answer)
    return sum(_size_of(item) + 1 for item in answer) if isinstance(answer, list) else 8
