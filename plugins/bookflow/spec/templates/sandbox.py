"""The Jinja environments that templates run in: nothing to escape to, everything counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from bookflow.errors import TemplateError
from bookflow.spec.templates.bounded_filters import FILTERS, TESTS, join_texts
from bookflow.spec.templates.budget import STEP_LIMIT
from bookflow.spec.templates.defaults import MissingValue
from bookflow.spec.templates.methods import SafeMethod, find_attribute
from bookflow.spec.templates.operators import calculate, compare
from bookflow.spec.templates.state import state_of

STEP, WORK, CONCAT, MADE, COMPARE, SLICE = (
    "bookflow.step",
    "bookflow.work",
    "bookflow.concat",
    "bookflow.made",
    "bookflow.compare",
    "bookflow.slice",
)
"""Filters that the compiler puts into templates; authors can't use them."""

GLOBAL_NAMES = frozenset({"range", "namespace"})


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox with listed filters, tests, methods and operators only."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, autoescape: bool) -> None:
        """Make an environment for HTML (`autoescape`) or for plain text."""
        super().__init__(
            autoescape=autoescape,
            undefined=MissingValue,
            finalize=_show_output,
            keep_trailing_newline=True,
            optimized=False,
            cache_size=0,
        )
        self.globals = {"range": range, "namespace": Namespace}
        self.tests = dict(TESTS)
        self.filters = {**FILTERS, **_INTERNAL_FILTERS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Reach a listed attribute or method of a plain value, or an item of a mapping."""
        if attribute.startswith("_"):
            return self.undefined(obj=obj, name=attribute)
        is_found, value = find_attribute(obj, attribute)
        if is_found:
            return value
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
        elif isinstance(obj, Namespace):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Reach an item by key or position; attributes only as `getattr` allows."""
        if isinstance(obj, Mapping):
            if isinstance(argument, (str, int)) and argument in obj:
                return obj[argument]
        elif isinstance(argument, int) and isinstance(obj, (str, list, tuple, range)):
            if -len(obj) <= argument < len(obj):
                return obj[argument]
        elif isinstance(argument, str):
            return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=str(argument)[:100])

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as in Jinja: a template's keywords may be called `self`
        """Call a listed method, a macro, `range`, `namespace` or a recursive loop."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        state = state_of(__context)
        state.spend()
        if isinstance(__obj, SafeMethod):
            return __obj.run(__context, args, kwargs)
        if __obj is range:
            return _make_range(*args)
        for value in (*args, *kwargs.values()):
            state.weigh(value)
        if __obj is Namespace:
            return Namespace(*args, **kwargs)
        if not isinstance(__obj, (Macro, LoopContext)):
            raise TemplateError("only macros and listed methods can be called")
        if isinstance(__obj, LoopContext):
            args = tuple(_iterate(__context, value, 1) for value in args)
        state.enter_call()
        try:
            return __context.call(__obj, *args, **kwargs)
        finally:
            state.leave_call()

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Carry out an arithmetic operator within bounds."""
        return calculate(state_of(context), operator, left, right)


@pass_context
def _show_output(context: Context, value: object) -> str:
    state = state_of(context)
    state.last_value = value
    text = state.show(value)
    state.produce(len(text))
    return text


@pass_context
def _iterate(context: Context, values: object, weight: int) -> Iterable[object]:
    state = state_of(context)
    state.spend()
    if values is None or isinstance(values, Undefined):
        return ()
    if not isinstance(values, Iterable):
        raise TemplateError(f"a {type(values).__name__} can't be looped over; a list is needed")
    return state.count(values, weight)


@pass_context
def _work(context: Context, weight: int) -> str:
    state_of(context).spend(weight)
    return ""


@pass_context
def _concat(context: Context, values: object) -> str:
    return join_texts(context, values)


@pass_context
def _weigh_made(context: Context, value: object) -> object:
    state_of(context).weigh(value)
    return value


@pass_context
def _compare(context: Context, left: object, symbol: str, right: object) -> bool:
    return compare(state_of(context), symbol, left, right)


@pass_context
def _slice(context: Context, value: object, start: Any, stop: Any, step: Any) -> object:
    state = state_of(context)
    value = state.settle(value)
    if not isinstance(value, (str, list, tuple)):
        raise TemplateError("only texts and lists have slices")
    for bound in (start, stop, step):
        if bound is not None and not isinstance(bound, int):
            raise TemplateError("the bounds of a slice are whole numbers")
    part = value[slice(start, stop, step)]
    if isinstance(part, str):
        state.produce(len(part))
    else:
        state.weigh(part)
    return part


_INTERNAL_FILTERS: Mapping[str, Callable[..., object]] = {
    STEP: _iterate,
    WORK: _work,
    CONCAT: _concat,
    MADE: _weigh_made,
    COMPARE: _compare,
    SLICE: _slice,
}


def _make_range(*args: Any) -> range:
    if not all(isinstance(value, int) for value in args):
        raise TemplateError("`range` takes whole numbers")
    numbers: range = range(*args)
    try:
        is_long = len(numbers) > STEP_LIMIT
    except OverflowError:
        is_long = True
    if is_long:
        raise TemplateError(f"`range` is too long; use at most {STEP_LIMIT:,} numbers")
    return numbers


@lru_cache(maxsize=2)
def get_environment(*, html: bool) -> TemplateEnvironment:
    """Share one environment per kind of escaping; environments hold no state of a rendering."""
    return TemplateEnvironment(autoescape=html)
