"""Deliveries of many executions, through the API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryStatus,
    EventSource,
    NewDelivery,
    NewEvent,
    NewExecution,
    RunKey,
    delivery_id,
    new_id,
)
from bookflow.web.deliveries import DeliveryList
from bookflow.web.deps import find_visibility
from bookflow.web.schemas import ExecutionList
from bookflow.web.visibility import Visibility
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
PATH = f"{API}/deliveries"


def deliver(scene: Any, workflow: str, action: str, booking: str = "bk-1") -> uuid.UUID:
    """Record an execution that failed to send one mail."""
    event = NewEvent(
        id=new_id(),
        trigger="booking_created",
        subject_id=booking,
        source=EventSource.API,
        occurred_at=NOW,
        received_at=NOW,
        fingerprint="f",
    )
    run = RunKey(f"bookflow-{workflow}", "run-1")
    execution = NewExecution(new_id(), workflow, "v1", event.id, booking, NOW, run=run)
    store = scene.bench.shelf
    store.record_events([event], [execution])
    one = NewDelivery(
        id=delivery_id(execution.id, action, "invitee"),
        execution_id=execution.id,
        action=action,
        recipient="invitee",
        channel="email",
        address="ada@example.com",
    )
    store.claim_deliveries([one], now=NOW)
    outcome = DeliveryOutcome(one.id, DeliveryStatus.FAILED, 1, NOW, error_message="refused")
    store.settle([], [outcome])
    return execution.id


def ask(scene: Any, **params: Any) -> list[dict[str, Any]]:
    response = scene.client.get(PATH, params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["deliveries"]
    return found


def test_delivery_comes_with_execution_workflow_and_reason(scene: Any) -> None:
    execution = deliver(scene, "hello", "Say hello")
    response = scene.client.get(PATH).json()
    DeliveryList.model_validate(response)
    [found] = response["deliveries"]
    assert found["execution_id"] == str(execution)
    assert (found["workflow_id"], found["workflow_name"]) == ("hello", "Hello")
    assert (found["action"], found["recipient"], found["status"]) == (
        "Say hello",
        "invitee",
        "failed",
    )
    assert found["error_message"] == "refused"
    assert response["next_cursor"] is None


def test_deliveries_are_narrowed(scene: Any) -> None:
    first = deliver(scene, "hello", "Say hello")
    second = deliver(scene, "gone", "Wave", booking="bk-2")

    def executions(**params: Any) -> set[str]:
        return {one["execution_id"] for one in ask(scene, **params)}

    assert executions() == {str(first), str(second)}
    assert executions(workflow="hello") == executions(action="Say hello") == {str(first)}
    assert executions(booking="bk-2") == executions(workflow="gone") == {str(second)}
    assert executions(dag_id="bookflow-gone", run_id="run-1") == {str(second)}
    assert executions(status="failed,retrying") == {str(first), str(second)}
    assert executions(status="sent") == set()


def test_task_stands_for_its_action(scene: Any) -> None:
    deliver(scene, "hello", "Say hello")
    deliver(scene, "by-hand", "Say Hello")
    assert [one["action"] for one in ask(scene, workflow="hello", task="say_hello")] == [
        "Say hello"
    ]
    assert ask(scene, workflow="hello", task="text") == []
    # of a DAG that was written by hand, tasks are called as actions are
    assert len(ask(scene, workflow="by-hand", task="Say Hello")) == 1


def test_task_of_an_action_that_is_no_longer_in_the_spec(scene: Any) -> None:
    execution = deliver(scene, "hello", "Löschen")
    result = ActionResult(execution, "Löschen", "send_email", ActionStatus.FAILED, NOW, 1.0)
    scene.bench.shelf.settle([result], [])
    assert len(ask(scene, workflow="hello", task="loschen")) == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"task": "say_hello"}, "task"),
        ({"workflow": "hello", "task": "a", "action": "b"}, "task"),
        ({"status": "snet"}, "status"),
        ({"run_id": "run-1"}, "dag_id"),
        ({"cursor": "made-up"}, "cursor"),
        ({"worfklow": "hello"}, "worfklow"),
    ],
)
def test_what_cannot_be_meant_is_refused(scene: Any, params: Any, field: str) -> None:
    response = scene.client.get(PATH, params=params)
    assert response.status_code == 422
    assert [one["field"] for one in response.json()["errors"]] == [field]


def test_only_what_may_be_seen_is_listed(scene: Any, shared_app: Any) -> None:
    deliver(scene, "hello", "Say hello")
    seen = deliver(scene, "bye", "Wave")
    app = shared_app[0]
    app.dependency_overrides[find_visibility] = lambda: Visibility(frozenset({"bye"}))
    try:
        found = ask(scene)
        hidden = ask(scene, workflow="hello")
    finally:
        del app.dependency_overrides[find_visibility]
    assert [one["execution_id"] for one in found] == [str(seen)]
    assert hidden == []


def test_executions_have_the_names_of_their_workflows(scene: Any) -> None:
    first = deliver(scene, "hello", "Say hello")
    deliver(scene, "gone", "Wave")
    listed = scene.client.get(f"{API}/executions").json()
    ExecutionList.model_validate(listed)
    names = {one["workflow_id"]: one["workflow_name"] for one in listed["executions"]}
    assert names == {"hello": "Hello", "gone": None}
    one = scene.client.get(f"{API}/executions/{first}").json()
    assert one["workflow_name"] == "Hello"
