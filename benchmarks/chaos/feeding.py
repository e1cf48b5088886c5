"""Where a burst comes from besides the API: rows written by SQL, and reminders that come due."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.chaos.posting import GIVE_UP_SECONDS, PAUSE_SECONDS, Client, Feeder, Json
from bookflow.demo.stack import AirflowStack

ROWS_AT_ONCE = 50
LEAD = timedelta(hours=1)
"""How long before the start the reminder goes out, as the spec says."""
DUE_FROM = timedelta(seconds=100)
DUE_WITHIN = timedelta(seconds=30)

MAKE_OWNERS = """
    WITH made AS (
        INSERT INTO bookflow.organizers (id, email, name, timezone)
        VALUES (%(host)s, %(email)s, %(name)s, %(timezone)s) ON CONFLICT DO NOTHING
    )
    INSERT INTO bookflow.event_types (id, slug, name) VALUES (%(slug)s, %(slug)s, 'Intro call')
    ON CONFLICT DO NOTHING
"""
INSERT = """
    INSERT INTO bookflow.bookings
        (id, start_time, end_time, event_type_id, organizer_id, invitee_name, invitee_email)
    VALUES (%(id)s, %(start_time)s, %(end_time)s, %(slug)s, %(host)s, %(name)s, %(email)s)
    ON CONFLICT DO NOTHING
"""


class RowWriter(Feeder):
    """Inserts bookings by plain SQL, a transaction for each few; ends when all are in."""

    def __init__(self, stack: AirflowStack, bookings: Sequence[Json]) -> None:
        """Take what is to be written."""
        super().__init__()
        self._dsn = stack.database
        self._bookings = bookings

    def _send_all(self) -> None:
        host = self._bookings[0]["organizer"]
        slug = self._bookings[0]["event_type"]["slug"]
        self._write(MAKE_OWNERS, [{**host, "host": host["id"], "slug": slug}])
        for first in range(0, len(self._bookings), ROWS_AT_ONCE):
            group = self._bookings[first : first + ROWS_AT_ONCE]
            self._write(INSERT, [_row(booking) for booking in group])

    def _write(self, query: str, rows: Sequence[Json]) -> None:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            try:
                with psycopg.connect(self._dsn, connect_timeout=3) as link:
                    link.cursor().executemany(query.encode(), rows)
            except psycopg.OperationalError:
                self.resent += 1
                time.sleep(PAUSE_SECONDS)
            else:
                return
        message = f"rows could not be written within {GIVE_UP_SECONDS:.0f} s"
        raise TimeoutError(message)


class ReminderClient(Client):
    """Tells of bookings whose reminders come due soon, spread over half a minute."""

    executions_per_event = 0

    def __init__(self, stack: AirflowStack, bookings: Sequence[Json], *, batch: int) -> None:
        """Place the starts."""
        first = datetime.now(UTC) + DUE_FROM + LEAD
        for number, booking in enumerate(bookings):
            start = first + DUE_WITHIN * number / len(bookings)
            booking["start_time"] = start.isoformat()
            booking["end_time"] = (start + timedelta(minutes=30)).isoformat()
        super().__init__(stack, "booking_created", bookings, batch=batch)


def _row(booking: Json) -> Json:
    return {
        "id": booking["id"],
        "start_time": booking["start_time"],
        "end_time": booking["end_time"],
        "slug": booking["event_type"]["slug"],
        "host": booking["organizer"]["id"],
        "name": booking["invitee"]["name"],
        "email": booking["invitee"]["email"],
    }
