from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.settings import Settings
from bookflow.web.schemas import BatchAnswer, EventAnswer, Problem

pytestmark = pytest.mark.airflow

ONE = "/bookflow/api/v1/triggers/booking_created"
MANY = "/bookflow/api/v1/triggers"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(open_client: Any, desk: Any) -> Any:
    return open_client(desk, "user")


def problem_of(response: Any, status: int) -> Problem:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert problem.status == status
    return problem


def fields_of(response: Any) -> list[str]:
    return [item.field for item in problem_of(response, 422).errors or []]


def test_event_is_recorded_and_answered_with_its_executions(
    client: Any, desk: Any, make_booking: Any
) -> None:
    body = {"booking": make_booking(), "occurred_at": "2026-03-01T12:30:00+01:00"}
    response = client.post(ONE, json=body)

    assert response.status_code == 202
    answer = EventAnswer.model_validate(response.json())
    assert answer.duplicate is False
    assert [(one.workflow_id, one.status) for one in answer.executions] == [("welcome", "pending")]
    (event,) = desk.shelf.received
    assert answer.event_id == str(event.id)
    assert event.actor == "user"
    assert event.occurred_at == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert desk.waker.calls == ["start", "wake welcome"]


def test_known_booking_can_be_named_by_id(client: Any, desk: Any) -> None:
    start = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    desk.shelf.bookings["bk-9"] = {"id": "bk-9", "start_time": start, "end_time": start}
    response = client.post(ONE, json={"booking_id": "bk-9"})
    assert response.status_code == 202
    assert desk.shelf.received[0].subject_id == "bk-9"


def test_unknown_booking_is_not_found(client: Any) -> None:
    problem = problem_of(client.post(ONE, json={"booking_id": "bk-0"}), 404)
    assert problem.type == "urn:bookflow:problem:not-found"
    assert "bk-0" in problem.detail


def test_same_key_answers_with_the_first_result(client: Any, make_booking: Any) -> None:
    body = {"booking": make_booking(), "idempotency_key": "k-1"}
    first = client.post(ONE, json=body).json()
    second = client.post(ONE, json=body).json()
    assert second == {**first, "duplicate": True}


def test_key_may_come_in_the_header(client: Any, desk: Any, make_booking: Any) -> None:
    client.post(ONE, json={"booking": make_booking()}, headers={"Idempotency-Key": "k-2"})
    assert desk.shelf.received[0].idempotency_key == "k-2"


def test_two_different_keys_are_refused(client: Any, make_booking: Any) -> None:
    body = {"booking": make_booking(), "idempotency_key": "a"}
    response = client.post(ONE, json=body, headers={"Idempotency-Key": "b"})
    assert fields_of(response) == ["idempotency_key"]


def test_key_of_another_event_is_a_conflict(client: Any, make_booking: Any) -> None:
    client.post(ONE, json={"booking": make_booking(), "idempotency_key": "k"})
    other = {"booking": make_booking(id="bk-2"), "idempotency_key": "k"}
    problem = problem_of(client.post(ONE, json=other), 409)
    assert problem.type == "urn:bookflow:problem:conflict"


def test_unknown_trigger_is_refused_with_a_near_miss(client: Any, make_booking: Any) -> None:
    response = client.post(f"{MANY}/booking_craeted", json={"booking": make_booking()})
    assert fields_of(response) == ["trigger"]
    assert "did you mean `booking_created`" in response.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_time": "2026-03-02T14:30:00"}, "booking.start_time"),
        ({"start_time": 1772461800}, "booking.start_time"),
        ({"end_time": "2026-03-02T14:00:00+01:00"}, "booking.end_time"),
        ({"status": "lost"}, "booking.status"),
    ],
)
def test_unacceptable_booking_names_its_field(
    client: Any, desk: Any, make_booking: Any, changes: Any, field: str
) -> None:
    response = client.post(ONE, json={"booking": make_booking(**changes)})
    assert field in fields_of(response)
    assert desk.shelf.received == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "booking"),
        ({"booking": "bk-1"}, "booking"),
        ({"booking": [1]}, "booking"),
        ({"booking_id": 7}, "booking_id"),
        ({"booking_id": ""}, "booking"),
        ({"booking_id": "b", "idempotency_key": 5}, "idempotency_key"),
        ({"booking_id": "b", "occurred_at": 5}, "occurred_at"),
        ({"booking_id": "b", "idempotencyKey": "k"}, "idempotencyKey"),
    ],
)
def test_unacceptable_event_names_its_field(client: Any, body: Any, field: str) -> None:
    assert fields_of(client.post(ONE, json=body)) == [field]


@pytest.mark.parametrize("text", ["2026-03-01T11:00:00", "yesterday", "2026-03-01T13:00:00+00:00"])
def test_naive_or_future_time_is_refused(client: Any, make_booking: Any, text: str) -> None:
    response = client.post(ONE, json={"booking": make_booking(), "occurred_at": text})
    assert fields_of(response) == ["occurred_at"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"booking_id": NaN}',
        b'{"booking_id": Infinity}',
        b'{"booking_id": 1e999}',
        b'{"booking_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"booking":' * 5_000,
    ],
)
def test_malformed_json_is_refused(client: Any, raw: bytes) -> None:
    for path in (ONE, MANY):
        assert fields_of(client.post(path, content=raw, headers=JSON)) == ["body"]


def test_malformed_json_says_where(client: Any) -> None:
    response = client.post(ONE, content=b'{"booking":\n  oops}', headers=JSON)
    assert "line 2, column 3" in response.json()["detail"]


def test_endless_nesting_is_refused(client: Any) -> None:
    raw = b'{"booking": {"custom_answers": ' + b"[" * 60 + b"]" * 60 + b"}}"
    response = client.post(ONE, content=raw, headers=JSON)
    assert "nested deeper" in response.json()["detail"]


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\uDFFF x"])
def test_text_that_no_database_stores_is_refused(
    client: Any, desk: Any, make_booking: Any, escape: str
) -> None:
    text = json.dumps({"booking": make_booking(custom_answers={"note": "@@"})})
    response = client.post(ONE, content=text.replace("@@", escape), headers=JSON)
    assert fields_of(response) == ["booking.custom_answers.note"]
    assert desk.shelf.received == []


def test_hostile_key_is_named_safely(client: Any) -> None:
    raw = b'{"events": [{"trigger": "booking_created", "booking": {"\\ud800\\u0000": 1}}]}'
    response = client.post(MANY, content=raw, headers=JSON)
    assert response.status_code == 202
    assert response.json()["results"][0]["error"]["field"].startswith("events[0].booking.")


def test_escaped_pairs_and_backslashes_are_fine(client: Any, desk: Any, make_booking: Any) -> None:
    body = {"booking": make_booking(custom_answers={"note": "😀 \\u0000"})}
    assert client.post(ONE, content=json.dumps(body), headers=JSON).status_code == 202
    assert desk.shelf.received[0].subject["custom_answers"]["note"] == "😀 \\u0000"


def test_other_content_types_are_refused(client: Any) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        problem_of(client.post(ONE, content=b"{}", headers={"Content-Type": kind}), 415)


def test_oversize_body_is_refused_announced_or_not(open_client: Any, desk: Any) -> None:
    desk.settings = Settings(body_size_limit=100)
    client = open_client(desk, "user")
    problem = problem_of(client.post(ONE, content=b"x" * 101, headers=JSON), 413)
    assert "100 bytes" in problem.detail

    def stream() -> Any:
        for _ in range(20):
            yield b"x" * 10

    problem_of(client.post(ONE, content=stream(), headers=JSON), 413)


def test_batch_takes_each_event_on_its_own(client: Any, desk: Any, make_booking: Any) -> None:
    def event(**parts: Any) -> dict[str, Any]:
        return {"trigger": "booking_created", **parts}

    events = [
        event(booking=make_booking(id="bk-1")),
        "not an event",
        event(booking=make_booking(id="bk-2", start_time="2026-03-02T14:30:00")),
        event(booking_id="bk-0"),
        {"trigger": "booking_craeted", "booking": make_booking()},
        {"booking": make_booking()},
        {"trigger": ["a"], "booking": make_booking()},
        event(booking=make_booking(id="bk-3"), idempotency_key="k"),
        event(booking=make_booking(id="bk-3"), idempotency_key="k"),
        event(booking=make_booking(id="bk-4"), idempotency_key="k"),
        event(booking=make_booking(id="bk-5"), priority=1),
    ]
    response = client.post(MANY, json={"events": events})

    assert response.status_code == 202
    answer = BatchAnswer.model_validate(response.json())
    results = response.json()["results"]
    found = [item.get("error", {}).get("field") for item in results]
    assert found == [
        None,
        "events[1]",
        "events[2].booking.start_time",
        "events[3].booking_id",
        "events[4].trigger",
        "events[5].trigger",
        "events[6].trigger",
        None,
        None,
        "events[9].idempotency_key",
        "events[10].priority",
    ]
    kinds = {item["error"]["type"] for item in results if "error" in item}
    assert kinds == {"invalid-input", "not-found", "conflict"}
    assert [item["duplicate"] for item in results if "duplicate" in item] == [False, False, True]
    assert len(answer.results) == len(events)


@pytest.mark.parametrize("events", [[], None, {}, "x", [{}] * 1_001])
def test_batch_must_hold_1_to_1000_events(client: Any, desk: Any, events: Any) -> None:
    assert fields_of(client.post(MANY, json={"events": events})) == ["events"]
    assert desk.shelf.received == []


def test_batch_of_1000_is_taken(client: Any, make_booking: Any) -> None:
    events = [
        {"trigger": "booking_created", "booking": make_booking(id=f"bk-{number}")}
        for number in range(1_000)
    ]
    results = client.post(MANY, json={"events": events}).json()["results"]
    assert len({uuid.UUID(item["event_id"]) for item in results}) == 1_000


def test_database_that_is_down_answers_503_and_when_to_retry(
    client: Any, desk: Any, make_booking: Any
) -> None:
    desk.shelf.failure = DatabaseUnavailableError("bookflow's database at db:5432 is down")
    body = {"trigger": "booking_created", "booking": make_booking()}
    for response in (
        client.post(ONE, json={"booking": make_booking()}),
        client.post(MANY, json={"events": [body]}),
    ):
        problem = problem_of(response, 503)
        assert problem.detail == "bookflow's database at db:5432 is down"
        assert int(response.headers["retry-after"]) > 0


def test_unforeseen_error_hides_itself_behind_a_reference(
    client: Any, desk: Any, make_booking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    desk.shelf.failure = RuntimeError("password=hunter2")
    response = client.post(ONE, json={"booking": make_booking()})
    problem = problem_of(response, 500)
    assert "hunter2" not in response.text
    assert problem.reference
    assert problem.reference in caplog.text
    assert "ada@example.com" not in caplog.text


@pytest.mark.parametrize("kept", [("start_time",), ("invitee",), ("id", "invitee", "start_time")])
def test_bare_booking_is_told_where_it_belongs(
    client: Any, desk: Any, make_booking: Any, kept: tuple[str, ...]
) -> None:
    bare = {key: make_booking()[key] for key in kept}
    problem = problem_of(client.post(ONE, json=bare), 422)
    assert "put the booking inside `booking`: {...}" in problem.detail
    item = {"trigger": "booking_created", **bare}
    answer = client.post(MANY, json={"events": [item]}).json()
    (refused,) = BatchAnswer.model_validate(answer).results
    assert refused.error.field == "events[0].booking"
    assert "put the booking inside `booking`" in refused.error.message
    assert desk.shelf.received == []


def test_several_errors_are_counted_and_listed(client: Any, make_booking: Any) -> None:
    wrong = make_booking(start_time="soon", end_time="later")
    problem = problem_of(client.post(ONE, json={"booking": wrong}), 422)
    fields = [item.field for item in problem.errors or []]
    assert fields == ["booking.start_time", "booking.end_time"]
    assert problem.detail.endswith(" (and 1 more)")

    one_wrong = make_booking(start_time="soon")
    events = [{"trigger": "booking_created", "booking": one} for one in (wrong, one_wrong)]
    results = client.post(MANY, json={"events": events}).json()["results"]
    BatchAnswer.model_validate({"results": results})
    several, single = (result["error"] for result in results)
    assert [item["field"] for item in several["errors"]] == [
        "events[0].booking.start_time",
        "events[0].booking.end_time",
    ]
    assert several["errors"][0] == {key: several[key] for key in ("field", "message")}
    assert "end_time" not in several["message"]
    assert "errors" not in single
