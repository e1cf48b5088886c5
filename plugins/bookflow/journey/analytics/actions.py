"""Figures of actions: how they ended, what they were skipped for, what they failed of."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.journey.analytics.outcomes import rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Row = dict[str, Any]

SHOWN_CAUSES = 20


def tell_actions(
    rows: Iterable[Mapping[str, Any]], keys: Sequence[str], places: Iterable[Mapping[str, Any]] = ()
) -> list[_Row]:
    """Give one entry per action or type, in order; causes come from `places`."""
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    spent: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = tuple(row[name] for name in keys)
        counts[key][row["status"]] += row["count"]
        spent[key] += row["duration_ms"]
    causes: dict[tuple[Any, ...], list[_Row]] = defaultdict(list)
    for place in places:
        key = (tuple(place[name] for name in keys), place["status"])
        causes[key].append({"cause": place["cause"], "count": place["count"]})
    return [
        {
            **dict(zip(keys, key, strict=True)),
            **_tell_counts(found, spent[key]),
            "skips": causes[key, "skipped"],
            "failures": causes[key, "failed"],
        }
        for key, found in sorted(counts.items())
    ]


def tell_causes(
    rows: Iterable[Mapping[str, Any]], places: Iterable[Mapping[str, Any]], status: str
) -> list[_Row]:
    """Give the causes of one status, the most frequent first, each with where it happens."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["status"] == status:
            counts[row["cause"], row["type"]] += row["count"]
    total = sum(counts.values())
    where: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for place in places:
        entry = {name: place[name] for name in ("workflow_id", "action", "count")}
        where[place["cause"], place["type"]].append(entry)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "cause": cause,
            "type": kind,
            "count": count,
            "share": rate(count, total),
            "actions": where[cause, kind],
        }
        for (cause, kind), count in ranked
        if count
    ]


def trend_causes(
    rows: Iterable[Mapping[str, Any]], status: str, points: int
) -> list[tuple[str, list[int]]]:
    """Give the counts per point of the most frequent causes; the others together come last."""
    series: dict[str, list[int]] = defaultdict(lambda: [0] * points)
    for row in rows:
        if row["status"] == status:
            series[row["cause"]][row["bucket"]] += row["count"]
    ranked = sorted(series.items(), key=lambda item: (-sum(item[1]), item[0]))
    shown, rest = ranked[:SHOWN_CAUSES], ranked[SHOWN_CAUSES:]
    if rest:
        shown.append(("(others)", [sum(at) for at in zip(*(s for _, s in rest), strict=True)]))
    return shown


def tell_endpoints(rows: Iterable[Mapping[str, Any]]) -> list[_Row]:
    """Give one entry per endpoint, those with the most failed deliveries first."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    errors: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        key = (row["endpoint"], row["channel"])
        counts[key].update({row["status"]: row["count"], "attempts": row["attempts"]})
        if row["status"] == "failed":
            errors[key][row["error_code"]] += row["count"]
    entries = [_tell_endpoint(key, found, errors[key]) for key, found in counts.items()]
    return sorted(entries, key=lambda e: (-e["failed"], -e["deliveries"], e["endpoint"] or ""))


def _tell_endpoint(key: tuple[str, str], found: Counter[str], errors: Counter[str]) -> _Row:
    arrived = found["sent"] + found["delivered"]
    total = arrived + found["failed"]
    ranked = sorted(errors.items(), key=lambda item: (-item[1], item[0]))
    return {
        "endpoint": key[0] or None,
        "channel": key[1],
        "deliveries": total,
        "successful": arrived,
        "confirmed": found["delivered"],
        "failed": found["failed"],
        "success_rate": rate(arrived, total),
        "attempts": found["attempts"],
        "errors": [{"cause": code, "count": count} for code, count in ranked],
    }


def _tell_counts(found: Counter[str], spent: int) -> _Row:
    total = sum(found.values())
    completed, failed = found["completed"], found["failed"]
    return {
        "ended": total,
        "successful": completed,
        "failed": failed,
        "skipped": found["skipped"],
        "success_rate": rate(completed, completed + failed),
        "average_ms": round(spent / total, 1) if total else None,
    }
