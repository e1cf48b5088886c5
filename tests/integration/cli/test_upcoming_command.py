from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from bookflow.cli.app import main
from bookflow.ports.clock import SpecRule
from bookflow.store.postgres import PostgresStore

pytestmark = pytest.mark.database


@pytest.fixture
def start(database: str, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Put a booking and a reminder of it into the database that the command finds."""
    monkeypatch.setenv("AIRFLOW_CONN_BOOKFLOW_DB", database)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO bookflow.organizers (id) VALUES ('o')")
        connection.execute("INSERT INTO bookflow.event_types (id, slug) VALUES ('e', 'intro')")
        connection.execute(
            "INSERT INTO bookflow.bookings (id, start_time, end_time, event_type_id, organizer_id)"
            " VALUES ('bk-1', %s, %s, 'e', 'o')",
            [start, start + timedelta(minutes=30)],
        )
    store = PostgresStore.open(database)
    rule = SpecRule(
        "remind.yaml",
        "1",
        "remind",
        "v1",
        name="Reminder",
        trigger="before_meeting",
        delay_minutes=60,
        says_active=True,
        is_active=True,
        active_since=start - timedelta(days=30),
    )
    store.rewrite_rules(lambda _: {rule.path: rule})
    store.close()
    return start


def run(*words: str) -> Any:
    with pytest.raises(SystemExit) as ended:
        main(["upcoming", *words])
    return ended.value.code


def test_upcoming_prints_what_is_planned(start: datetime, capsys: Any) -> None:
    assert not run("--booking", "bk-1")
    said = capsys.readouterr().out
    assert (start - timedelta(hours=1)).isoformat() in said
    assert "remind" in said
    assert "planned" in said


def test_upcoming_as_json_has_the_shape_of_the_api(start: datetime, capsys: Any) -> None:
    assert not run("--workflow", "remind", "--format", "json")
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"upcoming", "until", "has_more"}
    [item] = answer["upcoming"]
    assert (item["workflow_name"], item["booking_id"]) == ("Reminder", "bk-1")


def test_nothing_upcoming_says_so(start: datetime, capsys: Any) -> None:
    assert not run("--workflow", "other")
    assert capsys.readouterr().out.startswith("nothing is planned until ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--booking", "nobody"), "no booking `nobody` is known"),
        (("--until", "soon"), "--until: must be ISO 8601"),
        (("--until", "2001-01-01T00:00:00Z"), "until: lies in the past"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    start: datetime, capsys: Any, words: tuple[str, ...], said: str
) -> None:
    assert run(*words) == 1
    assert said in capsys.readouterr().err
