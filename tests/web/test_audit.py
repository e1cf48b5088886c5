"""Who changed what: every changing route leaves a row, and only admins read them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bookflow.ports.audit import AuditEntry, AuditFilter
from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.ports.upkeep import Finding
from bookflow.web.audit import AuditList
from tests.recorded_requests import load, raw, sign
from tests.web.conftest import NOW
from tests.web.permission_table import API, GUARDED
from tests.web.workflow_scene import ACTION, HELLO, SPEC

pytestmark = pytest.mark.airflow

HOOK = "https://hooks.example.com"
ANY = {"If-Match": "*"}
# these change nothing, or what they change is kept in rows of their own that name the sender
HARMLESS = {
    "POST /api/v1/triggers/{trigger}": "the event says who sent it",
    "POST /api/v1/triggers": "the events say who sent them",
    "POST /api/v1/workflows/{workflow_id}/what-if": "sends and records nothing",
    "POST /api/v1/workflows/{workflow_id}/validate": "only looks",
    "POST /api/v1/workflows/validate": "only looks",
    "POST /api/v1/bulk-test": "sends and records nothing",
}


class Stage:
    """A client of an admin, over a folder in git with `hello`, and ways to make things happen."""

    def __init__(self, client: Any, bench: Any, booking: dict[str, Any]) -> None:
        self.client = client
        self.bench = bench
        self.booking = booking

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.client.request(method, f"{API}{path}", json=body, headers=ANY, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def execution(self) -> str:
        made = self.ask("POST", "/triggers/booking_created", {"booking": self.booking})
        return str(made["executions"][0]["id"])

    def cancelled(self) -> str:
        made = self.execution()
        self.ask("POST", f"/executions/{made}/cancel")
        return made

    def kept_request(self) -> str:
        body = raw(load("cal-com-created"))
        headers = sign("cal-com", body, at=NOW.timestamp())
        answer = self.client.post(f"{API}/inbound/cal-com", content=body, headers=headers)
        return str(answer.json()["request_id"])

    def disabled_endpoint(self) -> str:
        calls = CallTally(HOOK, "webhook", workflow_id="hello", gone="it answered 410")
        self.bench.endpoints.record_calls([calls], CircuitRules(), now=NOW)
        return HOOK

    def incident(self) -> str:
        finding = Finding("clock", "clock", "the clock is late", "Start the scheduler.")
        self.bench.management.incidents.note([finding], kinds=("clock",))
        [found] = self.ask("GET", "/incidents")["incidents"]
        return str(found["id"])

    def template(self) -> str:
        return str(self.ask("GET", "/templates")["templates"][0]["id"])

    def commit(self) -> str:
        saved = self.ask("PATCH", "/workflows/hello", {"description": "first"})
        self.ask("PATCH", "/workflows/hello", {"description": "second"})
        return str(saved["commit"])

    def rows(self) -> list[dict[str, Any]]:
        return self.ask("GET", "/audit?limit=500")["entries"]  # type: ignore[no-any-return]


def _edit(method: str, path: str, body: Any = None) -> Callable[[Stage], Any]:
    return lambda stage: stage.ask(method, f"/workflows{path}", body)


CHANGES: dict[str, tuple[str, Callable[[Stage], Any]]] = {
    "POST /workflows": ("workflow.created", _edit("POST", "", SPEC)),
    "PUT /workflows/{workflow_id}": (
        "workflow.updated",
        _edit("PUT", "/hello", {**SPEC, "id": "hello"}),
    ),
    "PATCH /workflows/{workflow_id}": (
        "workflow.updated",
        _edit("PATCH", "/hello", {"is_active": False}),
    ),
    "DELETE /workflows/{workflow_id}": ("workflow.deleted", _edit("DELETE", "/hello")),
    "POST /workflows/{workflow_id}/duplicate": (
        "workflow.duplicated",
        _edit("POST", "/hello/duplicate", {"id": "copy", "name": "Copy"}),
    ),
    "POST /workflows/{workflow_id}/actions": (
        "workflow.updated",
        _edit("POST", "/hello/actions", ACTION),
    ),
    "PUT /workflows/{workflow_id}/actions/{name:path}": (
        "workflow.updated",
        _edit("PUT", "/hello/actions/Text", ACTION),
    ),
    "DELETE /workflows/{workflow_id}/actions/{name:path}": (
        "workflow.updated",
        _edit("DELETE", "/hello/actions/Text"),
    ),
    "POST /workflows/{workflow_id}/reorder": (
        "workflow.updated",
        _edit("POST", "/hello/reorder", {"order": ["Text", "Say hello"]}),
    ),
    "POST /workflows/{workflow_id}/restore": (
        "workflow.restored",
        lambda stage: stage.ask("POST", "/workflows/hello/restore", {"commit": stage.commit()}),
    ),
    "POST /workflows/{workflow_id}/execute": (
        "workflow.executed",
        lambda stage: stage.ask("POST", "/workflows/hello/execute", {"booking": stage.booking}),
    ),
    "POST /workflows/bulk": (
        "workflow.updated",
        _edit("POST", "/bulk", {"ids": ["hello"], "change": {"is_active": False}}),
    ),
    "POST /executions/{execution_id}/cancel": ("execution.cancel", lambda stage: stage.cancelled()),
    "POST /executions/{execution_id}/retry": (
        "execution.retry",
        lambda stage: stage.ask("POST", f"/executions/{stage.cancelled()}/retry"),
    ),
    "POST /inbound-requests/{request_id}/replay": (
        "inbound.replayed",
        lambda stage: stage.ask("POST", f"/inbound-requests/{stage.kept_request()}/replay"),
    ),
    "POST /endpoints/enable": (
        "endpoint.enable",
        lambda stage: stage.ask("POST", "/endpoints/enable", {"key": stage.disabled_endpoint()}),
    ),
    "POST /incidents/{incident_id}/close": (
        "incident.closed",
        lambda stage: stage.ask("POST", f"/incidents/{stage.incident()}/close"),
    ),
    "POST /erasures": (
        "person.erase",
        lambda stage: stage.ask("POST", "/erasures", {"email": "ada@example.com"}),
    ),
    "POST /templates/{template_id}/create": (
        "workflow.created",
        lambda stage: stage.ask(
            "POST",
            f"/templates/{stage.template()}/create",
            {"id": "made", "organizer": "olive@example.org"},
        ),
    ),
    "POST /workflows/{workflow_id}/test": (
        "workflow.live_test",
        lambda stage: stage.ask(
            "POST",
            "/workflows/hello/test",
            {
                "mode": "live_test",
                "actions": ["Say hello"],
                "booking": stage.booking,
                "send_to": {"email": "olive@example.org"},
            },
        ),
    ),
}


@pytest.fixture
def stage(open_client: Any, workbench: Any, make_booking: Any) -> Stage:
    folder = workbench.settings.specs_dir
    subprocess.run(["git", "init", "--quiet", folder], check=True)  # noqa: S607
    (folder / "hello.yaml").write_text(HELLO)
    # nothing listens there: a live test is written down before it is sent
    allowed = replace(workbench.settings, test_recipients=("olive@example.org",))
    workbench.settings = workbench.management.settings = allowed
    workbench.endpoints = workbench.shelf
    return Stage(open_client(workbench, "admin"), workbench, make_booking())


def test_every_changing_route_is_named_here() -> None:
    changing = {row.key for row in GUARDED if row.method != "GET"}
    named = {key.replace(" /", " /api/v1/", 1) for key in CHANGES}
    assert named | HARMLESS.keys() == changing
    assert not named & HARMLESS.keys()


@pytest.mark.parametrize("route", CHANGES)
def test_change_is_written_down_with_who_and_what(stage: Stage, route: str) -> None:
    what, act = CHANGES[route]
    act(stage)
    row = stage.rows()[0]
    assert (row["actor"], row["what"]) == ("user:admin", what)
    assert row["subject"]
    assert row["before"] is not None or row["after"] is not None


def test_rows_of_a_workflow_hold_it_before_and_after(stage: Stage) -> None:
    stage.ask("PATCH", "/workflows/hello", {"name": "Hello again"})
    row = stage.rows()[0]
    assert row["subject"] == "hello"
    assert row["before"]["spec"]["name"] == "Hello"
    assert row["after"]["spec"]["name"] == "Hello again"
    assert row["before"]["version"] != row["after"]["version"]


def test_refused_change_leaves_no_row(stage: Stage) -> None:
    for method, path in (("DELETE", "/workflows/nothing"), ("PUT", "/workflows/hello")):
        answer = stage.client.request(method, f"{API}{path}", json={"id": 1}, headers=ANY)
        assert answer.status_code >= 400
    assert stage.rows() == []


def test_filters_and_pages(open_client: Any, desk: Any, workbench: Any) -> None:
    entries = [AuditEntry("ada", f"kind.{n % 2}", f"s{n}", None, {"n": n}) for n in range(5)]
    workbench.shelf.record_audit(entries, now=NOW)
    client = open_client(workbench, "op")
    first = client.get(f"{API}/audit?limit=3").json()
    AuditList.model_validate(first)
    rest = client.get(f"{API}/audit?limit=3&cursor={first['next_cursor']}").json()
    assert [one["subject"] for one in first["entries"] + rest["entries"]] == [
        "s4", "s3", "s2", "s1", "s0",
    ]  # fmt: skip
    assert rest["next_cursor"] is None
    for query, count in (
        ("actor=ada", 5),
        ("actor=ben", 0),
        ("what=kind.1", 2),
        ("subject=s3", 1),
        ("since=2026-03-01T12:00:00Z", 5),
        ("until=2026-03-01T12:00:00Z", 0),
    ):
        assert len(client.get(f"{API}/audit?{query}").json()["entries"]) == count, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("since=yesterday", "since"),
        ("since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z", "until"),
        ("actr=ada", "actr"),
        ("actor=%00", "actor"),
    ],
)
def test_query_that_can_not_be_meant_is_a_422(
    open_client: Any, workbench: Any, query: str, field: str
) -> None:
    answer = open_client(workbench, "admin").get(f"{API}/audit?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_secrets_in_what_changed_are_masked(open_client: Any, workbench: Any) -> None:
    after = {"headers": {"Authorization": "Bearer s3cr3t"}, "secret_conn_id": "crm_key"}
    workbench.shelf.record_audit([AuditEntry("ada", "x", "y", None, after)], now=NOW)
    assert workbench.shelf.list_audit(AuditFilter(), limit=1, cursor=None).items
    text = open_client(workbench, "admin").get(f"{API}/audit").text
    assert "s3cr3t" not in text
    assert json.loads(text)["entries"][0]["after"]["secret_conn_id"] == "crm_key"
