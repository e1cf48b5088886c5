"""A tick as wired for production: spec files, PostgreSQL, a real mail server; Airflow left out."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bookflow.journey.reminders.ticking import Chore, ChoresFailedError, tick

pytestmark = [pytest.mark.database, pytest.mark.airflow]

REMINDER = """\
id: remind
organizer: hana@example.com
name: Reminder
trigger: before_meeting
delay_minutes: 60
actions:
  - {name: mail, type: send_email, recipient: invitee, subject: "Soon {{ booking_id }}", message: m}
"""


def turn(office: Any) -> None:
    """Do the chores that reminders need."""
    from bookflow.dagrun.chores import plan_reminders, sync_specs

    workshop = office.open_workshop()
    tick(
        [
            Chore("read changed specs", lambda: sync_specs(workshop)),
            Chore("plan reminders", lambda: plan_reminders(workshop)),
        ]
    )


def let_come_due(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE bookflow.executions SET wake_at = now()")


@pytest.fixture
def booked(office: Any, make_booking: Any) -> datetime:
    """A booking whose reminder is due in a minute and a half."""
    start = datetime.now(UTC) + timedelta(hours=1, seconds=90)
    booking = make_booking(
        start_time=start.isoformat(),
        end_time=(start + timedelta(minutes=30)).isoformat(),
        created_at=(start - timedelta(days=3)).isoformat(),
    )
    office.send(booking)
    return start


def test_tick_reads_specs_plans_and_wakes(
    office: Any, smtp: Any, booked: datetime, database: str
) -> None:
    office.put("remind.yaml", REMINDER)
    turn(office)
    due = booked - timedelta(hours=1)
    assert [name for name, _ in office.waker.calls] == ["remind"]
    assert due <= office.waker.calls[0][1] < due + timedelta(seconds=1)
    turn(office)
    assert len(office.waker.calls) == 1
    let_come_due(database)
    executions = office.run("remind")
    assert executions["b-1"]["status"] == "completed"
    assert [mail.subject for mail in smtp.messages] == ["Soon b-1"]


def test_chores_go_on_when_the_specs_cannot_be_read(
    office: Any, booked: datetime, caplog: Any
) -> None:
    from bookflow.dagrun.chores import sync_specs

    office.put("remind.yaml", REMINDER)
    sync_specs(office.open_workshop())
    office.settings.specs_dir.rename(office.settings.specs_dir.with_name("elsewhere"))
    with caplog.at_level(logging.ERROR), pytest.raises(ChoresFailedError, match="can't be listed"):
        turn(office)
    assert [name for name, _ in office.waker.calls] == ["remind"]


def test_moved_booking_is_not_reminded_at_the_old_time(
    office: Any, smtp: Any, booked: datetime, database: str
) -> None:
    office.put("remind.yaml", REMINDER)
    turn(office)
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE bookflow.bookings SET start_time = start_time + interval '1 day',"
            " end_time = end_time + interval '1 day'"
        )
    let_come_due(database)
    execution = office.run("remind")["b-1"]
    assert execution["status"] == "cancelled"
    assert "the meeting was moved to" in execution["error_message"]
    assert smtp.messages == []


def test_clock_folds_what_was_counted(office: Any, make_booking: Any, database: str) -> None:
    from bookflow.dagrun.chores import fold_figures

    office.write("welcome")
    office.send(make_booking(), make_booking())
    office.run("welcome")
    before = office.server.reports.statistics()
    assert before[0]["successful_executions"] == 2
    workshop = office.open_workshop()
    assert fold_figures(workshop).endswith("changes")
    assert fold_figures(workshop) == ""
    assert office.server.reports.statistics() == before
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT 1 FROM bookflow.execution_deltas").fetchall() == []
