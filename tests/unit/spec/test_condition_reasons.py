from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.conditions import Group, compile_conditions

AND = {
    "operator": "AND",
    "rules": [
        {"field": "attendee_count", "operator": "greater_than", "value": 5},
        {"field": "invitee_domain", "operator": "equals", "value": "example.org"},
    ],
}


@pytest.mark.parametrize(
    ("groups", "context", "reason"),
    [
        ([AND], {"attendee_count": 9, "invitee_domain": "example.org"}, ""),
        (
            [AND],
            {"attendee_count": 2, "invitee_domain": "example.org"},
            "attendee_count greater_than 5, but it is 2",
        ),
        (
            [AND],
            {"attendee_count": 9},
            'invitee_domain equals "example.org", but it is missing',
        ),
        (
            [{**AND, "operator": "OR"}],
            {"attendee_count": 2, "invitee_domain": "example.net"},
            "attendee_count greater_than 5, but it is 2; "
            'invitee_domain equals "example.org", but it is "example.net"',
        ),
        (
            [{**AND, "negate": True}],
            {"attendee_count": 9, "invitee_domain": "example.org"},
            "what must not hold does: attendee_count greater_than 5 and "
            'invitee_domain equals "example.org"',
        ),
        (
            [{"operator": "AND", "rules": [{"field": "has_phone", "operator": "is_empty"}]}],
            {"has_phone": True},
            "has_phone is_empty, but it is true",
        ),
    ],
)
def test_reason_names_the_rule_that_decided(groups, context, reason):
    conditions = compile_conditions(
        [Group.model_validate(group) for group in groups], BOOKING_VOCABULARY
    )
    assert conditions.explain(context, now=datetime.now(UTC)).why_not() == reason
