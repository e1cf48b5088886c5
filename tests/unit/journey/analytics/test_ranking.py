"""Which workflows are shown as best, and which as being in trouble."""

from __future__ import annotations

from bookflow.journey.analytics.outcomes import tell_change, tell_executions
from bookflow.journey.analytics.ranking import rank_best, rank_problematic, tell_reasons

CALM = {"p95_ms": 900.0}


def row(name: str, completed: int, failed: int = 0) -> dict:
    return {
        "workflow_id": name,
        "created": completed + failed,
        "completed": completed,
        "failed": failed,
        "cancelled": 0,
    }


def names(rows) -> list[str]:
    return [found["workflow_id"] for found in rows]


def test_the_best_have_the_highest_rate_and_of_equals_the_most_runs():
    rows = [row("new", 4), row("busy", 90), row("calm", 9), row("so-so", 90, 10)]
    assert names(rank_best(rows, 10)) == ["busy", "calm", "so-so"]
    assert names(rank_best(rows, 1)) == ["busy"]


def test_a_few_failures_among_many_runs_are_no_trouble():
    rows = [row("fine", 99, 1), row("bad", 9, 1), row("worst", 0, 3), row("good", 9)]
    assert names(rank_problematic(rows, [], 10)) == ["worst", "bad"]


def test_getting_worse_is_trouble():
    rows = [row("sinking", 985, 15)]
    assert names(rank_problematic(rows, [row("sinking", 1000)], 10)) == []
    rows = [row("sinking", 90, 10)]
    reasons = tell_reasons(rows[0], row("sinking", 1000), CALM, [])
    assert [reason["code"] for reason in reasons] == ["failures", "worse"]
    assert reasons[1]["message"] == "90 % went well, 100 % in the period before"


def test_reasons_name_the_causes_and_slowness():
    places = [{"action": "Text", "cause": "sms-21610", "count": 2}]
    reasons = tell_reasons(row("bad", 3, 2), None, {"p95_ms": 90_000.0}, places)
    assert [reason["message"] for reason in reasons[:2]] == [
        "2 of 5 failed",
        "2 times `Text` failed: sms-21610",
    ]
    assert reasons[2]["code"] == "slow"


def test_changes_are_in_per_cent_and_rates_in_points():
    now, before = tell_executions(row("a", 9, 1)), tell_executions(row("a", 8, 0))
    change = tell_change(now, before)
    assert (change["created"], change["success_rate"]) == (25.0, -10.0)
    assert change["failed"] is None
    assert tell_change(tell_executions(None), before)["success_rate"] is None
