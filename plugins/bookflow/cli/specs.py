"""What `bookflow validate` and `bookflow test` read and print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bookflow.errors import InputError, SpecError, SpecIssue
from bookflow.spec.loading import LoadedWorkflow, load_workflow
from bookflow.spec.repository import SpecRepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bookflow.spec.vocabulary import Vocabulary

BOOKING_LIMIT = 1_048_576
_COLOURS = {"would_run": "green", "skipped": "yellow", "invalid": "red"}


def read_spec(path: Path, vocabulary: Vocabulary, size_limit: int) -> LoadedWorkflow:
    """Load one spec file; raises `SpecError`."""
    return load_workflow(
        path.read_bytes(), file=str(path), vocabulary=vocabulary, size_limit=size_limit
    )


def read_booking(path: Path) -> dict[str, Any]:
    """Read a booking from a JSON file: the booking itself, or `{"booking": {...}}`."""
    if path.stat().st_size > BOOKING_LIMIT:
        raise InputError("--booking", f"{path} is larger than {BOOKING_LIMIT} bytes")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError("--booking", f"{path} is not JSON: {error}") from None
    if isinstance(value, dict) and isinstance(value.get("booking"), dict):
        value = value["booking"]
    if not isinstance(value, dict):
        raise InputError("--booking", f'{path} must hold an object, such as {{"id": …}}')
    return value


def check_specs(paths: Sequence[Path], vocabulary: Vocabulary, size_limit: int) -> dict[str, Any]:
    """Check files and folders: `{"valid", "checked", "errors": [...], "warnings": [...]}`."""
    errors: list[SpecIssue] = []
    warnings: list[SpecIssue] = []
    seen: dict[str, str] = {}
    checked = 0
    for path in paths:
        for file, outcome in _load_all(path, vocabulary, size_limit):
            checked += 1
            if isinstance(outcome, SpecError):
                errors.extend(outcome.issues)
                continue
            warnings.extend(outcome.warnings)
            other = seen.setdefault(outcome.workflow.id, file)
            if other != file:
                message = f"`{outcome.workflow.id}` is the id of {other} too"
                errors.append(SpecIssue(file, 1, 1, "id", message, "give one another id"))
    if not checked:
        names = ", ".join(str(path) for path in paths)
        errors.append(SpecIssue(names, 0, 0, "", "no spec files (*.yaml, *.yml) found here"))
    return {
        "valid": not errors,
        "checked": checked,
        "errors": [_as_json(issue) for issue in errors],
        "warnings": [_as_json(issue) for issue in warnings],
    }


def print_report(report: Mapping[str, Any]) -> None:
    """Print a report for people: one line per issue, then the sum."""
    console = Console(soft_wrap=True)
    for severity, colour in (("errors", "red"), ("warnings", "yellow")):
        for issue in report[severity]:
            label = severity.rstrip("s")
            console.print(f"[{colour}]{label}[/{colour}] {escape(issue['text'])}")
    bad = len(report["errors"])
    verdict = f"[red]{bad} errors[/red]" if bad else "[green]all valid[/green]"
    console.print(f"{report['checked']} checked, {verdict}")


def print_trial(answer: Mapping[str, Any]) -> None:
    """Print a trial for people: every action, its conditions with values, its content."""
    console = Console(soft_wrap=True)
    console.print(f"[bold]{escape(answer['workflow'])}[/bold] on {escape(answer['trigger'])}")
    if answer["matches"]:
        console.print(f"would run at {answer['due_at']}")
    else:
        console.print(f"[yellow]would not run:[/yellow] {escape(answer['reason'])}")
    for action in answer["actions"]:
        colour = _COLOURS[action["status"]]
        reason = f": {escape(action['reason'])}" if action["reason"] else ""
        console.print(
            f"\n[bold]{escape(action['name'])}[/bold] ({action['type']}) "
            f"[{colour}]{action['status']}[/{colour}]{reason}"
        )
        for line in _trace_lines(action["conditions"]):
            console.print(escape(line))
        if action["rendered"]:
            console.print(_content(action["rendered"]))


def _load_all(
    path: Path, vocabulary: Vocabulary, size_limit: int
) -> Iterator[tuple[str, LoadedWorkflow | SpecError]]:
    if path.is_dir():
        scan = SpecRepository(path, vocabulary, size_limit=size_limit).scan()
        for error_path, error in sorted(scan.errors.items()):
            yield str(error_path), error
        for loaded in sorted(scan.workflows.values(), key=lambda item: item.path):
            yield str(loaded.path), loaded
        return
    try:
        yield str(path), read_spec(path, vocabulary, size_limit)
    except SpecError as error:
        yield str(path), error
    except OSError as error:
        yield (
            str(path),
            SpecError([SpecIssue(str(path), 0, 0, "", f"can't be read: {error.strerror}")]),
        )


def _as_json(issue: SpecIssue) -> dict[str, Any]:
    return {
        "file": issue.file,
        "line": issue.line,
        "column": issue.column,
        "key": issue.key,
        "message": issue.message,
        "suggestion": issue.suggestion,
        "code": issue.code,
        "text": str(issue),
    }


def _trace_lines(groups: Iterable[Mapping[str, Any]], depth: int = 1) -> Iterator[str]:
    for item in groups:
        mark = "✓" if item["holds"] else "✗"
        indent = "  " * depth
        if "rules" in item:
            negation = "NOT " if item.get("negate") else ""
            yield f"{indent}{mark} {negation}{item['operator']}"
            yield from _trace_lines(item["rules"], depth + 1)
        else:
            reason = f" ({item['reason']})" if item.get("reason") else ""
            yield (
                f"{indent}{mark} {item.get('field') or ''} {item['operator']} "
                f"{json.dumps(item.get('expected'), ensure_ascii=False)}: "
                f"is {json.dumps(item.get('actual'), ensure_ascii=False)}{reason}"
            )


def _content(rendered: Mapping[str, Any]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 2))
    for key, value in rendered.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(f"[dim]{escape(key)}[/dim]", escape(text))
    return table
