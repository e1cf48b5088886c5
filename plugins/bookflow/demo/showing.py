"""`bookflow demo`: Airflow with local receivers, the sample bookings, and what became of them."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
from rich.console import Console
from rich.markup import escape

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.printing import (
    Outcome,
    print_outcome,
    print_places,
    print_receivers,
    print_reminders,
    print_summary,
)
from bookflow.demo.reminding import ReminderShow, judge_reminders
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


def run_demo(directory: Path, *, port: int, is_once: bool) -> int:
    """Run the demo; gives the exit code: 0 when the whole sample went through as it should."""
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    signal.signal(signal.SIGTERM, _stop_on_termination)
    console.print("starting PostgreSQL, receivers and Airflow (about half a minute) …")
    with open_outfit(directory, port=port) as outfit:
        outfit.stack.wait_for_dags(_workflow_dags(outfit.stack.layout.specs))
        with open_api(outfit) as api:
            outcome = play_sample(outfit, api)
            print_summary(console, outcome)
            print_outcome(console, outcome)
            console.print("three bookings two minutes ahead: one is cancelled, one is moved …")
            reminders = ReminderShow(
                api, partial(fire, api), outfit.stack.check_alive, now=datetime.now(UTC)
            )
            answers = [*reminders.book(), *reminders.change()]
            reminded = reminders.settle()
        print_reminders(console, reminded)
        print_receivers(console, outfit)
        if not reminders.is_in_time:
            console.print("this machine was too busy to change them before they were due")
        problems = [
            *judge(outfit, outcome),
            *judge_reminders(reminded, is_in_time=reminders.is_in_time),
        ]
        refused = [answer["error"] for answer in answers if "error" in answer]
        problems.extend(f"an event was refused: {json.dumps(error)}" for error in refused)
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


def open_api(outfit: Outfit) -> httpx.Client:
    """Open a client of the demo's admin, who may send events whatever the settings say."""
    return httpx.Client(
        base_url=outfit.stack.url, headers=outfit.stack.headers("admin"), timeout=30
    )


def play_sample(outfit: Outfit, api: httpx.Client) -> Outcome:
    """Fire every sample event through the API and wait until nothing due is left open."""
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
    for delivery in outcome.deliveries:
        times = arrivals[delivery["channel"]][delivery["id"].replace("-", "")]
        wanted = delivery["status"] in ("sent", "delivered")
        if times != wanted:
            said = f"delivery {delivery['id']} ({delivery['channel']}) is {delivery['status']}"
            problems.append(f"{said}, but arrived {times} times")
    return problems
