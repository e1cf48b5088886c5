"""The pages about the API say what the app's own description says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.domains.booking.payload import BookingPayload
from bookflow.settings import Settings
from bookflow.web.describing import TAGS
from docs.reference.__main__ import describe_api
from docs.reference.api_page import list_operations, write_api_page

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "using-the-api.md").read_text(encoding="utf-8")
TOUR = (ROOT / "docs" / "api-tour.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe_api()


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


def test_reference_is_current(description: dict[str, Any]) -> None:
    assert write_api_page(description) == REFERENCE, "docs/api.md is old: run `make api-docs`"


def test_headings_of_the_reference_have_anchors_of_their_own() -> None:
    headings = Counter(one.lower() for one in re.findall(r"^#+ (.+)$", REFERENCE, re.M))
    assert [heading for heading, count in headings.items() if count > 1] == []


def test_every_operation_has_its_place_and_says_all_of_itself(description: dict[str, Any]) -> None:
    tags = {name for name, _ in TAGS}
    for one in list_operations(description):
        where = f"{one.method} {one.path}"
        assert one.tag in tags, f"{where}: give it a tag of bookflow.web.describing.TAGS"
        assert one.who, where
        codes = {code for code in one.data["responses"] if code < "400"}
        assert codes, f"{where}: what it answers with is not described"
        for code in codes - {"204", "304"}:
            answer = one.data["responses"][code]
            assert answer["description"], where
            assert answer.get("content"), f"{where}: the body of {code} is not described"


def test_every_model_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    # two with one name are told apart by their modules, which is nobody's business
    assert [name for name in description["components"]["schemas"] if "__" in name] == []


def test_guide_lists_every_problem_the_routes_answer_with(description: dict[str, Any]) -> None:
    answered = {
        code
        for operation in list_operations(description)
        for code in operation.data["responses"]
        if code >= "400"
    }
    listed = set(re.findall(r"^\| (\d{3}) \|", section("Errors"), re.M))
    # 500 is nothing a route promises
    assert listed >= answered | {"500"}


def test_guide_says_what_every_right_is(description: dict[str, Any]) -> None:
    rights = {operation.who for operation in list_operations(description)}
    assert rights <= set(re.findall(r"^\| ([a-z ]+) \|", section("Signing in"), re.M))


def test_description_of_a_booking_is_what_the_domain_accepts(description: dict[str, Any]) -> None:
    accepted = BookingPayload.model_json_schema(mode="validation")
    schemas = {**accepted["$defs"], "BookingPayload": accepted}
    described = flatten(description["components"]["schemas"], "Booking")
    assert flatten(schemas, "BookingPayload") == described


def test_event_of_the_curl_example_is_accepted_once(
    open_client: Callable[..., Any], desk: Any
) -> None:
    sent = 'cat docs/examples/booking.json), \\"idempotency_key\\": \\"booking-1-created\\"'
    assert sent in GUIDE
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


def test_described_statuses_are_those_of_a_booking(description: dict[str, Any]) -> None:
    field = description["components"]["schemas"]["Booking"]["properties"]["status"]
    domain = BookingDomain(Settings())
    statuses = named(field["description"].partition(".")[0])
    assert len(statuses) > 4
    for status in statuses:
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
