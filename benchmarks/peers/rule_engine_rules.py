"""The peer of conditions: the same five rules for the package `rule-engine`.

Its rules have no words for text that is a number or for letters of either case: the context gets
a number, and the rule lowers the letters by itself, as its users would write it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from rule_engine import Context, DataType, Rule  # type: ignore[import-not-found]

from benchmarks.bench_conditions import CONTEXT, RULES, compile_ours

TYPES = {
    "booking_status": DataType.STRING,
    "invitee_email": DataType.STRING,
    "attendee_count": DataType.FLOAT,
    "duration": DataType.FLOAT,
    "start_time": DataType.DATETIME,
}
TEXT = """
(
    booking_status.as_lower in ["confirmed", "pending"]
    and attendee_count > 5
    and start_time > d"2026-01-01T00:00:00+00:00"
) and (
    invitee_email.as_lower.ends_with("@bigcorp.example")
    or duration >= 60
)
"""
ROUNDS = 9
SECONDS = 0.4


def main() -> None:
    """Print rules per second: ours, and the peer's, medians of rounds that take turns."""
    context = Context(type_resolver=lambda name: TYPES[name])
    rule = Rule(TEXT, context=context)
    thing = {**CONTEXT, "attendee_count": 12}
    conditions = compile_ours()
    now = datetime(2026, 3, 1, tzinfo=UTC)
    if not (rule.matches(thing) and conditions.holds(CONTEXT, now=now)):
        raise RuntimeError("both have to say yes")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_rate(lambda: conditions.holds(CONTEXT, now=now)))
        theirs.append(_rate(lambda: rule.matches(thing)))
    print(statistics.median(ours), statistics.median(theirs))


def _rate(evaluate: Callable[[], object]) -> float:
    rounds = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < SECONDS:
        for _ in range(50):
            evaluate()
        rounds += 50
    return rounds * RULES / elapsed


if __name__ == "__main__":
    main()
