"""What the demo prints: the sample's outcome, the reminders, and where to look."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from bookflow.demo.reminding import MOVED, ReminderOutcome, reminder_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from bookflow.demo.outfit import Outfit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the sample: executions in full, and what was still open at the end."""

    executions: list[dict[str, Any]]
    open_count: int
    refused: list[dict[str, Any]]

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """Give every delivery of every execution."""
        return [
            delivery
            for execution in self.executions
            for entry in execution["execution_log"]
            for delivery in entry["deliveries"]
        ]


def print_summary(console: Console, outcome: Outcome) -> None:
    """Print the sums, and how the latencies came about."""
    entries = [entry for execution in outcome.executions for entry in execution["execution_log"]]
    actions = Counter(entry["status"] for entry in entries)
    sent = sum(d["status"] in ("sent", "delivered") for d in outcome.deliveries)
    bookings = {execution["booking_id"] for execution in outcome.executions}
    planned = sum(not execution["execution_log"] for execution in outcome.executions)
    console.print(
        f"{len(bookings)} bookings, {len(outcome.executions)} executions: {sent} deliveries sent; "
        f"actions {actions['completed']} completed, {actions['skipped']} skipped, "
        f"{actions['failed']} failed; {planned} executions planned for later.\n"
        "All events were fired at once, right after the start: latencies include the cold start."
    )


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the table: booking, workflow, action, outcome, reason, latency."""
    table = Table("booking", "workflow", "action", "outcome", "reason", "latency", title="Sample")
    for execution in outcome.executions:
        if not execution["execution_log"]:
            due = execution["due_at"]
            table.add_row(
                execution["booking_id"], execution["workflow_id"], "", "planned", f"due {due}", ""
            )
        for entry in execution["execution_log"]:
            table.add_row(
                escape(execution["booking_id"]),
                execution["workflow_id"],
                escape(entry["action"]),
                _paint(entry["status"]),
                escape(entry["reason"] or ""),
                _latency(execution, entry),
            )
    console.print(table)


def print_reminders(console: Console, reminded: Sequence[ReminderOutcome]) -> None:
    """Print what became of the bookings a minute or two ahead."""
    table = Table("booking", "due (UTC)", "reminder", "how", title="Reminders")
    for booking_id, due, result, said in reminder_rows(reminded):
        table.add_row(booking_id, due, _paint(result), escape(said))
    console.print(table)


def print_receivers(console: Console, outfit: Outfit) -> None:
    """Print how many messages reached each receiver, and where they are kept."""
    counts = ", ".join(f"{count} × {name}" for name, count in outfit.received().items())
    console.print(f"received: {counts}; kept in {outfit.mailbox}")


def print_places(console: Console, outfit: Outfit, outcome: Outcome) -> None:
    """Print where to click and with which password."""
    console.print(f"\n[bold]Airflow[/bold]  {outfit.stack.url}  (each workflow is a DAG)")
    for name, password in outfit.stack.passwords.items():
        console.print(f"  {name:<8} {escape(password)}")
    console.print(
        "for `bookflow trigger`:\n"
        f"  export BOOKFLOW_URL={outfit.stack.url} BOOKFLOW_USERNAME=editor "
        f"BOOKFLOW_PASSWORD={outfit.stack.passwords['editor']}\n"
        "for `bookflow stats`, `upcoming`, `endpoints` and `db status`:\n"
        f"  export BOOKFLOW_HOME={escape(shlex.quote(str(outfit.stack.directory)))}"
    )
    console.print(f"the database, for any psql:\n  {escape(shlex.quote(outfit.stack.database))}")
    if outcome.executions:
        shown = outcome.executions[0]
        base = f"{outfit.stack.url}/bookflow"
        console.print(f"one execution  {base}/executions/{shown['id']}")
        console.print(f"one booking    {base}/bookings/{shown['booking_id']}")
        console.print(f"a moved one    {base}/bookings/{MOVED}")
    console.print(f"logs           {outfit.stack.logs}")


def _paint(status: str) -> str:
    colours = {"completed": "green", "sent": "green", "skipped": "yellow", "failed": "red"}
    colour = colours.get(status, "cyan")
    return f"[{colour}]{status}[/{colour}]"


def _latency(execution: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    ends = [d["sent_at"] for d in entry["deliveries"] if d.get("sent_at")]
    if not ends:
        return ""
    created = datetime.fromisoformat(execution["created_at"])
    seconds = (datetime.fromisoformat(max(ends)) - created).total_seconds()
    return f"{seconds:.2f} s"
