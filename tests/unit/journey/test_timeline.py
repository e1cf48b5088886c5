from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.journey.timeline import build_entries
from bookflow.settings import Settings
from bookflow.spec.conditions import Group

DOMAIN = BookingDomain(Settings())
ON_STATUS = {
    "rules": [
        {"field": "has_phone", "operator": "equals", "value": True},
        {"rules": [{"field": "booking_status", "operator": "equals", "value": "cancelled"}]},
    ]
}
BY_EXPRESSION = {
    "rules": [{"operator": "expression", "value": "booking_status == 'cancelled'"}],
}
ON_OTHERS = {"rules": [{"field": "has_phone", "operator": "equals", "value": True}]}


class Specs:
    """One workflow of one action."""

    def __init__(self, *groups: dict[str, Any]) -> None:
        conditions = tuple(Group.model_validate(group) for group in groups)
        action = SimpleNamespace(
            name="mail", type="send_email", recipient="invitee", conditions=conditions
        )
        self.loaded = SimpleNamespace(
            workflow=SimpleNamespace(name="Thanks", active_actions=(action,))
        )

    def get(self, workflow_id: str) -> Any:
        return self.loaded if workflow_id == "thanks" else None

    def matching(self, trigger: str, category: str | None) -> Any:
        return iter(())


def pending(workflow_id: str = "thanks") -> dict[str, Any]:
    return {
        "id": "e-1",
        "workflow_id": workflow_id,
        "trigger": "booking_created",
        "status": "pending",
        "due_at": "2026-03-02T12:00:00+00:00",
        "execution_log": [],
    }


def reason(specs: Specs, status: str, workflow_id: str = "thanks") -> str | None:
    subject = {"status": status}
    [entry] = build_entries([pending(workflow_id)], specs, subject=subject, domain=DOMAIN)
    assert entry["kind"] == "planned"
    return entry["reason"]


def test_planned_action_of_a_booking_that_stands_has_no_reason():
    assert reason(Specs(), "confirmed") is None


@pytest.mark.parametrize("groups", [(), (ON_OTHERS,)])
def test_planned_action_of_a_cancelled_booking_says_it_will_be_skipped(groups):
    assert reason(Specs(*groups), "cancelled") == "will be skipped: the booking was cancelled"


@pytest.mark.parametrize("group", [ON_STATUS, BY_EXPRESSION])
def test_action_that_asks_for_the_status_decides_itself(group):
    assert reason(Specs(group), "cancelled") is None


def test_workflow_whose_spec_is_gone_says_so():
    assert "no longer exists" in reason(Specs(), "cancelled", "other")


@pytest.mark.parametrize(
    ("settled_at", "shown"),
    [
        ("2026-03-02T12:09:00+00:00", "2026-03-02T12:09:00+00:00"),
        (None, "2026-03-02T12:00:00+00:00"),
    ],
)
def test_failed_delivery_stands_at_the_end_of_its_last_try(settled_at, shown):
    delivery = {
        "id": "d-1",
        "recipient": "invitee",
        "address": "ada@example.com",
        "status": "failed",
        "error_message": "421 busy",
        "sent_at": None,
        "settled_at": settled_at,
    }
    logged = {
        "action": "mail",
        "type": "send_email",
        "status": "failed",
        "started_at": "2026-03-02T12:00:00+00:00",
        "deliveries": [delivery],
    }
    execution = {**pending(), "status": "failed", "execution_log": [logged]}
    [entry] = build_entries([execution], Specs(), subject={"status": "confirmed"}, domain=DOMAIN)
    assert (entry["kind"], entry["at"]) == ("failed", shown)


def test_a_delivery_that_was_called_off_is_no_failure() -> None:
    delivery = {
        "id": "d-1",
        "status": "failed",
        "error_code": "cancelled",
        "error_message": "cancelled by ana: no need",
        "recipient": "url",
        "address": "https://example.com",
    }
    item = {"action": "hook", "type": "webhook", "status": "skipped", "deliveries": [delivery]}
    execution = {**pending(), "status": "cancelled", "execution_log": [item]}
    kinds = {entry["kind"] for entry in build_entries([execution], Specs())}
    assert kinds == {"cancelled"}
