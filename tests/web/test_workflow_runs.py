"""Running a workflow now, and changing many workflows at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.workflow_scene import API, BROKEN, HELLO

pytestmark = pytest.mark.airflow


def execute(scene: Any, body: Any, status: int = 202, workflow: str = "hello", **asked: Any) -> Any:
    return scene.ask("POST", f"/{workflow}/execute", status, json=body, **asked).json()


def test_workflow_is_run_now_for_a_booking_and_no_other_is(scene: Any, make_booking: Any) -> None:
    scene.put_file(HELLO.replace("id: hello", "id: other").replace("name: Hello", "name: Other"))
    answer = execute(scene, {"booking": make_booking()})
    execution = answer["execution"]
    assert answer["duplicate"] is False
    assert (execution["workflow_id"], execution["booking_id"]) == ("hello", "bk-1")
    assert (execution["status"], execution["trigger"]) == ("pending", "manual")
    assert execution["workflow_version"] == scene.get("/hello")["version"]
    listed = scene.client.get(f"{API}/executions").json()["executions"]
    assert [one["id"] for one in listed] == [execution["id"]]
    assert "wake hello" in scene.bench.waker.calls


def test_trigger_and_event_types_do_not_matter_by_hand(scene: Any, make_booking: Any) -> None:
    other = make_booking(event_type={"id": "et-2", "slug": "other", "name": "Other"})
    assert execute(scene, {"booking": other})["execution"]["status"] == "pending"
    assert execute(scene, {"booking_id": "bk-1"})["execution"]["booking_id"] == "bk-1"


def test_same_key_gives_the_same_execution(scene: Any, make_booking: Any) -> None:
    body = {"booking": make_booking(), "idempotency_key": "again"}
    first = execute(scene, body)
    second = execute(scene, {"booking_id": "bk-1"}, headers={"Idempotency-Key": "again"})
    assert second == {"duplicate": True, "execution": first["execution"]}
    scene.put_file(HELLO.replace("id: hello", "id: other").replace("name: Hello", "name: Other"))
    execute(scene, body, 409, workflow="other")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"booking_id": "none"}, 404),
        ({"booking_id": 7}, 422),
        ({"booking": []}, 422),
        ({"booking": {"id": "x"}}, 422),
        ({"booking_id": "bk-1", "booking": {}}, 422),
        ({"booking_id": "bk-1", "idempotency_key": " "}, 422),
        ({"booking_id": "bk-1", "key": "x"}, 422),
    ],
)
def test_run_for_nothing_known_is_refused(scene: Any, body: Any, status: int) -> None:
    execute(scene, body, status)
    assert scene.client.get(f"{API}/executions").json()["executions"] == []


def test_workflow_that_no_run_would_take_up_is_refused(scene: Any, make_booking: Any) -> None:
    scene.put_file(BROKEN)
    for workflow, status in (("bye", 409), ("broken", 404), ("none", 404)):
        execute(scene, {"booking": make_booking()}, status, workflow=workflow)


def test_viewer_runs_nothing(scene: Any, make_booking: Any) -> None:
    viewer = scene.sign_in("viewer")
    body = {"booking": make_booking()}
    assert viewer.post(f"{API}/workflows/hello/execute", json=body).status_code == 403


def test_many_are_changed_each_on_its_own(scene: Any) -> None:
    scene.put_file(BROKEN)
    body = {"ids": ["hello", "bye", "none", "broken"], "change": {"is_active": False}}
    results = scene.ask("POST", "/bulk", 200, json=body).json()["results"]
    told = {item["id"]: (item["status"], (item["error"] or {}).get("type")) for item in results}
    assert told == {
        "hello": ("changed", None),
        "bye": ("unchanged", None),
        "none": ("refused", "not-found"),
        "broken": ("refused", "invalid-spec"),
    }
    assert results[0]["version"] == scene.get("/hello")["version"]
    assert scene.get("/hello")["is_active"] is False
    assert scene.audit() == [("user:user", "workflow.updated", "hello")]


def test_those_that_fit_are_changed(scene: Any) -> None:
    body = {"filter": {"state": "inactive", "search": "BYE"}, "change": {"is_active": True}}
    [result] = scene.ask("POST", "/bulk", 200, json=body).json()["results"]
    assert (result["id"], result["status"]) == ("bye", "changed")
    assert scene.ask("POST", "/bulk", 200, json=body).json() == {"results": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": ["hello"]},
        {"ids": [], "change": {"is_active": True}},
        {"ids": ["hello"], "filter": {}, "change": {"is_active": True}},
        {"ids": [7], "change": {"is_active": True}},
        {"ids": ["a\0"], "change": {"is_active": True}},
        {"ids": ["hello"] * 501, "change": {"is_active": True}},
        {"ids": ["hello"], "change": {"is_active": "no"}},
        {"ids": ["hello"], "change": {"name": "x"}},
        {"filter": {"state": "activ"}, "change": {"is_active": True}},
        {"filter": {"is_active": "no"}, "change": {"is_active": True}},
        {"filter": {"colour": "red"}, "change": {"is_active": True}},
        {"filter": [], "change": {"is_active": True}},
    ],
)
def test_bulk_refuses_what_can_not_be_meant(scene: Any, body: Any) -> None:
    scene.ask("POST", "/bulk", 422, json=body)
    assert scene.audit() == []
