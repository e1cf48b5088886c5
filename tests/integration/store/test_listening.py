from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from bookflow.errors import MissingConnectionError
from bookflow.ports.changes import Matched
from bookflow.records import utc_now
from bookflow.store.listening import ChangeListener
from bookflow.store.postgres import PostgresStore
from tests.contract.conftest import minutes
from tests.contract.desks import INSERT_BOOKING, INSERT_OWNERS, START

pytestmark = pytest.mark.database

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name = 'bookflow listener' AND datname = current_database()
"""
GUARD = 30.0


def make_find(dsn: str) -> Callable[[], Awaitable[str]]:
    async def find() -> str:
        return dsn

    return find


def insert(dsn: str, *keys: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(INSERT_OWNERS)
        for key in keys:
            values = {"start_time": START, "end_time": START + minutes(30)}
            connection.execute(INSERT_BOOKING, {"id": key, "status": "confirmed", **values})


def match_all(dsn: str) -> int:
    store = PostgresStore.open(dsn)
    try:
        return store.match_changes(lambda *_: Matched(), now=utc_now(), limit=1000).changes
    finally:
        store.close()


async def until_listening(dsn: str) -> None:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bookflow listener' "
        "AND datname = current_database() AND query <> '' AND query NOT LIKE 'LISTEN%' "
        "AND state = 'idle'"
    )

    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for _ in range(int(GUARD / 0.02)):
            if (await (await connection.execute(query)).fetchone()) != (0,):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("nobody listens")


def listen(work: Callable[[Callable[[], Awaitable[None]]], Awaitable[Any]], **options: Any) -> None:
    """Run a test's work, which gets a function that waits for the next burst."""

    async def run() -> None:
        bursts = ChangeListener(**{"gather_seconds": 0.2, "first_pause": 0.05, **options}).bursts()

        async def next_burst() -> None:
            await asyncio.wait_for(anext(bursts), GUARD)

        try:
            await work(next_burst)
        finally:
            await bursts.aclose()

    asyncio.run(run())


def test_changes_that_wait_already_are_a_burst(database):
    insert(database, "b-1")

    async def work(next_burst):
        await next_burst()

    listen(work, find_dsn=make_find(database))


def test_every_change_is_told(database):
    async def work(next_burst):
        for key in ("b-1", "b-2", "b-3"):
            coming = asyncio.create_task(next_burst())
            await until_listening(database)
            assert not coming.done()
            insert(database, key)
            await coming
            match_all(database)

    listen(work, find_dsn=make_find(database), gather_seconds=0.0)


def test_what_comes_right_after_a_burst_is_gathered(database):
    insert(database, "b-1")

    async def work(next_burst):
        await next_burst()
        insert(database, "b-2", "b-3")
        coming = asyncio.create_task(next_burst())
        done, _ = await asyncio.wait({coming}, timeout=0.5)
        coming.cancel()
        await asyncio.wait({coming})
        assert not done

    listen(work, find_dsn=make_find(database), gather_seconds=3600.0)


def test_a_change_nobody_dispatched_is_told_again(database):
    insert(database, "b-1")

    async def work(next_burst):
        await next_burst()
        await next_burst()

    listen(work, find_dsn=make_find(database), check_seconds=0.1)


def test_a_lost_connection_is_made_anew_and_nothing_missed(database, caplog):
    async def work(next_burst):
        coming = asyncio.create_task(next_burst())
        await until_listening(database)
        with psycopg.connect(database, autocommit=True) as connection:
            assert connection.execute(CUT).fetchone() == (1,)
        insert(database, "b-1")
        await coming

    listen(work, find_dsn=make_find(database))
    assert "can't listen for changes of bookings" in caplog.text


def test_a_database_that_can_t_be_found_yet_is_looked_for_again(database, caplog):
    insert(database, "b-1")
    answers: list[Any] = [
        MissingConnectionError("the Airflow connection `bookflow_db` does not exist"),
        "postgresql://me:hidden-word@127.0.0.1:9/nowhere",
        database,
    ]

    async def find() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    async def work(next_burst):
        await next_burst()

    listen(work, find_dsn=find)
    assert answers == []
    assert "the Airflow connection `bookflow_db` does not exist" in caplog.text
    assert "hidden-word" not in caplog.text


def test_a_database_without_migrations_is_looked_at_again(empty_database, caplog):
    tries: list[int] = []

    async def find() -> str:
        tries.append(1)
        if len(tries) == 3:
            raise asyncio.CancelledError
        return str(empty_database)

    async def work(next_burst):
        with pytest.raises(asyncio.CancelledError):
            await next_burst()

    listen(work, find_dsn=find)
    assert "bookflow.events" in caplog.text
