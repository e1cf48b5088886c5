"""`BOOKFLOW_ORGANIZERS_SEE=own`: people see, change and run only what they organize."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookflow.errors import ConfigurationError
from bookflow.ports.upkeep import Finding, IncidentFilter
from bookflow.settings import Settings
from tests.web.permission_table import API, GUARDED, INCIDENTS
from tests.web.workflow_scene import HELLO

pytestmark = pytest.mark.airflow

FOREIGN = HELLO.replace("id: hello", "id: alien").replace("name: Hello", "name: Marker of Olive")
# the user name is compared without case
MINE = HELLO.replace("id: hello", "id: mine").replace("olive@example.org", "User")
BROKEN = "id: wreck\norganizer: {}\nname: Marker wreck\ntrigger: booking_creatd\nactions: []\n"


@pytest.fixture
def bench(workbench: Any, make_booking: Any) -> Any:
    workbench.settings = replace(workbench.settings, organizers_see="own")
    put(workbench, "alien", FOREIGN)
    put(workbench, "mine", MINE)
    return workbench


def put(bench: Any, name: str, text: str) -> None:
    (bench.settings.specs_dir / f"{name}.yaml").write_text(text)


@pytest.fixture
def booked(bench: Any, open_client: Any, make_booking: Any) -> Any:
    """Have an admin send an event that both workflows take up."""
    answer = open_client(bench, "admin").post(
        f"{API}/triggers/booking_created", json={"booking": make_booking()}
    )
    return {item["workflow_id"]: item["id"] for item in answer.json()["executions"]}


def test_lists_and_figures_hold_what_is_ones_own(
    open_client: Any, bench: Any, booked: dict[str, str]
) -> None:
    client = open_client(bench, "user")
    assert set(booked) == {"alien", "mine"}
    for row in GUARDED:
        if row.method == "GET" and "{" not in row.route:
            text = client.get(row.path()).text
            assert "Marker" not in text, row.key
            assert "alien" not in text, row.key
            assert booked["alien"] not in text, row.key
    assert [one["id"] for one in client.get(f"{API}/workflows").json()["workflows"]] == ["mine"]
    listed = client.get(f"{API}/executions").json()["executions"]
    assert [one["id"] for one in listed] == [booked["mine"]]
    assert booked["mine"] in client.get(f"{API}/executions/export").text
    timeline = client.get(f"{API}/bookings/bk-1/timeline").json()["entries"]
    assert {entry["workflow_id"] for entry in timeline} == {"mine"}
    page = client.get("/bookflow/bookings/bk-1").text
    assert booked["mine"] in page
    assert booked["alien"] not in page


def test_workflow_of_another_is_not_found_by_any_route(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    for row in GUARDED:
        if "{workflow_id}" not in row.route:
            continue
        body = {} if row.method in ("POST", "PUT", "PATCH") else None
        headers = {"If-Match": "*"}
        asked = client.request(row.method, row.path("alien"), json=body, headers=headers)
        assert asked.status_code == 404, (row.key, asked.text)
        none = client.request(row.method, row.path("nothing"), json=body, headers=headers)
        # nobody learns whether it is there
        assert asked.text.replace("alien", "nothing") == none.text, row.key
    assert (bench.settings.specs_dir / "alien.yaml").read_text() == FOREIGN


def test_execution_of_another_is_neither_read_nor_cancelled(
    open_client: Any, bench: Any, booked: dict[str, str]
) -> None:
    client = open_client(bench, "user")
    path = f"{API}/executions/{booked['alien']}"
    assert client.get(path).status_code == 404
    assert client.get(f"/bookflow/executions/{booked['alien']}").status_code == 404
    for word in ("cancel", "retry"):
        assert client.post(f"{path}/{word}").status_code == 404
    assert client.post(f"{API}/executions/{booked['mine']}/cancel").status_code == 200


def test_what_concerns_everybody_is_for_admins(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    event = client.post(f"{API}/triggers/booking_created", json={})
    assert event.status_code == 403
    assert "admin" in event.text
    assert client.get(f"{API}/audit").status_code == 403
    assert open_client(bench, "op").get(f"{API}/workflows/alien").status_code == 200


def test_new_workflow_is_ones_own_and_seen_at_once(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    headers = {"Content-Type": "application/yaml"}
    made = HELLO.replace("id: hello", "id: new").replace("name: Hello", "name: New")
    refused = client.post(f"{API}/workflows", content=made, headers=headers)
    assert refused.status_code == 403
    assert "organizer" in refused.text
    own = made.replace("olive@example.org", "user")
    assert client.post(f"{API}/workflows", content=own, headers=headers).status_code == 201
    assert client.get(f"{API}/workflows/new").status_code == 200


def test_workflow_can_be_neither_given_away_nor_taken(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    change = {"organizer": "olive@example.org"}
    path, any_version = f"{API}/workflows/mine", {"If-Match": "*"}
    assert client.patch(path, json=change, headers=any_version).status_code == 403
    spec = {**client.get(path).json()["spec"], **change}
    assert client.put(path, json=spec, headers=any_version).status_code == 403
    assert (bench.settings.specs_dir / "mine.yaml").read_text() == MINE
    taken = client.patch(f"{API}/workflows/alien", json={"organizer": "user"}, headers=any_version)
    assert taken.status_code == 404


def test_template_makes_only_ones_own(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    template = client.get(f"{API}/templates").json()["templates"][0]["id"]
    path = f"{API}/templates/{template}/create"
    for organizer, status in (("olive@example.org", 403), ("user", 201)):
        answer = client.post(path, json={"id": "made", "organizer": organizer})
        assert answer.status_code == status, answer.text


def test_of_bookflow_as_a_whole_one_learns_what_names_nobody(open_client: Any, bench: Any) -> None:
    rows = [line.split() for line in INCIDENTS.strip().splitlines()]
    findings = [
        Finding(
            kind, f"{kind}-{of}", f"{kind} {of}", "Marker", workflow_id=None if of == "-" else of
        )
        for kind, of, _, _ in rows
    ]
    bench.management.incidents.note(findings, kinds=())
    for role, column in (("admin", 2), ("user", 3)):
        client = open_client(bench, role)
        listed = client.get(f"{API}/incidents").json()["incidents"]
        expected = {f"{row[0]} {row[1]}" for row in rows if row[column] == "yes"}
        assert {one["subject"] for one in listed} == expected, role
        for one in bench.management.store.list_incidents(
            IncidentFilter(), limit=50, cursor=None
        ).items:
            answer = client.get(f"{API}/incidents/{one.id}")
            assert answer.status_code == (200 if one.subject in expected else 404), one.subject
            if one.subject not in expected:
                closed = client.post(f"{API}/incidents/{one.id}/close", json={})
                assert closed.status_code == 404, one.subject


def test_bulk_change_reaches_only_ones_own(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "user")
    for wanted in ({"ids": ["alien", "mine"]}, {"filter": {}}):
        body = {**wanted, "change": {"is_active": False}}
        answer = client.post(f"{API}/workflows/bulk", json=body)
        assert "Marker" not in answer.text
    assert (bench.settings.specs_dir / "alien.yaml").read_text() == FOREIGN
    assert "is_active: false" in (bench.settings.specs_dir / "mine.yaml").read_text()


@pytest.mark.parametrize(("organizer", "status"), [("user", 200), ("olive@example.org", 404)])
def test_file_that_was_broken_by_hand_is_still_its_owners(
    open_client: Any, bench: Any, organizer: str, status: int
) -> None:
    put(bench, "wreck", BROKEN.format(organizer))
    client = open_client(bench, "user")
    assert client.get(f"{API}/workflows/wreck").status_code == status
    assert ("wreck" in client.get(f"{API}/workflows").text) == (status == 200)


def test_any_other_value_of_the_setting_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="neither all"):
        Settings.from_environment({"BOOKFLOW_ORGANIZERS_SEE": "mine"})
