"""The methods and attributes of plain values that templates may use; there are no others."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from jinja2.runtime import Context, LoopContext

from bookflow.errors import TemplateError
from bookflow.spec.templates.bounded_filters import join_texts, replace_text
from bookflow.spec.templates.state import state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SPLIT_LIMIT = 100_000
_STRFTIME = re.compile(r"(?:%-?[A-Za-z%]|[^%]){0,100}")

_TEXT_METHODS = frozenset(
    {
        "capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdigit",
        "islower", "isnumeric", "isspace", "isupper", "join", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
_METHODS: tuple[tuple[type, frozenset[str]], ...] = (
    (str, _TEXT_METHODS),
    (dict, frozenset({"get", "items", "keys", "values"})),
    (list, frozenset({"count", "index"})),
    (tuple, frozenset({"count", "index"})),
    (
        datetime,
        frozenset({"date", "isoformat", "isoweekday", "strftime", "time", "timestamp", "weekday"}),
    ),
    (date, frozenset({"isoformat", "isoweekday", "strftime", "weekday"})),
    (time, frozenset({"isoformat"})),
    (timedelta, frozenset({"total_seconds"})),
    (LoopContext, frozenset({"changed", "cycle"})),
)
_ATTRIBUTES: tuple[tuple[type, frozenset[str]], ...] = (
    (datetime, frozenset({"year", "month", "day", "hour", "minute", "second"})),
    (date, frozenset({"year", "month", "day"})),
    (time, frozenset({"hour", "minute", "second"})),
    (timedelta, frozenset({"days", "seconds"})),
    (
        LoopContext,
        frozenset(
            {
                "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem",
                "previtem", "revindex", "revindex0",
            }
        ),
    ),
)  # fmt: skip
METHOD_NAMES = frozenset(name for _, names in _METHODS for name in names)


class SafeMethod:
    """A method of a plain value that may be called from a template, and from nowhere else."""

    __slots__ = ("_name", "_value")

    def __init__(self, value: object, name: str) -> None:
        """Bind the method's name to the value."""
        self._value = value
        self._name = name

    def __str__(self) -> str:
        """Show nothing when a template names a method without calling it."""
        return ""

    def run(self, context: Context, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call the method, paying for its work first and for its result after."""
        state = state_of(context)
        value, name = self._value, self._name
        # loops read their own state, so their arguments are all there is to weigh
        for operand in (*args, *kwargs.values(), "" if isinstance(value, LoopContext) else value):
            state.weigh(operand)
        special = _SPECIAL.get(name) if isinstance(value, str) or name == "strftime" else None
        if special:
            return special(context, value, *args, **kwargs)
        if "split" in name and len(cast("str", value)) > _SPLIT_LIMIT:
            raise TemplateError(f"`{name}`: the text is longer than {_SPLIT_LIMIT:,} characters")
        result = getattr(value, name)(*args, **kwargs)
        if isinstance(value, dict) and name != "get":
            result = list(result)
        if isinstance(result, str):
            state.produce(len(result))
        elif result is not None:
            state.weigh(result)
        return result


def find_attribute(value: object, name: str) -> tuple[bool, object]:
    """Give (True, attribute or method) where a template may use it, else (False, None)."""
    for kind, names in _METHODS:
        if isinstance(value, kind) and name in names:
            return True, SafeMethod(value, name)
    for kind, names in _ATTRIBUTES:
        if isinstance(value, kind) and name in names:
            return True, getattr(value, name)
    return False, None


def _replace(context: Context, value: str, old: object, new: object, count: int = -1) -> str:
    state = state_of(context)
    return replace_text(state, value, state.show(old), state.show(new), count)


def _join(context: Context, value: str, values: object) -> str:
    return join_texts(context, values, value)


def _strftime(context: Context, value: date, pattern: object) -> str:
    text = state_of(context).show(pattern)
    if not _STRFTIME.fullmatch(text):
        raise TemplateError(
            "`strftime`: use plain codes such as `%d.%m.%Y`, or the filters `date` and `time`"
        )
    return value.strftime(text)


_SPECIAL: Mapping[str, Callable[..., object]] = MappingProxyType(
    {"join": _join, "replace": _replace, "strftime": _strftime}
)
