"""PostgreSQL for tests: one embedded server per session, one clean database per test."""

from __future__ import annotations

import gc
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings

from bookflow.store.embedded import (
    ensure_database,
    start_embedded,
    stop_embedded,
    with_database,
)
from bookflow.store.migrating import upgrade

# with Airflow and a suite of tests in memory, looking for cycles each 700 objects took a seventh
# of all the time; what was never closed is still found, a little later
gc.set_threshold(20_000, 20, 20)

# what `make check` tries; `make test` tries as many as hypothesis does by default
settings.register_profile("quick", max_examples=20, deadline=None)
# a busy machine is no reason to fail
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

_TABLES = (
    "audit",
    "template_uses",
    "spec_rules",
    "clock",
    "endpoints",
    "rate_limits",
    "notices",
    "incidents",
    "inbound_requests",
    "booking_aliases",
    "deliveries",
    "action_results",
    "executions",
    "runs",
    "events",
    "bookings",
    "event_types",
    "organizers",
    "execution_figures",
    "execution_deltas",
    "latency_figures",
    "latency_deltas",
    "action_figures",
    "action_deltas",
    "delivery_figures",
    "delivery_deltas",
)
_SWEEP = "; ".join(f"DELETE FROM bookflow.{table}" for table in _TABLES).encode()  # noqa: S608


class _Sweeper:
    """Empties a database over a connection that it keeps: to open one costs more than the work."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._link = self._open()

    def sweep(self) -> None:
        try:
            self._link.execute(_SWEEP)
        except psycopg.OperationalError:
            # the test before ended every connection
            self.close()
            self._link = self._open()
            self._link.execute(_SWEEP)

    def close(self) -> None:
        self._link.close()

    def _open(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._dsn, autocommit=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of an embedded server that lives as long as the session."""
    home = Path(tempfile.mkdtemp(prefix="bookflow-tests-"))
    directory = home / "postgres"
    try:
        dsn = start_embedded(directory)
        with psycopg.connect(dsn, autocommit=True) as connection:
            # nothing here is to survive a power cut
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield dsn
    finally:
        stop_embedded(directory)
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template_database(postgres_server: str) -> str:
    """Migrate a template once; its clones need no migration."""
    upgrade(ensure_database(postgres_server, "bookflow_template"))
    return "bookflow_template"


@pytest.fixture(scope="session")
def clone_database(postgres_server: str, template_database: str) -> Callable[[], str]:
    """Give a function that makes a migrated database and gives its URL."""
    numbers = itertools.count(1)

    def clone() -> str:
        name = f"bookflow_clone_{next(numbers)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}".encode())
        return with_database(postgres_server, name)

    return clone


@pytest.fixture(scope="session")
def shared_database(clone_database: Callable[[], str]) -> str:
    return clone_database()


@pytest.fixture(scope="session")
def sweeper(shared_database: str) -> Iterator[_Sweeper]:
    """Give what empties the shared database."""
    sweeper = _Sweeper(shared_database)
    yield sweeper
    sweeper.close()


@pytest.fixture
def database(shared_database: str, sweeper: _Sweeper) -> str:
    """Give the URL of a migrated, empty database; emptied again for every test."""
    sweeper.sweep()
    return shared_database


@pytest.fixture
def fresh_database(clone_database: Callable[[], str]) -> str:
    """Give the URL of a migrated database that the test may alter or fill."""
    return clone_database()


@pytest.fixture
def empty_database(postgres_server: str) -> Iterator[str]:
    """Give the URL of a database without any schema."""
    dsn = ensure_database(postgres_server, "bookflow_empty")
    yield dsn
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE bookflow_empty WITH (FORCE)")
