"""The command as a process: start-up, what it imports, what it opens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bookflow.spec.loading import SIZE_LIMIT
from bookflow.spec.yaml_reading import read_yaml
from tests.sample_specs import SAMPLE_SPECS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SAMPLES = SAMPLE_SPECS
BOOKING = ROOT / "docs" / "examples" / "booking.json"
# what only some commands need
HEAVY = (
    *("airflow", "alembic", "aiohttp", "babel", "fastapi", "httpx", "jinja2", "phonenumbers"),
    *("psycopg", "pydantic", "re2", "sqlalchemy", "yaml"),
)
# prints what the command line imported, after it ran
LISTING = """\
import sys
from bookflow.cli.app import main
try:
    main({arguments!r})
except SystemExit as ended:
    code = ended.code or 0
print(*[name for name in {watched!r} if name in sys.modules], file=sys.stderr)
raise SystemExit(code)
"""
# lets nobody talk to anybody, whatever library is used for it
SOCKETLESS = """\
import sys
def refuse(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.posix_spawn"):
        sys.stderr.write(event + " was called")
        sys.stderr.flush()
        import os
        os._exit(99)
from bookflow.cli.app import main
sys.addaudithook(refuse)
main({arguments!r})
"""

Run = Callable[..., Any]


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def imported_by(*arguments: str) -> set[str]:
    script = LISTING.format(arguments=list(arguments), watched=HEAVY)
    done = start("-c", script)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_help_lists_the_commands_and_imports_nothing_heavy() -> None:
    assert imported_by("--help") == set()
    done = start("-m", "bookflow", "--help")
    assert done.returncode == 0
    for command in ("validate", "test", "trigger", "schema", "stats", "demo", "db"):
        assert f" {command} " in done.stdout


def test_validate_and_test_import_neither_airflow_nor_a_database_nor_http() -> None:
    foreign = {"airflow", "alembic", "aiohttp", "fastapi", "httpx", "psycopg", "sqlalchemy"}
    assert not imported_by("validate", str(ROOT / "workflow_specs")) & foreign
    for spec in ("booking-confirmation", "crm-webhook", "large-group-sms"):
        path = ROOT / "workflow_specs" / f"{spec}.yaml"
        assert not imported_by("test", str(path), "--booking", str(BOOKING)) & foreign


# each starts a process: one sample of each type of action
@pytest.mark.parametrize(
    "sample", ["booking-confirmation", "crm-webhook", "large-group-sms", "status-update-chain"]
)
def test_trying_a_sample_spec_opens_no_socket(sample: str) -> None:
    path = ROOT / "workflow_specs" / f"{sample}.yaml"
    arguments = ["test", str(path), "--booking", str(BOOKING), "--format", "json"]
    done = start("-c", SOCKETLESS.format(arguments=arguments))
    assert done.returncode == 0, done.stderr


def test_refusal_of_sockets_would_be_seen() -> None:
    arguments = ["trigger", "booking_created", "--booking-id", "b", "--token", "t"]
    done = start("-c", SOCKETLESS.format(arguments=arguments))
    assert done.returncode == 99
    assert "socket." in done.stderr


def test_process_exits_with_1_and_one_line_on_stderr(tmp_path: Path) -> None:
    done = start("-m", "bookflow", "test", str(SAMPLES[0]), "--booking", "absent.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: --booking: absent.json can't be read: No such file or directory\n"


def test_terminal_without_unicode_gets_escapes_and_no_traceback() -> None:
    script = (
        "import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'ascii'); "
        "from bookflow.cli.app import main; "
        f"main(['test', {str(SAMPLES[0])!r}, '--booking', {str(BOOKING)!r}])"
    )
    done = start("-c", script)
    assert done.returncode == 0, done.stderr


def test_schema_is_json_schema_and_takes_every_sample(run: Run) -> None:
    said = run("schema")
    assert (said.code, said.err) == (0, "")
    Draft202012Validator.check_schema(said.json)
    validator = Draft202012Validator(said.json)
    for path in SAMPLES:
        spec = read_yaml(path.read_bytes(), file=path.name, size_limit=SIZE_LIMIT).data
        assert list(validator.iter_errors(spec)) == [], path.name
    assert not validator.is_valid({"id": "hello"})


def test_command_that_does_not_exist_is_a_usage_error(run: Run) -> None:
    said = run("validdate")
    assert said.code == 2
    assert "No such command" in said.err
    assert "Traceback" not in said.err
