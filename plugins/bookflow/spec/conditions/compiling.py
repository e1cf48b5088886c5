"""Compiling conditions once per spec, into closures that judge a context quickly or explain it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bookflow.errors import ConditionError
from bookflow.spec.conditions.expressions import Step, UnanswerableError, build_expression
from bookflow.spec.conditions.models import Group, Rule, refuse_excess
from bookflow.spec.conditions.operators import (
    FITTING,
    HOLD_WHEN_MISSING,
    OPERATORS,
    list_fitting,
    nearest,
    suggest_operator,
)
from bookflow.spec.conditions.predicates import Predicate, build_predicate, why_unreadable
from bookflow.spec.conditions.reading import Need, show, to_json
from bookflow.spec.conditions.tracing import GroupTrace, RuleTrace, Trace
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

Context = Mapping[str, object]
Test = Callable[[Context, datetime], bool]

_NOUNS = {
    FieldType.TEXT: "text",
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATETIME: "a datetime",
    FieldType.DATE: "a date",
    FieldType.ANY: "of any type",
}


class Conditions:
    """Compiled conditions of one action; without any group they always hold."""

    __slots__ = ("_groups", "_test", "fields")

    def __init__(self, groups: Sequence[_CompiledGroup]) -> None:
        """Take compiled groups; `compile_conditions` is how to get them."""
        self._groups = tuple(groups)
        self._test = _all_of([group.test for group in self._groups])
        self.fields: frozenset[str] = frozenset().union(*(group.fields for group in self._groups))

    def holds(self, context: Context, *, now: datetime) -> bool:
        """Tell whether all groups hold; never raises, whatever the context carries."""
        return self._test(context, now)

    def explain(self, context: Context, *, now: datetime) -> Trace:
        """Evaluate every rule, without stopping at the first that decides, and record it."""
        groups = tuple(group.explain(context, now) for group in self._groups)
        return Trace(holds=all(group.holds for group in groups), groups=groups)


def compile_conditions(groups: Sequence[Group], vocabulary: Vocabulary) -> Conditions:
    """Compile groups of rules; raises the first ConditionError that `check_conditions` would list.

    >>> from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary
    >>> fields = {"attendee_count": ContextField("attendee_count", FieldType.NUMBER, "People")}
    >>> rule = {"field": "attendee_count", "operator": "greater_than", "value": 5}
    >>> group = Group.model_validate({"operator": "AND", "rules": [rule]})
    >>> conditions = compile_conditions([group], Vocabulary("demo", fields, {}))
    >>> conditions.holds({"attendee_count": "12"}, now=datetime.now().astimezone())
    True
    """
    compiler = _Compiler(vocabulary)
    compiled = compiler.compile_all(groups)
    if compiler.problems:
        raise compiler.problems[0]
    return Conditions(compiled)


def check_conditions(groups: Sequence[Group], vocabulary: Vocabulary) -> list[ConditionError]:
    """List everything wrong with conditions; each error's `path` is like `0.rules.1.value`."""
    compiler = _Compiler(vocabulary)
    compiler.compile_all(groups)
    return compiler.problems


class _CompiledRule:
    """A rule with a field, ready to be judged."""

    __slots__ = ("_need", "_predicate", "fields", "rule", "test")

    def __init__(self, rule: Rule, field: str, predicate: Predicate, need: Need) -> None:
        self.rule = rule
        self.fields = frozenset({field})
        self._need = need
        self._predicate = predicate
        holds_when_missing = rule.operator in HOLD_WHEN_MISSING

        def test(context: Context, now: datetime) -> bool:
            actual = context.get(field)
            return holds_when_missing if actual is None else predicate(actual, now)

        self.test: Test = test

    def explain(self, context: Context, now: datetime) -> RuleTrace:
        (field,) = self.fields
        actual = context.get(field)
        return RuleTrace(
            field=field,
            operator=self.rule.operator,
            expected=to_json(self.rule.value),
            actual=to_json(actual),
            holds=self.test(context, now),
            reason=(
                "the value is missing"
                if actual is None
                else why_unreadable(self._need, actual, now)
            ),
        )


class _CompiledExpression:
    """An `expression` rule, ready to be judged; it holds only if all its fields are there."""

    __slots__ = ("_names", "_step", "fields", "rule", "test")

    def __init__(self, rule: Rule, step: Step, names: tuple[str, ...]) -> None:
        self.rule = rule
        self.fields = frozenset(names)
        self._names = names
        self._step = step

        def test(context: Context, _now: datetime) -> bool:
            for name in names:
                if context.get(name) is None:
                    return False
            try:
                return bool(step(context))
            except UnanswerableError:
                return False

        self.test: Test = test

    def explain(self, context: Context, now: datetime) -> RuleTrace:
        return RuleTrace(
            field=self.rule.field,
            operator=self.rule.operator,
            expected=to_json(self.rule.value),
            actual={name: to_json(context.get(name)) for name in self._names},
            holds=self.test(context, now),
            reason=self._why_unanswerable(context),
        )

    def _why_unanswerable(self, context: Context) -> str | None:
        missing = [name for name in self._names if context.get(name) is None]
        if missing:
            return f"`{missing[0]}` is missing"
        try:
            self._step(context)
        except UnanswerableError as error:
            return str(error)
        return None


class _CompiledGroup:
    """A group, ready to be judged."""

    __slots__ = ("_members", "fields", "group", "test")

    def __init__(
        self, group: Group, members: Sequence[_CompiledRule | _CompiledExpression | _CompiledGroup]
    ) -> None:
        self.group = group
        self._members = tuple(members)
        self.fields: frozenset[str] = frozenset().union(*(member.fields for member in members))
        combine = _all_of if group.operator == "AND" else _any_of
        inner = combine([member.test for member in members])
        self.test: Test = _not(inner) if group.negate else inner

    def explain(self, context: Context, now: datetime) -> GroupTrace:
        rules = tuple(member.explain(context, now) for member in self._members)
        outcomes = [rule.holds for rule in rules]
        inner = all(outcomes) if self.group.operator == "AND" else any(outcomes)
        return GroupTrace(
            operator=self.group.operator,
            negate=self.group.negate,
            holds=inner is not self.group.negate,
            rules=rules,
        )


def _all_of(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(context: Context, now: datetime) -> bool:
        for each in tests:  # noqa: SIM110 - a generator would cost more than most tests
            if not each(context, now):
                return False
        return True

    return test


def _any_of(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(context: Context, now: datetime) -> bool:
        for each in tests:  # noqa: SIM110 - a generator would cost more than most tests
            if each(context, now):
                return True
        return False

    return test


def _not(inner: Test) -> Test:
    return lambda context, now: not inner(context, now)


class _Compiler:
    """One pass over groups that compiles what is right and collects what is wrong."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.problems: list[ConditionError] = []
        self._vocabulary = vocabulary

    def compile_all(self, groups: Sequence[Group]) -> list[_CompiledGroup]:
        try:
            refuse_excess(list(groups))
        except ValueError as error:
            self._report("", str(error))
            return []
        return [self._compile_group(group, str(place)) for place, group in enumerate(groups)]

    def _compile_group(self, group: Group, path: str) -> _CompiledGroup:
        members: list[_CompiledRule | _CompiledExpression | _CompiledGroup] = []
        for place, item in enumerate(group.rules):
            inner = f"{path}.rules.{place}"
            if isinstance(item, Group):
                members.append(self._compile_group(item, inner))
                continue
            compiled = self._compile_rule(item, inner)
            if compiled is not None:
                members.append(compiled)
        return _CompiledGroup(group, members)

    def _compile_rule(self, rule: Rule, path: str) -> _CompiledRule | _CompiledExpression | None:
        if rule.operator == "expression":
            return self._compile_expression(rule, path)
        is_known = self._check_operator(rule, path)
        field = self._find_field(rule, path)
        if not is_known or field is None:
            return None
        if rule.operator not in FITTING[field.type]:
            fitting = ", ".join(list_fitting(field.type))
            self._report(
                f"{path}.operator",
                f"{rule.operator} does not fit `{field.name}`, which is {_NOUNS[field.type]}; "
                f"use one of {fitting}",
            )
            return None
        try:
            predicate, need = build_predicate(
                rule.operator, field, rule.value, case_sensitive=rule.case_sensitive
            )
        except ValueError as error:
            self._report(f"{path}.value", str(error))
            return None
        return _CompiledRule(rule, field.name, predicate, need)

    def _compile_expression(self, rule: Rule, path: str) -> _CompiledExpression | None:
        if rule.field is not None:
            self._report(f"{path}.field", "expression names its fields itself; remove `field`")
        try:
            step, names = build_expression(
                rule.value, self._vocabulary, self._explain_unknown, exact=bool(rule.case_sensitive)
            )
        except ValueError as error:
            self._report(f"{path}.value", str(error))
            return None
        return _CompiledExpression(rule, step, names)

    def _check_operator(self, rule: Rule, path: str) -> bool:
        if rule.operator in OPERATORS:
            return True
        meant = suggest_operator(rule.operator)
        hint = f"did you mean `{meant}`?" if meant else f"use one of {', '.join(OPERATORS)}"
        self._report(f"{path}.operator", f"{show(rule.operator)} is not an operator; {hint}", meant)
        return False

    def _find_field(self, rule: Rule, path: str) -> ContextField | None:
        if rule.field is None:
            self._report(f"{path}.field", f"{show(rule.operator)} needs a `field` to look at")
            return None
        if not self._vocabulary.has_field(rule.field):
            meant = nearest(rule.field, tuple(self._vocabulary.fields))
            self._report(f"{path}.field", self._explain_unknown(rule.field), meant)
            return None
        known = self._vocabulary.fields.get(rule.field)
        return known or ContextField(rule.field, FieldType.ANY, "")

    def _explain_unknown(self, name: str) -> str:
        meant = nearest(name, tuple(self._vocabulary.fields))
        if meant:
            return f"{show(name)} is not a field; did you mean `{meant}`?"
        prefixes = " or ".join(f"`{prefix}`" for prefix in self._vocabulary.open_prefixes)
        free = f"; any name that starts with {prefixes} is one" if prefixes else ""
        return f"{show(name)} is not a field of {self._vocabulary.domain}{free}"

    def _report(self, path: str, message: str, suggestion: str | None = None) -> None:
        self.problems.append(ConditionError(message, path=path, suggestion=suggestion))
