"""Percentiles from buckets stay within two per cent of the true ones."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bookflow.journey.analytics.latencies import (
    PERCENTILES,
    find_percentile,
    group_latencies,
    tell_latency,
)
from bookflow.ports.analytics import LATENCY_GROWTH


def power_of(milliseconds: float) -> int:
    return math.ceil(math.log(max(milliseconds, 1.0)) / math.log(LATENCY_GROWTH))


@given(st.lists(st.floats(2, 8e9), min_size=1, max_size=200))
def test_percentiles_are_at_most_two_per_cent_off(values):
    rows = [{"bucket": 0, "power": power_of(value), "count": 1} for value in values]
    counts = group_latencies(rows)[0]
    for percent in PERCENTILES:
        rank = -(-len(values) * percent // 100)
        true = sorted(values)[rank - 1]
        assert abs(find_percentile(counts, percent) - true) <= 0.0201 * true


def test_nothing_completed_has_no_latency():
    assert tell_latency(None) == {
        "count": 0,
        "p50_ms": None,
        "p90_ms": None,
        "p95_ms": None,
        "p99_ms": None,
    }
