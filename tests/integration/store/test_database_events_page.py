"""The SQL of docs/database-events.md does what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bookflow.store.postgres import PostgresStore

pytestmark = pytest.mark.database

PAGE = Path(__file__).parents[3] / "docs" / "database-events.md"
EXAMPLE, IMPORT = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
STAFF = "INSERT INTO staff VALUES (7, 'Hana Host', 'hana@example.com', 'Europe/Berlin')"
APPOINTMENT = """
INSERT INTO appointments
VALUES (
    %s, 7, 'First visit', '2030-03-05 14:00+01', 45, 'booked', 'Ida', 'ida@example.org', NULL
)
"""


@pytest.fixture
def platform(fresh_database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(EXAMPLE)
        connection.execute(STAFF)
        yield connection


def told(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute("SELECT trigger FROM bookflow.events ORDER BY received_at, trigger")
    return [row[0] for row in rows]


def test_own_tables_become_bookings(platform, fresh_database):
    platform.execute(APPOINTMENT, [1])
    store = PostgresStore.open(fresh_database)
    try:
        booking = store.load_subjects(["appointment-1"])["appointment-1"]
    finally:
        store.close()
    assert (booking["status"], booking["invitee"]["name"]) == ("confirmed", "Ida")
    assert booking["event_type"]["slug"] == "first-visit"
    assert booking["organizer"]["email"] == "hana@example.com"
    assert booking["end_time"].isoformat() == "2030-03-05T13:45:00+00:00"


def test_changes_of_own_tables_are_events(platform):
    platform.execute(APPOINTMENT, [1])
    platform.execute("UPDATE appointments SET customer_phone = '+12025550142'")
    platform.execute("UPDATE appointments SET starts = starts + interval '1 day'")
    platform.execute("UPDATE appointments SET state = 'called off'")
    platform.execute("UPDATE appointments SET state = 'booked'")
    platform.execute("UPDATE appointments SET state = 'done'")
    assert told(platform) == [
        "booking_created",
        "booking_rescheduled",
        "booking_cancelled",
        "booking_confirmed",
        "booking_completed",
    ]


def test_a_state_nobody_thought_of_is_refused_by_name(platform):
    platform.execute(APPOINTMENT, [1])
    with pytest.raises(psycopg.errors.NotNullViolation, match="status"):
        platform.execute("UPDATE appointments SET state = 'postponed'")


def test_an_import_starts_nothing(platform):
    platform.execute("ALTER TABLE appointments DISABLE TRIGGER appointments_tell_bookflow")
    for number in range(5):
        platform.execute(APPOINTMENT, [number])
    platform.execute("ALTER TABLE appointments ENABLE TRIGGER appointments_tell_bookflow")
    platform.execute(IMPORT)
    assert platform.execute("SELECT count(*) FROM bookflow.bookings").fetchone() == (5,)
    assert told(platform) == []
    platform.execute("UPDATE appointments SET state = 'called off' WHERE number = 1")
    assert told(platform) == ["booking_cancelled"]
