"""What only PostgreSQL has to get right for the clock: transactions, triggers, copies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.journey.reminders.planning import Planner
from bookflow.ports.clock import SpecRule
from bookflow.settings import Settings
from bookflow.store.postgres import PostgresStore

pytestmark = pytest.mark.database

HOUR = timedelta(hours=1)
BOOK = """
INSERT INTO bookflow.bookings (id, start_time, end_time, event_type_id, organizer_id)
VALUES (%(id)s, %(start)s, %(start)s + interval '30 min', 'e', 'o')
"""


class Silent:
    def wake(self, workflow_id: str, due_at: datetime) -> None:
        pass


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    opened = PostgresStore.open(database)
    rule = SpecRule(
        "remind.yaml",
        "1",
        "remind",
        "v1",
        trigger="before_meeting",
        delay_minutes=60,
        says_active=True,
        is_active=True,
        active_since=datetime(2026, 1, 1, tzinfo=UTC),
    )
    opened.rewrite_rules(lambda _: {rule.path: rule})
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    # rows of plain SQL carry the server's time
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def sql(database: str) -> Iterator[Any]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO bookflow.organizers (id) VALUES ('o')")
        connection.execute("INSERT INTO bookflow.event_types (id, slug) VALUES ('e', 'intro')")
        yield connection


def plan(store: PostgresStore, at: datetime) -> int:
    return Planner(store, BookingDomain(Settings()), Silent()).plan(at).made


def test_row_of_plain_sql_is_reminded_of(store, sql, now):
    plan(store, now)
    sql.execute(BOOK, {"id": "b-1", "start": now + HOUR + timedelta(minutes=1)})
    assert plan(store, now + timedelta(seconds=30)) == 1


def test_transaction_that_commits_after_a_tick_is_seen_by_the_next(store, sql, now, database):
    plan(store, now)
    with psycopg.connect(database) as slow:
        slow.execute(BOOK, {"id": "b-slow", "start": now + HOUR + timedelta(minutes=1)})
        # others come and go while it is under way, and ticks with them
        for number in range(3):
            sql.execute(BOOK, {"id": f"b-{number}", "start": now + 9 * HOUR})
            assert plan(store, now + timedelta(seconds=number)) == 0
        slow.commit()
    assert plan(store, now + timedelta(seconds=10)) == 1
    assert plan(store, now + timedelta(seconds=20)) == 0


def test_turn_that_another_one_has_is_left_to_it(store, now, database):
    other = PostgresStore.open(database)
    is_in, may_go = threading.Event(), threading.Event()

    def linger(tick: Any) -> str:
        is_in.set()
        may_go.wait(20)
        return "done"

    thread = threading.Thread(target=lambda: other.tick(linger, now=now))
    plan(store, now)
    thread.start()
    try:
        assert is_in.wait(20)
        assert store.tick(lambda _: "mine", now=now) is None
    finally:
        may_go.set()
        thread.join()
        other.close()
    assert store.tick(lambda _: "mine", now=now) == "mine"


def test_clock_of_another_server_looks_at_everything_again(store, sql, now):
    plan(store, now)
    sql.execute(BOOK, {"id": "b-1", "start": now + HOUR + timedelta(minutes=1)})
    # as after a restore: the numbers of transactions begin anew
    sql.execute("UPDATE bookflow.clock SET seen_xid = '900000000000'")
    assert plan(store, now + timedelta(seconds=10)) == 1
    sql.execute(BOOK, {"id": "b-2", "start": now + HOUR + timedelta(minutes=1)})
    assert plan(store, now + timedelta(seconds=20)) == 1


def since(sql: Any) -> dict[str, Any]:
    row = sql.execute(
        "SELECT times_since, status_since, changed_xid::text FROM bookflow.bookings"
    ).fetchone()
    return dict(zip(("times", "status", "xid"), row, strict=True))


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ("start_time = start_time - interval '1 h'", {"times", "xid"}),
        ("end_time = end_time + interval '1 h'", {"times", "xid"}),
        ("status = 'cancelled'", {"status", "xid"}),
        ("status = 'pending'", {"status", "xid"}),
        ("status = 'completed'", {"xid"}),
        ("event_type_id = 'other'", {"status", "xid"}),
        ("meeting_link = 'https://meet.example.com/1'", set()),
        ("times_since = '2020-01-01Z', status_since = '2020-01-01Z', changed_xid = '3'", set()),
        ("start_time = start_time", set()),
    ],
)
def test_since_when_a_booking_is_as_it_is(sql, database, now, change, changed):
    sql.execute("INSERT INTO bookflow.event_types (id, slug) VALUES ('other', 'other')")
    sql.execute(BOOK, {"id": "b-1", "start": now})
    before = since(sql)
    sql.execute(f"UPDATE bookflow.bookings SET {change}")  # noqa: S608  words of this test
    after = since(sql)
    assert {name for name in before if before[name] != after[name]} == changed


def test_who_writes_updated_at_says_when_it_was_changed_but_never_later_than_now(sql, now):
    sql.execute(BOOK, {"id": "b-1", "start": now})
    early = now - HOUR
    query = "UPDATE bookflow.bookings SET status = %s, updated_at = %s"
    sql.execute(query, ["cancelled", early])
    assert since(sql)["status"] == early
    sql.execute(query, ["confirmed", now + HOUR])
    assert since(sql)["status"] < now + HOUR


def test_booking_counts_from_its_creation_but_never_later_than_now(sql, now):
    sql.execute(
        BOOK.replace("organizer_id)", "organizer_id, created_at)").replace("'o')", "'o', %(at)s)"),
        {"id": "b-1", "start": now, "at": now - HOUR},
    )
    assert since(sql)["times"] == now - HOUR
    sql.execute("DELETE FROM bookflow.bookings")
    sql.execute(
        BOOK.replace("organizer_id)", "organizer_id, created_at)").replace("'o')", "'o', %(at)s)"),
        {"id": "b-1", "start": now, "at": now + HOUR},
    )
    assert since(sql)["times"] < now + HOUR


@pytest.mark.parametrize("never", ["-infinity", "infinity", "0044-03-15 BC"])
def test_row_that_says_it_changed_at_no_time_stops_no_clock(store, sql, now, never):
    plan(store, now)
    sql.execute(BOOK, {"id": "b-1", "start": now + HOUR / 2})
    moved = {"start": now + HOUR + timedelta(seconds=90), "never": never}
    sql.execute(
        "UPDATE bookflow.bookings SET start_time = %(start)s, status = 'pending',"
        " end_time = %(start)s + interval '30 min', updated_at = %(never)s",
        moved,
    )
    assert plan(store, now + timedelta(seconds=60)) == 1
