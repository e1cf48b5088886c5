"""What only PostgreSQL does: triggers for any writer, transactions in each other's way, notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from bookflow.ports.changes import Matched
from bookflow.records import EventSource, NewEvent, NewExecution, RecordedEvent, new_id, utc_now
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres import PostgresStore
from tests.contract.conftest import make_booking, minutes
from tests.contract.desks import INSERT_BOOKING, INSERT_OWNERS, START
from tests.integration.store.test_query_plans import scans

pytestmark = pytest.mark.database

Connect = Callable[[], psycopg.Connection[Any]]
TIMES = {"start_time": START, "end_time": START + minutes(30)}
EVENTS = "SELECT trigger, source FROM bookflow.events ORDER BY received_at, trigger"
CANCEL = "UPDATE bookflow.bookings SET status = 'cancelled'"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest.fixture
def connect(database: str, pool: ThreadPoolExecutor) -> Iterator[Connect]:
    """Open connections that are in a transaction until they commit.

    They are closed before the pool waits for its threads, which they may block.
    """
    opened: list[psycopg.Connection[Any]] = []

    def make() -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(database))
        return opened[-1]

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERT_OWNERS)
    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def sql(connect: Connect) -> psycopg.Connection[Any]:
    connection = connect()
    connection.autocommit = True
    return connection


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(database)
    yield opened
    opened.close()


def insert(link: psycopg.Connection[Any], key: str = "b-1", status: str = "confirmed") -> None:
    link.execute(INSERT_BOOKING, {"id": key, "status": status, **TIMES})


def told(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return connection.execute(EVENTS).fetchall()


def tell(store: PostgresStore, trigger: str, **changes: Any) -> RecordedEvent:
    """Report an event of `b-1` by REST, with one execution."""
    values: dict[str, Any] = {
        "id": new_id(),
        "trigger": trigger,
        "subject_id": "b-1",
        "source": EventSource.API,
        "occurred_at": utc_now(),
        "received_at": utc_now(),
        "subject": make_booking(**TIMES),
        **changes,
    }
    event = NewEvent(**values)
    execution = NewExecution(new_id(), "welcome", "v1", event.id, "b-1", event.occurred_at)
    [answer] = store.record_events([event], [execution])
    return answer


def test_the_five_columns_that_must_be_there_are_enough(sql):
    sql.execute(
        "INSERT INTO bookflow.bookings (id, start_time, end_time, event_type_id, organizer_id) "
        "VALUES ('b-1', '2030-03-05 13:00+00', '2030-03-05 13:30+00', 'et-1', 'o-1')"
    )
    assert told(sql) == [("booking_created", "database")]


def test_a_writer_of_bookings_alone_makes_events(sql):
    sql.execute("DROP ROLE IF EXISTS platform")
    sql.execute("CREATE ROLE platform")
    try:
        sql.execute("GRANT USAGE ON SCHEMA bookflow TO platform")
        sql.execute("GRANT SELECT, INSERT, UPDATE ON bookflow.bookings TO platform")
        sql.execute("SET ROLE platform")
        insert(sql)
        sql.execute(CANCEL)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute("DELETE FROM bookflow.events")
        sql.execute("RESET ROLE")
        found = told(sql)
    finally:
        sql.execute("RESET ROLE")
        sql.execute("DROP OWNED BY platform")
        sql.execute("DROP ROLE platform")
    assert found == [("booking_created", "database"), ("booking_cancelled", "database")]


def test_an_event_names_the_user_and_waits(sql):
    insert(sql)
    [row] = sql.execute(
        "SELECT actor = session_user, matched_at, depth, fingerprint, note FROM bookflow.events"
    ).fetchall()
    assert row == (True, None, 0, "", None)


def test_an_import_without_events_makes_none(sql, store):
    sql.execute("SET bookflow.events = 'off'")
    insert(sql)
    insert(sql, "b-2", "pending")
    sql.execute(CANCEL)
    sql.execute("SET bookflow.events = 'on'")
    assert told(sql) == []
    assert not tell(store, "booking_cancelled").is_duplicate, "no event tells of it yet"


def test_an_import_switches_events_off_for_itself_alone(connect, sql):
    other = connect()
    other.execute("SET LOCAL bookflow.events = 'off'")
    insert(other, "b-1")
    other.commit()
    insert(other, "b-2")
    insert(sql, "b-3")
    other.commit()
    assert told(sql) == [("booking_created", "database")] * 2


def test_copied_rows_are_events(sql):
    columns = "id, start_time, end_time, event_type_id, organizer_id"
    with sql.cursor().copy(f"COPY bookflow.bookings ({columns}) FROM STDIN") as rows:
        for number in range(20):
            rows.write_row((f"b-{number}", *TIMES.values(), "et-1", "o-1"))
    assert told(sql) == [("booking_created", "database")] * 20


def test_an_upsert_that_changes_nothing_is_no_event(sql):
    upsert = INSERT_BOOKING + (
        "ON CONFLICT (id) DO UPDATE SET status = excluded.status, "
        "start_time = excluded.start_time, end_time = excluded.end_time"
    )
    for status in ("confirmed", "confirmed", "cancelled", "cancelled"):
        sql.execute(upsert, {"id": "b-1", "status": status, **TIMES})
    assert [trigger for trigger, _ in told(sql)] == ["booking_created", "booking_cancelled"]


def test_a_rolled_back_change_is_no_event(connect, sql):
    other = connect()
    insert(other)
    other.rollback()
    assert told(sql) == []


@pytest.mark.parametrize(
    "said", ["event:", "event:rubbish", "execution:rubbish/x", "somebody", "'; DROP TABLE x --"]
)
def test_a_made_up_cause_counts_as_none(sql, said):
    insert(sql)
    sql.execute("UPDATE bookflow.bookings SET status = 'cancelled', changed_by = %s", [said])
    [row] = sql.execute(
        "SELECT depth, cause_execution_id FROM bookflow.events WHERE trigger = 'booking_cancelled'"
    ).fetchall()
    assert row == (0, None)


def test_an_unknown_execution_as_cause_is_one_link(sql):
    insert(sql)
    cause = new_id()
    sql.execute(
        "UPDATE bookflow.bookings SET status = 'cancelled', changed_by = %s",
        [f"execution:{cause}/mark"],
    )
    [row] = sql.execute(
        "SELECT depth, cause_execution_id FROM bookflow.events WHERE trigger = 'booking_cancelled'"
    ).fetchall()
    assert row == (1, cause)


def test_who_changed_a_booking_is_forgotten_with_the_next_change(sql, store):
    tell(store, "booking_created")
    sql.execute("UPDATE bookflow.bookings SET meeting_link = 'https://meet.example.com/2'")
    assert sql.execute("SELECT changed_by FROM bookflow.bookings").fetchall() == [(None,)]
    sql.execute(CANCEL)
    assert told(sql)[-1] == ("booking_cancelled", "database")


def notices(connection: psycopg.Connection[Any]) -> int:
    return len(list(connection.notifies(timeout=0.2)))


def test_listeners_hear_of_a_commit(connect, sql, store):
    sql.execute("LISTEN bookflow_events")
    other = connect()
    insert(other, "b-1")
    insert(other, "b-2")
    assert notices(sql) == 0
    other.commit()
    assert notices(sql) == 1, "one transaction, one notice"
    tell(store, "booking_cancelled", subject=make_booking("b-1", status="cancelled", **TIMES))
    assert notices(sql) == 0, "intake has matched its events already"


def wait_until_blocked(connection: psycopg.Connection[Any], count: int = 1) -> None:
    """Wait until that many transactions wait for a lock; the guard is against hanging."""
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 30
    while True:
        [[blocked]] = connection.execute(query).fetchall()
        if blocked >= count:
            return
        assert time.monotonic() < deadline, "nothing was blocked"
        time.sleep(0.02)


@pytest.mark.parametrize("has_snapshot", [True, False])
def test_rest_waits_for_the_same_change_by_sql(connect, sql, store, pool, has_snapshot):
    insert(sql)
    other = connect()
    other.execute(CANCEL)
    more: dict[str, Any] = {"subject": make_booking(status="cancelled", **TIMES)}
    if not has_snapshot:
        more = {"subject": None, "implied": {"status": "cancelled"}}
    answer = pool.submit(tell, store, "booking_cancelled", **more)
    wait_until_blocked(sql)
    other.commit()
    assert answer.result(timeout=30).is_duplicate
    assert [trigger for trigger, _ in told(sql)] == ["booking_created", "booking_cancelled"]


def test_rest_waits_for_the_same_insert_by_sql(connect, sql, store, pool):
    other = connect()
    insert(other)
    answer = pool.submit(tell, store, "booking_created")
    wait_until_blocked(sql)
    other.commit()
    assert answer.result(timeout=30).is_duplicate
    assert told(sql) == [("booking_created", "database")]


def test_rest_that_names_the_booking_alone_waits_for_a_move_by_sql(connect, sql, store, pool):
    insert(sql)
    other = connect()
    other.execute("UPDATE bookflow.bookings SET end_time = end_time + interval '15 minutes'")
    answer = pool.submit(tell, store, "booking_rescheduled", subject=None)
    wait_until_blocked(sql)
    other.commit()
    assert answer.result(timeout=30).is_duplicate


def test_rest_stands_alone_when_the_change_by_sql_is_taken_back(connect, sql, store, pool):
    other = connect()
    insert(other)
    answer = pool.submit(tell, store, "booking_created")
    wait_until_blocked(sql)
    other.rollback()
    assert not answer.result(timeout=30).is_duplicate
    assert told(sql) == [("booking_created", "api")]


def test_sql_waits_for_the_same_change_by_rest(connect, sql, store, pool):
    insert(sql)
    # stops intake after it has changed the booking, before it commits
    gate = connect()
    gate.execute("LOCK TABLE bookflow.executions IN SHARE MODE")
    # what a transaction sees of others' activity stays what it saw first
    watcher = connect()
    watcher.autocommit = True
    subject = make_booking(status="cancelled", **TIMES)
    try:
        answer = pool.submit(tell, store, "booking_cancelled", subject=subject)
        wait_until_blocked(watcher)
        changing: Future[Any] = pool.submit(sql.execute, CANCEL)
        wait_until_blocked(watcher, 2)
    finally:
        gate.rollback()
    assert not answer.result(timeout=30).is_duplicate
    changing.result(timeout=30)
    assert told(sql) == [("booking_created", "database"), ("booking_cancelled", "api")]


def test_dispatchers_at_once_share_the_work(sql, database, pool):
    for number in range(40):
        insert(sql, f"b-{number}")
    barrier = threading.Barrier(2)

    def take() -> list[str]:
        found: list[str] = []

        def match(changes: Any, subjects: Any, rules: Any) -> Matched:
            if not found:
                # the other one has locked its first batch as well
                barrier.wait(timeout=30)
            found.extend(change.subject_id for change in changes)
            return Matched()

        opened = PostgresStore.open(database)
        try:
            while opened.match_changes(match, now=utc_now(), limit=10).changes:
                pass
        finally:
            opened.close()
        return found

    one, other = pool.submit(take), pool.submit(take)
    found = one.result(timeout=60) + other.result(timeout=60)
    assert sorted(found) == sorted(f"b-{number}" for number in range(40))


def test_a_twin_that_locked_the_event_wakes_the_dispatcher_again(sql, store):
    insert(sql)
    sql.execute("LISTEN bookflow_events")
    assert tell(store, "booking_created").is_duplicate
    assert notices(sql) == 1
    store.match_changes(lambda *_: Matched(), now=utc_now(), limit=10)
    assert tell(store, "booking_created").is_duplicate
    assert notices(sql) == 0


FILL = """
INSERT INTO bookflow.bookings (
    id, start_time, end_time, event_type_id, organizer_id, changed_by
)
SELECT
    'b-' || n, '2030-03-05 13:00+00', '2030-03-05 13:30+00', 'et-1', 'o-1',
    'event:' || gen_random_uuid()
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at, matched_at)
SELECT
    gen_random_uuid(), 'booking_created', 'b-' || n, 'database', now(), now(),
    CASE WHEN n % 1000 <> 0 THEN now() END
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.spec_rules (path, signature, workflow_id, trigger, is_active)
SELECT n, '', 'w-' || n, 'booking_' || n % 500, true FROM generate_series(1, 10000) AS n;
ANALYZE bookflow.bookings;
ANALYZE bookflow.events;
ANALYZE bookflow.spec_rules;
"""
ROWS = '[{"id": "00000000-0000-7000-8000-000000000001", "trigger": "booking_created", '
ROWS += '"booking_id": "b-7"}]'


@pytest.fixture(scope="module")
def filled(clone_database: Callable[[], str]) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(INSERT_OWNERS)
        connection.execute(FILL.encode())
        yield connection


@pytest.mark.parametrize(
    ("stem", "name", "params"),
    [
        ("changes", "take_changes", {"limit": 1000}),
        ("changes", "has_changes", {}),
        ("changes", "load_change_rules", {"triggers": ["booking_7"], "categories": ["intro"]}),
        ("intake", "find_same_changes", {"rows": ROWS}),
        ("intake", "lock_known_bookings", {"ids": ["b-7", "b-8"]}),
    ],
)
def test_queries_use_indexes(filled, stem, name, params):
    found = scans(filled, load_queries(stem)[name].sql, params)
    assert found
    assert [scan for scan in found if scan[1] == "Seq Scan" and scan[0] != "executions"] == []


def test_waiting_changes_are_found_without_reading_the_others(filled):
    found = scans(filled, load_queries("changes")["has_changes"].sql, {})
    assert {index for table, _, index in found if table == "events"} == {"events_unmatched"}
