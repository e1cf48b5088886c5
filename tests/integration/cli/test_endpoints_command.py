"""`bookflow endpoints` on a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest

from bookflow.cli.app import main
from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.store.postgres import PostgresStore
from tests.integration.cli.test_database_commands import Said, run

__all__ = ["run"]

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOOK = "https://example.com/hook"
Run = Callable[..., Said]


def disable(dsn: str) -> None:
    store = PostgresStore.open(dsn)
    calls = CallTally(HOOK, "webhook", workflow_id="welcome", gone="it answered 410")
    store.record_calls([calls], CircuitRules(), now=NOW)
    store.close()


def test_nothing_sent_yet(run: Run, database: str) -> None:
    assert run(database, "endpoints").out == "nothing was sent anywhere yet\n"
    assert json.loads(run(database, "endpoints", "--format", "json").out) == []


def test_list_and_enable(run: Run, database: str) -> None:
    disable(database)
    line = next(one for one in run(database, "endpoints").out.splitlines() if HOOK in one)
    assert "disabled" in line
    assert "it answered 410" in line
    said = run(database, "endpoints", "enable", HOOK, "--format", "json")
    assert json.loads(said.out)[0]["state"] == "closed"
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT what, subject_id, before->>'state', after->>'state' FROM bookflow.audit"
        ).fetchall()
        [[actor]] = connection.execute("SELECT actor FROM bookflow.audit").fetchall()
    assert rows == [("endpoint.enable", HOOK, "disabled", "closed")]
    assert actor.startswith("cli:")


def test_unknown_key_gets_the_one_that_was_meant(run: Run, database: str) -> None:
    disable(database)
    said = run(database, "endpoints", "enable", HOOK[:-1])
    assert (said.code, said.out) == (1, "")
    assert said.err == f"error: no endpoint {HOOK[:-1]} is known; did you mean {HOOK}?\n"


@pytest.mark.parametrize("words", [["enable"], ["disable", HOOK], [HOOK]])
def test_other_words_are_explained(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["endpoints", *words])
    assert ended.value.code == 1
    assert "`bookflow endpoints enable KEY`" in capsys.readouterr().err
