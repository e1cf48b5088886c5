"""The operators of conditions: their names, which fields they fit, what people call them."""

from __future__ import annotations

from bookflow.spec.vocabulary import FieldType

EQUALITY = ("equals", "not_equals")
ORDERING = ("greater_than", "less_than", "greater_than_or_equal", "less_than_or_equal")
CONTAINING = ("contains", "not_contains")
EDGES = ("starts_with", "ends_with")
EMPTINESS = ("is_empty", "is_not_empty")
LISTING = ("in_list", "not_in_list")
WINDOWS = ("within_next", "within_last")

OPERATORS: tuple[str, ...] = (
    *EQUALITY, *ORDERING, *CONTAINING, *EDGES, *EMPTINESS, *LISTING,
    "regex_match", "between", *WINDOWS, "expression",
)  # fmt: skip

HOLD_WHEN_MISSING = frozenset({"is_empty", "not_equals", "not_contains", "not_in_list"})

_EVERYWHERE = {*EQUALITY, *EMPTINESS, *LISTING}
_ON_TEXT = {*CONTAINING, *EDGES, "regex_match"}
_ON_SCALE = {*ORDERING, "between"}

FITTING: dict[FieldType, frozenset[str]] = {
    FieldType.TEXT: frozenset(_EVERYWHERE | _ON_TEXT | _ON_SCALE),
    FieldType.NUMBER: frozenset(_EVERYWHERE | _ON_SCALE),
    FieldType.BOOLEAN: frozenset(_EVERYWHERE),
    FieldType.DATETIME: frozenset(_EVERYWHERE | _ON_SCALE | {*WINDOWS}),
    # A date reads as ISO text, so `booking_date starts_with 2025-12` is a fair question.
    FieldType.DATE: frozenset(_EVERYWHERE | _ON_TEXT | _ON_SCALE),
    FieldType.ANY: frozenset(_EVERYWHERE | _ON_TEXT | _ON_SCALE | {*WINDOWS}),
}
"""Which operators a field of a type can carry; `expression` has no field."""


def list_fitting(field_type: FieldType) -> list[str]:
    """List the operators that a field of a type can carry, in the order they are taught."""
    return [name for name in OPERATORS if name in FITTING[field_type]]


_SYNONYMS = {
    "=": "equals", "==": "equals", "eq": "equals", "is": "equals", "equal": "equals",
    "!=": "not_equals", "<>": "not_equals", "ne": "not_equals", "is_not": "not_equals",
    ">": "greater_than", "gt": "greater_than", "more_than": "greater_than",
    "<": "less_than", "lt": "less_than",
    ">=": "greater_than_or_equal", "gte": "greater_than_or_equal",
    "at_least": "greater_than_or_equal",
    "<=": "less_than_or_equal", "lte": "less_than_or_equal", "at_most": "less_than_or_equal",
    "includes": "contains", "like": "contains", "begins_with": "starts_with",
    "in": "in_list", "one_of": "in_list", "not_in": "not_in_list",
    "regex": "regex_match", "matches": "regex_match",
    "empty": "is_empty", "not_empty": "is_not_empty", "exists": "is_not_empty",
}  # fmt: skip


def suggest_operator(name: str) -> str | None:
    """Find the operator that was probably meant."""
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    return _SYNONYMS.get(wanted) or nearest(wanted, OPERATORS)


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Find the known word closest to a mistyped one, ignoring case."""
    if not name or len(name) > 100:
        return None
    # Only mistakes need it, and task processes should not pay for it.
    from difflib import get_close_matches

    by_lower = {word.lower(): word for word in known}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
