"""A real Airflow with bookflow, its receivers, and specs written for these tests."""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.chaos.supervising import kill_session
from benchmarks.peer_processes import PYTHON as PEERS_PYTHON
from bookflow.demo.cluster import Cluster
from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.receivers import WebhookReceiver
from bookflow.demo.stack import AirflowStack, Layout
from tests.acceptance.browsing import chromium, visits

# one browser and one window per user for all tests of a process
__all__ = ["chromium", "visits"]

STACK_TIMEOUT = 300
# `make test-cluster`: the same tests with Celery, two workers and two schedulers
ON_CLUSTER = bool(os.environ.get("BOOKFLOW_TEST_CLUSTER"))
SPECS = Path(__file__).parent / "specs"
Json = dict[str, Any]


# three processes share the work, a stack each: much of it is waiting, most of all in the demo
GROUPS = {
    "test_demo": "demo",
    "test_crashes": "breaking",
    "test_faults": "breaking",
    "test_database_events": "breaking",
    "test_editing_workflows": "breaking",
    "test_masking": "breaking",
    "test_upkeep": "breaking",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a group in one process, so that they share a stack.

    The marks of `--dist loadgroup` do nothing with this pytest and xdist: test ids lose them.
    """
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return GROUPS.get(Path(nodeid.partition("::")[0]).stem, "journey")

    return GroupScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the first test of a process the time that its stack takes to start."""
    for item in items:
        if "acceptance" in item.keywords and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(STACK_TIMEOUT))


@pytest.fixture(scope="session")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of specs the stack reads; tests may add to it."""
    folder = tmp_path_factory.mktemp("specs")
    for source in SPECS.glob("*.yaml"):
        (folder / source.name).write_bytes(source.read_bytes())
    return folder


@dataclass(frozen=True)
class Guarded:
    """A receiver of webhooks, and connections full of secrets that lead to it."""

    receiver: WebhookReceiver
    environment: Mapping[str, str]


@pytest.fixture(scope="session")
def guarded() -> Iterator[Guarded]:
    """Give a receiver that only who knows all secrets of its connections can reach."""
    signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with WebhookReceiver(secret=signing) as receiver:
        crm = {
            "conn_type": "http",
            "host": f"http://127.0.0.1:{receiver.port}",
            "login": "desk",
            "password": secrets.token_urlsafe(24),
            "extra": {
                "path": secrets.token_urlsafe(24),
                "headers": {"x-api-key": secrets.token_urlsafe(24)},
            },
        }
        inbound = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        connections = {
            "GUARDED_CRM": crm,
            "GUARDED_CRM_SECRET": {"conn_type": "generic", "password": signing},
            "BOOKFLOW_INBOUND_STANDARD_WEBHOOKS": {"conn_type": "generic", "password": inbound},
        }
        variables = {f"AIRFLOW_CONN_{name}": json.dumps(one) for name, one in connections.items()}
        yield Guarded(receiver, variables)


@pytest.fixture(scope="session")
def outfit(
    specs: Path, guarded: Guarded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outfit]:
    """Start everything once."""
    directory = tmp_path_factory.mktemp("stack")
    environment = {
        "BOOKFLOW_RETRY_DELAY_SECONDS": "2",
        "BOOKFLOW_BACKOFF_SECONDS": "0.1",
        # schedulers that look ten times a second would take a third of a core while all wait;
        # the demo's does, as is recommended
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
        **guarded.environment,
    }
    with open_outfit(
        directory,
        layout=Layout(specs=specs),
        environment=environment,
        parallelism=4,
        cluster=Cluster(PEERS_PYTHON, slots=4) if ON_CLUSTER else None,
    ) as running:
        valid = {path.stem for path in SPECS.glob("*.yaml")} - {"broken"}
        running.stack.wait_for_dags({f"bookflow-{name}" for name in valid})
        yield running
        # to end in order takes processes seconds, for which nothing waits any more; the demo does
        for name in running.stack.component_names:
            kill_session(running.stack.component(name).pid)


@pytest.fixture(scope="session")
def stack(outfit: Outfit) -> AirflowStack:
    """Give the running Airflow."""
    return outfit.stack


@dataclass(frozen=True)
class Begun:
    """Bookings whose workflows take a minute or so by themselves, while other tests go on."""

    delayed: str
    lost: str


@pytest.fixture(scope="session")
def begun(stack: AirflowStack, specs: Path) -> Begun:
    """Send an event whose workflow waits, and lose the wake-up of another."""
    delayed, lost = booking(), booking()
    lost["event_type"] = {"id": "e-lost", "slug": "lost", "name": "Lost", "duration": 30}
    with stack.client("editor") as client:
        path = "/bookflow/api/v1/triggers/booking_no_show"
        assert client.post(path, json={"booking": delayed}).status_code == 202
    _take_in_and_forget(stack, specs, lost)
    return Begun(delayed["id"], lost["id"])


def _take_in_and_forget(stack: AirflowStack, specs: Path, subject: Json) -> None:
    """Take an event in as a server that crashes between its commit and the wake-up."""
    from bookflow.airflow_client.connections import EnvironmentConnections
    from bookflow.journey.intake import Incoming
    from bookflow.records import EventSource
    from bookflow.settings import Settings
    from bookflow.wiring.servers import open_server_runtime

    class Silence:
        def wake(self, workflow_id: str, due_at: datetime) -> None:
            """Lose the wish."""

        def check(self) -> Json:
            """Look well."""
            return {"status": "healthy"}

    runtime = open_server_runtime(
        Settings(specs_dir=specs), EnvironmentConnections(stack.environment), Silence()
    )
    try:
        incoming = Incoming(
            trigger="booking_created",
            subject=subject,
            subject_id=None,
            idempotency_key=None,
            occurred_at=datetime.now(UTC).isoformat(),
            actor="test",
            source=EventSource.API,
            path="",
        )
        [answer] = runtime.intake.receive([incoming])
        assert [one.workflow_id for one in answer.executions] == ["lost"]
    finally:
        runtime.store.close()


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
        # each look costs the server some 30 ms
        time.sleep(0.25)
    return value


@contextmanager
def paused(stack: AirflowStack, *dag_ids: str) -> Iterator[None]:
    """Keep some of bookflow's DAGs from running; what runs by now is waited for."""
    with stack.client("admin") as client:
        try:
            for dag_id in dag_ids:
                _set_paused(client, dag_id, is_paused=True)
            wait_for(lambda: not _count_running(client, dag_ids), 60, f"the end of {dag_ids}")
            yield
        finally:
            for dag_id in dag_ids:
                _set_paused(client, dag_id, is_paused=False)


def _set_paused(client: httpx.Client, dag_id: str, *, is_paused: bool) -> None:
    path = f"/api/v2/dags/{dag_id}"
    client.patch(path, json={"is_paused": is_paused}).raise_for_status()


def _count_running(client: httpx.Client, dag_ids: Sequence[str]) -> int:
    total = 0
    for dag_id in dag_ids:
        answer = client.get(f"/api/v2/dags/{dag_id}/dagRuns", params={"state": "running"})
        answer.raise_for_status()
        total += answer.json()["total_entries"]
    return total


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

    def wait(booking_id: str, workflow: str, timeout: float = 120) -> Json:
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

        state = wait_for(look, 120, f"the end of {run_id}")
        tasks = api.get(f"{path}/taskInstances").json()["task_instances"]
        return state, {task["task_id"]: task["state"] for task in tasks}

    return wait
