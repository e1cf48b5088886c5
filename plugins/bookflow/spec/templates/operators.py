"""Arithmetic and comparison in templates: bounded, and forgiving about what is missing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Undefined
from markupsafe import Markup

from bookflow.errors import TemplateError
from bookflow.spec.templates.bounded_filters import read_number
from bookflow.spec.templates.budget import bound_number

if TYPE_CHECKING:
    from bookflow.spec.templates.state import RenderState

_ARITHMETIC: Mapping[str, Callable[[Any, Any], object]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
        "**": operator.pow,
    }
)
_ORDER: Mapping[str, Callable[[Any, Any], object]] = MappingProxyType(
    {"lt": operator.lt, "lteq": operator.le, "gt": operator.gt, "gteq": operator.ge}
)
_EXPONENT_LIMIT = 64
_NUMBERS = (int, float)
_TIMES = (date, timedelta)


def calculate(state: RenderState, symbol: str, left: object, right: object) -> object:
    """Carry out `left symbol right`, after making sure that the result is small enough."""
    state.spend()
    left, right = _fill_missing(left, right), _fill_missing(right, left)
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return _calculate_numbers(symbol, left, right)
    if symbol == "+" and isinstance(left, str) and isinstance(right, str):
        grown = 6 if isinstance(left, Markup) or isinstance(right, Markup) else 1
        state.produce((len(left) + len(right)) * grown)
        return left + right
    if symbol == "+" and isinstance(left, (list, tuple)) and type(left) is type(right):
        state.weigh(left)
        state.weigh(right)
        return left + right  # type: ignore[operator]
    if symbol == "*":
        return _repeat(state, left, right)
    if symbol in "+-" and isinstance(left, _TIMES) and isinstance(right, _TIMES):
        return _ARITHMETIC[symbol](left, right)
    raise TemplateError(
        f"`{symbol}` doesn't work on {_name(left)} and {_name(right)}; "
        "join texts with `~`, make numbers with `|int` or `|float`"
    )


def compare(state: RenderState, symbol: str, left: object, right: object) -> bool:
    """Compare two values; order with something missing is false, numbers may come as text."""
    state.spend()
    if not (isinstance(left, _NUMBERS) or isinstance(right, _NUMBERS)):
        state.weigh(left)
        state.weigh(right)
    is_left_missing = left is None or isinstance(left, Undefined)
    is_right_missing = right is None or isinstance(right, Undefined)
    if symbol in ("eq", "ne"):
        is_equal = is_right_missing if is_left_missing else bool(left == right)
        return is_equal is (symbol == "eq")
    if symbol in ("in", "notin"):
        state.weigh(right)
        return _is_inside(left, right) is (symbol == "in")
    if is_left_missing or is_right_missing:
        return False
    if isinstance(left, str) and isinstance(right, _NUMBERS):
        left = read_number(state, left)
    elif isinstance(right, str) and isinstance(left, _NUMBERS):
        right = read_number(state, right)
    try:
        return bool(_ORDER[symbol](left, right))
    except TypeError:
        raise TemplateError(f"{_name(left)} and {_name(right)} have no order") from None


def _is_inside(item: object, container: object) -> bool:
    if item is None or isinstance(item, Undefined):
        return not isinstance(container, (str, Undefined)) and item in (container or ())  # type: ignore[operator]
    if container is None or isinstance(container, Undefined):
        return False
    if isinstance(container, str):
        return str(item) in container
    if isinstance(container, Container):
        return item in container
    raise TemplateError(f"`in` needs a text or a list on its right, not {_name(container)}")


def _fill_missing(value: object, other: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is not None and not isinstance(value, Undefined):
        return value
    if isinstance(other, (str, list, tuple)):
        return type(other)()
    return 0


def _calculate_numbers(symbol: str, left: float, right: float) -> object:
    bound_number(left)
    bound_number(right)
    if symbol == "**" and abs(right) > _EXPONENT_LIMIT:
        raise TemplateError(f"an exponent is beyond {_EXPONENT_LIMIT}; use a smaller one")
    try:
        result = _ARITHMETIC[symbol](left, right)
    except ZeroDivisionError:
        raise TemplateError("division by zero; guard it with `{% if %}`") from None
    except OverflowError:
        raise TemplateError("a number grows too large; use smaller numbers") from None
    if isinstance(result, complex):
        raise TemplateError("a negative number has no such root")
    return bound_number(result)


def _repeat(state: RenderState, left: object, right: object) -> object:
    many, times = (right, left) if isinstance(left, int) else (left, right)
    if not isinstance(many, (str, list, tuple)) or not isinstance(times, int):
        raise TemplateError(f"`*` doesn't work on {_name(left)} and {_name(right)}")
    if isinstance(many, str):
        state.produce(len(many) * max(times, 0))
    else:
        state.spend(len(many) * max(times, 0))
        repeated = cast("list[object]", many * times)
        state.weigh(repeated)
        return repeated
    return many * times


def _name(value: object) -> str:
    if value is None or isinstance(value, Undefined):
        return "a missing value"
    names = {
        str: "a text",
        int: "a number",
        float: "a number",
        bool: "true/false",
        dict: "an object",
    }
    return names.get(type(value), f"a {type(value).__name__}")
