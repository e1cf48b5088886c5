"""Which workflows do best, and which are in trouble and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from bookflow.journey.analytics.outcomes import rate

_Row: TypeAlias = Mapping[str, Any]

FEWEST_RUNS = 5
"""Executions that ended well or failed, below which a workflow is too new to be judged best."""
GOOD_RATE = 95.0
WORSE_POINTS = 10.0
SLOW_MS = 60_000.0
SHOWN_CAUSES = 3


def rank_best(rows: Iterable[_Row], limit: int) -> list[_Row]:
    """Give those with the highest success rate, of equals the busiest."""
    judged = [row for row in rows if row["completed"] + row["failed"] >= FEWEST_RUNS]
    judged.sort(key=lambda row: (-_rate(row), -row["completed"], row["workflow_id"]))
    return judged[:limit]


def rank_problematic(rows: Iterable[_Row], before: Iterable[_Row], limit: int) -> list[_Row]:
    """Give those with failures that are too many or more than before, the most failures first."""
    earlier = {row["workflow_id"]: row for row in before}
    bad = [
        row for row in rows if row["failed"] and (_rate(row) < GOOD_RATE or _is_worse(row, earlier))
    ]
    bad.sort(key=lambda row: (-row["failed"], _rate(row), row["workflow_id"]))
    return bad[:limit]


def tell_reasons(
    row: _Row, earlier: _Row | None, latency: Mapping[str, Any], places: Sequence[_Row]
) -> list[dict[str, str]]:
    """Say what is wrong with a workflow, each with a code and a sentence."""
    judged = row["completed"] + row["failed"]
    reasons = [{"code": "failures", "message": f"{row['failed']} of {judged} failed"}]
    for place in places[:SHOWN_CAUSES]:
        cause = place["cause"] or "unknown cause"
        message = f"{place['count']} times `{place['action']}` failed: {cause}"
        reasons.append({"code": "cause", "message": message})
    if earlier is not None and _is_worse(row, {row["workflow_id"]: earlier}):
        message = f"{_rate(row):g} % went well, {_rate(earlier):g} % in the period before"
        reasons.append({"code": "worse", "message": message})
    slow = latency["p95_ms"]
    if slow is not None and slow > SLOW_MS:
        message = (
            f"1 in 20 was done later than {slow / 1000:.0f} s after it was due (waiting for quiet "
            "hours and digests counts as well)"
        )
        reasons.append({"code": "slow", "message": message})
    return reasons


def _rate(row: _Row) -> float:
    found = rate(row["completed"], row["completed"] + row["failed"])
    return 100.0 if found is None else found


def _is_worse(row: _Row, earlier: Mapping[str, _Row]) -> bool:
    known = earlier.get(row["workflow_id"])
    if known is None or known["completed"] + known["failed"] < FEWEST_RUNS:
        return False
    return _rate(row) <= _rate(known) - WORSE_POINTS
