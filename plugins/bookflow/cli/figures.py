"""What `bookflow stats --url` prints: how well a running bookflow does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.cli.plain_text import show_text
from bookflow.cli.tables import NOTHING, print_fields, print_table, show_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COUNTS = ("created", "ended", "successful", "failed", "cancelled")
PERCENTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms")
_OUTCOMES = ("ended", "successful", "failed", "success_rate")
_CAUSES = ("causes", ("cause", "type", "count", "share"))
_TABLES = {
    "trends": ("points", ("since", *_OUTCOMES)),
    "failures": _CAUSES,
    "skips": _CAUSES,
    "endpoints": (
        "endpoints",
        ("endpoint", "channel", "deliveries", "successful", "failed", "success_rate", "attempts"),
    ),
    "actions": ("actions", ("workflow_id", "action", "type", *_OUTCOMES, "skipped", "average_ms")),
}
"""Which list of an answer is printed, and what of its items; the rest of the answer is JSON's."""
_PERCENT = ("success_rate", "share")


def print_view(name: str, answer: Mapping[str, Any]) -> None:
    """Print one kind of figures."""
    if name in _TABLES:
        _print_period(answer)
        key, columns = _TABLES[name]
        rows = [[_cell(column, item.get(column)) for column in columns]
                for item in _items(answer, key)]  # fmt: skip
        print_table([column.replace("_", " ") for column in columns], rows)
    elif name == "workflows":
        _print_period(answer)
        _print_workflows("in trouble", _items(answer, "problematic"))
        _print_workflows("best", _items(answer, "best"))
    else:
        print_figures(answer)


def print_figures(answer: Mapping[str, Any]) -> None:
    """Print the figures of a period, beside those of the period before."""
    _print_period(answer)
    before = _part(answer, "compared_with")
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


def _print_period(answer: Mapping[str, Any]) -> None:
    period = _part(answer, "period")
    shown = (period.get("since"), period.get("until"), period.get("timezone"))
    print(show_text("{} to {} ({})".format(*shown)))


def _cell(column: str, value: Any) -> Any:
    return show_rate(value) if column in _PERCENT else value


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
