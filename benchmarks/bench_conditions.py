"""Rules per second of compiled conditions, on five rules an organizer would write."""

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Figure
from benchmarks.peer_processes import run_peer
from bookflow.spec.conditions import Conditions, Group, compile_conditions
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

FIELDS = {
    "booking_status": FieldType.TEXT,
    "invitee_email": FieldType.TEXT,
    "attendee_count": FieldType.NUMBER,
    "duration": FieldType.NUMBER,
    "start_time": FieldType.DATETIME,
}
GROUPS: list[dict[str, object]] = [
    {
        "operator": "AND",
        "rules": [
            {"field": "booking_status", "operator": "in_list", "value": ["confirmed", "pending"]},
            {"field": "attendee_count", "operator": "greater_than", "value": 5},
            {"field": "start_time", "operator": "greater_than", "value": "2026-01-01T00:00:00Z"},
        ],
    },
    {
        "operator": "OR",
        "rules": [
            {"field": "invitee_email", "operator": "ends_with", "value": "@bigcorp.example"},
            {"field": "duration", "operator": "greater_than_or_equal", "value": 60},
        ],
    },
]
RULES = 5
# Every rule is evaluated: the first alternative fails, all others hold.
CONTEXT: Mapping[str, object] = {
    "booking_status": "Confirmed",
    "invitee_email": "Ada.Lovelace@example.com",
    "attendee_count": "12",
    "duration": 90,
    "start_time": datetime(2026, 3, 29, 8, 0, tzinfo=UTC),
}


def compile_ours() -> Conditions:
    """Compile the groups."""
    vocabulary = Vocabulary(
        "bench", {name: ContextField(name, kind, "") for name, kind in FIELDS.items()}, {}
    )
    return compile_conditions([Group.model_validate(group) for group in GROUPS], vocabulary)


def measure(seconds: float = 1.0) -> dict[str, float]:
    """Count rule evaluations per second of `holds` and `explain`, each for half of the time."""
    conditions = compile_ours()
    now = datetime(2026, 3, 1, tzinfo=UTC)
    if not conditions.holds(CONTEXT, now=now):
        raise RuntimeError("the benchmark's context has to meet its conditions")
    return {
        "holds_rules_per_second": _rate(lambda: conditions.holds(CONTEXT, now=now), seconds / 2),
        "explain_rules_per_second": _rate(
            lambda: conditions.explain(CONTEXT, now=now).to_json(), seconds / 2
        ),
    }


def measure_beside_peer() -> list[Figure]:
    """Measure beside the package rule-engine, in one process that has both."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as home:
        ours, theirs = run_peer("rule_engine_rules", Path(home))
    explained = measure()["explain_rules_per_second"]
    return [
        Figure(
            "conditions: rules decided (peer: rule-engine)",
            f"{ours / 1e6:.2f} M/s",
            ">= 5x the peer",
            ours >= 5 * theirs,
            f"{theirs / 1e6:.2f} M/s",
            f"{ours / theirs:.1f}x",
            value=ours,
            better="more",
        ),
        Figure(
            "conditions: rules explained, each with its values",
            f"{explained / 1e3:.0f} k/s",
            value=explained,
            better="more",
        ),
    ]


def _rate(evaluate: Callable[[], object], seconds: float) -> float:
    rounds = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        for _ in range(200):
            evaluate()
        rounds += 200
    return rounds * RULES / elapsed
