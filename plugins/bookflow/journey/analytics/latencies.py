"""Percentiles of latencies from how many lie in each bucket.

Bucket n holds what is longer than 1.04 to the power of n - 1 and at most 1.04 to the power of n
milliseconds; bucket 0 what took up to one. A percentile is given by the middle of its bucket, which
is at most 2 per cent away from the true one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.ports.analytics import LATENCY_GROWTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PERCENTILES = (50, 90, 95, 99)


def group_latencies(
    rows: Iterable[Mapping[str, Any]], key: str = "bucket"
) -> dict[Any, Counter[int]]:
    """Gather counts per power, by another key of the rows."""
    found: dict[Any, Counter[int]] = defaultdict(Counter)
    for row in rows:
        found[row[key]][row["power"]] += row["count"]
    return found


def tell_latency(counts: Mapping[int, int] | None) -> dict[str, float | int | None]:
    """Give `count` and the percentiles in milliseconds; null where nothing was completed.

    >>> tell_latency({0: 1, 177: 99})["p50_ms"]
    1015.0
    """
    counts = counts or {}
    total = sum(counts.values())
    answer: dict[str, float | int | None] = {"count": total}
    for percent in PERCENTILES:
        answer[f"p{percent}_ms"] = find_percentile(counts, percent) if total > 0 else None
    return answer


def find_percentile(counts: Mapping[int, int], percent: int) -> float:
    """Give the smallest latency that at least so many per cent don't exceed (nearest rank)."""
    needed = -(-sum(counts.values()) * percent // 100)
    reached = 0
    for power in sorted(counts):
        reached += counts[power]
        if reached >= needed:
            return middle_of(power)
    raise ValueError("there are no latencies")


def middle_of(power: int) -> float:
    """Give the value of a bucket, in milliseconds, that is least wrong at either end."""
    if power == 0:
        return 1.0
    value: float = 2 * LATENCY_GROWTH**power / (LATENCY_GROWTH + 1)
    return float(f"{value:.4g}")
