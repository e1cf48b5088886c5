from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.ports.clock import SpecRule
from bookflow.records import EventSource, NewEvent, new_id
from bookflow.store.memory import MemoryStore
from bookflow.web.schemas import Timeline, UpcomingList
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
START = NOW + timedelta(days=2)


@pytest.fixture
def planned(make_desk: Any, make_booking: Any) -> Any:
    """A desk on a store that knows a booking and two reminders of it."""
    desk = make_desk(MemoryStore())
    for workflow_id, delay in (("remind", 60), ("secret", 120)):
        desk.specs.add(workflow_id, "before_meeting", name=f"The {workflow_id}", actions=["Mail"])
        rule = SpecRule(
            f"{workflow_id}.yaml",
            "1",
            workflow_id,
            "v1",
            trigger="before_meeting",
            delay_minutes=delay,
            says_active=True,
            is_active=True,
            active_since=NOW,
        )
        desk.shelf.rewrite_rules(lambda rules, rule=rule: {**rules, rule.path: rule})
    end = START + timedelta(minutes=30)
    booking = desk.domain.parse_subject(
        make_booking(start_time=START.isoformat(), end_time=end.isoformat()), path="booking"
    )
    event = NewEvent(
        new_id(), "booking_created", "bk-1", EventSource.API, NOW, NOW, subject=booking
    )
    desk.shelf.record_events([event], [])
    return desk


def read(client: Any, **params: Any) -> dict[str, Any]:
    response = client.get(f"{API}/upcoming", params=params)
    assert response.status_code == 200, response.text
    answer = response.json()
    UpcomingList.model_validate(answer)
    found: dict[str, Any] = answer
    return found


def test_upcoming_tells_what_is_planned(open_client: Any, planned: Any) -> None:
    answer = read(open_client(planned, "viewer"), booking="bk-1", workflow="remind")
    assert answer == {
        "upcoming": [
            {
                "workflow_id": "remind",
                "workflow_name": "The remind",
                "booking_id": "bk-1",
                "trigger": "before_meeting",
                "due_at": (START - timedelta(hours=1)).isoformat(),
                "status": "planned",
                "reason": None,
                "execution_id": None,
            }
        ],
        "until": (NOW + timedelta(days=7)).isoformat(),
        "has_more": False,
    }


def test_limit_and_span_are_kept(open_client: Any, planned: Any) -> None:
    client = open_client(planned)
    assert read(client, limit=1)["has_more"]
    assert read(client, until=(NOW + timedelta(days=1)).isoformat())["upcoming"] == []


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("booking=nobody", 404, "no booking `nobody` is known"),
        ("until=2026-02-01T00:00:00Z", 422, "lies in the past"),
        ("until=2027-02-01T00:00:00Z", 422, "more than 90 days"),
        ("until=soon", 422, "ISO 8601"),
        ("limit=0", 422, "greater"),
        ("bokking=bk-1", 422, "did you mean `booking`?"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    open_client: Any, planned: Any, query: str, status: int, said: str
) -> None:
    response = open_client(planned).get(f"{API}/upcoming?{query}")
    assert response.status_code == status
    assert said in response.text


def test_timeline_shows_planned_reminders(open_client: Any, planned: Any) -> None:
    client = open_client(planned)
    answer = client.get(f"{API}/bookings/bk-1/timeline").json()
    Timeline.model_validate(answer)
    assert [
        (entry["kind"], entry["workflow_name"], entry["action"], entry["execution_id"])
        for entry in answer["entries"]
    ] == [("planned", "The secret", "Mail", None), ("planned", "The remind", "Mail", None)]
    assert datetime.fromisoformat(answer["entries"][1]["at"]) == START - timedelta(hours=1)
    page = client.get("/bookflow/bookings/bk-1")
    assert page.status_code == 200
    assert "The remind" in page.text


def test_only_plans_of_workflows_one_may_see(open_client: Any, planned: Any, dags: Any) -> None:
    dags("bookflow-remind")
    dags("bookflow-secret", team="blue")
    client = open_client(planned, "viewer")
    answer = read(client, booking="bk-1")
    assert [item["workflow_id"] for item in answer["upcoming"]] == ["remind"]


def test_misspelt_workflow_is_told_from_an_idle_one(open_client: Any, planned: Any) -> None:
    planned.specs.add("idle", "booking_created", name="Idle", actions=["Mail"])
    client = open_client(planned, "viewer")
    assert read(client, workflow="idle")["upcoming"] == []
    response = client.get(f"{API}/upcoming", params={"workflow": "remnid"})
    assert response.status_code == 404
    assert "no valid workflow `remnid`" in response.json()["detail"]
