from __future__ import annotations

import threading
from typing import Any

import pytest

from bookflow.errors import ConfigurationError, DatabaseUnavailableError
from bookflow.web.lifecycle import RuntimeKeeper
from bookflow.web.schemas import ContextFields, Health

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Door:
    """Opens a desk, or fails as told."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.failure: Exception | None = None
        self.tries = 0

    def __call__(self) -> Any:
        self.tries += 1
        if self.failure:
            raise self.failure
        return self.desk


def test_runtime_lives_as_long_as_the_server(open_client: Any, desk: Any) -> None:
    client = open_client(lambda: desk, "viewer")
    assert (desk.calls, desk.waker.calls) == (["start"], ["start"])
    client.__exit__(None, None, None)
    assert (desk.calls, desk.waker.calls) == (["start", "stop"], ["start", "stop"])


def test_server_starts_without_a_database_and_recovers(open_client: Any, desk: Any) -> None:
    door = Door(desk)
    door.failure = DatabaseUnavailableError("db:5432 refuses connections; is PostgreSQL running?")
    client = open_client(door, "viewer", retry_seconds=0.0)

    health = client.get(f"{API}/health")
    assert health.status_code == 503
    state = Health.model_validate(health.json())
    assert state.components["runtime"]["message"].startswith("db:5432 refuses connections")
    response = client.get(f"{API}/executions")
    assert response.status_code == 503
    assert response.json()["detail"].startswith("db:5432 refuses connections")

    door.failure = None
    assert client.get(f"{API}/executions").status_code == 200
    assert client.get(f"{API}/health").json()["status"] == "healthy"
    assert desk.waker.calls == ["start"]


def test_failure_is_not_tried_again_at_every_request(desk: Any) -> None:
    door, clock = Door(desk), Clock()
    door.failure = DatabaseUnavailableError("down")
    keeper = RuntimeKeeper(door, retry_seconds=2.0, clock=clock)
    for _ in range(5):
        with pytest.raises(DatabaseUnavailableError, match="down"):
            keeper.get()
    assert door.tries == 1
    clock.seconds = 2.5
    door.failure = None
    assert keeper.get() is desk
    assert door.tries == 2


@pytest.mark.parametrize(
    ("failure", "status", "text"),
    [
        (ConfigurationError("BOOKFLOW_BATCH_SIZE must be at least 1"), 500, "BATCH_SIZE"),
        (RuntimeError("hunter2"), 503, "the API server's log says why"),
    ],
)
def test_failure_to_open_is_explained(
    open_client: Any, desk: Any, failure: Exception, status: int, text: str
) -> None:
    door = Door(desk)
    door.failure = failure
    client = open_client(door, "user")
    for response in (
        client.get(f"{API}/executions"),
        client.post(f"{API}/triggers/booking_created", json={}),
    ):
        assert response.status_code == status
        assert text in response.json()["detail"]
        assert "hunter2" not in response.text


def test_half_started_runtime_is_closed(desk: Any) -> None:
    def fail() -> None:
        raise DatabaseUnavailableError("no spec folder")

    desk.waker.start = fail
    keeper = RuntimeKeeper(lambda: desk)
    keeper.open()
    assert desk.calls == ["start", "stop"]


def test_many_requests_open_once(desk: Any) -> None:
    door = Door(desk)
    keeper = RuntimeKeeper(door)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(keeper.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [desk] * 8
    assert door.tries == 1


def test_nobody_queues_behind_a_slow_retry(desk: Any) -> None:
    clock, is_trying, may_go_on = Clock(), threading.Event(), threading.Event()
    tries: list[int] = []

    def open_slowly() -> Any:
        tries.append(1)
        if len(tries) > 1:
            is_trying.set()
            may_go_on.wait(10)
        raise DatabaseUnavailableError("down")

    keeper = RuntimeKeeper(open_slowly, clock=clock)
    keeper.open()
    clock.seconds = 10
    slow = threading.Thread(target=keeper.open)
    slow.start()
    assert is_trying.wait(10)
    with pytest.raises(DatabaseUnavailableError):
        keeper.get()
    may_go_on.set()
    slow.join()
    assert len(tries) == 2


def test_unhealthy_parts_answer_503(open_client: Any, desk: Any) -> None:
    desk.shelf.failure = DatabaseUnavailableError("down")
    response = open_client(desk, "viewer").get(f"{API}/health")
    assert response.status_code == 503
    assert Health.model_validate(response.json()).status == "unhealthy"


def test_words_of_specs_are_listed(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "viewer")
    words = ContextFields.model_validate(client.get(f"{API}/context-fields").json())
    assert {field.name for field in words.fields} >= {"invitee_email", "booking_hour"}
    assert "booking_created" in {trigger.name for trigger in words.triggers}
    assert set(words.operators) >= {field.type for field in words.fields} | {"any"}
    assert "within_next" in words.operators["datetime"]
    assert "within_next" not in words.operators["text"]
    schema = client.get(f"{API}/schema")
    assert schema.headers["content-type"] == "application/schema+json"
    assert "booking_created" in schema.json()["properties"]["trigger"]["enum"]


def test_description_explains_every_field_and_route(open_client: Any, desk: Any) -> None:
    described = open_client(desk, "viewer").get(f"{API}/openapi.json").json()
    assert described["servers"] == [{"url": "/bookflow"}]
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            for parameter in operation.get("parameters", ()):
                assert parameter["description"], (path, parameter["name"])
                examples = parameter["schema"].get("examples") or parameter.get("examples")
                assert examples, (path, parameter["name"])
    for name, schema in described["components"]["schemas"].items():
        assert schema["description"], name
        for key, field in schema.get("properties", {}).items():
            is_nested = "$ref" in str(field)
            assert "$ref" in field or field.get("description"), (name, key)
            assert is_nested or field.get("examples"), (name, key)


def test_description_has_no_dangling_references(open_client: Any, desk: Any) -> None:
    import re

    text = open_client(desk, "viewer").get(f"{API}/openapi.json").text
    described = open_client(desk, "viewer").get(f"{API}/openapi.json").json()
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named <= set(described["components"]["schemas"])
    assert {"SingleEvent", "EventBatch", "Problem", "Booking"} <= named
