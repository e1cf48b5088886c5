"""What `bookflow validate` and `bookflow test` print for people.

Texts from outside are printed as they are, never read as Rich's markup.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookflow.cli.plain_text import show_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COLOURS = {"would_run": "green", "waits": "cyan", "skipped": "yellow", "invalid": "red"}


def print_report(report: Mapping[str, Any]) -> None:
    """Print a report: one line per issue, then the sum."""
    console = _console()
    for severity, colour in (("errors", "red"), ("warnings", "yellow")):
        for issue in report[severity]:
            _print(console, (severity.rstrip("s"), colour), " ", issue["text"])
    bad = len(report["errors"])
    verdict = (f"{bad} error{'s' if bad > 1 else ''}", "red") if bad else ("all valid", "green")
    _print(console, f"{report['checked']} checked, ", verdict)


def print_trial(answer: Mapping[str, Any]) -> None:
    """Print a trial: every action, its conditions with values, its content."""
    console = _console()
    _print(console, (answer["workflow"], "bold"), f" on {answer['trigger']}")
    if answer["matches"]:
        past = "" if answer["runs_at"] == answer["due_at"] else f", due {answer['due_at']}"
        _print(console, f"would run at {answer['runs_at']}{past}")
    else:
        _print(console, ("would not run:", "yellow"), f" {answer['reason']}")
    for action in answer["actions"]:
        status = action["status"]
        reason = f": {action['reason']}" if action["reason"] else ""
        console.print()
        _print(
            console,
            (action["name"], "bold"),
            f" ({action['type']}) ",
            (status, _COLOURS[status]),
            reason,
        )
        for line in _trace_lines(action["conditions"]):
            _print(console, line)
        if action["rendered"]:
            console.print(_content(action["rendered"]))
        for line in _wait_lines(action):
            _print(console, line)


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False)


def _print(console: Console, *parts: str | tuple[str, str]) -> None:
    shown = [show_text(part) if isinstance(part, str) else _styled(*part) for part in parts]
    console.print(Text.assemble(*shown))


def _styled(text: str, style: str) -> Text:
    return Text(show_text(text), style=style)


def _trace_lines(groups: Iterable[Mapping[str, Any]], depth: int = 1) -> Iterator[str]:
    for item in groups:
        mark = "✓" if item["holds"] else "✗"
        indent = "  " * depth
        if "rules" in item:
            negation = "NOT " if item.get("negate") else ""
            yield f"{indent}{mark} {negation}{item['operator']}"
            yield from _trace_lines(item["rules"], depth + 1)
        else:
            field = f"{item['field']} " if item.get("field") else ""
            reason = f" ({item['reason']})" if item.get("reason") else ""
            expected = item.get("expected")
            wanted = "" if expected is None else f" {_show_value(expected)}"
            actual = _show_value(item.get("actual"))
            yield f"{indent}{mark} {field}{item['operator']}{wanted}: is {actual}{reason}"


def _wait_lines(action: Mapping[str, Any]) -> Iterator[str]:
    """Say what is sent later than the workflow runs; a lone message's reason stands above."""
    held = [one for one in action["messages"] if one["waits_for"]]
    if not held:
        return
    if len(action["messages"]) == 1:
        yield f"  sent at {held[0]['sends_at']}"
        return
    for one in held:
        yield f"  to {one['address']} at {one['sends_at']}: {one['reason']}"


def _content(rendered: Mapping[str, Any]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 2))
    for key, value in rendered.items():
        text = value if isinstance(value, str) else _show_value(value)
        table.add_row(_styled(key, "dim"), Text(show_text(text)))
    return table


def _show_value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
