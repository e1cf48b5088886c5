"""Rows and rights of whoever writes bookings by SQL: one bad row holds up no other one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.journey.dispatching import Dispatcher
from bookflow.ports.clock import SpecRule
from bookflow.records import EventSource, NewEvent, RunKey, new_id, utc_now
from bookflow.settings import Settings
from bookflow.store.postgres import PostgresStore
from tests.contract.clockwork import RecordingWaker
from tests.contract.conftest import minutes
from tests.contract.desks import INSERT_BOOKING, INSERT_OWNERS, START

pytestmark = pytest.mark.database

TIMES = {"start_time": START, "end_time": START + minutes(30)}
SET_ANSWERS = "UPDATE bookflow.bookings SET custom_answers = %s::jsonb WHERE id = 'bad'"
SET_ATTENDEES = "UPDATE bookflow.bookings SET attendees = %s::jsonb WHERE id = 'bad'"
RULE = SpecRule(
    path="greet.yaml",
    signature="1",
    workflow_id="greet",
    version="v1",
    trigger="booking_created",
    delay_minutes=0,
    says_active=True,
    is_active=True,
)


@pytest.fixture
def sql(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERT_OWNERS)
        yield connection


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(database)
    yield opened
    opened.close()


def insert(sql: psycopg.Connection[Any], key: str) -> None:
    sql.execute(INSERT_BOOKING, {"id": key, "status": "confirmed", **TIMES})


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        (SET_ANSWERS, '{"x": 1e5000}'),
        (SET_ANSWERS, '{"x": -' + "9" * 5000 + "}"),
        (SET_ANSWERS, '{"x": 1.5e400}'),
        (SET_ANSWERS, '{"x": ' + "[" * 5000 + "]" * 5000 + "}"),
        (SET_ATTENDEES, "[" * 5000 + "]" * 5000),
        (SET_ATTENDEES, '["x", 1, null, [[]], {"email": {"a": 1}}, {"custom_answers": [1]}]'),
    ],
)
def test_json_that_python_cannot_read_blocks_no_other_booking(
    sql: psycopg.Connection[Any], store: PostgresStore, statement: str, value: str
) -> None:
    insert(sql, "bad")
    insert(sql, "good")
    sql.execute(statement.encode(), [value])
    store.rewrite_rules(lambda _: {RULE.path: RULE})
    domain = BookingDomain(Settings())
    batch = Dispatcher(store, domain).dispatch_changes(utc_now(), RecordingWaker())
    assert len(batch.executions) == 2
    run = RunKey("bookflow-greet", "run-1")
    store.claim("greet", run, limit=9, now=utc_now())
    jobs = store.load_jobs(run, "mail")
    assert {job.subject_id for job in jobs} == {"bad", "good"}
    for job in jobs:
        assert job.subject is not None
        assert domain.build_context(job.subject, now=utc_now())["booking_id"] == job.subject_id


def test_number_of_thousands_of_digits_is_text(
    sql: psycopg.Connection[Any], store: PostgresStore
) -> None:
    insert(sql, "bad")
    sql.execute(SET_ANSWERS.encode(), ['{"x": 1e5000, "y": 7}'])
    answers = store.load_subjects(["bad"])["bad"]["custom_answers"]
    assert answers == {"x": "1" + "0" * 5000, "y": 7}


def test_id_too_long_for_the_indexes_of_executions_is_refused(sql: psycopg.Connection[Any]) -> None:
    insert(sql, "x" * 512)
    with pytest.raises(psycopg.errors.CheckViolation, match="bookings_id_short"):
        insert(sql, "é" * 257)


def test_stranger_cannot_write_events_by_a_trigger_of_their_own(
    sql: psycopg.Connection[Any],
) -> None:
    with sql.transaction(force_rollback=True):
        sql.execute("CREATE ROLE stranger")
        sql.execute("GRANT USAGE ON SCHEMA bookflow TO stranger")
        sql.execute("SET LOCAL ROLE stranger")
        sql.execute("CREATE TEMP TABLE mine (id text, status text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="write_events"):
            sql.execute(
                "CREATE TRIGGER forge AFTER INSERT ON mine "
                "FOR EACH ROW EXECUTE FUNCTION bookflow.write_events()"
            )


def test_who_may_write_bookings_alone_makes_events(sql: psycopg.Connection[Any]) -> None:
    with sql.transaction(force_rollback=True):
        sql.execute("CREATE ROLE clerk")
        sql.execute("GRANT USAGE ON SCHEMA bookflow TO clerk")
        sql.execute("GRANT SELECT, INSERT, UPDATE ON bookflow.bookings TO clerk")
        sql.execute("SET LOCAL ROLE clerk")
        insert(sql, "b-1")
        sql.execute("RESET ROLE")
        [found] = sql.execute("SELECT trigger, booking_id FROM bookflow.events").fetchall()
    assert found == ("booking_created", "b-1")


def test_event_of_another_booking_is_not_taken_for_ones_own(
    sql: psycopg.Connection[Any], store: PostgresStore
) -> None:
    for key in ("mine", "theirs"):
        insert(sql, key)
        sql.execute("UPDATE bookflow.bookings SET status = 'pending' WHERE id = %s", [key])
        sql.execute("UPDATE bookflow.bookings SET status = 'cancelled' WHERE id = %s", [key])
    # a row whose cause was copied from another one
    sql.execute(
        "UPDATE bookflow.bookings SET start_time = start_time - interval '1 hour', "
        "changed_by = 'event:' || (SELECT change_event_id FROM bookflow.bookings "
        "WHERE id = 'theirs') WHERE id = 'mine'"
    )
    event = NewEvent(
        id=new_id(),
        trigger="booking_cancelled",
        subject_id="mine",
        source=EventSource.API,
        occurred_at=utc_now(),
        received_at=utc_now(),
    )
    [answer] = store.record_events([event], [])
    assert (answer.event_id, answer.is_duplicate) == (event.id, False)
