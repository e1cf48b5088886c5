"""What is refused when conditions are loaded, where, and with which words."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from pydantic import ValidationError

from bookflow.errors import ConditionError
from bookflow.spec.conditions import Conditions, Group, Rule, check_conditions, compile_conditions
from bookflow.spec.vocabulary import Vocabulary


def _problems(vocabulary: Vocabulary, *rules: object) -> list[ConditionError]:
    return check_conditions([Group.model_validate({"rules": list(rules)})], vocabulary)


@pytest.mark.parametrize(
    ("field", "operator", "value", "place", "words"),
    [
        (
            "invitee_mail",
            "equals",
            "x",
            "field",
            "`invitee_mail` is not a field; did you mean `invitee_email`?",
        ),
        ("qqq", "equals", "x", "field", "any name that starts with `custom_` is one"),
        ("custom_", "equals", "x", "field", "is not a field"),
        (None, "equals", "x", "field", "needs a `field`"),
        (
            "invitee_email",
            "equal_to",
            "x",
            "operator",
            "`equal_to` is not an operator; did you mean `equals`?",
        ),
        ("invitee_email", ">=", 1, "operator", "did you mean `greater_than_or_equal`?"),
        ("invitee_email", "zzzz", 1, "operator", "use one of equals, not_equals"),
        ("attendee_count", "starts_with", "1", "operator", "does not fit `attendee_count`"),
        ("attendee_count", "contains", "1", "operator", "does not fit"),
        ("is_weekend", "greater_than", 1, "operator", "which is true or false"),
        ("is_weekend", "starts_with", "t", "operator", "does not fit"),
        ("invitee_email", "within_next", "1h", "operator", "does not fit"),
        ("booking_date", "within_last", "1h", "operator", "does not fit"),
        ("start_time", "starts_with", "2026", "operator", "does not fit"),
        ("start_time", "regex_match", "2026", "operator", "does not fit"),
        ("is_weekend", "equals", "maybe", "value", "is true or false, and `maybe` is not"),
        ("attendee_count", "equals", "many", "value", "give a number such as 5"),
        ("attendee_count", "equals", True, "value", "`true` is not"),
        ("attendee_count", "greater_than", float("nan"), "value", "has no order"),
        ("attendee_count", "greater_than", [1], "value", "a list has no order"),
        ("invitee_email", "greater_than", "m", "value", "a number such as 5"),
        ("custom_x", "greater_than", "m", "value", "a date such as 2026-03-29"),
        ("custom_x", "less_than", True, "value", "has no order"),
        ("start_time", "equals", "2026-03-29T10:00:00", "value", "with offset"),
        ("start_time", "less_than", "2026-03-29", "value", "datetime with offset such as"),
        ("custom_x", "equals", datetime(2026, 3, 29), "value", "has no offset"),  # noqa: DTZ001
        ("booking_date", "equals", "tomorrow", "value", "is a date, and `tomorrow` is not"),
        ("invitee_email", "equals", False, "value", "put the value in quotes"),
        ("invitee_email", "equals", ["x"], "value", "use in_list"),
        ("custom_x", "equals", {"a": 1}, "value", "a mapping can't be compared"),
        ("invitee_email", "equals", None, "value", "to ask for a missing one use is_empty"),
        ("invitee_email", "is_empty", True, "value", "takes no value"),
        ("invitee_email", "is_not_empty", "", "value", "takes no value"),
        ("invitee_email", "in_list", "a, b", "value", "in_list needs a list; write [a, b]"),
        ("invitee_email", "not_in_list", "a", "value", "such as [a]"),
        ("invitee_email", "in_list", [], "value", "at least one"),
        ("attendee_count", "in_list", list(range(1001)), "value", "at most 1000"),
        ("attendee_count", "between", 5, "value", "[low, high]"),
        ("attendee_count", "between", [1, 2, 3], "value", "[low, high]"),
        ("attendee_count", "between", [9, 1], "value", "`9` is above `1`"),
        ("custom_x", "between", [1, "2026-01-01"], "value", "two of a kind"),
        ("invitee_email", "contains", "", "value", "not empty"),
        ("invitee_email", "contains", ["a"], "value", "takes one text"),
        ("invitee_email", "starts_with", True, "value", "put it in quotes"),
        ("start_time", "within_next", "soon", "value", "15m, 24h, 2d"),
        ("start_time", "within_next", [1], "value", "needs a duration such as 24h"),
        ("start_time", "within_next", 0, "value", "longer than nothing"),
        ("start_time", "within_last", "11w1y", "value", "is not a duration"),
        ("invitee_email", "regex_match", "(?=a)b", "value", "look-around and backreferences"),
        ("invitee_email", "regex_match", r"(a)\1", "value", "invalid escape sequence"),
        ("invitee_email", "regex_match", "(", "value", "missing )"),
        ("invitee_email", "regex_match", "", "value", "needs a pattern"),
        ("invitee_email", "regex_match", 5, "value", "needs a pattern"),
        ("invitee_email", "regex_match", "\ud800", "value", "surrogate"),
        ("invitee_email", "regex_match", "a" * 1001, "value", "at most 1000"),
        ("invitee_email", "regex_match", r"(\pL{500}){2}", "value", "too large"),
        ("booking_status", "equals", "canceled", "value", "did you mean `cancelled`?"),
        ("booking_status", "in_list", ["confirmed", "zzz"], "value", "confirmed, cancelled"),
        ("booking_status", "equals", True, "value", "is never `true`"),
    ],
)
def test_misfit_is_refused_with_place_and_advice(
    vocabulary: Vocabulary,
    field: str | None,
    operator: str,
    value: object,
    place: str,
    words: str,
) -> None:
    group = Group(rules=(Rule(field=field, operator=operator, value=value),))
    (problem,) = check_conditions([group], vocabulary)
    assert problem.path == f"0.rules.0.{place}"
    assert words in str(problem)
    assert len(str(problem)) < 450
    with pytest.raises(ConditionError) as caught:
        compile_conditions([group], vocabulary)
    assert str(caught.value) == str(problem)


def test_choices_count_case_where_the_rule_does(vocabulary: Vocabulary) -> None:
    rule = {"field": "booking_status", "operator": "equals", "value": "Confirmed"}
    assert _problems(vocabulary, rule) == []
    (problem,) = _problems(vocabulary, rule | {"case_sensitive": True})
    assert "did you mean `confirmed`?" in str(problem)


def test_all_problems_are_listed_with_their_paths(vocabulary: Vocabulary) -> None:
    good = {"field": "invitee_email", "operator": "equals", "value": "x"}
    groups = [
        {"rules": [good]},
        {
            "rules": [
                {"field": "invitee_mail", "operator": "equal", "value": "x"},
                {"operator": "OR", "rules": [good, {"field": "duration", "operator": "between"}]},
                {"operator": "expression", "field": "duration", "value": "duration +"},
            ]
        },
    ]
    problems = check_conditions([Group.model_validate(group) for group in groups], vocabulary)
    assert [problem.path for problem in problems] == [
        "1.rules.0.operator",
        "1.rules.0.field",
        "1.rules.1.rules.1.value",
        "1.rules.2.field",
        "1.rules.2.value",
    ]
    assert problems[0].suggestion == "equals"
    assert problems[1].suggestion == "invitee_email"


def _nested(levels: int) -> dict[str, object]:
    inner: dict[str, object] = {"field": "duration", "operator": "equals", "value": 1}
    for _ in range(levels):
        inner = {"operator": "AND", "rules": [inner]}
    return inner


def test_groups_nest_ten_deep_and_no_deeper(compile_plain: Callable[..., Conditions]) -> None:
    assert compile_plain(_nested(10)).fields == {"duration"}
    with pytest.raises(ValidationError, match="deeper than 10"):
        Group.model_validate(_nested(11))
    with pytest.raises(ValidationError, match="deeper than 10"):
        Group.model_validate(_nested(50_000))


def test_a_group_inside_itself_is_refused() -> None:
    group: dict[str, object] = {"operator": "AND"}
    group["rules"] = [group]
    with pytest.raises(ValidationError, match="deeper than 10"):
        Group.model_validate(group)


def test_more_than_500_rules_are_refused_also_over_groups(vocabulary: Vocabulary) -> None:
    rule = {"field": "duration", "operator": "equals", "value": 1}
    with pytest.raises(ValidationError, match="more than 500 rules"):
        Group.model_validate({"rules": [rule] * 501})
    half = Group.model_validate({"rules": [rule] * 250})
    assert check_conditions([half, half], vocabulary) == []
    (problem,) = check_conditions([half, half, Group.model_validate({"rules": [rule]})], vocabulary)
    assert "more than 500 rules" in str(problem)


def test_an_alias_bomb_is_refused_at_once() -> None:
    item: object = {"field": "duration", "operator": "equals", "value": 1}
    for _ in range(9):
        item = {"rules": [item] * 100}
    with pytest.raises(ValidationError, match="more than 500 rules"):
        Group.model_validate(item)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"field": "a", "operator": "equals", "value": 1}, "but a group is expected"),
        ({"rules": []}, "is empty"),
        ({"operator": "XOR", "rules": [_nested(0)]}, "'AND' or 'OR'"),
        ({"rules": ["duration > 5"]}, "a rule {field, operator, value} or a group"),
        ({"rules": [{"field": "a"}]}, "Field required"),
        ({"rules": [_nested(0) | {"valeu": 1}]}, "Extra inputs"),
        ({"rules": [_nested(0)], "negated": True}, "Extra inputs"),
        ([], "valid dictionary"),
    ],
)
def test_wrong_shape_is_refused(data: object, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Group.model_validate(data)
    assert len(caught.value.errors()) == 1
    assert words in caught.value.errors()[0]["msg"]


def test_models_can_not_be_changed() -> None:
    group = Group.model_validate({"rules": [_nested(0)]})
    with pytest.raises(ValidationError, match="frozen"):
        group.negate = True  # type: ignore[misc]  # that it is refused is the point


def test_schema_tells_editors_operators_and_descriptions() -> None:
    schema = Group.model_json_schema()
    rule = schema["$defs"]["Rule"]["properties"]
    assert {"equals", "between", "within_next", "expression"} <= set(rule["operator"]["enum"])
    assert len(rule["operator"]["enum"]) == 19
    for model in schema["$defs"].values():
        assert model["additionalProperties"] is False
        assert all(field["description"] for field in model["properties"].values())
    assert schema["$defs"]["Group"]["properties"]["rules"]["minItems"] == 1
    json.dumps(schema)
