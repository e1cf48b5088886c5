"""What a parsed template contains: forbidden constructs, unknown names, the variables it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from bookflow.errors import TemplateError
from bookflow.spec.templates.bounded_filters import FILTERS, TESTS, takes_arguments
from bookflow.spec.templates.budget import NUMBER_LIMIT
from bookflow.spec.templates.methods import METHOD_NAMES
from bookflow.spec.templates.people_filters import ARGUMENTS, find_argument_problem
from bookflow.spec.templates.sandbox import GLOBAL_NAMES, get_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SOURCE_LIMIT = 100_000
NODE_LIMIT = 10_000
DEPTH_LIMIT = 50
LOOP_DEPTH_LIMIT = 8
ERROR_LIMIT = 100
"""More errors than this say nothing new, and finding what each meant takes time."""

_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Extends: "{% extends %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from ... import %}",
    nodes.Block: "{% block %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.EvalContextModifier: "{% autoescape %}",
}
_NAMED_IN_ARGUMENTS: Mapping[str, tuple[int, Mapping[str, object], str]] = {
    "map": (0, FILTERS, "filter"),
    "select": (0, TESTS, "test"),
    "reject": (0, TESTS, "test"),
    "selectattr": (1, TESTS, "test"),
    "rejectattr": (1, TESTS, "test"),
}


@dataclass(slots=True)
class Analysis:
    """Everything wrong with a template, and its undeclared variables with their first line."""

    errors: list[TemplateError] = field(default_factory=list)
    variables: dict[str, int] = field(default_factory=dict)
    node_count: int = 0

    def add_error(self, message: str, line: int) -> None:
        """Note one thing that is wrong."""
        self.errors.append(TemplateError(message, line=line))


class _TooLargeError(Exception):
    """The template is beyond what is looked at."""


def parse_source(source: str, *, html: bool) -> nodes.Template:
    """Parse a template; raises TemplateError with the line of a syntax error."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateError(
            f"the template has {len(source):,} characters; at most {SOURCE_LIMIT:,} are allowed"
        )
    try:
        return Parser(get_environment(html=html), source).parse()
    except TemplateSyntaxError as error:
        raise TemplateError(error.message or "invalid syntax", line=error.lineno) from None
    except RecursionError:
        raise TemplateError("expressions are nested too deeply; simplify the template") from None
    except (ValueError, OverflowError, SyntaxError, MemoryError):
        raise TemplateError("a number or text in an expression can't be read") from None


def analyse(tree: nodes.Template) -> Analysis:
    """Walk a parsed template once; never fails, the result lists what is wrong first."""
    walk = _Walk()
    try:
        walk.visit(tree, set(), 0)
    except _TooLargeError as error:
        walk.found.errors.append(TemplateError(str(error)))
    return walk.found


def suggest(name: str, known: Iterable[str]) -> str:
    """Phrase the nearest known name as a question, or nothing where none is near."""
    near = get_close_matches(name[:100], known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _keywords(node: nodes.Call | nodes.Filter | nodes.Test) -> list[nodes.Keyword]:
    # Jinja types filter keywords as pairs; its parser makes keywords for all three
    return cast("list[nodes.Keyword]", node.kwargs)


class _Walk:
    """One pass over a tree; scopes are sets of the names that are set locally."""

    def __init__(self) -> None:
        self.found = Analysis()
        self._loop_depth = 0

    def visit(self, node: nodes.Node, scope: set[str], depth: int) -> None:
        if len(self.found.errors) >= ERROR_LIMIT:
            return
        self.found.node_count += 1
        if self.found.node_count > NODE_LIMIT:
            raise _TooLargeError(f"the template has more than {NODE_LIMIT:,} parts; shorten it")
        if depth > DEPTH_LIMIT:
            raise _TooLargeError(f"the template is nested more than {DEPTH_LIMIT} deep")
        kind = type(node)
        construct = _FORBIDDEN.get(kind)
        if construct:
            self.found.add_error(f"`{construct}` is not allowed in templates", node.lineno)
            return
        special = _VISITORS.get(kind)
        if special:
            special(self, node, scope, depth + 1)
        else:
            self._visit_all(node.iter_child_nodes(), scope, depth + 1)

    def _visit_all(self, children: Iterable[nodes.Node], scope: set[str], depth: int) -> None:
        for child in children:
            self.visit(child, scope, depth)

    def _visit_name(self, node: nodes.Name, scope: set[str], depth: int) -> None:
        name = node.name
        if name.startswith("_") or name in ("self", "super"):
            self.found.add_error(f"`{name}` is not allowed in templates", node.lineno)
        elif node.ctx != "load":
            scope.add(name)
        elif name not in scope and name not in GLOBAL_NAMES:
            self.found.variables.setdefault(name, node.lineno)

    def _visit_const(self, node: nodes.Const, scope: set[str], depth: int) -> None:
        value = node.value
        if isinstance(value, int) and abs(value) > NUMBER_LIMIT:
            self.found.add_error(f"a number is beyond {NUMBER_LIMIT:.0e}", node.lineno)

    def _visit_getattr(self, node: nodes.Getattr, scope: set[str], depth: int) -> None:
        if node.attr.startswith("_"):
            self.found.add_error(f"`.{node.attr}` is not allowed in templates", node.lineno)
        self.visit(node.node, scope, depth)

    def _visit_getitem(self, node: nodes.Getitem, scope: set[str], depth: int) -> None:
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(key, str) and key.startswith("__"):
            self.found.add_error(f"`['{key[:50]}']` is not allowed in templates", node.lineno)
        self._visit_all((node.node, node.arg), scope, depth)

    def _visit_call(self, node: nodes.Call, scope: set[str], depth: int) -> None:
        called = node.node
        if isinstance(called, nodes.Getattr):
            if called.attr not in METHOD_NAMES:
                hint = suggest(called.attr, METHOD_NAMES)
                self.found.add_error(f"`{called.attr}()` is not allowed{hint}", node.lineno)
        elif not isinstance(called, nodes.Name):
            self.found.add_error("only macros and listed methods can be called", node.lineno)
        elif called.name not in scope and called.name not in GLOBAL_NAMES:
            self.found.add_error(f"`{called.name}` can't be called", node.lineno)
            return
        self._check_call_arguments(node)
        self._visit_all(node.iter_child_nodes(), scope, depth)

    def _check_call_arguments(self, node: nodes.Call | nodes.Filter | nodes.Test) -> None:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self.found.add_error("`*` and `**` arguments are not allowed", node.lineno)
        for keyword in _keywords(node):
            if keyword.key.startswith("_"):
                self.found.add_error(f"`{keyword.key}=` is not allowed", node.lineno)

    def _visit_filter(self, node: nodes.Filter, scope: set[str], depth: int) -> None:
        name = node.name
        if name not in FILTERS:
            hint = suggest(name, FILTERS)
            self.found.add_error(f"`{name}` is not a filter{hint}", node.lineno)
        elif name in ARGUMENTS:
            self._check_literals(node)
        elif not takes_arguments(name, len(node.args), tuple(k.key for k in _keywords(node))):
            self.found.add_error(f"`{name}` doesn't take these arguments", node.lineno)
        elif name in _NAMED_IN_ARGUMENTS:
            self._check_named_argument(node)
        self._check_call_arguments(node)
        self._visit_all(node.iter_child_nodes(), scope, depth)

    def _visit_test(self, node: nodes.Test, scope: set[str], depth: int) -> None:
        if node.name not in TESTS:
            hint = suggest(node.name, TESTS)
            self.found.add_error(f"`{node.name}` is not a test{hint}", node.lineno)
        self._check_call_arguments(node)
        self._visit_all(node.iter_child_nodes(), scope, depth)

    def _check_named_argument(self, node: nodes.Filter) -> None:
        position, known, kind = _NAMED_IN_ARGUMENTS[node.name]
        named = node.args[position] if len(node.args) > position else None
        if isinstance(named, nodes.Const) and named.value not in known:
            hint = suggest(str(named.value), known)
            self.found.add_error(f"`{str(named.value)[:50]}` is not a {kind}{hint}", node.lineno)

    def _check_literals(self, node: nodes.Filter) -> None:
        names = ARGUMENTS[node.name]
        if len(node.args) > len(names):
            count = len(names)
            self.found.add_error(f"`{node.name}` takes at most {count} arguments", node.lineno)
        given: list[tuple[str, nodes.Expr]] = [*zip(names, node.args, strict=False)]
        given += [(pair.key, pair.value) for pair in _keywords(node)]
        for name, value in given:
            literal = value.value if isinstance(value, nodes.Const) else None
            problem = find_argument_problem(node.name, name, literal)
            if problem:
                self.found.add_error(problem, node.lineno)

    def _visit_for(self, node: nodes.For, scope: set[str], depth: int) -> None:
        self._loop_depth += 1
        if self._loop_depth > LOOP_DEPTH_LIMIT:
            raise _TooLargeError(f"loops are nested more than {LOOP_DEPTH_LIMIT} deep")
        self.visit(node.iter, scope, depth)
        inner = set(scope)
        self.visit(node.target, inner, depth)
        inner.add("loop")
        if node.test is not None:
            self.visit(node.test, inner, depth)
        self._visit_all(node.body, inner, depth)
        self._visit_all(node.else_, set(scope), depth)
        self._loop_depth -= 1

    def _visit_assign(self, node: nodes.Assign, scope: set[str], depth: int) -> None:
        self.visit(node.node, scope, depth)
        self.visit(node.target, scope, depth)

    def _visit_assign_block(self, node: nodes.AssignBlock, scope: set[str], depth: int) -> None:
        if node.filter is not None:
            self.visit(node.filter, scope, depth)
        self._visit_all(node.body, set(scope), depth)
        self.visit(node.target, scope, depth)

    def _visit_with(self, node: nodes.With, scope: set[str], depth: int) -> None:
        self._visit_all(node.values, scope, depth)
        inner = set(scope)
        self._visit_all((*node.targets, *node.body), inner, depth)

    def _visit_macro(self, node: nodes.Macro, scope: set[str], depth: int) -> None:
        if node.name.startswith("_"):
            self.found.add_error(f"`{node.name}` is not allowed as a name", node.lineno)
        scope.add(node.name)
        self._visit_macro_body(node, scope, depth)

    def _visit_call_block(self, node: nodes.CallBlock, scope: set[str], depth: int) -> None:
        self.visit(node.call, scope, depth)
        self._visit_macro_body(node, scope, depth)

    def _visit_macro_body(
        self, node: nodes.Macro | nodes.CallBlock, scope: set[str], depth: int
    ) -> None:
        self._visit_all(node.defaults, scope, depth)
        inner = {*scope, "caller", "varargs", "kwargs"}
        self._visit_all((*node.args, *node.body), inner, depth)

    def _visit_filter_block(self, node: nodes.FilterBlock, scope: set[str], depth: int) -> None:
        self.visit(node.filter, scope, depth)
        self._visit_all(node.body, set(scope), depth)


_VISITORS: Mapping[type[nodes.Node], Callable[..., None]] = {
    nodes.Name: _Walk._visit_name,
    nodes.Const: _Walk._visit_const,
    nodes.Getattr: _Walk._visit_getattr,
    nodes.Getitem: _Walk._visit_getitem,
    nodes.Call: _Walk._visit_call,
    nodes.Filter: _Walk._visit_filter,
    nodes.Test: _Walk._visit_test,
    nodes.For: _Walk._visit_for,
    nodes.Assign: _Walk._visit_assign,
    nodes.AssignBlock: _Walk._visit_assign_block,
    nodes.With: _Walk._visit_with,
    nodes.Macro: _Walk._visit_macro,
    nodes.CallBlock: _Walk._visit_call_block,
    nodes.FilterBlock: _Walk._visit_filter_block,
}
