"""Claims that meet in PostgreSQL, on connections of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bookflow.ports import LEASE
from bookflow.store.postgres import PostgresStore
from tests.contract.conftest import NOW, Scene

pytestmark = pytest.mark.database

THREADS = 6
ROUNDS = 10


@pytest.fixture
def scene(database):
    opened = PostgresStore.open(database, pool_size=THREADS)
    yield Scene(opened)
    opened.close()


def at_once(work):
    barrier = threading.Barrier(THREADS)

    def run(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_a_delivery_whose_lease_has_ended_is_sent_by_one(scene):
    for _ in range(ROUNDS):
        deliveries = [scene.deliver(scene.running()) for _ in range(3)]
        scene.store.claim_deliveries(deliveries, now=NOW)

        def take(number, deliveries=deliveries):
            # in another order each: the locks are taken in the order of ids
            wanted = deliveries[number % 3 :] + deliveries[: number % 3]
            states = scene.store.claim_deliveries(wanted, now=NOW + LEASE)
            return [key for key, state in states.items() if state.hold is None]

        taken = [key for keys in at_once(take) for key in keys]
        assert sorted(taken) == sorted(delivery.id for delivery in deliveries)


def test_a_new_delivery_is_sent_by_one(scene):
    for _ in range(ROUNDS):
        delivery = scene.deliver(scene.running())
        states = at_once(lambda _, one=delivery: scene.claim_delivery(one))
        assert sorted(state.hold is None for state in states) == [False] * (THREADS - 1) + [True]


def test_digests_opened_at_once_have_one_window(scene):
    for number in range(ROUNDS):
        wanted = [
            replace(scene.deliver(scene.running()), digest_key=f"k-{number}", digest_window=60.0)
            for _ in range(THREADS)
        ]
        states = at_once(
            lambda n, some=wanted: scene.claim_delivery(some[n], NOW + timedelta(seconds=n))
        )
        assert len({state.hold.until for state in states}) == 1


def test_cancelling_and_settling_at_once_leaves_nothing_open(scene):
    for _ in range(ROUNDS):
        execution = scene.running()
        delivery = scene.deliver(execution)
        scene.claim_delivery(delivery)

        def act(number, execution=execution):
            if number:
                scene.result(execution, "retrying", resume_at=NOW)
            else:
                scene.store.cancel_execution(execution, reason="", actor="ada", now=NOW)

        at_once(act)
        found = scene.read(execution)
        assert found["status"] == "cancelled"
        assert {entry["status"] for entry in found["execution_log"]} <= {"skipped"}
