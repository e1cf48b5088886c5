"""Workers that know of each other through PostgreSQL alone."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.errors import TransientDeliveryError
from bookflow.journey.endpoints.guarding import Gatekeeper, SendingLimits
from bookflow.journey.steps import WorkflowFacts
from bookflow.records import Hold, Message
from bookflow.settings import Rate
from bookflow.store.postgres import PostgresStore

pytestmark = pytest.mark.database

WORKERS = 8
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOOK = "https://example.com/hook"
FACTS = WorkflowFacts("welcome", "Welcome", "v1", "hana@example.com")


def hook() -> Message:
    return Message("url", "webhook", HOOK, {}, {}, HOOK)


@dataclass
class Worker:
    """One task process with a connection of its own."""

    store: PostgresStore
    keeper: Gatekeeper


@pytest.fixture
def workers(database: str) -> Any:
    clock = {"now": NOW}
    opened = []

    async def sleep(seconds: float) -> None:
        """Let the test's clock stand still."""

    def make(**limits: Any) -> list[Worker]:
        for _ in range(WORKERS):
            store = PostgresStore.open(database)
            keeper = Gatekeeper(
                store,
                FACTS,
                limits=SendingLimits(**limits),
                now=lambda: clock["now"],
                sleep=sleep,
            )
            opened.append(Worker(store, keeper))
        return opened[-WORKERS:]

    make.clock = clock  # type: ignore[attr-defined]
    yield make
    for worker in opened:
        worker.store.close()


def at_once(workers: list[Worker], work: Any) -> list[Any]:
    """Let every worker do the same in a thread of its own, at the same moment."""
    start = threading.Barrier(len(workers), timeout=60)

    def play(worker: Worker) -> Any:
        start.wait()
        return asyncio.run(work(worker))

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(play, workers))


async def fail(worker: Worker) -> None:
    message = hook()
    assert await worker.keeper.admit(message) is None
    worker.keeper.report(message, TransientDeliveryError("no", code="http-timeout"))
    await asyncio.to_thread(worker.keeper.flush)


def test_one_failure_of_each_of_many_workers_opens_the_circuit(workers: Any) -> None:
    at_once(workers(), fail)
    [fresh, *_] = workers()
    hold = asyncio.run(fresh.keeper.admit(hook()))
    assert isinstance(hold, Hold)
    assert hold.code == "circuit-open"


def test_exactly_one_worker_probes(workers: Any) -> None:
    at_once(workers(), fail)
    workers.clock["now"] += timedelta(seconds=30)
    everybody = workers()

    async def ask(worker: Worker) -> Any:
        return await worker.keeper.admit(hook())

    answers = at_once(everybody, ask)
    assert answers.count(None) == 1
    assert {answer.code for answer in answers if answer} == {"circuit-open"}


def test_workers_together_never_exceed_a_rate(workers: Any) -> None:
    async def send(worker: Worker) -> int:
        answers = await asyncio.gather(*(worker.keeper.admit(hook()) for _ in range(20)))
        assert {answer.code for answer in answers if answer} <= {"rate-limit"}
        return answers.count(None)

    for hour in range(3):
        workers.clock["now"] = NOW + timedelta(hours=hour, minutes=hour)
        assert sum(at_once(workers(webhook=Rate(50, 3600)), send)) == 50


def test_health_names_the_endpoints_in_trouble(workers: Any, office: Any) -> None:
    assert office.server.health()["components"]["endpoints"]["status"] == "healthy"
    at_once(workers(), fail)
    health = office.server.health()
    assert health["status"] == "degraded"
    assert health["components"]["endpoints"]["open"] == ["https://example.com"]


def test_organizer_of_a_spec_is_the_owner_of_its_endpoint(office: Any, make_booking: Any) -> None:
    office.write("mail")
    office.send(make_booking())
    assert office.run("mail")["b-1"]["status"] == "completed"
    [endpoint] = office.server.endpoints.list_endpoints()
    assert (endpoint.key, endpoint.state) == ("smtp:bookflow_smtp", "closed")
    assert (endpoint.workflow_id, endpoint.owner) == ("mail", "hana@example.com")
    assert endpoint.last_success_at is not None
