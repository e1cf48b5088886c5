"""An idempotency key stays taken while an erasure puts its digest in its place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.settings import Settings
from bookflow.store.erased_keys import MARK, plain_digests
from bookflow.store.postgres import PostgresStore
from bookflow.wiring.databases import open_existing_store, open_store
from tests.contract.conftest import Scene

pytestmark = pytest.mark.database

KEY = "booking-ida@example.org"
HANG_SECONDS = 30


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(database, pool_size=2)
    yield opened
    opened.close()


def wait_until_somebody_waits(connection: psycopg.Connection[tuple[int]]) -> None:
    """Wait until another transaction is held up by this one."""
    query = b"SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY("
    query += b"pg_blocking_pids(pid))"
    for _ in range(HANG_SECONDS * 50):
        # statistics are those of the transaction's first look otherwise
        connection.execute(b"SELECT pg_stat_clear_snapshot()")
        [[count]] = connection.execute(query).fetchall()
        if count:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_key_comes_again_just_while_it_is_erased(store: PostgresStore, database: str) -> None:
    scene = Scene(store)
    first = scene.record(scene.event(idempotency_key=KEY))
    [digest] = plain_digests(KEY)
    with psycopg.connect(database) as erasing, ThreadPoolExecutor(1) as pool:
        erasing.execute(
            b"UPDATE bookflow.events SET idempotency_key = %s WHERE idempotency_key = %s",
            (MARK + digest, KEY),
        )
        again = pool.submit(scene.record, scene.event(idempotency_key=KEY))
        wait_until_somebody_waits(erasing)
        erasing.commit()
        answer = again.result(timeout=HANG_SECONDS)
    assert (answer.is_duplicate, answer.event_id) == (True, first.event_id)
    with psycopg.connect(database) as connection:
        [[count]] = connection.execute(b"SELECT count(*) FROM bookflow.events").fetchall()
    assert count == 1


@pytest.fixture
def use_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set Airflow's Fernet keys; a process reads them once."""
    from bookflow.airflow_client.sealing import list_fernet_keys

    def use(keys: str) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", keys)
        list_fernet_keys.cache_clear()

    yield use
    list_fernet_keys.cache_clear()


@pytest.mark.airflow
def test_stores_of_servers_and_of_commands_know_each_others_digests(
    database: str, use_keys: Callable[[str], None]
) -> None:
    """What a command erased, the API server recognises; also once Airflow has another key."""
    connections = EnvironmentConnections({"AIRFLOW_CONN_BOOKFLOW_DB": database})
    use_keys("old")
    with open_existing_store(Settings(), connections) as command:
        first = Scene(command).record(Scene(command).event(idempotency_key=KEY))
        assert command.digest_keys("ida@example[.]org") == {"events": 1}
    with psycopg.connect(database) as connection:
        [[kept]] = connection.execute(b"SELECT idempotency_key FROM bookflow.events").fetchall()
    assert kept.startswith(MARK)
    # nobody finds the address by trying, who has the database alone
    assert kept != MARK + plain_digests(KEY)[0]
    use_keys("new,old")
    server = open_store(Settings(), connections)
    answer = Scene(server).record(Scene(server).event(idempotency_key=KEY))
    server.close()
    assert (answer.is_duplicate, answer.event_id) == (True, first.event_id)
