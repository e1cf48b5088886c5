from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.ports.reports import ExecutionOrder
from bookflow.records import RunKey
from bookflow.web.schemas import Execution, ExecutionList, Problem, Timeline

pytestmark = pytest.mark.airflow

LIST = "/bookflow/api/v1/executions"


@pytest.fixture
def client(open_client: Any, desk: Any) -> Any:
    return open_client(desk, "viewer")


def test_filters_reach_the_store(client: Any, desk: Any) -> None:
    response = client.get(
        LIST,
        params={
            "workflow": "welcome",
            "booking": "bk-1",
            "status": "failed",
            "since": "2026-03-01T00:00:00+01:00",
            "until": "2026-03-02T00:00:00Z",
            "dag_id": "bookflow-welcome",
            "run_id": "manual__1",
            "limit": "7",
        },
    )
    assert response.status_code == 200
    ((wanted, limit),) = desk.shelf.asked
    assert limit == 7
    assert (wanted.workflow_id, wanted.subject_id, wanted.status) == ("welcome", "bk-1", "failed")
    assert wanted.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert wanted.until == datetime(2026, 3, 2, tzinfo=UTC)
    assert wanted.run == RunKey("bookflow-welcome", "manual__1")


def test_further_filters_and_the_order_reach_the_store(client: Any, desk: Any) -> None:
    response = client.get(
        LIST,
        params={
            "status": "failed, cancelled",
            "trigger": "manual",
            "event": "00000000-0000-0000-0000-0000000000aa",
            "failures": "true",
            "cause": "smtp-550",
            "sort": "created_at",
        },
    )
    assert response.status_code == 200
    ((wanted, _),) = desk.shelf.asked
    assert wanted.statuses == frozenset({"failed", "cancelled"})
    assert wanted.status is None
    assert (wanted.trigger, wanted.cause, wanted.has_failures) == ("manual", "smtp-550", True)
    assert wanted.event_id == UUID(int=0xAA)
    assert desk.shelf.orders == [ExecutionOrder.OLDEST]


def test_newest_come_first_unless_said(client: Any, desk: Any) -> None:
    client.get(LIST)
    assert desk.shelf.orders == [ExecutionOrder.NEWEST]


def test_plus_sign_that_was_not_encoded_is_understood(client: Any, desk: Any) -> None:
    assert client.get(f"{LIST}?since=2026-03-01T01:00:00+01:00").status_code == 200
    assert desk.shelf.asked[0][0].since == datetime(2026, 3, 1, tzinfo=UTC)


def test_limit_is_50_unless_said(client: Any, desk: Any) -> None:
    client.get(LIST)
    assert desk.shelf.asked[0][1] == 50


@pytest.mark.parametrize(
    ("query", "field", "hint"),
    [
        ("limit=0", "limit", "greater"),
        ("limit=501", "limit", "less"),
        ("limit=many", "limit", "integer"),
        ("status=complete", "status", "did you mean `completed`?"),
        ("status=failed,complete", "status", "did you mean `completed`?"),
        ("sort=due", "sort", "did you mean `due_at`?"),
        ("event=nonsense", "event", "UUID"),
        ("failures=perhaps", "failures", "boolean"),
        ("cause=%00", "cause", "at most"),
        ("statsu=failed", "statsu", "did you mean `status`?"),
        ("since=2026-03-01T00:00:00", "since", "no offset"),
        ("until=soon", "until", "ISO 8601"),
        ("since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z", "until", "before"),
        ("run_id=x", "dag_id", "together"),
        ("dag_id=x", "run_id", "together"),
        ("workflow=%00", "workflow", "at most"),
        ("cursor=tampered", "cursor", "not made here"),
        ("cursor=" + "1" * 600, "cursor", "at most"),
    ],
)
def test_unacceptable_filter_is_named(client: Any, query: str, field: str, hint: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert [item.field for item in problem.errors or []] == [field]
    assert hint in problem.detail


def test_pages_follow_the_cursor(client: Any, desk: Any, make_execution: Any) -> None:
    desk.shelf.executions = [make_execution(number) for number in range(1, 6)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        response = client.get(LIST, params=params)
        page = ExecutionList.model_validate(response.json())
        seen += [item.id for item in page.executions]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [item["id"] for item in desk.shelf.executions]


def test_execution_is_given_in_full(client: Any, desk: Any, make_execution: Any) -> None:
    desk.shelf.executions = [make_execution(1)]
    response = client.get(f"{LIST}/{desk.shelf.executions[0]['id']}")
    assert response.json() == {**desk.shelf.executions[0], "workflow_name": "Welcome mail"}
    log = Execution.model_validate(response.json()).execution_log
    assert log[0].deliveries[0].status == "sent"


@pytest.mark.parametrize("wanted", ["00000000-0000-0000-0000-0000000000aa", "nonsense", "%00", "1"])
def test_unknown_execution_is_not_found(client: Any, wanted: str) -> None:
    response = client.get(f"{LIST}/{wanted}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:bookflow:problem:not-found"


def test_timeline_tells_everything_about_a_booking(
    client: Any, desk: Any, make_execution: Any
) -> None:
    desk.shelf.bookings["a/b 1"] = {
        "id": "a/b 1",
        "start_time": datetime(2026, 3, 2, 13, 30, tzinfo=UTC),
    }
    waiting = make_execution(
        2, booking_id="a/b 1", status="pending", execution_log=[], started_at=None
    )
    desk.shelf.executions = [make_execution(1, booking_id="a/b 1"), waiting]
    response = client.get("/bookflow/api/v1/bookings/a%2Fb%201/timeline")

    assert response.status_code == 200
    timeline = Timeline.model_validate(response.json())
    assert timeline.booking == {"id": "a/b 1", "start_time": "2026-03-02T13:30:00+00:00"}
    assert sorted(entry.kind for entry in timeline.entries) == ["planned", "sent", "skipped"]
    skipped = next(entry for entry in timeline.entries if entry.kind == "skipped")
    assert skipped.reason == "conditions not met"


@pytest.mark.parametrize("booking", ["none", "%00", "b" * 600])
def test_unknown_booking_has_no_timeline(client: Any, booking: str) -> None:
    response = client.get(f"/bookflow/api/v1/bookings/{booking}/timeline")
    assert response.status_code == (404 if booking == "none" else 422)


def test_database_that_is_down_answers_503(client: Any, desk: Any) -> None:
    desk.shelf.failure = DatabaseUnavailableError("the database is down")
    for path in (LIST, f"{LIST}/00000000-0000-0000-0000-0000000000aa"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "5"
