"""Groups, traces, hostile values, speed and weight of compiled conditions."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bookflow
from benchmarks.bench_conditions import measure
from bookflow.spec.conditions import Conditions, Group, compile_conditions
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

YES = {"field": "duration", "operator": "equals", "value": 1}
NO = {"field": "duration", "operator": "equals", "value": 2}
CONTEXT: dict[str, object] = {"duration": 1}


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], True),
        ([{"rules": [YES]}], True),
        ([{"rules": [YES, NO]}], False),
        ([{"operator": "AND", "rules": [YES, YES]}], True),
        ([{"operator": "OR", "rules": [NO, YES]}], True),
        ([{"operator": "OR", "rules": [NO, NO]}], False),
        ([{"rules": [YES]}, {"rules": [NO]}], False),
        ([{"rules": [YES]}, {"operator": "OR", "rules": [NO, YES]}], True),
        ([{"rules": [NO], "negate": True}], True),
        ([{"operator": "OR", "rules": [NO, YES], "negate": True}], False),
        ([{"rules": [YES, {"operator": "OR", "rules": [NO, YES]}]}], True),
        ([{"rules": [YES, {"operator": "OR", "rules": [NO, NO]}]}], False),
        ([{"rules": [{"rules": [YES, NO], "negate": True}, YES]}], True),
        ([{"operator": "OR", "rules": [NO, {"rules": [YES, {"rules": [YES]}]}]}], True),
    ],
)
def test_groups_combine(
    compile_plain: Callable[..., Conditions], groups: list[object], expected: bool
) -> None:
    conditions = compile_plain(*groups)
    assert conditions.holds(CONTEXT, now=NOW) is expected
    assert conditions.explain(CONTEXT, now=NOW).holds is expected


def test_explain_records_every_rule(compile_plain: Callable[..., Conditions]) -> None:
    conditions = compile_plain(
        {
            "operator": "OR",
            "negate": True,
            "rules": [
                YES,
                {"field": "attendee_count", "operator": "greater_than", "value": 5},
                {
                    "operator": "AND",
                    "rules": [
                        {"field": "custom_a", "operator": "contains", "value": "x"},
                        {"field": "start_time", "operator": "within_next", "value": "24h"},
                    ],
                },
            ],
        }
    )
    context = {"duration": 1, "attendee_count": "many", "start_time": NOW}
    assert conditions.fields == {"duration", "attendee_count", "custom_a", "start_time"}
    assert conditions.explain(context, now=NOW).to_json() == [
        {
            "operator": "OR",
            "negate": True,
            "holds": False,
            "rules": [
                {
                    "field": "duration",
                    "operator": "equals",
                    "expected": 1,
                    "actual": 1,
                    "holds": True,
                },
                {
                    "field": "attendee_count",
                    "operator": "greater_than",
                    "expected": 5,
                    "actual": "many",
                    "holds": False,
                    "reason": "`many` is not a number",
                },
                {
                    "operator": "AND",
                    "holds": False,
                    "rules": [
                        {
                            "field": "custom_a",
                            "operator": "contains",
                            "expected": "x",
                            "actual": None,
                            "holds": False,
                            "reason": "the value is missing",
                        },
                        {
                            "field": "start_time",
                            "operator": "within_next",
                            "expected": "24h",
                            "actual": "2026-03-29T00:30:00+00:00",
                            "holds": True,
                        },
                    ],
                },
            ],
        }
    ]


def test_trace_cuts_and_cleans_what_came_from_outside(
    compile_plain: Callable[..., Conditions],
) -> None:
    conditions = compile_plain(
        {"rules": [{"field": "custom_a", "operator": "equals", "value": "x" * 500}]}
    )
    for actual in ("é" * 5000, "\0\ud800", list(range(10_000)), {"a": {"b": {"c": {}}}}, 10**9999):
        (group,) = conditions.explain({"custom_a": actual}, now=NOW).to_json()
        text = json.dumps(group, ensure_ascii=False, allow_nan=False)
        assert "\0" not in text
        assert "\\u0000" not in text
        assert len(text.encode()) < 1500
    assert group["rules"][0]["expected"] == "x" * 199 + "…"  # type: ignore[index]


def test_moment_without_offset_is_named_as_the_reason(
    compile_plain: Callable[..., Conditions],
) -> None:
    conditions = compile_plain(
        {"rules": [{"field": "start_time", "operator": "within_next", "value": "1h"}]}
    )
    naive = NOW.replace(tzinfo=None)
    (group,) = conditions.explain({"start_time": NOW}, now=naive).to_json()
    assert not conditions.holds({"start_time": NOW}, now=naive)
    assert "moment of evaluation has no offset" in group["rules"][0]["reason"]  # type: ignore[index]


def test_evil_pattern_on_a_long_text_takes_no_time(
    compile_plain: Callable[..., Conditions],
) -> None:
    conditions = compile_plain(
        {"rules": [{"field": "custom_a", "operator": "regex_match", "value": "(a+)+$"}]}
    )
    started = time.perf_counter()
    assert not conditions.holds({"custom_a": "a" * 100_000 + "b"}, now=NOW)
    assert conditions.holds({"custom_a": "a" * 100_000}, now=NOW)
    # linear takes milliseconds, backtracking would take years
    assert time.perf_counter() - started < 5


def test_large_pattern_on_a_long_text_is_given_up_with_a_reason(
    compile_plain: Callable[..., Conditions],
) -> None:
    pattern = "|".join(f"a{{{count}}}b" for count in range(1, 120))
    conditions = compile_plain(
        {"rules": [{"field": "custom_a", "operator": "regex_match", "value": pattern}]}
    )
    assert conditions.holds({"custom_a": "xaab"}, now=NOW)
    started = time.perf_counter()
    (group,) = conditions.explain({"custom_a": "a" * 100_000}, now=NOW).to_json()
    assert time.perf_counter() - started < 20
    assert "is not a text of at most" in group["rules"][0]["reason"]  # type: ignore[index]


_TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=12),
    st.sampled_from(["yes", "5", "-0.1", "1e999", "NaN", "2026-03-29", "2026-03-29T01:00:00Z"]),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([3, 53, 4096, 20_000]).map(lambda bits: -(2**bits)),
    st.floats(),
    st.decimals(),
    _TEXTS,
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.dates(),
    st.binary(max_size=4),
    st.builds(object),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
        st.tuples(inner),
    ),
    max_leaves=4,
)
_FIELDS = {
    "text_a": FieldType.TEXT,
    "number_a": FieldType.NUMBER,
    "boolean_a": FieldType.BOOLEAN,
    "datetime_a": FieldType.DATETIME,
    "date_a": FieldType.DATE,
}
_VOCABULARY = Vocabulary(
    "tests",
    {name: ContextField(name, kind, "") for name, kind in _FIELDS.items()},
    {},
    open_prefixes=("custom_",),
)
_RULES = [
    {"field": field, "operator": operator, "value": value}
    for fields, operators, values in (
        (("text_a", "custom_a"), ("equals", "not_equals", "contains", "not_contains"), ("5", "é")),
        (("text_a", "custom_a", "date_a"), ("starts_with", "ends_with"), ("2", "Z")),
        (("text_a", "custom_a", "date_a"), ("regex_match",), ("^.?[0-9]", "(a|é)+$")),
        (("number_a", "custom_a"), ("equals", "not_equals"), (5, "-0.1", 2**53)),
        (("number_a", "text_a", "custom_a"), ("greater_than", "less_than_or_equal"), (5, -0.1)),
        (("number_a", "custom_a"), ("in_list", "not_in_list"), ([1, "5", -0.1],)),
        (("number_a", "text_a", "custom_a"), ("between",), ([-5, 10**9],)),
        (("boolean_a", "custom_a"), ("equals", "not_equals"), (True, "no")),
        (("datetime_a", "custom_a"), ("less_than", "greater_than", "equals"), (NOW,)),
        (("datetime_a", "custom_a"), ("within_next", "within_last"), ("520w",)),
        (("date_a", "custom_a"), ("equals", "greater_than"), (date(2026, 3, 29),)),
        (("custom_a",), ("equals", "not_equals"), (["5", True],)),
        ((*_FIELDS, "custom_a"), ("is_empty", "is_not_empty"), (None,)),
        (
            (None,),
            ("expression",),
            (
                "number_a / custom_a > 1 or boolean_a",
                "custom_a == custom_b",
                "custom_a % number_a < 3 and text_a != 'x'",
                "datetime_a < custom_a",
                "date_a != custom_b",
                "custom_a * custom_b * custom_a - number_a > -1",
            ),
        ),
    )
    for field in fields
    for operator in operators
    for value in values
]
_GROUPS = st.recursive(
    st.sampled_from(_RULES),
    lambda inner: st.fixed_dictionaries(
        {
            "operator": st.sampled_from(["AND", "OR"]),
            "negate": st.booleans(),
            "rules": st.lists(inner, min_size=1, max_size=3),
        }
    ),
    max_leaves=6,
).filter(lambda item: "rules" in item)
_CONTEXTS = st.dictionaries(st.sampled_from([*_FIELDS, "custom_a", "custom_b"]), _VALUES)


@given(
    groups=st.lists(_GROUPS, max_size=2),
    context=_CONTEXTS,
    now=st.one_of(st.just(NOW), st.datetimes(timezones=st.none() | st.timezones())),
)
def test_explain_agrees_with_holds_on_anything(
    groups: list[dict[str, object]], context: dict[str, object], now: datetime
) -> None:
    conditions = compile_conditions([Group.model_validate(group) for group in groups], _VOCABULARY)
    trace = conditions.explain(context, now=now)
    assert conditions.holds(context, now=now) is trace.holds
    json.dumps(trace.to_json(), allow_nan=False).encode()


@given(actual=_VALUES)
def test_every_rule_copes_with_every_value(actual: object) -> None:
    context = dict.fromkeys([*_FIELDS, "custom_a", "custom_b"], actual)
    for conditions in _EACH_RULE:
        trace = conditions.explain(context, now=NOW)
        assert conditions.holds(context, now=NOW) is trace.holds
        json.dumps(trace.to_json(), allow_nan=False).encode()


_EACH_RULE = [
    compile_conditions([Group.model_validate({"rules": [rule]})], _VOCABULARY) for rule in _RULES
]


@given(value=st.one_of(st.integers(-(10**9), 10**9), st.decimals(-1000, 1000, places=3)))
def test_number_and_its_text_are_one(value: int | Decimal) -> None:
    for operator in ("equals", "greater_than_or_equal", "less_than_or_equal"):
        rule = {"field": "number_a", "operator": operator, "value": str(value)}
        conditions = compile_conditions([Group.model_validate({"rules": [rule]})], _VOCABULARY)
        for actual in (value, str(value), f" {value} ", float(value)):
            assert conditions.holds({"number_a": actual}, now=NOW)


def test_importing_stays_light() -> None:
    heavy = {"re2", "difflib", "croniter", "babel", "airflow", "aiohttp"}
    code = (
        "import sys, bookflow.spec.conditions, bookflow.spec.durations;"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    room = str(Path(bookflow.__path__[0]).parent)
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": room},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


def test_benchmark_gives_rates_for_both_ways() -> None:
    figures = measure(seconds=0.05)
    assert figures["holds_rules_per_second"] > figures["explain_rules_per_second"] > 0
