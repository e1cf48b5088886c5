"""The `expression` operator: arithmetic and comparisons over fields, compiled to closures.

Python's parser reads the text; only the few kinds of node listed here pass, nothing is ever
handed to eval. Numbers are exact (ints and fractions), so `duration / 3 * 3 == duration` holds.
An expression holds only if every field it names is there and can be read.
"""

from __future__ import annotations

import ast
import operator as arithmetic
import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bookflow.errors import BookflowError
from bookflow.spec.conditions import reading
from bookflow.spec.conditions.membership import refuse_strangers
from bookflow.spec.vocabulary import FieldType, Vocabulary

Context = Mapping[str, object]
Step = Callable[[Context], Any]
Exact = int | Fraction

_MAX_LENGTH = 500
_MAX_DEPTH = 50
_MAX_BITS = 4096
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: arithmetic.add,
    ast.Sub: arithmetic.sub,
    ast.Mult: arithmetic.mul,
    ast.Div: lambda left, right: Fraction(left) / right,
    ast.Mod: arithmetic.mod,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: arithmetic.eq,
    ast.NotEq: arithmetic.ne,
    ast.Lt: arithmetic.lt,
    ast.LtE: arithmetic.le,
    ast.Gt: arithmetic.gt,
    ast.GtE: arithmetic.ge,
}
_PRECEDENCE = (
    FieldType.NUMBER,
    FieldType.BOOLEAN,
    FieldType.DATETIME,
    FieldType.DATE,
    FieldType.TEXT,
)
"""Of two types, the one that comes first is how a comparison reads both sides."""
_ALLOWED = "an expression knows fields, numbers, texts, + - * / %, comparisons, and, or, not, ( )"
_TYPES = {
    FieldType.NUMBER: "a number",
    FieldType.TEXT: "a text",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATETIME: "a datetime",
    FieldType.DATE: "a date",
    FieldType.ANY: "a value",
}


class UnanswerableError(BookflowError):
    """An expression has no outcome for these values; the text says why."""


class Term:
    """A compiled part of an expression.

    `constant` is the literal it stands for, if any; `is_raw` says that the step gives a value of
    the context as it is, which still has to be read as what it should be.
    """

    __slots__ = ("constant", "is_raw", "kind", "step")

    def __init__(
        self, kind: FieldType, step: Step, *, constant: object = None, is_raw: bool = False
    ) -> None:
        """Keep the parts together."""
        self.kind, self.step, self.constant, self.is_raw = kind, step, constant, is_raw


def build_expression(
    text: object, vocabulary: Vocabulary, explain_field: Callable[[str], str], *, exact: bool
) -> tuple[Step, tuple[str, ...]]:
    """Compile to a step that gives a bool or raises UnanswerableError, and the fields it names.

    Raises ValueError, worded for the author of the spec, where the text is no such expression.
    """
    builder = _Builder(vocabulary, explain_field, exact=exact)
    root = builder.build(_parse(text), 0)
    if not builder.fields:
        raise ValueError("the expression names no field, so its answer never changes")
    if root.kind not in (FieldType.BOOLEAN, FieldType.ANY):
        raise ValueError("the expression must be true or false; compare it, as in `duration > 60`")
    return _reading(root, FieldType.BOOLEAN), tuple(sorted(builder.fields))


def _parse(text: object) -> ast.expr:
    if not isinstance(text, str) or not text.strip():
        raise ValueError('expression needs a text such as "duration * attendee_count > 120"')
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"the expression has {len(text)} characters; at most {_MAX_LENGTH} work")
    try:
        with warnings.catch_warnings():
            # The parser's advice on Python style is no concern of a spec.
            warnings.simplefilter("ignore")
            return ast.parse(" ".join(text.strip().splitlines()), mode="eval").body
    except SyntaxError as error:
        place = f" near character {error.offset}" if error.offset else ""
        raise ValueError(f"the expression can't be read{place}; {_ALLOWED}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"the expression can't be read; {_ALLOWED}") from error


class _Builder:
    """Turns allowed nodes into terms and refuses all others."""

    def __init__(
        self, vocabulary: Vocabulary, explain_field: Callable[[str], str], *, exact: bool
    ) -> None:
        self.fields: set[str] = set()
        self._vocabulary = vocabulary
        self._explain_field = explain_field
        self._alike = reading.compose if exact else reading.fold

    def build(self, node: ast.expr, depth: int) -> Term:
        """Compile a node and what is below it."""
        if depth > _MAX_DEPTH:
            raise ValueError("the expression nests too deep; split it into several rules")
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.BinOp):
            return self._binary(node, depth)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, depth)
        if isinstance(node, ast.BoolOp):
            return self._logic(node, depth)
        if isinstance(node, ast.Compare):
            return self._comparison(node, depth)
        raise ValueError(f"{_describe(node)} has no place in an expression; {_ALLOWED}")

    def _constant(self, value: object) -> Term:
        if isinstance(value, bool):
            return Term(FieldType.BOOLEAN, lambda _context: value, constant=value)
        if isinstance(value, str):
            return Term(FieldType.TEXT, lambda _context: value, constant=value, is_raw=True)
        if isinstance(value, int | float):
            number: Exact | None = _exact(value)
            if number is None or not -(10**30) <= number <= 10**30:
                raise ValueError("the expression holds a number that is too large")
            return Term(FieldType.NUMBER, lambda _context: number, constant=value)
        raise ValueError(f"{reading.show(value)} has no place in an expression; {_ALLOWED}")

    def _name(self, name: str) -> Term:
        if name in ("true", "false"):
            return self._constant(name == "true")
        if not self._vocabulary.has_field(name):
            raise ValueError(self._explain_field(name))
        self.fields.add(name)
        kind = self._vocabulary.type_of(name)
        return Term(kind, lambda context: context.get(name), is_raw=True)

    def _binary(self, node: ast.BinOp, depth: int) -> Term:
        act = _ARITHMETIC.get(type(node.op))
        if act is None:
            raise ValueError(f"`{_symbol(node.op)}` has no place in an expression; {_ALLOWED}")
        left = self._numeric(node.left, depth)
        right = self._numeric(node.right, depth)

        def step(context: Context) -> Exact:
            try:
                return _bounded(act(left(context), right(context)))
            except ZeroDivisionError as error:
                raise UnanswerableError("division by zero") from error

        return Term(FieldType.NUMBER, step)

    def _numeric(self, node: ast.expr, depth: int) -> Step:
        term = self.build(node, depth + 1)
        if term.kind not in (FieldType.NUMBER, FieldType.ANY):
            raise ValueError(f"{_say(node, term)}; only numbers can be calculated with")
        return _reading(term, FieldType.NUMBER)

    def _unary(self, node: ast.UnaryOp, depth: int) -> Term:
        if isinstance(node.op, ast.Not):
            truth = self._truth(node.operand, depth)
            return Term(FieldType.BOOLEAN, lambda context: not truth(context))
        if isinstance(node.op, ast.UAdd | ast.USub):
            number = self._numeric(node.operand, depth)
            sign = -1 if isinstance(node.op, ast.USub) else 1
            return Term(FieldType.NUMBER, lambda context: sign * number(context))
        raise ValueError(f"`{_symbol(node.op)}` has no place in an expression; {_ALLOWED}")

    def _truth(self, node: ast.expr, depth: int) -> Step:
        term = self.build(node, depth + 1)
        if term.kind not in (FieldType.BOOLEAN, FieldType.ANY):
            raise ValueError(f"{_say(node, term)}; `and`, `or` and `not` need true or false")
        return _reading(term, FieldType.BOOLEAN)

    def _logic(self, node: ast.BoolOp, depth: int) -> Term:
        steps = [self._truth(operand, depth) for operand in node.values]
        if isinstance(node.op, ast.And):
            return Term(FieldType.BOOLEAN, lambda context: all(step(context) for step in steps))
        return Term(FieldType.BOOLEAN, lambda context: any(step(context) for step in steps))

    def _comparison(self, node: ast.Compare, depth: int) -> Term:
        nodes = [node.left, *node.comparators]
        terms = [self.build(operand, depth + 1) for operand in nodes]
        pairs = []
        for place, symbol in enumerate(node.ops):
            compare = _COMPARISONS.get(type(symbol))
            if compare is None:
                raise ValueError(f"`{_symbol(symbol)}` has no place in an expression; {_ALLOWED}")
            equality = isinstance(symbol, ast.Eq | ast.NotEq)
            pairs.append(
                self._pair(compare, nodes[place : place + 2], terms[place : place + 2], equality)
            )

        if len(pairs) == 1:
            return Term(FieldType.BOOLEAN, pairs[0])
        return Term(FieldType.BOOLEAN, lambda context: all(pair(context) for pair in pairs))

    def _pair(
        self, compare: Callable[[Any, Any], bool], nodes: list[ast.expr], terms: list[Term],
        equality: bool,
    ) -> Step:  # fmt: skip
        kind = _common_kind(nodes, terms, equality)
        if equality:
            self._refuse_strangers(nodes, terms)
        if kind is FieldType.ANY:
            return _compare_as_held(compare, terms, self._alike, equality)
        left, right = (_reading(term, kind, self._alike) for term in terms)
        return lambda context: compare(left(context), right(context))

    def _refuse_strangers(self, nodes: list[ast.expr], terms: list[Term]) -> None:
        """Check literals against the choices of the field they are compared with."""
        for node, other in ((nodes[0], terms[1]), (nodes[1], terms[0])):
            field = self._vocabulary.fields.get(node.id) if isinstance(node, ast.Name) else None
            if field is not None and field.choices and other.constant is not None:
                refuse_strangers(field, [other.constant], exact=self._alike is reading.compose)


def _common_kind(nodes: list[ast.expr], terms: list[Term], equality: bool) -> FieldType:
    """Decide as what two terms compare; refuse a literal or a type that can never be read so."""
    kinds = {term.kind for term in terms}
    kind = next((kind for kind in _PRECEDENCE if kind in kinds), FieldType.ANY)
    if kind is FieldType.TEXT and not equality:
        # A literal may be a date in quotes: then that is what orders.
        literals = [term.constant for term in terms if term.constant is not None]
        scales = (FieldType.NUMBER, FieldType.DATETIME, FieldType.DATE)
        kind = next((scale for scale in scales if _all_read_as(scale, literals)), kind)
    for node, term in zip(nodes, terms, strict=True):
        is_readable = term.kind in (kind, FieldType.ANY) or (
            term.kind is FieldType.TEXT
            and (term.constant is None or _READERS[kind](term.constant) is not None)
        )
        if not is_readable:
            raise ValueError(f"{_say(node, term)} and can't be compared with {_TYPES[kind]}")
    if not equality and kind in (FieldType.BOOLEAN, FieldType.TEXT):
        raise ValueError(f"{_say(nodes[0], terms[0])}; such values compare with == and != only")
    return kind


def _all_read_as(kind: FieldType, literals: list[object]) -> bool:
    return bool(literals) and all(_READERS[kind](literal) is not None for literal in literals)


def _reading(term: Term, kind: FieldType, alike: Callable[[str], str] = reading.fold) -> Step:
    """Give the step that reads the term as a kind, or raises UnanswerableError."""
    if not term.is_raw:
        return term.step
    step, reader, noun = term.step, _READERS[kind], _TYPES[kind]

    def read(context: Context) -> Any:
        actual = step(context)
        value = reader(actual)
        if value is None:
            raise UnanswerableError(f"{reading.show(actual)} is not {noun}")
        return alike(value) if kind is FieldType.TEXT else value

    return read


def _compare_as_held(
    compare: Callable[[Any, Any], bool],
    terms: list[Term],
    alike: Callable[[str], str],
    equality: bool,
) -> Step:
    """Compare two fields whose types nobody declared by what both turn out to hold."""
    first, second = (term.step for term in terms)

    def step(context: Context) -> bool:
        left, right = first(context), second(context)
        for reader in (_exact, reading.read_instant, reading.read_date, reading.read_boolean):
            one, other = reader(left), reader(right)
            if one is not None and other is not None:
                return compare(one, other)
        texts = reading.read_text(left), reading.read_text(right)
        if not equality or texts[0] is None or texts[1] is None:
            raise UnanswerableError(f"{reading.show(left)} and {reading.show(right)} don't compare")
        return compare(alike(texts[0]), alike(texts[1]))

    return step


def _exact(value: object) -> Exact | None:
    number = reading.read_number(value)
    return Fraction(number) if isinstance(number, Decimal) else number


_READERS: dict[FieldType, Callable[[object], Any]] = {
    FieldType.NUMBER: _exact,
    FieldType.BOOLEAN: reading.read_boolean,
    FieldType.DATETIME: reading.read_instant,
    FieldType.DATE: reading.read_date,
    FieldType.TEXT: reading.read_text,
    FieldType.ANY: lambda value: value,
}


def _bounded(number: Exact) -> Exact:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MAX_BITS:
        raise UnanswerableError("a number grew too large")
    return number


def _say(node: ast.expr, term: Term) -> str:
    name = f"`{node.id}`" if isinstance(node, ast.Name) else f"`{ast.unparse(node)[:60]}`"
    return f"{name} is {_TYPES[term.kind]}"


def _symbol(node: ast.AST) -> str:
    known = {
        "Pow": "**", "FloorDiv": "//", "MatMult": "@", "LShift": "<<", "RShift": ">>",
        "BitOr": "|", "BitAnd": "&", "BitXor": "^", "Invert": "~", "In": "in", "NotIn": "not in",
        "Is": "is", "IsNot": "is not",
    }  # fmt: skip
    return known.get(type(node).__name__, type(node).__name__)


def _describe(node: ast.expr) -> str:
    names = {
        "Call": "a call", "Attribute": "an attribute (a dot)", "Subscript": "a subscript ([])",
        "Lambda": "a lambda", "JoinedStr": "a formatted text", "NamedExpr": "an assignment",
    }  # fmt: skip
    return names.get(type(node).__name__, "this")
