"""The filters and tests that templates may use: Jinja's harmless ones, made to pay for their work.

What is missing here is missing on purpose: `attr` and `groupby` reach into objects, `safe` switches
escaping off, `format`, `center` and `indent` make a lot of text from a few characters.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import jinja2.filters
import jinja2.tests
from jinja2 import Undefined, pass_context
from markupsafe import Markup, escape

from bookflow.errors import TemplateError
from bookflow.spec.templates.budget import bound_number
from bookflow.spec.templates.people_filters import PEOPLE_FILTERS
from bookflow.spec.templates.state import RenderState, state_of

if TYPE_CHECKING:
    from jinja2.runtime import Context

SIZE_LIMIT = 10_000
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_STOCK_TEXT = ("capitalize", "escape", "lower", "title", "trim", "upper", "urlencode", "wordcount")
_STOCK_MANY = (
    "batch", "dictsort", "items", "list", "map", "max", "min", "reject", "rejectattr", "reverse",
    "select", "selectattr", "slice", "sort", "unique",
)  # fmt: skip
_STOCK_SHALLOW = ("first", "last", "length")
_STOCK_OTHER = ("float", "int", "truncate")
_STOCK_TESTS = (
    "boolean", "defined", "divisibleby", "eq", "even", "false", "float", "ge", "gt", "in",
    "integer", "iterable", "le", "lower", "lt", "mapping", "ne", "number", "odd", "sequence",
    "string", "true", "undefined", "upper", "==", "!=", ">", ">=", "<", "<=", "equalto",
    "greaterthan", "lessthan",
)  # fmt: skip
_NAMED_BY_FIRST_ARGUMENT = {"map": "filter", "select": "test", "reject": "test"}
_NAMED_BY_SECOND_ARGUMENT = {"selectattr": "test", "rejectattr": "test"}


def _lead(stock: Callable[..., object], context: Context) -> tuple[object, ...]:
    wanted = getattr(getattr(stock, "jinja_pass_arg", None), "name", None)
    if wanted is None:
        return ()
    return (
        {"context": context, "eval_context": context.eval_ctx}.get(wanted, context.environment),
    )


def _check_arguments(name: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
    for value in (*args, *kwargs.values()):
        if isinstance(value, int) and abs(value) > SIZE_LIMIT:
            raise TemplateError(f"`{name}`: {value} is too large; use at most {SIZE_LIMIT:,}")
    position = 0 if name in _NAMED_BY_FIRST_ARGUMENT else 1
    kind = _NAMED_BY_FIRST_ARGUMENT.get(name) or _NAMED_BY_SECOND_ARGUMENT.get(name)
    if kind and len(args) > position:
        known = FILTERS if kind == "filter" else TESTS
        if args[position] not in known:
            raise TemplateError(f"`{name}`: `{str(args[position])[:50]}` is not a {kind}")


def _bound(name: str, *, is_deep: bool = True) -> Callable[..., object]:
    stock = cast("Callable[..., object]", jinja2.filters.FILTERS[name])

    @pass_context
    def run(context: Context, value: object, *args: object, **kwargs: object) -> object:
        state = state_of(context)
        state.spend()
        _check_arguments(name, args, kwargs)
        value = state.settle(value)
        if is_deep:
            state.weigh(value)
        result = stock(*_lead(stock, context), value, *args, **kwargs)
        if isinstance(result, Iterator):
            result = list(state.count(result))
        if is_deep:
            _pay(state, result)
        return result

    run.__wrapped__ = stock  # type: ignore[attr-defined]
    return run


def _pay(state: RenderState, result: object) -> None:
    if isinstance(result, str):
        state.produce(len(result))
    else:
        state.weigh(result)


def _bound_test(name: str) -> Callable[..., bool]:
    stock = cast("Callable[..., bool]", jinja2.tests.TESTS[name])

    @pass_context
    def run(context: Context, value: object, *args: object) -> bool:
        state = state_of(context)
        for operand in (value, *args):
            state.weigh(operand)
        if isinstance(value, Undefined) and args:
            value = state.settle(value)
        return bool(stock(*_lead(stock, context), value, *args))

    return run


@pass_context
def _is_none(context: Context, value: object) -> bool:
    state_of(context).spend()
    return value is None or isinstance(value, Undefined)


@pass_context
def _default(
    context: Context, value: object, default: object = "", boolean: bool = False
) -> object:
    state_of(context).spend()
    is_missing = value is None or isinstance(value, Undefined) or (boolean and not value)
    return default if is_missing else value


@pass_context
def _string(context: Context, value: object) -> str:
    state = state_of(context)
    text = state.show(value)
    state.produce(len(text))
    return text


@pass_context
def _replace(
    context: Context, value: object, old: object, new: object, count: int | None = None
) -> str:
    state = state_of(context)
    text = state.show(value)
    return replace_text(
        state, text, state.show(old), state.show(new), -1 if count is None else count
    )


def replace_text(state: RenderState, text: str, old: str, new: str, count: int = -1) -> str:
    """Replace after paying for the longest result there can be."""
    state.weigh(text)
    found = text.count(old)
    found = min(found, count) if count >= 0 else found
    grown = len(new) * (6 if isinstance(text, Markup) else 1) - len(old)
    state.produce(len(text) + found * max(grown, 0))
    return text.replace(old, new, count)


@pass_context
def _join(context: Context, value: object, separator: object = "", attribute: object = None) -> str:
    state = state_of(context)
    many: object = state.settle(value)
    if attribute is not None:
        choose = jinja2.filters.make_attrgetter(context.environment, cast("str | int", attribute))
        many = [choose(item) for item in state.count(_as_iterable(many))]
    return join_texts(context, many, state.show(separator))


def _as_iterable(value: object) -> Iterable[object]:
    if isinstance(value, Iterable):
        return value
    raise TemplateError(f"a {type(value).__name__} can't be looped over; a list is needed")


def join_texts(context: Context, values: object, separator: str = "") -> str:
    """Join values as they would be shown one by one, escaped where the template is HTML."""
    state = state_of(context)
    is_markup = context.eval_ctx.autoescape
    between = escape(separator) if is_markup else separator
    parts: list[str] = []
    for value in _as_iterable(values):
        text = state.show(value)
        state.produce((len(text) + len(between)) * (6 if is_markup else 1))
        parts.append(escape(text) if is_markup else text)
    if not is_markup:
        return between.join(parts)
    return Markup(between).join(parts)  # noqa: S704 - escaped


@pass_context
def _to_json(context: Context, value: object, indent: int | None = None) -> str:
    state = state_of(context)
    width = indent if isinstance(indent, int) and 0 <= indent <= 8 else None
    text = json.dumps(state.to_json(value), ensure_ascii=False, indent=width)
    state.produce(len(text))
    return text


def read_number(state: RenderState, value: object) -> int | float:
    """Understand a number or its text; missing values count as zero."""
    if isinstance(value, (int, float)):
        return value
    if value is None or isinstance(value, Undefined):
        return 0
    if not isinstance(value, (str, Decimal)):
        raise TemplateError(f"a {type(value).__name__} is not a number")
    try:
        number = Decimal(state.show(value).strip()[:40] or "0")
        return int(number) if number == number.to_integral_value() else float(number)
    except (InvalidOperation, ValueError, OverflowError):
        raise TemplateError(f"`{state.show(value)[:40]}` is not a number") from None


@pass_context
def _abs(context: Context, value: object) -> object:
    state = state_of(context)
    state.spend()
    return abs(read_number(state, value))


@pass_context
def _round(
    context: Context, value: object, precision: int = 0, method: str = "common"
) -> float | int:
    state = state_of(context)
    state.spend()
    if not isinstance(precision, int) or not -10 <= precision <= 10:
        raise TemplateError("`round`: use a precision from -10 to 10")
    number = read_number(state, value)
    bound_number(number)
    return float(jinja2.filters.do_round(number, precision, method))  # type: ignore[arg-type]


@pass_context
def _sum(context: Context, value: object, attribute: object = None, start: object = 0) -> object:
    state = state_of(context)
    total = read_number(state, start)
    items = state.count(_as_iterable(state.settle(value)))
    if attribute is not None:
        choose = jinja2.filters.make_attrgetter(context.environment, cast("str | int", attribute))
        items = (choose(item) for item in items)
    for item in items:
        total = total + read_number(state, item)
        bound_number(total)
    return total


@pass_context
def _line_breaks(context: Context, value: object) -> str:
    state = state_of(context)
    text = state.show(value)
    state.produce(len(text) * 6)
    if not context.eval_ctx.autoescape:
        return text
    broken = _LINE_BREAK.sub("<br>\n", str(escape(text)))
    return Markup(broken)  # noqa: S704 - escaped just here


FILTERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        **{name: _bound(name) for name in (*_STOCK_TEXT, *_STOCK_MANY, *_STOCK_OTHER)},
        **{name: _bound(name, is_deep=False) for name in _STOCK_SHALLOW},
        "count": _bound("length", is_deep=False),
        "e": _bound("escape"),
        "abs": _abs,
        "d": _default,
        "default": _default,
        "join": _join,
        "nl2br": _line_breaks,
        "replace": _replace,
        "round": _round,
        "string": _string,
        "sum": _sum,
        "tojson": _to_json,
        **PEOPLE_FILTERS,
    }
)
TESTS: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {**{name: _bound_test(name) for name in _STOCK_TESTS}, "none": _is_none}
)


@lru_cache(maxsize=512)
def takes_arguments(filter_name: str, count: int, keywords: tuple[str, ...] = ()) -> bool:
    """Tell whether a filter takes so many positional arguments and these keywords."""
    function = inspect.unwrap(FILTERS[filter_name])
    lead = 1 if hasattr(function, "jinja_pass_arg") else 0
    try:
        values = [None] * (lead + 1 + count)
        inspect.signature(function).bind(*values, **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True
