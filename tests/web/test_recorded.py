"""The API over a real store: what it answers is what is described."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.records import (
    ActionResult,
    ActionStatus,
    DeliveryOutcome,
    DeliveryStatus,
    NewDelivery,
    RunKey,
    delivery_id,
)
from bookflow.store.memory import MemoryStore
from bookflow.web.schemas import Execution, ExecutionList, Timeline

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
RUN = RunKey("bookflow-welcome", "manual__1")


@pytest.fixture
def office(make_desk: Any) -> Any:
    desk = make_desk(MemoryStore())
    desk.specs.add("welcome", "booking_created", name="Welcome mail", actions=["Confirm"])
    return desk


def carry_out(store: MemoryStore, execution_id: uuid.UUID, now: Any) -> None:
    store.claim("welcome", RUN, limit=10, now=now)
    sent = delivery_id(execution_id, "Confirm", "invitee")
    store.claim_deliveries(
        [NewDelivery(sent, execution_id, "Confirm", "invitee", "email", "ada@example.com")],
        now=now,
    )
    result = ActionResult(
        execution_id,
        "Confirm",
        "send_email",
        ActionStatus.COMPLETED,
        now,
        12.5,
        attempts=1,
        conditions=[{"operator": "AND", "holds": True, "rules": []}],
        rendered={"subject": "Hello"},
    )
    store.settle([result], [DeliveryOutcome(sent, DeliveryStatus.SENT, 1, now)])
    store.finish(RUN, [("Confirm", "send_email")], now=now)


def test_event_can_be_followed_to_its_delivery(
    open_client: Any, office: Any, make_booking: Any
) -> None:
    client = open_client(office, "user")
    sent = client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    (queued,) = sent.json()["executions"]
    waiting = client.get(f"{API}/bookings/bk-1/timeline").json()
    assert [
        entry["kind"] for entry in Timeline.model_validate(waiting).model_dump()["entries"]
    ] == ["planned"]
    now = office.shelf.get_execution(uuid.UUID(queued["id"]))["due_at"]
    carry_out(
        office.shelf,
        uuid.UUID(queued["id"]),
        datetime.fromisoformat(now) + timedelta(seconds=1),
    )

    found = client.get(f"{API}/executions/{queued['id']}").json()
    execution = Execution.model_validate(found)
    assert (execution.status, execution.run_id) == ("completed", "manual__1")
    assert execution.execution_log[0].deliveries[0].address == "ada@example.com"
    timeline = Timeline.model_validate(client.get(f"{API}/bookings/bk-1/timeline").json())
    assert [entry.kind for entry in timeline.entries] == ["sent"]
    for page in (
        f"executions/{queued['id']}",
        "runs/bookflow-welcome/manual__1",
        "bookings/bk-1",
    ):
        assert "Confirm" in client.get(f"/bookflow/{page}").text


def test_list_pages_through_and_refuses_tampering(
    open_client: Any, office: Any, make_booking: Any
) -> None:
    client = open_client(office, "user")
    events = [
        {"trigger": "booking_created", "booking": make_booking(id=f"bk-{number}")}
        for number in range(5)
    ]
    client.post(f"{API}/triggers", json={"events": events})
    first = ExecutionList.model_validate(client.get(f"{API}/executions?limit=3").json())
    rest = client.get(f"{API}/executions?limit=3&cursor={first.next_cursor}").json()
    second = ExecutionList.model_validate(rest)
    assert second.next_cursor is None
    seen = [item.id for item in (*first.executions, *second.executions)]
    assert len(set(seen)) == len(seen) == 5

    assert first.next_cursor
    for cursor in (first.next_cursor[:-3], "AAAA", "%F0%9F%98%80", "W10", "x" + first.next_cursor):
        response = client.get(f"{API}/executions?cursor={cursor}")
        assert response.status_code == 422, cursor
        assert response.json()["errors"][0]["field"] == "cursor"
