"""Several questions are answered over two connections, as of the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bookflow.errors import BookflowError
from bookflow.ports.analytics import FigureRequest, Part
from bookflow.store import postgres_analytics
from bookflow.store.postgres import PostgresStore

pytestmark = pytest.mark.database

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = tuple(BEGINNING + n * timedelta(days=1) for n in range(5))
COUNT = """
INSERT INTO bookflow.execution_deltas
SELECT bookflow.quarter_of('2026-01-02 10:00+00'), 'w-' || n % 3, 1, 1, 0, 0, '2026-01-02 10:00+00'
FROM generate_series(1, 30) AS n
"""
QUESTIONS = [
    FigureRequest(Part.EXECUTIONS, (DAYS[0], DAYS[-1])),
    FigureRequest(Part.EXECUTIONS, DAYS),
    FigureRequest(Part.WORKFLOWS, (DAYS[0], DAYS[-1])),
    FigureRequest(Part.EXECUTIONS, (DAYS[1], DAYS[2]), workflow_ids=frozenset({"w-1"})),
    FigureRequest(Part.ENDPOINTS, (DAYS[0], DAYS[-1])),
]


@pytest.fixture
def filled(fresh_database: str) -> str:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(COUNT)
    return fresh_database


@pytest.fixture
def pooled(filled: str) -> Iterator[PostgresStore]:
    store = PostgresStore.open(filled, pool_size=2)
    # the pool grows when it is first asked for more than it has
    with store._database._lender.lend(), store._database._lender.lend():
        pass
    yield store
    store.close()


def test_answers_of_two_connections_are_those_of_one(filled: str, pooled: PostgresStore) -> None:
    alone = PostgresStore.open(filled)
    expected = alone.read_figures(QUESTIONS)
    alone.close()
    with pooled._database.spare() as second:
        assert second is not None
    assert pooled.read_figures(QUESTIONS) == expected
    assert sum(row["completed"] for row in expected[0]) == 30


def test_both_see_the_same_moment(
    filled: str, pooled: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = postgres_analytics._read
    places: set[int] = set()

    def read_while_others_write(link, request):
        # what is counted in the midst of it must show in none of the answers
        with psycopg.connect(filled, autocommit=True) as other:
            other.execute(COUNT)
        places.add(link.info.backend_pid)
        return read(link, request)

    monkeypatch.setattr(postgres_analytics, "_read", read_while_others_write)
    answers = pooled.read_figures([QUESTIONS[0]] * 40)
    assert [rows[0]["completed"] for rows in answers] == [30] * 40
    assert len(places) == 2


def test_question_that_fails_leaves_both_connections_usable(
    pooled: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = postgres_analytics._read

    def fail_once(link, request):
        if request.part is Part.ENDPOINTS:
            link.execute("SELECT 1 / 0")
        return read(link, request)

    monkeypatch.setattr(postgres_analytics, "_read", fail_once)
    with pytest.raises((BookflowError, psycopg.Error)):
        pooled.read_figures(QUESTIONS)
    monkeypatch.undo()
    assert pooled.read_figures(QUESTIONS)[0][0]["completed"] == 30


def test_lone_connection_answers_everything(filled: str) -> None:
    store = PostgresStore.open(filled, pool_size=1)
    assert store.read_figures(QUESTIONS)[0][0]["completed"] == 30
    store.close()
