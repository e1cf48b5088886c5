"""Latencies for people.

Bucket n holds what is longer than 1.04 to the power of n - 1 and at most 1.04 to the power of n
milliseconds; bucket 0 what took up to one. A percentile is given by the middle of its bucket, which
is at most 2 per cent away from the true one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.analytics import LATENCY_GROWTH, PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Mapping


def tell_latency(row: Mapping[str, Any] | None) -> dict[str, float | int | None]:
    """Give `count` and the percentiles in milliseconds; null where nothing was completed.

    >>> tell_latency({"count": 9, "p50": 177, "p90": 0, "p95": 0, "p99": 0})["p50_ms"]
    1015.0
    """
    if row is None:
        return {"count": 0, **{f"p{percent}_ms": None for percent in PERCENTILES}}
    told = {f"p{percent}_ms": middle_of(row[f"p{percent}"]) for percent in PERCENTILES}
    return {"count": row["count"], **told}


def middle_of(power: int) -> float:
    """Give the value of a bucket, in milliseconds, that is least wrong at either end."""
    if power == 0:
        return 1.0
    value: float = 2 * LATENCY_GROWTH**power / (LATENCY_GROWTH + 1)
    return float(f"{value:.4g}")
