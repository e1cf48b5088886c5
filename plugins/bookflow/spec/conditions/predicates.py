"""From operator, field type and value to a function that judges one actual value.

Builders raise ValueError, worded for the author of the spec, where operator and value do not
fit. The functions they build never raise: a value they can't read does not match.
"""

from __future__ import annotations

import operator as comparison
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bookflow.spec.conditions.membership import Judge, build_membership
from bookflow.spec.conditions.operators import CONTAINING, EDGES, EQUALITY, LISTING, ORDERING
from bookflow.spec.conditions.patterns import build_search
from bookflow.spec.conditions.reading import (
    ANYTHING,
    DATE,
    INSTANT,
    LISTS,
    NUMBER,
    TEXT,
    Need,
    Reader,
    compose,
    fold,
    is_blank,
    read_instant,
    read_text,
    show,
)
from bookflow.spec.durations import parse_duration
from bookflow.spec.vocabulary import ContextField, FieldType

Predicate = Callable[[object, datetime], bool]
"""Judges an actual value that is not missing, at a moment in time."""

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "greater_than": comparison.gt,
    "less_than": comparison.lt,
    "greater_than_or_equal": comparison.ge,
    "less_than_or_equal": comparison.le,
}
_SCALES: dict[FieldType, tuple[Need, ...]] = {
    FieldType.NUMBER: (NUMBER,),
    FieldType.TEXT: (NUMBER,),
    FieldType.DATETIME: (INSTANT,),
    FieldType.DATE: (DATE,),
    FieldType.ANY: (NUMBER, INSTANT, DATE),
}
_EXAMPLES = {NUMBER: "5", DATE: "2026-03-29", INSTANT: "2026-03-29T09:00:00+02:00"}


def build_predicate(
    operator: str, field: ContextField, value: object, *, case_sensitive: bool | None
) -> tuple[Predicate, Need]:
    """Build the predicate and name what it must be able to read; ValueError on a misfit."""
    if operator in ("is_empty", "is_not_empty"):
        return _build_emptiness(operator, value)
    if value is None:
        raise ValueError(f"{operator} needs a value; to ask for a missing one use is_empty")
    if operator in EQUALITY or operator in LISTING:
        return _build_membership(operator, field, value, exact=bool(case_sensitive))
    if operator in ORDERING:
        return _build_ordering(operator, field.type, value)
    if operator == "between":
        return _build_between(field.type, value)
    if operator in CONTAINING or operator in EDGES:
        return _build_part(operator, value, exact=bool(case_sensitive))
    if operator == "regex_match":
        return _build_regex(value, exact=case_sensitive is not False)
    return _build_window(operator, value)


def _build_emptiness(operator: str, value: object) -> tuple[Predicate, Need]:
    if value is not None:
        raise ValueError(f"{operator} takes no value; remove `value`")
    if operator == "is_empty":
        return (lambda actual, _now: is_blank(actual)), ANYTHING
    return (lambda actual, _now: not is_blank(actual)), ANYTHING


def _build_membership(
    operator: str, field: ContextField, value: object, *, exact: bool
) -> tuple[Predicate, Need]:
    if operator in LISTING:
        judge, need = build_membership(field, _listed(operator, value), exact=exact)
        match = _any_of(judge)
    elif isinstance(value, list):
        match, need = _same_elements(field, value, exact=exact)
    else:
        judge, need = build_membership(field, [value], exact=exact)
        match = _only_one(judge)
    if operator in ("not_equals", "not_in_list"):
        return (lambda actual, now: not match(actual, now)), need
    return match, need


def _listed(operator: str, value: object) -> Sequence[object]:
    if isinstance(value, str) and "," in value:
        parts = ", ".join(part.strip() for part in value.split(",", 5)[:5])[:80]
        raise ValueError(f"{operator} needs a list; write [{parts}]")
    if not isinstance(value, list):
        raise ValueError(f"{operator} needs a list, such as [{show(value).strip('`')}]")
    if not value:
        raise ValueError(f"{operator} needs at least one element in its list")
    if len(value) > 1000:
        raise ValueError(f"{operator} takes at most 1000 elements; this list has {len(value)}")
    return value


def _any_of(judge: Judge) -> Predicate:
    def match(actual: object, _now: datetime) -> bool:
        if isinstance(actual, LISTS):
            return any(judge(element) for element in actual)
        return judge(actual)

    return match


def _only_one(judge: Judge) -> Predicate:
    """Match a scalar, or a list of just that scalar: forms send one ticked box as a list."""

    def match(actual: object, _now: datetime) -> bool:
        if isinstance(actual, LISTS):
            return len(actual) == 1 and all(judge(element) for element in actual)
        return judge(actual)

    return match


def _same_elements(
    field: ContextField, value: list[object], *, exact: bool
) -> tuple[Predicate, Need]:
    if field.type is not FieldType.ANY:
        raise ValueError(
            f"`{field.name}` holds one value, never a list; use in_list for any of several"
        )
    elements = _listed("equals", value)
    within, need = build_membership(field, elements, exact=exact)
    each = [build_membership(field, [element], exact=exact)[0] for element in elements]

    def match(actual: object, _now: datetime) -> bool:
        return (
            isinstance(actual, LISTS)
            and len(actual) == len(each)
            and all(within(element) for element in actual)
            and all(any(judge(element) for element in actual) for judge in each)
        )

    return match, need


def _scale_of(kind: FieldType, value: object) -> tuple[Need, Any]:
    """Find how a value is to be ordered: as number, instant or date."""
    if not isinstance(value, bool):
        for need in _SCALES[kind]:
            wanted = need.reader(value)
            # A datetime loses its time when read as a date, and a date field is never that fine.
            if wanted is not None and not (need is DATE and isinstance(value, datetime)):
                return need, wanted
    examples = " or ".join(f"{need.noun} such as {_EXAMPLES[need]}" for need in _SCALES[kind])
    raise ValueError(f"{show(value)} has no order here; give {examples}")


def _build_ordering(operator: str, kind: FieldType, value: object) -> tuple[Predicate, Need]:
    need, wanted = _scale_of(kind, value)
    reader, compare = need.reader, _COMPARE[operator]

    def match(actual: object, _now: datetime) -> bool:
        read = reader(actual)
        return read is not None and compare(read, wanted)

    return match, need


def _build_between(kind: FieldType, value: object) -> tuple[Predicate, Need]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("between needs a list of two, [low, high]")
    need, low = _scale_of(kind, value[0])
    same, high = _scale_of(kind, value[1])
    if need is not same:
        raise ValueError(f"between needs two of a kind; {show(value[1])} is not {need.noun}")
    if low > high:
        raise ValueError(f"between needs [low, high]; {show(value[0])} is above {show(value[1])}")
    reader: Reader = need.reader

    def match(actual: object, _now: datetime) -> bool:
        read: Any = reader(actual)
        return read is not None and low <= read <= high

    return match, need


def _build_regex(value: object, *, exact: bool) -> tuple[Predicate, Need]:
    search, longest = build_search(value, exact=exact)

    def read_searchable(actual: object) -> str | None:
        text = read_text(actual)
        return text if text is not None and len(text) <= longest else None

    return _on_texts(search), Need(read_searchable, f"a text of at most {longest} characters")


def _build_part(operator: str, value: object, *, exact: bool) -> tuple[Predicate, Need]:
    text = None if isinstance(value, bool) else read_text(value)
    if isinstance(value, list):
        raise ValueError(
            f"{operator} takes one text; for several write a group of rules with OR or AND"
        )
    if text is None:
        raise ValueError(f"{operator} needs a text; {show(value)} is none (put it in quotes)")
    if not text:
        raise ValueError(
            f"{operator} needs a text that is not empty; use is_not_empty to ask for any"
        )
    alike = compose if exact else fold
    part = alike(text)
    if operator == "starts_with":
        return _on_texts(lambda actual: alike(actual).startswith(part)), TEXT
    if operator == "ends_with":
        return _on_texts(lambda actual: alike(actual).endswith(part)), TEXT

    def contains(actual: object, _now: datetime) -> bool:
        if isinstance(actual, LISTS):
            texts = (read_text(element) for element in actual)
            return any(element is not None and alike(element) == part for element in texts)
        read = read_text(actual)
        return read is not None and part in alike(read)

    if operator == "not_contains":
        return (lambda actual, now: not contains(actual, now)), TEXT
    return contains, TEXT


def _on_texts(judge: Callable[[str], bool]) -> Predicate:
    """Judge a text, or any element of a list of texts."""

    def match(actual: object, _now: datetime) -> bool:
        if type(actual) is str:
            return judge(actual)
        if isinstance(actual, LISTS):
            texts = (read_text(element) for element in actual)
            return any(text is not None and judge(text) for text in texts)
        text = read_text(actual)
        return text is not None and judge(text)

    return match


def _build_window(operator: str, value: object) -> tuple[Predicate, Need]:
    if not isinstance(value, int | str):
        raise ValueError(f"{operator} needs a duration such as 24h; {show(value)} is none")
    length = parse_duration(value)
    if not length:
        raise ValueError(f"{operator} needs a duration longer than nothing, such as 24h")
    sign = 1 if operator == "within_next" else -1
    nothing = timedelta()

    def match(actual: object, now: datetime) -> bool:
        instant, moment = read_instant(actual), read_instant(now)
        if instant is None or moment is None:
            return False
        return nothing <= (instant - moment) * sign <= length

    return match, INSTANT


def why_unreadable(need: Need, actual: object, now: datetime) -> str | None:
    """Say why a value can't be compared, or None where it can."""
    if need is INSTANT and read_instant(now) is None:
        return "the moment of evaluation has no offset"
    if need is ANYTHING or isinstance(actual, LISTS):
        return None
    return None if need.reader(actual) is not None else f"{show(actual)} is not {need.noun}"
