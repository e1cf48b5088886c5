from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.web.endpoint_schemas import EndpointList, EndpointState
from bookflow.web.schemas import Problem
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

LIST = "/bookflow/api/v1/endpoints"
ENABLE = f"{LIST}/enable"
HOOK = "https://example.com/hook"
SMTP = "smtp:bookflow_smtp"


def see(desk: Any, key: str = HOOK, **changes: Any) -> None:
    channel = "webhook" if key == HOOK else "email"
    calls = CallTally(key, channel, **{"workflow_id": "welcome", **changes})
    desk.endpoints.record_calls([calls], CircuitRules(), now=NOW)


def fail(desk: Any, key: str = HOOK, **changes: Any) -> None:
    times = {"failures": 5, "first_failure_at": NOW, "last_failure_at": NOW}
    see(desk, key, **{**times, "error": "did not answer", "error_code": "http-timeout", **changes})


def test_list_shows_how_each_stands(open_client: Any, desk: Any) -> None:
    see(desk, SMTP, answered_at=NOW, succeeded_at=NOW)
    fail(desk)
    answer = open_client(desk, "viewer").get(LIST)
    assert answer.status_code == 200
    EndpointList.model_validate(answer.json())
    troubled, fine = answer.json()["endpoints"]
    assert (troubled["key"], troubled["state"], troubled["failures"]) == (HOOK, "open", 5)
    assert troubled["since"] == NOW.isoformat()
    assert troubled["probe_at"] == (NOW + timedelta(seconds=30)).isoformat()
    assert (troubled["last_error"], troubled["last_error_code"]) == (
        "did not answer",
        "http-timeout",
    )
    assert (fine["key"], fine["state"], fine["last_success_at"]) == (
        SMTP,
        "closed",
        NOW.isoformat(),
    )
    assert "owner" not in fine


def test_disabled_endpoint_is_enabled_and_who_did_so_is_known(open_client: Any, desk: Any) -> None:
    see(desk, gone="it answered 410")
    answer = open_client(desk, "user").post(ENABLE, json={"key": HOOK})
    assert answer.status_code == 200
    EndpointState.model_validate(answer.json())
    assert answer.json()["state"] == "closed"
    [row] = desk.endpoints._room.audit
    assert (row["actor"], row["subject_id"]) == ("user:user", HOOK)


def test_endpoint_that_works_stays_as_it_is(open_client: Any, desk: Any) -> None:
    see(desk, answered_at=NOW, succeeded_at=NOW)
    assert open_client(desk, "user").post(ENABLE, json={"key": HOOK}).status_code == 200
    assert desk.endpoints._room.audit == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "`GET /endpoints` lists the keys"),
        ({"key": 7}, 422, "must be text"),
        ({"key": "no\0thing"}, 422, "NUL"),
        ({"name": HOOK}, 422, "is not known here"),
        ({"key": "https://example.com/other"}, 404, "is known, or you may not see it"),
    ],
)
def test_what_can_not_be_enabled_is_refused_with_the_reason(
    open_client: Any, desk: Any, body: dict[str, Any], status: int, said: str
) -> None:
    answer = open_client(desk, "user").post(ENABLE, json=body)
    assert answer.status_code == status
    Problem.model_validate(answer.json())
    assert said in answer.json()["detail"]


def test_hidden_workflows_hide_their_webhooks(open_client: Any, desk: Any, dags: Any) -> None:
    dags("bookflow-welcome")
    dags("bookflow-secret", team="blue")
    fail(desk, workflow_id="secret")
    fail(desk, SMTP, workflow_id="secret")
    client = open_client(desk, "user")
    [seen] = client.get(LIST).json()["endpoints"]
    assert (seen["key"], seen["workflow_id"]) == (SMTP, None)
    assert client.post(ENABLE, json={"key": HOOK}).status_code == 404
    assert client.post(ENABLE, json={"key": SMTP}).status_code == 200
    admin = open_client(desk, "admin")
    assert {one["workflow_id"] for one in admin.get(LIST).json()["endpoints"]} == {"secret"}
