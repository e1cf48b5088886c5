"""`bookflow demo`: Airflow with local receivers, the sample bookings, and what became of them."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.samples import sample_events
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import ConfigurationError
from bookflow.spec.repository import SpecRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SETTLE_SECONDS = 180.0
POLL_SECONDS = 0.5
SOON_SECONDS = 5.0
WATCH_SECONDS = 1.0
FIRE_SECONDS = 60.0
SHOWN_CHARACTERS = 300
PLAIN_WIDTH = 150


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the sample: executions in full, and what was still open at the end."""

    executions: list[dict[str, Any]]
    open_count: int
    refused: list[dict[str, Any]]


def run_demo(directory: Path, *, port: int, is_once: bool) -> int:
    """Run the demo; gives the exit code: 0 when the whole sample went through as it should."""
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    signal.signal(signal.SIGTERM, _stop_on_termination)
    console.print("starting PostgreSQL, receivers and Airflow (about half a minute) …")
    with open_outfit(directory, port=port) as outfit:
        outfit.stack.wait_for_dags(_workflow_dags(outfit.stack.layout.specs))
        outcome = play_sample(outfit)
        problems = judge(outfit, outcome)
        print_summary(console, outcome)
        print_outcome(console, outcome)
        print_receivers(console, outfit)
        for problem in problems:
            console.print(f"[red]problem:[/red] {escape(problem)}")
        if is_once:
            console.print("Airflow is being stopped again; `make demo` keeps it running.")
            return 1 if problems else 0
        print_places(console, outfit, outcome)
        console.print("\nCtrl-C stops everything.")
        code = watch(console, outfit.stack.check_alive)
        console.print("stopping …")
    return code


def watch(console: Console, check: Callable[[], None], *, pause: float = WATCH_SECONDS) -> int:
    """Check every `pause` seconds until Ctrl-C gives 0, or what the check raises is shown: 1."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(pause)
            try:
                check()
            except ConfigurationError as error:
                console.print(f"[red]the demo ends:[/red] {escape(str(error))}")
                return 1
    return 0


def _stop_on_termination(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _workflow_dags(specs: Path) -> list[str]:
    scan = SpecRepository(specs, BOOKING_VOCABULARY).scan()
    active = [loaded.workflow for loaded in scan.workflows.values() if loaded.workflow.is_active]
    return [dag_id_of(workflow.id) for workflow in active]


def play_sample(outfit: Outfit) -> Outcome:
    """Fire every sample event through the API and wait until nothing due is left open."""
    with httpx.Client(
        base_url=outfit.stack.url, headers=outfit.stack.headers("editor"), timeout=30
    ) as api:
        now = datetime.now(UTC)
        # a demo that is started again fires its sample anew
        events = sample_events(now, run=now.strftime("%Y%m%d%H%M%S"))
        results = fire(api, events)
        refused = [result for result in results if "error" in result]
        wanted = [e["id"] for r in results if "error" not in r for e in r["executions"]]
        return Outcome(*wait_until_settled(api, wanted, outfit.stack.check_alive), refused)


def fire(
    api: httpx.Client, events: Sequence[Mapping[str, Any]], *, seconds: float = FIRE_SECONDS
) -> list[dict[str, Any]]:
    """Fire events as one batch; their keys make it safe to try again while the server is busy."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = api.post("/bookflow/api/v1/triggers", json={"events": events})
            if not answer.is_server_error:
                answer.raise_for_status()
                return list(answer.json()["results"])
            said = f"{answer.status_code} {answer.text[:SHOWN_CHARACTERS]}"
        except httpx.HTTPStatusError as error:
            said = f"{error.response.status_code} {error.response.text[:SHOWN_CHARACTERS]}"
            raise ConfigurationError(f"the sample events were refused: {said}") from None
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
        if time.monotonic() > deadline:
            message = f"the sample events could not be fired within {seconds:.0f} s: {said}"
            raise ConfigurationError(message)
        time.sleep(POLL_SECONDS)


def wait_until_settled(
    api: httpx.Client,
    wanted: Sequence[str],
    check: Callable[[], None],
    *,
    seconds: float = SETTLE_SECONDS,
) -> tuple[list[dict[str, Any]], int]:
    """Read executions until all are final or due later; give them, and how many stayed open."""
    done: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + seconds
    while True:
        check()
        for execution_id in wanted:
            execution = None if execution_id in done else _read(api, execution_id)
            if execution is not None and _is_settled(execution):
                done[execution_id] = execution
        missing = [execution_id for execution_id in wanted if execution_id not in done]
        if not missing or time.monotonic() > deadline:
            return [done[key] for key in wanted if key in done], len(missing)
        time.sleep(POLL_SECONDS)


def _read(api: httpx.Client, execution_id: str) -> dict[str, Any] | None:
    """Read an execution; None while the server is too busy to answer."""
    try:
        answer = api.get(f"/bookflow/api/v1/executions/{execution_id}")
        return dict(answer.json()) if answer.is_success else None
    except (httpx.TransportError, ValueError):
        return None


def _is_settled(execution: Mapping[str, Any]) -> bool:
    if execution["status"] == "pending":
        due = datetime.fromisoformat(execution["due_at"])
        return (due - datetime.now(UTC)).total_seconds() > SOON_SECONDS
    return str(execution["status"]) != "running"


def judge(outfit: Outfit, outcome: Outcome) -> list[str]:
    """Say what did not go as it should: open executions, or deliveries that never arrived."""
    problems = []
    if outcome.open_count:
        problems.append(
            f"{outcome.open_count} executions were not settled in {SETTLE_SECONDS:.0f} s"
        )
    if not outcome.executions:
        problems.append("no execution came of the sample events")
    problems.extend(f"an event was refused: {json.dumps(r['error'])}" for r in outcome.refused)
    arrivals = outfit.arrivals()
    for delivery in _deliveries(outcome):
        times = arrivals[delivery["channel"]][delivery["id"].replace("-", "")]
        wanted = delivery["status"] in ("sent", "delivered")
        if times != wanted:
            said = f"delivery {delivery['id']} ({delivery['channel']}) is {delivery['status']}"
            problems.append(f"{said}, but arrived {times} times")
    return problems


def print_summary(console: Console, outcome: Outcome) -> None:
    """Print the sums, and how the latencies came about."""
    entries = [entry for execution in outcome.executions for entry in execution["execution_log"]]
    actions = Counter(entry["status"] for entry in entries)
    sent = sum(d["status"] in ("sent", "delivered") for d in _deliveries(outcome))
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
        "for `bookflow stats` and `bookflow db status`:\n"
        f"  export BOOKFLOW_HOME={escape(shlex.quote(str(outfit.stack.directory)))}"
    )
    if outcome.executions:
        shown = outcome.executions[0]
        base = f"{outfit.stack.url}/bookflow"
        console.print(f"one execution  {base}/executions/{shown['id']}")
        console.print(f"one booking    {base}/bookings/{shown['booking_id']}")
    console.print(f"logs           {outfit.stack.logs}")


def _deliveries(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        delivery
        for execution in outcome.executions
        for entry in execution["execution_log"]
        for delivery in entry["deliveries"]
    ]


def _paint(status: str) -> str:
    colours = {"completed": "green", "skipped": "yellow", "failed": "red"}
    colour = colours.get(status, "cyan")
    return f"[{colour}]{status}[/{colour}]"


def _latency(execution: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    ends = [d["sent_at"] for d in entry["deliveries"] if d.get("sent_at")]
    if not ends:
        return ""
    created = datetime.fromisoformat(execution["created_at"])
    seconds = (datetime.fromisoformat(max(ends)) - created).total_seconds()
    return f"{seconds:.2f} s"
