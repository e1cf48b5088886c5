"""Tables, diffs and single things as commands print them: for people, and plain in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookflow.cli.plain_text import show_line, show_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# a pipe has no width of its own, and names are there to be read by scripts
PIPE_WIDTH = 1000
NOTHING = "–"
_DIFF_STYLES = {"+++": "bold", "---": "bold", "+": "green", "-": "red", "@@": "cyan"}
_STATUS_STYLES = {
    "completed": "green",
    "healthy": "green",
    "active": "green",
    "would_run": "green",
    "failed": "red",
    "invalid": "red",
    "running": "yellow",
    "skipped": "yellow",
    "inactive": "dim",
    "cancelled": "dim",
}


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below their headings; texts from outside can't write to the terminal."""
    table = Table(*columns)
    for column in table.columns:
        # a name in two lines can still be read, one cut short can't
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(show_cell(value) for value in row))
    open_console().print(table)


def show_cell(value: object) -> Text:
    """Write one value into a cell."""
    if value is None or value == "":
        return Text(NOTHING)
    text = show_line(value)
    return Text(text, style=_STATUS_STYLES.get(text, ""))


def print_fields(fields: Mapping[str, object]) -> None:
    """Print names and values below each other."""
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        shown = NOTHING if value is None or value == "" else show_text(value)
        print(f"{name:<{width}}  {shown}")


def print_diff(diff: str) -> None:
    """Print a unified diff, coloured on a terminal."""
    console = Console(soft_wrap=True, highlight=False)
    for line in diff.splitlines():
        style = next((one for mark, one in _DIFF_STYLES.items() if line.startswith(mark)), "")
        console.print(Text(show_text(line), style=style))


def open_console() -> Console:
    """Give a console as wide as the terminal, or wide enough for a pipe."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def show_rate(rate: Any) -> str | None:
    """Write a rate in percent."""
    return f"{rate:.1f} %" if isinstance(rate, int | float) else None
