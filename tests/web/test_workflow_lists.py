"""Lists of workflows: filters, order, and pages that lose and repeat nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.records import EventSource, NewEvent, NewExecution, RunKey
from tests.web.workflow_scene import BROKEN, BYE, HELLO

pytestmark = pytest.mark.airflow

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def listed(scene: Any, **asked: Any) -> list[str]:
    return [item["id"] for item in scene.get("", params=asked)["workflows"]]


def ran(scene: Any, workflow_id: str, when: datetime) -> None:
    """Let an execution of the workflow end well."""
    event = NewEvent(
        id=uuid.uuid4(),
        trigger="manual",
        subject_id="bk-1",
        source=EventSource.API,
        occurred_at=when,
        received_at=when,
    )
    run = RunKey(f"bookflow-{workflow_id}", f"manual__{when}")
    execution = NewExecution(
        id=uuid.uuid4(),
        workflow_id=workflow_id,
        workflow_version="v1",
        event_id=event.id,
        subject_id="bk-1",
        due_at=when,
        run=run,
    )
    scene.bench.shelf.record_events([event], [execution])
    scene.bench.shelf.finish(run, [], now=when)


@pytest.fixture
def three(scene: Any) -> Any:
    scene.put_file(BROKEN)
    return scene


def test_list_shows_the_valid_and_the_invalid(three: Any) -> None:
    found = {item["id"]: item for item in three.get()["workflows"]}
    assert {key: item["state"] for key, item in found.items()} == {
        "broken": "invalid",
        "bye": "inactive",
        "hello": "active",
    }
    assert found["broken"]["errors"][0]["file"] == "broken.yaml"
    assert found["broken"]["name"] == "Broken"
    assert "spec" not in found["hello"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"trigger": "booking_cancelled"}, ["bye"]),
        ({"organizer": "OLIVE@example.org"}, ["hello"]),
        ({"state": "invalid"}, ["broken"]),
        ({"is_active": "false"}, ["bye"]),
        ({"event_type": "intro"}, ["broken", "bye", "hello"]),
        ({"event_type": "other"}, ["broken", "bye"]),
        ({"search": "good-BYE"}, ["bye"]),
        ({"search": "nothing"}, []),
        ({"sort": "-id"}, ["hello", "bye", "broken"]),
        ({"sort": "name"}, ["broken", "bye", "hello"]),
        ({"sort": "organizer"}, ["bye", "hello", "broken"]),
        ({"sort": "-organizer"}, ["hello", "bye", "broken"]),
        ({"trigger": "booking_cancelled", "is_active": "true"}, []),
    ],
)
def test_list_is_filtered_and_sorted(three: Any, asked: Any, expected: list[str]) -> None:
    assert listed(three, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"state": "activ"}, "state"),
        ({"sort": "size"}, "sort"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_list_refuses_what_can_not_be_meant(scene: Any, asked: Any, field: str) -> None:
    answer = scene.get("", 422, params=asked)
    assert answer["errors"][0]["field"] == field


def test_list_is_sorted_by_what_happened(scene: Any) -> None:
    ran(scene, "bye", NOW)
    assert listed(scene, sort="-last_executed_at") == ["bye", "hello"]
    ran(scene, "hello", NOW + timedelta(minutes=1))
    assert listed(scene, sort="-last_executed_at") == ["hello", "bye"]
    assert listed(scene, sort="last_executed_at") == ["bye", "hello"]
    [first] = scene.get("", params={"limit": 1, "sort": "-total_executions"})["workflows"]
    assert first["statistics"]["successful_executions"] == 1
    assert first["statistics"]["success_rate"] == 100.0


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-trigger", "-success_rate", "updated_at"])
def test_pages_hold_everything_once(scene: Any, sort: str) -> None:
    for number in range(7):
        text = HELLO if number % 2 else BYE
        known = text.partition("\nname: ")[2].partition("\n")[0]
        scene.put_file(
            text.replace(f"id: {known.lower()}", f"id: w{number}").replace(
                f"name: {known}", f"name: W{number % 3} {number}"
            )
        )
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"limit": 2, "sort": sort} | ({"cursor": cursor} if cursor else {})
        page = scene.get("", params=asked)
        seen += [item["id"] for item in page["workflows"]]
        assert len(page["workflows"]) <= 2
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == listed(scene, sort=sort)
    assert sorted(seen) == ["bye", "hello", *(f"w{number}" for number in range(7))]


def test_page_goes_on_where_a_workflow_was_deleted(scene: Any) -> None:
    first = scene.get("", params={"limit": 1})
    assert [item["id"] for item in first["workflows"]] == ["bye"]
    scene.change("DELETE", "/bye")
    second = scene.get("", params={"limit": 1, "cursor": first["next_cursor"]})
    assert [item["id"] for item in second["workflows"]] == ["hello"]
    scene.get("", 422, params={"sort": "name", "cursor": first["next_cursor"]})
