from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bookflow.demo.showing import Outcome, judge, print_outcome


def delivery(channel: str = "email", status: str = "sent") -> dict[str, Any]:
    return {"channel": channel, "status": status, "sent_at": "2026-03-01T12:00:00.500000+00:00"}


def execution(*deliveries: dict[str, Any], status: str = "completed") -> dict[str, Any]:
    entry = {
        "action": "[bold]mail[/bold]",
        "status": status,
        "reason": "no [red]address[/red]" if status == "failed" else None,
        "deliveries": list(deliveries),
    }
    return {
        "id": "e-1",
        "booking_id": "b-1",
        "workflow_id": "welcome",
        "status": status,
        "due_at": "2026-03-01T12:00:00+00:00",
        "created_at": "2026-03-01T12:00:00+00:00",
        "execution_log": [entry],
    }


def received(**counts: int) -> Any:
    counted = {"email": 0, "sms": 0, "webhook": 0} | counts
    return SimpleNamespace(received=lambda: counted)


def test_sample_that_went_through_has_no_problems():
    outcome = Outcome([execution(delivery()), execution(delivery("sms"))], 0, [])
    assert judge(received(email=1, sms=1), outcome) == []


@pytest.mark.parametrize(
    ("outcome", "arrived", "problem"),
    [
        (Outcome([execution(delivery())], 2, []), {"email": 1}, "2 executions were not settled"),
        (Outcome([], 0, []), {}, "no execution came"),
        (Outcome([execution(delivery())], 0, []), {}, "email: 1 sent, but 0 received"),
        (Outcome([execution()], 0, []), {"sms": 1}, "sms: 0 sent, but 1 received"),
        (
            Outcome([execution()], 0, [{"error": {"field": "booking", "message": "bad"}}]),
            {},
            "an event was refused",
        ),
    ],
)
def test_what_went_wrong_is_named(outcome, arrived, problem):
    [found] = judge(received(**arrived), outcome)
    assert problem in found


def test_failed_deliveries_need_not_arrive():
    outcome = Outcome([execution(delivery(status="failed"), status="failed")], 0, [])
    assert judge(received(), outcome) == []


def test_table_shows_outcome_reason_and_latency_as_plain_text():
    console = Console(file=io.StringIO(), width=150)
    planned = execution() | {"status": "pending", "execution_log": []}
    print_outcome(
        console, Outcome([execution(delivery()), execution(status="failed"), planned], 0, [])
    )
    text = console.file.getvalue()
    assert "[bold]mail[/bold]" in text
    assert "no [red]address[/red]" in text
    assert "0.50 s" in text
    assert "due 2026-03-01T12:00:00+00:00" in text
