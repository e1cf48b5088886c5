"""What `bookflow stats --url` prints: how well a running bookflow does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.cli.plain_text import show_text
from bookflow.cli.tables import NOTHING, print_fields, print_table, show_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COUNTS = ("created", "ended", "successful", "failed", "cancelled")
PERCENTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms")


def print_figures(answer: Mapping[str, Any]) -> None:
    """Print the figures of a period, beside those of the period before."""
    period, before = _part(answer, "period"), _part(answer, "compared_with")
    shown = (period.get("since"), period.get("until"), period.get("timezone"))
    print(show_text("{} to {} ({})".format(*shown)))
    change = _part(before, "change")
    executions, latency = _part(answer, "executions"), _part(answer, "latency")
    fields = {name: f"{executions.get(name)}{_change(change, name)}" for name in COUNTS}
    fields["success rate"] = show_rate(executions.get("success_rate")) or NOTHING
    for name in PERCENTILES:
        value = latency.get(name)
        fields[name.removesuffix("_ms")] = NOTHING if value is None else f"{value / 1000:.2f} s"
    print_fields(fields)
    _print_workflows("in trouble", _items(answer, "problematic"))
    _print_workflows("best", _items(answer, "best"))
    patterns = _items(answer, "error_patterns")
    if patterns:
        print()
        keys = ("cause", "type", "count")
        print_table(("failed of", "action type", "count"), _pick(patterns, keys))


def _print_workflows(heading: str, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        return
    print()
    rows = [
        (
            item.get("workflow_id"), item.get("ended"), item.get("failed"),
            show_rate(item.get("success_rate")),
            "; ".join(str(reason.get("message")) for reason in _items(item, "reasons")),
        )
        for item in found
    ]  # fmt: skip
    print_table((heading, "ended", "failed", "success rate", "why"), rows)


def _change(change: Mapping[str, Any], name: str) -> str:
    value = change.get(name)
    return f" ({value:+.1f} %)" if isinstance(value, int | float) else ""


def _pick(items: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[list[Any]]:
    return [[item.get(key) for key in keys] for item in items]


def _part(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = answer.get(key)
    return found if isinstance(found, dict) else {}


def _items(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = answer.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
