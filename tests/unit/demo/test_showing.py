from __future__ import annotations

import io
import uuid
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bookflow.demo.printing import Outcome, print_outcome
from bookflow.demo.showing import judge

FIRST, SECOND = uuid.UUID(int=1), uuid.UUID(int=2)


def delivery(
    channel: str = "email", status: str = "sent", key: uuid.UUID = FIRST
) -> dict[str, Any]:
    sent_at = "2026-03-01T12:00:00.500000+00:00"
    return {"id": str(key), "channel": channel, "status": status, "sent_at": sent_at}


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


def arrived(**keys: list[uuid.UUID]) -> Any:
    """Stand for an outfit whose receivers got these deliveries."""
    counted = {
        channel: Counter(key.hex for key in keys.get(channel, ()))
        for channel in ("email", "sms", "webhook")
    }
    return SimpleNamespace(arrivals=lambda: counted)


def test_sample_that_went_through_has_no_problems():
    outcome = Outcome([execution(delivery()), execution(delivery("sms", key=SECOND))], 0, [])
    assert judge(arrived(email=[FIRST], sms=[SECOND]), outcome) == []


def test_messages_of_an_earlier_demo_are_no_problem():
    outcome = Outcome([execution(delivery())], 0, [])
    assert judge(arrived(email=[FIRST, SECOND], webhook=[SECOND]), outcome) == []


@pytest.mark.parametrize(
    ("outcome", "keys", "problem"),
    [
        (
            Outcome([execution(delivery())], 2, []),
            {"email": [FIRST]},
            "2 executions were not settled",
        ),
        (Outcome([], 0, []), {}, "no execution came"),
        (Outcome([execution(delivery())], 0, []), {}, "is sent, but arrived 0 times"),
        (
            Outcome([execution(delivery())], 0, []),
            {"email": [FIRST, FIRST]},
            "is sent, but arrived 2 times",
        ),
        (
            Outcome([execution(delivery("sms", "failed"))], 0, []),
            {"sms": [FIRST]},
            "is failed, but arrived 1 times",
        ),
        (
            Outcome([execution()], 0, [{"error": {"field": "booking", "message": "bad"}}]),
            {},
            "an event was refused",
        ),
    ],
)
def test_what_went_wrong_is_named(outcome, keys, problem):
    [found] = judge(arrived(**keys), outcome)
    assert problem in found


def test_failed_deliveries_need_not_arrive():
    outcome = Outcome([execution(delivery(status="failed"), status="failed")], 0, [])
    assert judge(arrived(), outcome) == []


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
