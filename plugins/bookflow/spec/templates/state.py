"""One rendering: its context, its budget, and how a value becomes text or JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import cast

from jinja2 import Undefined
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.utils import Namespace

from bookflow.errors import TemplateError
from bookflow.spec.templates import moments
from bookflow.spec.templates.budget import NESTING_LIMIT, Budget
from bookflow.spec.templates.defaults import DEFAULT_TEXTS, MissingValue

STATE_KEY = "bookflow.state"
"""Where a Jinja context keeps the state: a key that no template can name."""


class RenderState(Budget):
    """What filters and operators of one rendering share."""

    __slots__ = ("context", "is_iso", "last_value")

    def __init__(self, context: Mapping[str, object], *, is_iso: bool = False) -> None:
        """Take the context's values; `is_iso` writes moments for machines instead of people."""
        super().__init__()
        self.context = context
        self.is_iso = is_iso
        self.last_value: object = None

    def show_field(self, name: str) -> str:
        """Write a context field as text, its default where it is missing."""
        value = self.context.get(name)
        if value is None:
            return DEFAULT_TEXTS.get(name, "")
        return value if type(value) is str else self.show(value)

    def show(self, value: object, depth: int = 0) -> str:
        """Write any value as the text that a reader expects."""
        if isinstance(value, str):
            return value
        if isinstance(value, MissingValue):
            return value.default_text
        if value is None or isinstance(value, Undefined):
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return _show_float(value)
        if isinstance(value, (date, time, timedelta)):
            return self._show_moment(value)
        if isinstance(value, (list, tuple, set, frozenset, range, Mapping)):
            return self._show_many(value, depth)
        return "" if isinstance(value, _INTERNAL) else str(value)

    def settle(self, value: object) -> object:
        """Replace a missing value by its text, so that filters have something to work on."""
        return self.show(value) if value is None or isinstance(value, Undefined) else value

    def to_json(self, value: object, depth: int = 0) -> object:
        """Turn a value into what JSON can hold, keeping its type where JSON has it."""
        self.spend()
        if depth > NESTING_LIMIT:
            raise TemplateError(f"a value is nested more than {NESTING_LIMIT} deep")
        if isinstance(value, str):
            self.produce(len(value))
            return str(value)
        if isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, Decimal):
            return self.to_json(int(value) if value == value.to_integral_value() else float(value))
        if isinstance(value, Mapping):
            return {self.show(key): self.to_json(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset, range)):
            return [self.to_json(item, depth + 1) for item in value]
        if isinstance(value, (date, time)):
            return value.isoformat()
        return self.show(value)

    def _show_moment(self, value: date | time | timedelta) -> str:
        if isinstance(value, time):
            return value.isoformat("minutes")
        if isinstance(value, timedelta):
            if self.is_iso:
                return _show_float(value.total_seconds() / 60)
            locale = moments.choose_locale(self.context)
            return moments.format_duration(value, "long", locale)
        if self.is_iso:
            return value.isoformat()
        moment = moments.read_moment(value, self.context)
        if moment is None:
            return ""
        locale = moments.choose_locale(self.context)
        moment = moments.move_to_zone(moment, self.context)
        return moments.format_datetime(moment, "medium", locale)

    def _show_many(self, value: object, depth: int) -> str:
        if depth > NESTING_LIMIT:
            raise TemplateError(f"a value is nested more than {NESTING_LIMIT} deep")
        parts: list[str] = []
        if isinstance(value, Mapping):
            for key, item in value.items():
                parts.append(f"{self.show(key, depth + 1)}: {self.show(item, depth + 1)}")
                self.produce(len(parts[-1]) + 2)
        else:
            for item in cast("list[object]", value):
                parts.append(self.show(item, depth + 1))
                self.produce(len(parts[-1]) + 2)
        return ", ".join(parts)


_INTERNAL = (LoopContext, Macro, Namespace, type)


def state_of(context: Context) -> RenderState:
    """Find the state of the rendering that a Jinja context belongs to."""
    return cast("RenderState", context.parent[STATE_KEY])


def _show_float(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
