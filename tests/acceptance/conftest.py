"""A real Airflow with bookflow, its receivers, and specs written for these tests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.stack import AirflowStack, Layout

SPECS = Path(__file__).parent / "specs"
Json = dict[str, Any]


# two processes share the work; each group is one process's, with a stack of its own
GROUPS = {"test_demo": "demo", "test_crashes": "crashes"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of one stack in one process."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.xdist_group(GROUPS.get(item.path.stem, "journey")))


@pytest.fixture(scope="session")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of specs the stack reads; tests may add to it."""
    folder = tmp_path_factory.mktemp("specs")
    for source in SPECS.glob("*.yaml"):
        (folder / source.name).write_bytes(source.read_bytes())
    return folder


@pytest.fixture(scope="session")
def outfit(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outfit]:
    """Start everything once."""
    directory = tmp_path_factory.mktemp("stack")
    environment = {"BOOKFLOW_RETRY_DELAY_SECONDS": "2", "BOOKFLOW_BACKOFF_SECONDS": "0.1"}
    with open_outfit(
        directory, layout=Layout(specs=specs), environment=environment, parallelism=4
    ) as running:
        valid = {path.stem for path in SPECS.glob("*.yaml")} - {"broken"}
        running.stack.wait_for_dags({f"bookflow-{name}" for name in valid})
        yield running


@pytest.fixture(scope="session")
def stack(outfit: Outfit) -> AirflowStack:
    """Give the running Airflow."""
    return outfit.stack


@pytest.fixture
def api(stack: AirflowStack) -> Iterator[httpx.Client]:
    """Give a client of the user who may edit and run."""
    with stack.client("editor") as client:
        yield client


def booking(**changes: Any) -> Json:
    """Make a booking of its own."""
    return {
        "id": f"b-{uuid.uuid4()}",
        "start_time": "2030-01-07T15:00:00+01:00",
        "end_time": "2030-01-07T15:30:00+01:00",
        "event_type": {"id": "e1", "slug": "intro", "name": "Intro", "duration": 30},
        "organizer": {
            "id": "o1",
            "email": "ana@example.com",
            "name": "Ana",
            "timezone": "Europe/Berlin",
        },
        "invitee": {
            "name": "Bob",
            "email": "bob@example.com",
            "phone": "+12025550123",
            "timezone": "America/New_York",
        },
        "created_at": "2029-01-01T10:00:00+00:00",
        **changes,
    }


def wait_for(condition: Callable[[], Any], timeout: float, what: str) -> Any:
    """Wait until a condition holds and give its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout} s for {what}"
        time.sleep(0.1)
    return value


@pytest.fixture
def make_booking() -> Callable[..., Json]:
    """Give the function that makes bookings."""
    return booking


@pytest.fixture
def settled(api: httpx.Client) -> Callable[..., Json]:
    """Give a function that waits until the execution of a booking is final."""

    def look(booking_id: str, workflow: str) -> Json | None:
        query = {"booking": booking_id, "workflow": workflow}
        answer = api.get("/bookflow/api/v1/executions", params=query)
        answer.raise_for_status()
        for execution in answer.json()["executions"]:
            if execution["status"] not in ("pending", "running"):
                found: Json = api.get(f"/bookflow/api/v1/executions/{execution['id']}").json()
                return found
        return None

    def wait(booking_id: str, workflow: str, timeout: float = 60) -> Json:
        found: Json = wait_for(
            lambda: look(booking_id, workflow), timeout, f"{workflow} for {booking_id}"
        )
        return found

    return wait


@pytest.fixture
def ended_run(api: httpx.Client) -> Callable[[str, str], tuple[str, dict[str, str]]]:
    """Give a function that waits for the end of a run: its state, and its tasks' states."""

    def wait(dag_id: str, run_id: str) -> tuple[str, dict[str, str]]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"

        def look() -> str | None:
            state: str = api.get(path).json()["state"]
            return state if state in ("success", "failed") else None

        state = wait_for(look, 60, f"the end of {run_id}")
        tasks = api.get(f"{path}/taskInstances").json()["task_instances"]
        return state, {task["task_id"]: task["state"] for task in tasks}

    return wait
