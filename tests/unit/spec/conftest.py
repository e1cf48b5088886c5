from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from bookflow.spec.conditions import Conditions, Group, compile_conditions
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

_FIELDS = [
    ContextField("invitee_email", FieldType.TEXT, "Address"),
    ContextField("meeting_id", FieldType.TEXT, "Id of the call"),
    ContextField("booking_status", FieldType.TEXT, "Status", choices=("confirmed", "cancelled")),
    ContextField("attendee_count", FieldType.NUMBER, "People"),
    ContextField("duration", FieldType.NUMBER, "Minutes"),
    ContextField("is_weekend", FieldType.BOOLEAN, "Weekend"),
    ContextField("start_time", FieldType.DATETIME, "Start"),
    ContextField("end_time", FieldType.DATETIME, "End"),
    ContextField("booking_date", FieldType.DATE, "Day"),
]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """A small domain with a field of every type."""
    return Vocabulary(
        "tests", {field.name: field for field in _FIELDS}, {}, open_prefixes=("custom_",)
    )


@pytest.fixture(scope="session")
def compile_plain(vocabulary: Vocabulary) -> Callable[..., Conditions]:
    """Compile plain groups, as YAML gives them."""

    def compile_groups(*groups: Mapping[str, object]) -> Conditions:
        return compile_conditions([Group.model_validate(group) for group in groups], vocabulary)

    return compile_groups


@pytest.fixture(scope="session")
def judge(compile_plain: Callable[..., Conditions]) -> Callable[..., bool]:
    """Judge one rule on one value; explaining has to agree every time."""

    def judge_rule(
        field: str, operator: str, value: object, actual: object, **options: object
    ) -> bool:
        rule = {"field": field, "operator": operator, "value": value} | options
        conditions = compile_plain({"rules": [rule]})
        context = {field: actual}
        outcome = conditions.holds(context, now=NOW)
        assert conditions.explain(context, now=NOW).holds is outcome
        return outcome

    return judge_rule
