from __future__ import annotations

from typing import Any

import pytest

from bookflow.ports.upkeep import Finding, Severity
from bookflow.web.schemas import Problem
from bookflow.web.upkeep_schemas import IncidentList, IncidentState

pytestmark = pytest.mark.airflow

LIST = "/bookflow/api/v1/incidents"
NOBODY = "00000000-0000-0000-0000-00000000ffff"


@pytest.fixture
def found(workbench: Any) -> Any:
    """Two incidents, of a workflow and of bookflow as a whole; gives their ids by kind."""
    findings = [
        Finding("failures", "welcome", "w fails", "Mend it.", workflow_id="welcome"),
        Finding("clock", "clock", "late", "Start it.", Severity.CRITICAL),
    ]
    workbench.management.incidents.note(findings, kinds=())
    page = workbench.management.store
    return {one.kind: str(one.id) for one in page._incidents.incidents.values()}


def test_incidents_are_listed_and_filtered(open_client: Any, workbench: Any, found: Any) -> None:
    client = open_client(workbench, "viewer")
    answer = client.get(LIST)
    assert answer.status_code == 200
    IncidentList.model_validate(answer.json())
    assert {one["kind"] for one in answer.json()["incidents"]} == {"failures", "clock"}

    def kinds(query: str) -> list[str]:
        return [one["kind"] for one in client.get(f"{LIST}?{query}").json()["incidents"]]

    assert kinds("kind=clock") == ["clock"]
    assert kinds("workflow_id=welcome") == ["failures"]
    assert kinds("state=closed") == []
    assert len(kinds("state=open")) == 2
    page = client.get(f"{LIST}?limit=1").json()
    rest = client.get(f"{LIST}?limit=1&cursor={page['next_cursor']}").json()
    assert rest["next_cursor"] is None
    assert len({one["id"] for one in [*page["incidents"], *rest["incidents"]]}) == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [("state=opne", "did you mean `open`?"), ("cursor=x", "not a cursor"), ("limit=0", "limit")],
)
def test_what_can_not_be_meant_is_refused(
    open_client: Any, workbench: Any, query: str, said: str
) -> None:
    answer = open_client(workbench, "viewer").get(f"{LIST}?{query}")
    assert answer.status_code == 422
    Problem.model_validate(answer.json())
    assert said in answer.text


def test_one_incident_is_shown(open_client: Any, workbench: Any, found: Any) -> None:
    client = open_client(workbench, "viewer")
    answer = client.get(f"{LIST}/{found['clock']}")
    IncidentState.model_validate(answer.json())
    assert (answer.json()["severity"], answer.json()["state"]) == ("critical", "open")
    for unknown in (NOBODY, "no-id"):
        assert client.get(f"{LIST}/{unknown}").status_code == 404


def test_people_close_incidents_with_a_note(open_client: Any, workbench: Any, found: Any) -> None:
    path = f"{LIST}/{found['clock']}/close"
    assert open_client(workbench, "viewer").post(path, json={}).status_code == 403
    client = open_client(workbench, "user")
    answer = client.post(path, json={"note": "restarted it"})
    assert answer.status_code == 200
    IncidentState.model_validate(answer.json())
    assert (answer.json()["state"], answer.json()["closed_by"]) == ("closed", "user")
    assert answer.json()["note"] == "restarted it"
    assert client.post(path).status_code == 409


@pytest.mark.parametrize("body", [{"note": 7}, {"note": "x" * 501}, {"why": "x"}])
def test_bad_notes_are_refused(
    open_client: Any, workbench: Any, found: Any, body: dict[str, Any]
) -> None:
    path = f"{LIST}/{found['clock']}/close"
    assert open_client(workbench, "user").post(path, json=body).status_code == 422


def test_incidents_of_hidden_workflows_are_hidden(
    open_client: Any, workbench: Any, dags: Any, found: Any
) -> None:
    dags("bookflow-other")
    dags("bookflow-welcome", team="blue")
    client = open_client(workbench, "user")
    assert [one["kind"] for one in client.get(LIST).json()["incidents"]] == ["clock"]
    assert client.get(f"{LIST}/{found['failures']}").status_code == 404
    assert client.post(f"{LIST}/{found['failures']}/close").status_code == 404
