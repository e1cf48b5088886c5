"""What commands print from the database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookflow.cli.plain_text import show_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAIN_WIDTH = 1000


def print_statistics(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print statistics per workflow as a table."""
    if not rows:
        print("no executions yet")
        return
    table = Table("workflow", "executions", "successful", "failed", "success rate", "last")
    for column in table.columns:
        # a name in two lines can still be read, one cut short can't
        column.overflow = "fold"
    for row in rows:
        rate = row["success_rate"]
        table.add_row(
            Text(show_text(row["workflow_id"])),
            str(row["total_executions"]),
            str(row["successful_executions"]),
            str(row["failed_executions"]),
            "–" if rate is None else f"{rate:.1f} %",
            str(row["last_executed_at"] or "–"),
        )
    # a pipe has no width of its own, and names are there to be read by scripts
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH).print(table)
