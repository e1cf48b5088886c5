"""Processes that end as in a power cut, in the middle of their work, in a real Airflow."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import WebFault
from bookflow.demo.stack import AirflowStack
from tests.acceptance.conftest import booking as make_booking
from tests.acceptance.conftest import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

Json = dict[str, Any]
EndedRun = Callable[[str, str], tuple[str, dict[str, str]]]

BATCH = 100
SLOW = WebFault(delay=0.5)
# with 32 in flight, two rounds are answered by then and a third is under way
ARRIVED_BEFORE_KILL = 70


@dataclass(frozen=True)
class KilledBatch:
    """Bookings whose webhooks were under way when their task was killed, and its run."""

    bookings: list[str]
    run: tuple[str, str]


@pytest.fixture(scope="module")
def killed_batch(outfit: Outfit) -> KilledBatch:
    """Kill a task amid its batch; until it is taken up again takes a minute, for other tests."""
    outfit.webhooks.script(lasting=SLOW)
    try:
        with outfit.stack.client("editor") as client:
            bookings = fire_many(client, "booking_completed")
            run = kill_amid_batch(client, outfit, "killed", bookings)
            path = f"/api/v2/dags/{run[0]}/dagRuns/{run[1]}"
            # its next try finds nothing to do: all that is left is leased
            wait_for(lambda: client.get(path).json()["state"] == "success", 60, f"the end of {run}")
            return KilledBatch(bookings, run)
    finally:
        outfit.webhooks.script()


@pytest.mark.usefixtures("killed_batch")
def test_restart_of_the_api_server_right_after_its_answer_loses_nothing(
    api: httpx.Client, stack: AirflowStack
) -> None:
    bookings = fire_many(api, "booking_requested")
    stack.component("api-server").kill()
    stack.start_component("api-server")
    wait_for_server(stack)
    executions = wait_until_final(api, "restarted", bookings, timeout=100)
    assert {execution["status"] for execution in executions.values()} == {"completed"}


def test_killed_task_loses_nothing_and_repeats_only_under_the_same_id(
    api: httpx.Client, outfit: Outfit, killed_batch: KilledBatch, ended_run: EndedRun
) -> None:
    bookings, killed = killed_batch.bookings, killed_batch.run
    # what was being sent is leased for a minute; then a later run takes it up
    executions = wait_until_final(api, "killed", bookings, timeout=150)
    assert {execution["status"] for execution in executions.values()} == {"completed"}
    arrived = arrivals(outfit, bookings)
    ids = {booking: {hook.webhook_id for hook in hooks} for booking, hooks in arrived.items()}
    for booking in bookings:
        (delivery,) = executions[booking]["execution_log"][0]["deliveries"]
        assert delivery["status"] == "sent"
        assert len(ids[booking]) == 1, "every try of a delivery has the same webhook-id"
    assert len(set.union(*ids.values())) == BATCH
    assert all(hook.is_verified for hooks in arrived.values() for hook in hooks)
    repeated = Counter(len(hooks) for hooks in arrived.values())
    assert repeated[1] >= 32, "what was settled before the kill is not sent again"
    assert repeated[2] >= 1, "the kill came too late to interrupt anything"
    runs = {(execution["dag_id"], execution["run_id"]) for execution in executions.values()}
    assert ended_run(*killed) == (
        "success",
        {"call": "skipped", "link": "success", "finish": "success"},
    )
    for run in runs - {killed}:
        assert ended_run(*run) == (
            "success",
            {"call": "success", "link": "success", "finish": "success"},
        )


def fire_many(api: httpx.Client, trigger: str) -> list[str]:
    bookings = [make_booking() for _ in range(BATCH)]
    events = [{"trigger": trigger, "booking": one} for one in bookings]
    answer = api.post("/bookflow/api/v1/triggers", json={"events": events})
    assert answer.status_code == 202, answer.text
    assert all(len(result["executions"]) == 1 for result in answer.json()["results"])
    return [one["id"] for one in bookings]


def kill_amid_batch(
    api: httpx.Client, outfit: Outfit, workflow: str, bookings: Sequence[str]
) -> tuple[str, str]:
    """End the process of the task `call` once most of its webhooks have arrived; give its run."""
    wait_for_arrivals(outfit, bookings, 1)
    (execution, *_) = list_executions(api, workflow=workflow, status="running")
    path = f"/api/v2/dags/{execution['dag_id']}/dagRuns/{execution['run_id']}/taskInstances/call"
    pid = int(api.get(path).json()["pid"])
    names = [name for name in outfit.stack.component_names if name.startswith("celery-worker")]
    executors = {outfit.stack.component(name).pid for name in names or ["scheduler"]}
    assert parent_of(parent_of(pid)) in executors, "a task is the child of an executor's worker"
    wait_for_arrivals(outfit, bookings, ARRIVED_BEFORE_KILL)
    os.kill(pid, signal.SIGKILL)
    return execution["dag_id"], execution["run_id"]


def wait_for_arrivals(outfit: Outfit, bookings: Sequence[str], count: int) -> None:
    deadline = time.monotonic() + 60
    while sum(map(len, arrivals(outfit, bookings).values())) < count:
        assert time.monotonic() < deadline, f"fewer than {count} webhooks arrived"
        time.sleep(0.02)


def parent_of(pid: int) -> int:
    # the name, in parentheses, may hold spaces
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def arrivals(outfit: Outfit, bookings: Sequence[str]) -> dict[str, list[Any]]:
    """Give every webhook that came for these bookings; those that met a delay are among them."""
    found: dict[str, list[Any]] = {booking: [] for booking in bookings}
    for hook in [*outfit.webhooks.messages, *outfit.webhooks.refused]:
        hooks = found.get((hook.payload or {}).get("booking_id", ""))
        if hooks is not None:
            hooks.append(hook)
    return found


def list_executions(api: httpx.Client, **query: str) -> list[Json]:
    answer = api.get("/bookflow/api/v1/executions", params={"limit": "200", **query})
    assert answer.status_code == 200, answer.text
    executions: list[Json] = answer.json()["executions"]
    return executions


def read_execution(api: httpx.Client, execution_id: str) -> Json:
    answer = api.get(f"/bookflow/api/v1/executions/{execution_id}")
    assert answer.status_code == 200, answer.text
    execution: Json = answer.json()
    return execution


def wait_until_final(
    api: httpx.Client, workflow: str, bookings: Sequence[str], timeout: float = 60
) -> dict[str, Json]:
    deadline = time.monotonic() + timeout
    while True:
        found = {e["booking_id"]: e for e in list_executions(api, workflow=workflow)}
        open_ones = [e for e in found.values() if e["status"] in ("pending", "running")]
        if found.keys() >= set(bookings) and not open_ones:
            return {booking: read_execution(api, found[booking]["id"]) for booking in bookings}
        assert time.monotonic() < deadline, f"{len(open_ones)} executions are still open"
        time.sleep(0.5)


def wait_for_server(stack: AirflowStack) -> None:
    def answers() -> bool:
        try:
            return client.get("/api/v2/monitor/health").is_success
        except httpx.TransportError:
            return False

    with httpx.Client(base_url=stack.url, timeout=5) as client:
        wait_for(answers, 120, "the API server to come back")
