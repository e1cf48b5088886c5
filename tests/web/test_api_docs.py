"""docs/api.md says what the app's own description says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.domains.booking.payload import BookingPayload
from bookflow.settings import Settings
from bookflow.web.app import create_app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ROUTE = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) /bookflow(/[^`]*)` \| [^|]+ \| (\d+),", re.M)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    def open_nothing() -> Any:
        raise AssertionError("the description needs no runtime")

    return create_app(open_nothing).openapi()


def flatten(schemas: dict[str, Any], name: str, prefix: str = "") -> dict[str, bool]:
    """Give every dotted field and whether a booking without it is refused."""
    found = {}
    schema = schemas[name]
    for field, shape in schema["properties"].items():
        path = prefix + field
        is_required = field in schema.get("required", ())
        inner = shape.get("$ref", "").rpartition("/")[2]
        found[path] = is_required
        if inner:
            found.update(flatten(schemas, inner, f"{path}."))
    return found


def test_page_lists_exactly_the_routes_there_are(description: dict[str, Any]) -> None:
    described = {
        (method.upper(), path, next(code for code in sorted(operation["responses"])))
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }
    assert set(ROUTE.findall(PAGE)) == described


def test_page_lists_every_status_the_routes_answer_with(description: dict[str, Any]) -> None:
    answered = {
        code
        for operations in description["paths"].values()
        for operation in operations.values()
        for code in operation["responses"]
        if code >= "400"
    }
    listed = set(re.findall(r"^\| (\d{3}) \|", section("Errors"), re.M))
    # 500 is nothing a route promises
    assert listed == answered | {"500"}


def test_page_lists_every_parameter_of_executions(description: dict[str, Any]) -> None:
    parameters = description["paths"]["/api/v1/executions"]["get"]["parameters"]
    listed = [name for row in rows("Executions") for name in named(row[0])]
    assert sorted(listed) == sorted(parameter["name"] for parameter in parameters)


def test_page_lists_every_field_of_an_event(description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["SingleEvent"]
    assert [row[0].strip("`") for row in rows("One event")] == list(schema["properties"])


def test_booking_table_is_the_description_of_a_booking(description: dict[str, Any]) -> None:
    described = flatten(description["components"]["schemas"], "Booking")
    listed = {name: row[1] == "yes" for row in rows("A booking") for name in named(row[0])}
    # event_type and organizer are required through a field of theirs
    for parent in ("event_type", "organizer"):
        assert described.pop(parent)
    assert listed == described


def test_description_of_a_booking_is_what_the_domain_accepts(description: dict[str, Any]) -> None:
    accepted = BookingPayload.model_json_schema(mode="validation")
    schemas = {**accepted["$defs"], "BookingPayload": accepted}
    described = flatten(description["components"]["schemas"], "Booking")
    assert flatten(schemas, "BookingPayload") == described


def test_json_on_the_page_is_json_and_its_timeline_kinds_exist(
    description: dict[str, Any],
) -> None:
    for snippet in re.findall(r"```json\n(.*?)```", PAGE, re.S):
        json.loads(snippet)
    entry = description["components"]["schemas"]["TimelineEntry"]
    kinds = re.search(r"`kind` \(([^)]*)\)", PAGE)
    assert kinds is not None
    assert named(kinds[1]) == entry["properties"]["kind"]["enum"]


def test_event_of_the_curl_example_is_accepted_once(
    open_client: Callable[..., Any], desk: Any
) -> None:
    sent = 'cat docs/examples/booking.json), \\"idempotency_key\\": \\"booking-1-created\\"'
    assert sent in PAGE
    client = open_client(desk, "user")
    booking = json.loads((ROOT / "docs" / "examples" / "booking.json").read_text("utf-8"))
    body = {"booking": booking, "idempotency_key": "booking-1-created"}
    first = client.post("/bookflow/api/v1/triggers/booking_created", json=body)
    assert first.status_code == 202
    assert client.post("/bookflow/api/v1/triggers/booking_created", json=body).json() == {
        **first.json(),
        "duplicate": True,
    }


def test_run_by_hand_is_what_airflow_accepts() -> None:
    from airflow.api_fastapi.core_api.datamodels.dag_run import TriggerDAGRunPostBody

    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"dagRuns` with `(\{.*?\})`", text)
    assert found is not None
    body = TriggerDAGRunPostBody.model_validate_json(found[1])
    assert body.conf == {"booking_id": "…"}


def test_documented_statuses_are_those_of_a_booking() -> None:
    cell = next(row for row in rows("A booking") if row[0] == "`status`")[2]
    domain = BookingDomain(Settings())
    for status in named(cell):
        booking = {
            "id": "b",
            "status": status,
            "start_time": "2026-03-02T14:30:00+01:00",
            "end_time": "2026-03-02T15:00:00+01:00",
            "event_type": {"slug": "intro"},
            "organizer": {"email": "olive@example.org"},
            "invitee": {},
        }
        assert domain.parse_subject(booking, path="booking")["status"] == status
