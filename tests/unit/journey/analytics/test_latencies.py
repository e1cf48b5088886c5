"""Percentiles stay within two per cent of the true ones."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bookflow.journey.analytics.latencies import middle_of, tell_latency
from bookflow.ports.analytics import LATENCY_GROWTH


@given(st.floats(2, 8e9))
def test_a_bucket_says_what_fell_into_it_within_two_per_cent(milliseconds):
    power = math.ceil(math.log(milliseconds) / math.log(LATENCY_GROWTH))
    assert abs(middle_of(power) - milliseconds) <= 0.0201 * milliseconds


def test_nothing_completed_has_no_latency():
    assert tell_latency(None) == {
        "count": 0,
        "p50_ms": None,
        "p90_ms": None,
        "p95_ms": None,
        "p99_ms": None,
    }
