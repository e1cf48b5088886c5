"""`bookflow incidents`, `cleanup` and `erase` on a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bookflow.ports.upkeep import Finding
from bookflow.settings import Settings
from bookflow.store.postgres import PostgresStore
from bookflow.wiring.upkeep import open_incidents
from tests.contract.conftest import NOW, PLAN, RUN, Scene, minutes
from tests.integration.cli.test_database_commands import Said, run

__all__ = ["run"]

pytestmark = pytest.mark.database

Run = Callable[..., Said]


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(database)
    yield opened
    opened.close()


def open_one(store: Any) -> None:
    finding = Finding("clock", "clock", "the clock is late", "Start it.")
    open_incidents(store, Settings()).note([finding], kinds=())


def test_incidents_are_listed_and_closed(run: Run, database: str, store: Any) -> None:
    assert run(database, "incidents").out == "no open incidents\n"
    open_one(store)
    assert "the clock is late" in run(database, "incidents").out
    [one] = json.loads(run(database, "incidents", "--format", "json").out)
    said = run(database, "incidents", "close", one["id"], "--note", "started it")
    assert (said.code, "started it" in said.out) == (0, True)
    assert run(database, "incidents").out == "no open incidents\n"
    [one] = json.loads(run(database, "incidents", "--all", "--format", "json").out)
    assert one["closed_by"].startswith("cli:")
    for words, count in (
        (("--state", "closed"), 1),
        (("--state", "closed", "--kind", "clock"), 1),
        (("--all", "--kind", "endpoint"), 0),
        (("--all", "--workflow", "hello"), 0),
        (("--all", "--limit", "1"), 1),
    ):
        listed = json.loads(run(database, "incidents", *words, "--format", "json").out)
        assert (len(listed), words) == (count, words)
    assert "closed already" in run(database, "incidents", "close", one["id"]).err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["close"], "incidents close ID"), (["close", "x"], "no incident x is known")],
)
def test_other_words_are_explained(run: Run, database: str, words: list[str], said: str) -> None:
    answer = run(database, "incidents", *words)
    assert (answer.code, answer.out) == (1, "")
    assert said in answer.err


def test_cleanup_counts_first_and_then_deletes(run: Run, database: str, store: Any) -> None:
    scene = Scene(store)
    scene.result(scene.running())
    store.finish(RUN, PLAN, now=NOW + minutes(1))
    with psycopg.connect(database) as connection:
        age = datetime.now(UTC) - NOW + timedelta(days=91)
        for table, column in (("executions", "completed_at"), ("events", "received_at")):
            connection.execute(
                f"UPDATE bookflow.{table} SET {column} = {column} - %s".encode(),  # noqa: S608
                [max(age, timedelta(days=91))],
            )
    said = run(database, "cleanup", "--dry-run", "--format", "json")
    counted = json.loads(said.out)
    assert (counted["dry_run"], counted["counts"]["executions"]) == (True, 1)
    assert run(database, "cleanup").out.startswith("deleted: 1 executions, 1 events")
    assert run(database, "cleanup").out == "deleted: nothing is old enough\n"


def test_erase_asks_first_and_tells_what_it_did(run: Run, database: str, store: Any) -> None:
    Scene(store).book()
    refused = run(database, "erase", "--email", "ida@example.org")
    assert (refused.code, "--yes" in refused.err) == (1, True)
    planned = run(database, "erase", "--email", "ida@example.org", "--dry-run")
    assert "would erase: " in planned.out
    assert "would cancel: 1 open executions" in planned.out
    assert store.load_subjects(["b-1"])
    said = run(database, "erase", "--email", "ida@example.org", "--yes", "--format", "json")
    # in one process with others, Airflow may have set up logs on standard output
    done = json.loads(said.out[said.out.index("{\n") :])
    assert (done["counts"]["bookings"], done["cancelled_executions"]) == (1, 1)
    again = run(database, "erase", "--email", "ida@example.org", "--yes")
    assert again.out.endswith("erased: nothing was found\n")


def test_erase_refuses_what_is_no_address(run: Run, database: str) -> None:
    said = run(database, "erase", "--email", "ida", "--yes")
    assert (said.code, "is no e-mail address" in said.err) == (1, True)
