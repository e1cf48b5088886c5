"""Counts as answers give them, and how two periods compare."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COUNTS = ("created", "completed", "failed", "cancelled")


def add_up(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Add up rows of executions."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update({name: row[name] for name in _COUNTS})
    return {name: total[name] for name in _COUNTS}


def tell_executions(row: Mapping[str, int] | None) -> dict[str, Any]:
    """Give the figures of executions; `success_rate` is in per cent of what ended well or failed.

    >>> tell_executions({"created": 9, "completed": 3, "failed": 1, "cancelled": 2})
    {'created': 9, 'ended': 6, 'successful': 3, 'failed': 1, 'cancelled': 2, 'success_rate': 75.0}
    """
    found = row or dict.fromkeys(_COUNTS, 0)
    completed, failed, cancelled = found["completed"], found["failed"], found["cancelled"]
    return {
        "created": found["created"],
        "ended": completed + failed + cancelled,
        "successful": completed,
        "failed": failed,
        "cancelled": cancelled,
        "success_rate": rate(completed, completed + failed),
    }


def rate(part: int, whole: int) -> float | None:
    """Give a share in per cent; None of nothing."""
    return round(100 * part / whole, 2) if whole else None


def tell_change(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, float | None]:
    """Tell how the figures of two periods differ: counts in per cent, rates in points.

    None where the period before had nothing to compare with.
    """
    change: dict[str, float | None] = {}
    for name, value in now.items():
        earlier = before[name]
        if name == "count":
            continue
        if value is None or earlier is None:
            change[name] = None
        elif name.endswith("_rate"):
            change[name] = round(value - earlier, 2)
        else:
            change[name] = round(100 * (value - earlier) / earlier, 2) if earlier else None
    return change
