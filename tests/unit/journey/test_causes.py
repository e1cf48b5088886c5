"""What a skipped or failed action is counted under: few words, and nobody's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookflow.errors import PermanentDeliveryError
from bookflow.journey.gating import gate
from bookflow.records import Job, new_id
from tests.unit.journey.conftest import NOW, ScriptedAction


@pytest.fixture
def find_cause(world, make_booking):
    """Gate one booking and give what its action would be counted under."""

    def find(
        trigger: str = "booking_created",
        conditions: Any = (),
        action: Any = None,
        job: Any = (),
        **changes: Any,
    ) -> str | None:
        booking = world.domain.parse_subject(make_booking(**changes), path="booking")
        values = {
            "execution_id": new_id(),
            "workflow_id": "welcome",
            "workflow_version": "v1",
            "event_id": new_id(),
            "trigger": trigger,
            "subject_id": booking["id"],
            "occurred_at": NOW,
            "due_at": NOW,
            "subject": booking,
            **dict(job),
        }
        step = world.step(action or ScriptedAction(), *conditions)
        _, [ended] = gate(step, [Job(**values)], domain=world.domain, now=world.clock)
        return ended.cause

    return find


def rule(field: str, operator: str, value: Any = None) -> list[dict[str, Any]]:
    one = {"field": field, "operator": operator, "value": value}
    return [{"operator": "AND", "rules": [one]}]


@pytest.mark.parametrize(
    ("conditions", "cause"),
    [
        (rule("attendee_count", "greater_than", 5), "attendee_count greater_than 5"),
        (
            rule("invitee_domain", "in_list", ["a.org", "b.org"]),
            "invitee_domain in_list a.org, b.org",
        ),
        (rule("invitee_name", "is_empty"), "invitee_name is_empty"),
        (rule("invitee_email", "equals", "bo@example.org"), "invitee_email equals …@…"),
        (rule("invitee_phone", "equals", "+12025550100"), "invitee_phone equals …"),
        (rule("booking_date", "equals", "2026-11-21"), "booking_date equals 2026-11-21"),
        (
            [{**rule("attendee_count", "less_than", 5)[0], "negate": True}],
            "not (attendee_count less_than 5)",
        ),
        (
            rule("duration", "greater_than", 0) + rule("attendee_count", "equals", 9),
            "attendee_count equals 9",
        ),
    ],
)
def test_first_rule_that_decided_without_what_it_saw(find_cause, conditions, cause):
    assert find_cause(conditions=conditions) == f"condition: {cause}"


def test_long_rules_are_cut(find_cause):
    found = find_cause(conditions=rule("invitee_name", "equals", "x" * 900))
    assert found.endswith("…")
    assert len(found) < 130


@pytest.mark.parametrize("status", ["cancelled", "rejected"])
def test_called_off(find_cause, status):
    assert find_cause(status=status) == status


def test_moved_late_and_gone(find_cause):
    moved = {"anchor_at": NOW + timedelta(days=9)}
    assert find_cause("before_meeting", job=moved) == "moved"
    assert find_cause("after_meeting", job={"due_at": NOW - timedelta(days=9)}) == "late"
    assert find_cause(job={"subject": None}) == "gone"


def test_failures_are_counted_under_their_codes(find_cause):
    error = PermanentDeliveryError("Ida's number is wrong", code="sms-21211")
    assert find_cause(action=ScriptedAction(render_error=error)) == "sms-21211"
    assert find_cause(action=ScriptedAction(render_error=RuntimeError("Ida"))) == "internal"
