"""Generated requests to every route: no answer is a 5xx, and each is as the description says.

`BOOKFLOW_FUZZ=500 pytest tests/web/test_openapi_fuzz.py` tries 500 requests per route and kind
instead of a few, and others each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bookflow.store.postgres import PostgresStore
from bookflow.web.app import create_app
from bookflow.web.describing import PERMISSION
from docs.reference.__main__ import describe_api
from tests.web.conftest import ROLES, TestClient, Workbench

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

EXAMPLES = int(os.environ.get("BOOKFLOW_FUZZ", "0"))
SUITE_EXAMPLES = 6
STORED_EXAMPLES = 2
STORED_SHARES = 3
PREFIX = "/bookflow"
MODES = ("positive", "negative")
SHARES = 6
SPEC = """\
id: hello
organizer: olive@example.org
name: Hello
trigger: booking_created
actions:
  - name: Say hello
    type: send_email
    recipient: invitee
    subject: Hello {{ invitee_name }}
    message: See you.
"""


@dataclass(frozen=True)
class Fuzzing:
    """Every operation, and what an answer to it is held against; imported when it is needed."""

    operations: list[Any]
    checks: list[Any]
    mode_of: Any


@pytest.fixture(scope="module")
def fuzzing() -> Fuzzing:
    with warnings.catch_warnings():
        # its own, about what it is built on
        warnings.simplefilter("ignore")
        import schemathesis
        from schemathesis.specs.openapi import checks

    described = describe_api()
    # every request is signed in by us
    described.pop("security", None)
    for operations in described["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(described)
    return Fuzzing(
        [
            schema[path][method]
            for path, methods in described["paths"].items()
            for method in methods
        ],
        [
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_headers_conformance,
            checks.response_schema_conformance,
        ],
        schemathesis.GenerationMode,
    )


def run_git(folder: Path, *words: str) -> str:
    git = shutil.which("git") or "git"
    done = subprocess.run(
        [git, *words], cwd=folder, check=True, timeout=60, capture_output=True, text=True
    )
    return done.stdout


class Bench:
    """The app with one workflow and one execution, and a client of an admin."""

    def __init__(self, front: Any, folder: Path, store: Any = None) -> None:
        self.folder = folder
        folder.mkdir()
        for words in (
            ["init", "--quiet", "--initial-branch=main"],
            ["config", "user.name", "Olive"],
            ["config", "user.email", "olive@example.org"],
        ):
            run_git(folder, *words)
        self.restore()
        self.commit = self._commit()
        self.runtime = Workbench(folder, store)
        # people wait between two requests, generators don't
        limits = ("api", "trigger", "export", "live_test", "login")
        self.runtime.settings = replace(
            self.runtime.settings, **{f"{name}_limit": "" for name in limits}
        )
        self.client = TestClient(
            front(create_app(lambda: self.runtime)),
            base_url="http://testserver",
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        self.client.__enter__()
        role = ROLES[-1]
        login = {"username": role, "password": f"secret of {role}"}
        token = self.client.post("/auth/token", json=login).json()["access_token"]
        self.access = {"Authorization": f"Bearer {token}"}
        self.known = {**self._known(), "commit": self.commit}

    def restore(self) -> None:
        """Write the workflow that generated requests may have deleted."""
        for path in self.folder.rglob("*.y*ml"):
            if path.name != "hello.yaml" and ".git" not in path.parts:
                path.unlink()
        (self.folder / "hello.yaml").write_text(SPEC, encoding="utf-8")

    def _commit(self) -> str:
        for words in (["add", "."], ["commit", "--quiet", "--message", "begin"]):
            run_git(self.folder, *words)
        return run_git(self.folder, "rev-parse", "HEAD").strip()

    def _known(self) -> dict[str, str]:
        """Give a value that is there for each parameter that names something."""
        booking = {
            "id": "bk-1",
            "status": "confirmed",
            "start_time": "2026-03-02T14:30:00+01:00",
            "end_time": "2026-03-02T15:00:00+01:00",
            "event_type": {"slug": "intro"},
            "organizer": {"email": "olive@example.org"},
            "invitee": {"email": "ada@example.com"},
        }
        fired = self.client.post(
            f"{PREFIX}/api/v1/triggers/booking_created",
            json={"booking": booking},
            headers=self.access,
        ).json()
        return {
            "workflow_id": "hello",
            "workflow": "hello",
            "name": "Say hello",
            "booking_id": "bk-1",
            "booking": "bk-1",
            "execution_id": fired["executions"][0]["id"],
            "event_id": fired["event_id"],
            "trigger": "booking_created",
            "source": "standard-webhooks",
            "template_id": "day-before-reminder",
            "if-match": "*",
        }


@pytest.fixture(scope="module")
def bench(front: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(front, tmp_path_factory.mktemp("fuzz") / "specs")
    yield made
    made.client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def stored_bench(
    front: Any, tmp_path_factory: pytest.TempPathFactory, clone_database: Callable[[], str]
) -> Iterator[Bench]:
    """The same over PostgreSQL."""
    store = PostgresStore.open(clone_database(), pool_size=2)
    made = Bench(front, tmp_path_factory.mktemp("fuzz") / "specs", store)
    yield made
    made.client.__exit__(None, None, None)
    store.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("share", range(SHARES))
def test_answers_are_as_described(bench: Bench, fuzzing: Fuzzing, share: int, mode: str) -> None:
    wrong = []
    for operation in fuzzing.operations[share::SHARES]:
        if mode == "negative" and not takes_what_can_be_wrong(operation):
            continue
        try:
            try_operation(bench, operation, fuzzing.mode_of(mode), fuzzing.checks)
        except (AssertionError, BaseExceptionGroup) as error:
            # one answer that is wrong hides no other
            wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.database
@pytest.mark.parametrize("share", range(STORED_SHARES))
def test_answers_over_postgresql_are_as_described(
    stored_bench: Bench, fuzzing: Fuzzing, share: int
) -> None:
    """What only a database minds: texts it can't hold, numbers too large, times out of range."""
    wrong = []
    for operation in fuzzing.operations[share::STORED_SHARES]:
        for mode in MODES if takes_what_can_be_wrong(operation) else MODES[:1]:
            try:
                try_operation(
                    stored_bench, operation, fuzzing.mode_of(mode), fuzzing.checks, STORED_EXAMPLES
                )
            except (AssertionError, BaseExceptionGroup) as error:
                wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)


def takes_what_can_be_wrong(operation: Any) -> bool:
    """Tell whether there is more than texts of a path, any of which is a text."""
    raw = operation.definition.raw
    return "requestBody" in raw or any(one["in"] == "query" for one in raw.get("parameters", ()))


def try_operation(
    bench: Bench, operation: Any, mode: Any, checks: list[Any], examples: int = SUITE_EXAMPLES
) -> None:
    @settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def run(case: Any, data: Any) -> None:
        bench.restore()
        lead_somewhere(case, bench.known, data)
        response = send(bench, case)
        if response is not None:
            case.validate_response(response, checks=checks)
            assert response.status_code < 500, f"{response.status_code}: {response.text[:500]}"

    run()


def lead_somewhere(case: Any, known: dict[str, str], data: Any) -> None:
    """Let some parameters name what is there: chance alone would only find 404s."""
    for values in (case.path_parameters, case.headers, case.query):
        for name in list(values or ()):
            if name.lower() in known and data.draw(st.integers(0, 3)):
                values[name] = known[name.lower()]


def send(bench: Bench, case: Any) -> httpx.Response | None:
    """Send a request as it was made up; None where no client could send it."""
    request = case.as_transport_kwargs(base_url=f"http://testserver{PREFIX}")
    if "%0A" in request["url"]:
        # Airflow's own server says 404 to it, before it comes to us
        return None
    is_open = case.operation.definition.raw.get(PERMISSION) == "signature"
    headers = {**dict(request.pop("headers") or {}), **({} if is_open else bench.access)}
    request = {key: value for key, value in request.items() if value is not None}
    try:
        return bench.client.request(**request, headers=headers)
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError):
        return None
