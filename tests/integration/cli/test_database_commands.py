from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest

from bookflow.cli.app import main
from bookflow.domains.booking import BookingDomain
from bookflow.records import EventSource, NewEvent, NewExecution, new_id
from bookflow.settings import Settings
from bookflow.store.embedded import with_database
from bookflow.store.postgres import PostgresStore
from bookflow.store.revisions import list_revisions

pytestmark = pytest.mark.database

BOOKING = Path(__file__).parents[3] / "docs" / "examples" / "booking.json"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEAD = list_revisions()[-1]


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run the command on a database, found the way people configure it."""

    def call(dsn: str, *arguments: str, **changes: str) -> Said:
        parts = urlsplit(dsn)
        options = parse_qs(parts.query)
        connection = {
            "conn_type": "postgres",
            "host": options["host"][0],
            "port": int(options.get("port", ["5432"])[0]),
            "login": parts.username,
            "schema": unquote(parts.path.removeprefix("/")),
            **changes,
        }
        monkeypatch.setenv("AIRFLOW_CONN_BOOKFLOW_DB", json.dumps(connection))
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Said(ended.value.code if isinstance(ended.value.code, int) else 0, out, err)

    return call


@pytest.fixture
def missing_database(postgres_server: str) -> Iterator[str]:
    """Give the URL of a database that is not there, with a name that needs quoting."""
    yield with_database(postgres_server, 'Not "made" yet')
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute('DROP DATABASE IF EXISTS "Not ""made"" yet" WITH (FORCE)')


@pytest.fixture
def poor_login(postgres_server: str) -> Iterator[str]:
    """Make a login that may not make databases."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE poor LOGIN")
        yield "poor"
        connection.execute("DROP ROLE poor")


Run = Callable[..., Said]


def test_status_of_an_empty_database_exits_with_1_until_it_is_upgraded(
    run: Run, empty_database: str
) -> None:
    before = run(empty_database, "db", "status")
    assert before.code == 1
    assert before.out.startswith("at no schema, ")
    assert "run `bookflow db upgrade`" in before.out
    first = run(empty_database, "db", "upgrade")
    assert first.code == 0
    assert first.out.endswith(f"; schema is at {HEAD}\n")
    assert first.out.startswith(f"applied {len(list_revisions())}")
    again = run(empty_database, "db", "upgrade")
    assert again.out == f"nothing to do; schema is at {HEAD}\n"
    after = run(empty_database, "db", "status")
    assert (after.code, after.out) == (0, f"up to date at {HEAD}\n")


def test_status_as_json_lists_what_is_pending(run: Run, empty_database: str) -> None:
    said = run(empty_database, "db", "status", "--format", "json")
    assert said.code == 1
    assert json.loads(said.out) == {
        "current": None,
        "head": HEAD,
        "pending": list(list_revisions()),
    }


def test_missing_database_is_one_clear_line_without_create(run: Run, missing_database: str) -> None:
    for command in ("upgrade", "status"):
        said = run(missing_database, "db", command)
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("error: the bookflow database ")
        assert said.err.count("\n") == 1


def test_missing_database_names_the_option_that_makes_it(run: Run, missing_database: str) -> None:
    assert "bookflow db upgrade --create" in run(missing_database, "db", "upgrade").err


def test_create_makes_the_database_once(run: Run, missing_database: str) -> None:
    first = run(missing_database, "db", "upgrade", "--create")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("made the database\napplied ")
    again = run(missing_database, "db", "upgrade", "--create")
    assert again.out == f"nothing to do; schema is at {HEAD}\n"
    assert run(missing_database, "db", "status").code == 0


def test_create_without_the_right_to_says_what_an_administrator_should_do(
    run: Run, missing_database: str, poor_login: str
) -> None:
    said = run(missing_database, "db", "upgrade", "--create", login=poor_login)
    assert (said.code, said.out) == (1, "")
    assert "`poor` may not make databases" in said.err
    assert 'CREATE DATABASE "Not ""made"" yet" OWNER "poor"' in said.err
    assert said.err.count("\n") == 1


def test_server_that_is_away_is_one_clear_line(run: Run, postgres_server: str) -> None:
    for arguments in (("db", "upgrade", "--create"), ("db", "upgrade"), ("stats",)):
        said = run(postgres_server, *arguments, host="/nowhere", password="hidden")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("error: the ")
        assert "can't be used" in said.err
        assert "hidden" not in said.err
        assert said.err.count("\n") == 1


def test_stats_of_an_outdated_database_asks_for_the_upgrade(run: Run, empty_database: str) -> None:
    said = run(empty_database, "stats")
    assert said.code == 1
    assert "run `bookflow db upgrade`" in said.err


def test_stats_of_a_new_database_are_empty(run: Run, database: str) -> None:
    assert run(database, "stats").out == "no executions yet\n"
    assert json.loads(run(database, "stats", "--format", "json").out) == []


def record_executions(dsn: str, workflow_id: str, count: int) -> None:
    store = PostgresStore.open(dsn, pool_size=0)
    domain = BookingDomain(Settings())
    subject = domain.parse_subject(json.loads(BOOKING.read_text(encoding="utf-8")), path="booking")
    for _ in range(count):
        event = NewEvent(
            id=new_id(),
            trigger="booking_created",
            subject_id=domain.subject_id(subject),
            source=EventSource.API,
            occurred_at=NOW,
            received_at=NOW,
            fingerprint="f",
            subject=subject,
        )
        execution = NewExecution(
            id=new_id(),
            workflow_id=workflow_id,
            workflow_version="v1",
            event_id=event.id,
            subject_id=event.subject_id,
            due_at=NOW,
        )
        store.record_events([event], [execution])
    store.close()


def test_stats_count_executions_per_workflow(run: Run, database: str) -> None:
    record_executions(database, "[red]welcome", 2)
    said = run(database, "stats")
    assert said.code == 0
    row = next(line for line in said.out.splitlines() if "[red]welcome" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")][:4] == [
        "[red]welcome",
        "2",
        "0",
        "0",
    ]
    [figures] = json.loads(run(database, "stats", "--format", "json").out)
    assert figures["workflow_id"] == "[red]welcome"
    assert figures["total_executions"] == 2
    assert figures["success_rate"] is None


SPEC = """\
id: named
organizer: hana@example.com
name: Named
trigger: booking_created
event_types:
  - {first}
  - {second}
actions:
  - {{name: text, type: send_sms, recipient: invitee, message: Hello}}
"""


def write_spec(folder: Path, first: str, second: str) -> Path:
    path = folder / "named.yaml"
    path.write_text(SPEC.format(first=first, second=second), encoding="utf-8")
    return path


def test_validate_looks_up_event_types_where_it_is_asked_to(
    run: Run, database: str, tmp_path: Path
) -> None:
    record_executions(database, "welcome", 1)
    [slug] = [json.loads(BOOKING.read_text(encoding="utf-8"))["event_type"]["slug"]]
    path = write_spec(tmp_path, slug, slug[:-1] + "z")
    assert run(database, "validate", str(path)).code == 0
    for place in (path, tmp_path):
        said = run(database, "validate", str(place), "--database", "--format", "json")
        [error] = json.loads(said.out)["errors"]
        assert said.code == 1
        assert error["text"] == (
            f"{path}:7:5: event_types[1]: `{slug[:-1]}z` is not an event type; "
            f"did you mean `{slug}`?"
        )
        assert (error["code"], error["suggestion"]) == ("unknown-event-type", slug)
    assert run(database, "validate", str(write_spec(tmp_path, slug, slug)), "--database").code == 0


def test_validate_says_what_the_database_knows(run: Run, database: str, tmp_path: Path) -> None:
    path = write_spec(tmp_path, "intro", "zzz")
    said = run(database, "validate", str(path), "--database")
    assert said.code == 1
    assert said.out.count("the database knows none yet") == 2
    record_executions(database, "welcome", 1)
    assert "; the database knows " in run(database, "validate", str(path), "--database").out


def test_validate_without_its_database_is_one_clear_line(
    run: Run, postgres_server: str, tmp_path: Path
) -> None:
    path = write_spec(tmp_path, "intro", "demo")
    said = run(postgres_server, "validate", str(path), "--database", host="/nowhere")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: the bookflow database ")
    assert said.err.count("\n") == 1
