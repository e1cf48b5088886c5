from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from bookflow.journey.intake import Incoming
from bookflow.records import ActionResult, ActionStatus, RunKey
from bookflow.store.memory import MemoryStore
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1/executions"
RUN = RunKey("bookflow-welcome", "run-1")
PLAN = [("Confirm", "send_email")]


@pytest.fixture
def desk(make_desk: Any) -> Any:
    desk = make_desk(MemoryStore())
    desk.specs.add("welcome", "booking_created", name="Welcome mail", actions=["Confirm"])
    return desk


@pytest.fixture
def pending(desk: Any, make_booking: Any) -> str:
    [answer] = desk.intake.receive([Incoming("booking_created", subject=make_booking())])
    return str(answer.executions[0].id)


@pytest.fixture
def failed(desk: Any, pending: str) -> str:
    desk.shelf.claim("welcome", RUN, limit=9, now=NOW)
    [job] = desk.shelf.load_jobs(RUN, "Confirm")
    result = ActionResult(
        execution_id=job.execution_id,
        action="Confirm",
        type="send_email",
        status=ActionStatus.FAILED,
        started_at=NOW,
        duration_ms=1.0,
        reason="550 no such user",
    )
    desk.shelf.settle([result], [])
    desk.shelf.finish(RUN, PLAN, now=NOW + timedelta(seconds=1))
    return pending


def test_cancelling_says_who_and_why(open_client: Any, desk: Any, pending: str) -> None:
    client = open_client(desk, "user")
    answer = client.post(f"{API}/{pending}/cancel", json={"reason": " booked twice "})
    assert answer.status_code == 200
    assert answer.json() == client.get(f"{API}/{pending}").json()
    assert answer.json()["status"] == "cancelled"
    assert answer.json()["error_message"] == "cancelled by user: booked twice"
    again = client.post(f"{API}/{pending}/cancel")
    assert again.status_code == 409
    assert "is cancelled already" in again.json()["detail"]


def test_retrying_takes_it_up_at_once(open_client: Any, desk: Any, failed: str) -> None:
    client = open_client(desk, "user")
    desk.waker.calls.clear()
    answer = client.post(f"{API}/{failed}/retry")
    assert answer.status_code == 202
    execution = answer.json()
    assert (execution["status"], execution["next_attempt_at"]) == ("pending", NOW.isoformat())
    assert execution["execution_log"][0]["status"] == "retrying"
    assert "wake welcome" in desk.waker.calls
    again = client.post(f"{API}/{failed}/retry")
    assert again.status_code == 409
    assert "is pending; only a failed or cancelled one" in again.json()["detail"]


def test_one_action_is_named(open_client: Any, desk: Any, failed: str) -> None:
    client = open_client(desk, "user")
    wrong = client.post(f"{API}/{failed}/retry", json={"action": "Text"})
    assert wrong.status_code == 409
    assert "failed: `Confirm`" in wrong.json()["detail"]
    assert client.post(f"{API}/{failed}/retry", json={"action": "Confirm"}).status_code == 202


def test_nothing_is_retried_for_a_workflow_that_no_run_works_on(
    open_client: Any, desk: Any, failed: str
) -> None:
    desk.specs.workflows["welcome"].workflow.is_active = False
    answer = open_client(desk, "user").post(f"{API}/{failed}/retry")
    assert answer.status_code == 409
    assert "is not active" in answer.json()["detail"]
    assert desk.shelf.get_execution(uuid.UUID(failed))["status"] == "failed"


@pytest.mark.parametrize("verb", ["retry", "cancel"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"acton": "x"}, "acton"),
        ({"action": 7}, "action"),
        ({"reason": 7}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"action": "a\0", "reason": "a\0"}, ""),
        ([], "body"),
    ],
)
def test_bodies_that_can_not_be_meant_are_refused(
    open_client: Any, desk: Any, pending: str, verb: str, body: Any, field: str
) -> None:
    client = open_client(desk, "user")
    answer = client.post(f"{API}/{pending}/{verb}", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
    assert client.get(f"{API}/{pending}").json()["status"] == "pending"


def test_a_body_that_is_no_json_is_refused(open_client: Any, desk: Any, pending: str) -> None:
    client = open_client(desk, "user")
    answer = client.post(f"{API}/{pending}/cancel", content=b"reason=x")
    assert answer.status_code == 415


@pytest.mark.parametrize("verb", ["retry", "cancel"])
@pytest.mark.parametrize("key", ["none", "00000000-0000-0000-0000-00000000ffff"])
def test_unknown_executions_are_not_found(open_client: Any, desk: Any, verb: str, key: str) -> None:
    assert open_client(desk, "admin").post(f"{API}/{key}/{verb}").status_code == 404


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_who_may_not_see_an_execution_may_not_touch_it(
    open_client: Any, desk: Any, dags: Any, pending: str, verb: str
) -> None:
    dags("bookflow-other")
    dags("bookflow-welcome", team="blue")
    assert open_client(desk, "user").post(f"{API}/{pending}/{verb}").status_code == 404
    found = open_client(desk, "admin").get(f"{API}/{pending}").json()
    assert found["status"] == "pending"


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_viewers_may_not_touch_executions(
    open_client: Any, desk: Any, failed: str, verb: str
) -> None:
    assert open_client(desk, "viewer").post(f"{API}/{failed}/{verb}").status_code == 403
