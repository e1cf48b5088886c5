"""Trying workflows out over HTTP: nothing is sent but by a live test, and every answer is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookflow.records import EventSource, NewEvent, NewExecution
from bookflow.web.trial_schemas import BulkTest, Trial, WhatIf
from tests.web.conftest import NOW
from tests.web.stage import Seat, Stage, open_stage

SPEC = """\
id: hello
organizer: hana@example.com
name: Hello
trigger: booking_created
delay_minutes: 15
quiet_hours: {start: "21:00", end: "08:00"}
actions:
  - name: mail
    type: send_email
    recipient: invitee
    subject: "Hello {{ invitee_name }}"
    message: "See you {{ start_time | date }}"
  - name: big
    type: webhook
    webhook_url: https://crm.example.com/hook?token=abc
    webhook_data: {segment: team, api_key: hidden}
    conditions:
      - rules: [{field: attendee_count, operator: greater_than, value: 2}]
"""
TESTED = "/bookflow/api/v1/workflows/hello/test"


def write(bench: Any, text: str = SPEC, name: str = "hello") -> Path:
    path = bench.settings.specs_dir / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return Path(path)


def keep(bench: Any, booking: dict[str, Any], trigger: str = "booking_created") -> uuid.UUID:
    """Record a booking as an event of the store; give the event's id."""
    subject = bench.domain.parse_subject(booking, path="booking")
    event = NewEvent(
        uuid.uuid4(), trigger, subject["id"], EventSource.API, NOW, NOW, subject=subject
    )
    bench.shelf.record_events([event], [])
    return event.id


@pytest.fixture(scope="module")
def opened(front: Callable[..., Any]) -> Iterator[Stage]:
    with open_stage(front) as stage:
        yield stage


@pytest.fixture
def stage(opened: Stage, workbench: Any, dags: Callable[..., None]) -> Stage:
    opened.runtime.current = workbench
    return opened


@pytest.fixture
def client(stage: Stage, workbench: Any) -> Seat:
    write(workbench)
    return stage.seat()


def test_running_by_hand_is_tried_without_the_delay(client: Any) -> None:
    trial = client.post(TESTED, json={"by_hand": True}).json()
    assert (trial["trigger"], trial["due_at"]) == ("manual", "2026-03-01T12:00:00+00:00")
    for body in ({"by_hand": "yes"}, {"by_hand": True, "mode": "live_test"}):
        answer = client.post(TESTED, json=body)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["errors"]] == ["by_hand"]


def test_without_a_body_a_made_up_booking_is_tried(client: Any) -> None:
    answer = client.post(TESTED)
    assert answer.status_code == 200, answer.text
    trial = answer.json()
    Trial.model_validate(trial)
    assert (trial["mode"], trial["booking"]["source"]) == ("mock_data", "made_up")
    assert (trial["matches"], trial["due_at"]) == (True, "2026-03-01T12:15:00+00:00")
    mail, big = trial["actions"]
    assert (mail["status"], mail["rendered"]["subject"]) == ("would_run", "Hello Ada Sample")
    assert mail["messages"][0]["sends_at"] == "2026-03-01T12:15:00+00:00"
    assert (big["status"], big["messages"]) == ("skipped", [])
    assert big["conditions"][0]["rules"][0]["actual"] == 1
    assert trial["totals"] == {
        "would_run": 1,
        "waits": 0,
        "skipped": 1,
        "invalid": 0,
        "messages": 1,
    }


def test_secrets_of_a_webhook_are_masked(client: Any) -> None:
    trial = client.post(TESTED, json={"variant": "group", "actions": ["big"]}).json()
    [big] = trial["actions"]
    assert big["rendered"]["url"] == "https://crm.example.com/hook?token=***"
    assert big["rendered"]["payload"]["api_key"] == "***"
    assert "abc" not in str(trial)
    assert "hidden" not in str(trial)


def test_at_night_the_mail_waits_for_the_morning_of_the_recipient(client: Any) -> None:
    trial = client.post(TESTED, json={"at": "2026-03-01T22:00:00+01:00"}).json()
    [mail, _] = trial["actions"]
    assert mail["status"] == "waits"
    assert mail["timing"]["waits_for"] == "quiet-hours"
    assert mail["messages"][0]["sends_at"] == "2026-03-02T07:00:00+00:00"


def test_real_booking_is_read_from_the_store(
    client: Any, workbench: Any, make_booking: Callable[..., dict[str, Any]]
) -> None:
    keep(workbench, make_booking(invitee={"name": "Real One", "email": "real@example.net"}))
    body = {"mode": "real_data", "booking_id": "bk-1"}
    trial = client.post(TESTED, json=body).json()
    assert trial["booking"]["source"] == "now"
    assert trial["actions"][0]["messages"][0]["address"] == "real@example.net"


def test_unsaved_edit_is_tried_instead_of_the_file(client: Any) -> None:
    edited = SPEC.replace("Hello {{", "Dear {{")
    by_text = client.post(TESTED, json={"yaml": edited}).json()
    spec = {
        "id": "hello",
        "organizer": "hana@example.com",
        "name": "Hello",
        "trigger": "booking_created",
        "actions": [{"name": "x", "type": "send_sms", "recipient": "invitee", "message": "Ünï 😀"}],
    }
    by_object = client.post(TESTED, json={"spec": spec}).json()
    assert by_text["actions"][0]["rendered"]["subject"] == "Dear Ada Sample"
    rendered = by_object["actions"][0]["rendered"]
    assert (rendered["message"], rendered["segments"]) == ("Ünï 😀", 1)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"mode": "mock"}, "mode"),
    ({"mod": "mock_data"}, "mod"),
    ({"mode": "real_data"}, "booking_id"),
    ({"booking_id": "bk-1"}, "booking_id"),
    ({"mode": "real_data", "booking_id": "a", "booking": {}}, "booking_id"),
    ({"mode": "real_data", "booking": {"id": "x"}}, "booking.start_time"),
    ({"mode": "real_data", "booking_id": "a", "variant": "group"}, "variant"),
    ({"variant": "grup"}, "variant"),
    ({"variant": 7}, "variant"),
    ({"overrides": {"invitee": {"mail": "x"}}}, "overrides.invitee.mail"),
    ({"overrides": {"start_time": "soon"}}, "overrides.start_time"),
    ({"overrides": []}, "overrides"),
    ({"at": "2026-03-01"}, "at"),
    ({"at": "9999-12-31T23:59:59-12:00"}, "at"),
    ({"actions": ["gone"]}, "actions"),
    ({"actions": []}, "actions"),
    ({"spec": [], "yaml": None}, "spec"),
    ({"spec": {}, "yaml": "x"}, "yaml"),
    ({"yaml": SPEC.replace("id: hello", "id: other")}, "spec.id"),
    ({"send_to": {"email": "a@example.com"}}, "send_to"),
    ({"mode": "live_test", "send_to": {"mail": "a@example.com"}}, "send_to.mail"),
]


def test_what_can_not_be_meant_is_refused_by_name(client: Any) -> None:
    for body, field in REFUSED:
        answer = client.post(TESTED, json=body)
        assert answer.status_code == 422, (body, answer.text)
        assert field in [problem["field"] for problem in answer.json()["errors"]], body


def test_invalid_spec_in_the_file_is_told_with_its_issues(client: Any, workbench: Any) -> None:
    write(workbench, SPEC.replace("invitee_name", "invitee_nam"))
    answer = client.post(TESTED)
    assert answer.status_code == 422
    [issue] = answer.json()["issues"]
    assert (issue["file"], issue["suggestion"]) == ("hello.yaml", "invitee_name")


def test_unknown_workflow_and_booking_are_404(client: Any) -> None:
    assert client.post("/bookflow/api/v1/workflows/none/test").status_code == 404
    body = {"mode": "real_data", "booking_id": "none"}
    assert client.post(TESTED, json=body).status_code == 404


def test_viewer_may_try_but_not_send_nor_read_bookings_through_a_draft(
    stage: Stage, workbench: Any, make_booking: Callable[..., dict[str, Any]]
) -> None:
    write(workbench)
    keep(workbench, make_booking())
    viewer = stage.seat("viewer")
    real = {"mode": "real_data", "booking_id": "bk-1"}
    assert viewer.post(TESTED, json={}).status_code == 200
    assert viewer.post(TESTED, json={"yaml": SPEC}).status_code == 200
    assert viewer.post(TESTED, json=real).status_code == 200
    assert viewer.post(TESTED, json={**real, "yaml": SPEC}).status_code == 403
    assert viewer.post(TESTED, json={"mode": "live_test"}).status_code == 403
    what_if = "/bookflow/api/v1/workflows/hello/what-if"
    assert viewer.post(what_if, json={"yaml": SPEC, "event_id": "x"}).status_code == 403
    nobody = stage.seat(None)
    assert nobody.post(TESTED, json={}).status_code == 401


def test_live_test_without_an_allowed_place_names_the_setting(client: Any, workbench: Any) -> None:
    answer = client.post(TESTED, json={"mode": "live_test"})
    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert problem["field"] == "send_to"
    assert "BOOKFLOW_TEST_RECIPIENTS" in problem["message"]
    stranger = {"mode": "live_test", "send_to": {"email": "stranger@example.com"}}
    answer = client.post(TESTED, json=stranger)
    assert [p["field"] for p in answer.json()["errors"]] == ["send_to.email"]
    assert not workbench.shelf._decisions


def test_what_if_shows_what_an_edit_changes_for_a_past_event(
    client: Any, workbench: Any, make_booking: Callable[..., dict[str, Any]]
) -> None:
    event_id = keep(workbench, make_booking())
    edited = SPEC.replace("Hello {{", "Dear {{").replace("segment: team", "segment: person")
    edited = edited.replace("value: 2", "value: 0").replace("delay_minutes: 15", "delay_minutes: 0")
    body = {"event_id": str(event_id), "yaml": edited}
    answer = client.post("/bookflow/api/v1/workflows/hello/what-if", json=body)
    assert answer.status_code == 200, answer.text
    WhatIf.model_validate(answer.json())
    found = answer.json()["difference"]
    assert found["is_changed"]
    assert [item["field"] for item in found["workflow"]] == ["due_at", "runs_at"]
    mail, big = found["actions"]
    assert {item["field"]: item["after"] for item in mail["changes"]} == {
        "subject": "Dear Ada Sample",
        "sends_at": "2026-03-01T12:00:00+00:00",
    }
    assert ("status", "skipped", "would_run") in [
        (item["field"], item["before"], item["after"]) for item in big["changes"]
    ]


def test_what_if_of_the_same_spec_shows_no_change(
    client: Any, workbench: Any, make_booking: Callable[..., dict[str, Any]]
) -> None:
    event_id = keep(workbench, make_booking())
    body = {"event_id": str(event_id), "yaml": SPEC}
    found = client.post("/bookflow/api/v1/workflows/hello/what-if", json=body).json()
    assert found["difference"]["is_changed"] is False
    assert [item["change"] for item in found["difference"]["actions"]] == ["same", "same"]
    assert found["booking"]["source"] == "now"


def test_what_if_of_a_booking_that_is_gone_uses_what_was_seen(
    client: Any, workbench: Any, make_booking: Callable[..., dict[str, Any]]
) -> None:
    event_id = keep(workbench, make_booking())
    execution = NewExecution(uuid.uuid4(), "hello", "v1", event_id, "bk-1", NOW)
    workbench.shelf._add_execution(execution, NOW)
    workbench.shelf._results[execution.id, "big"] = {
        **dict.fromkeys(("reason", "error_code", "rendered", "resume_at")),
        "execution_id": execution.id,
        "action": "big",
        "type": "webhook",
        "status": "skipped",
        "conditions": [
            {
                "operator": "AND",
                "holds": False,
                "rules": [
                    {"field": "invitee_email", "operator": "equals", "actual": "old@example.net"}
                ],
            }
        ],
        "attempts": 0,
        "started_at": NOW,
        "duration_ms": 0.0,
    }
    workbench.shelf.delete_subject("bk-1")
    body = {"execution_id": str(execution.id), "yaml": SPEC}
    answer = client.post("/bookflow/api/v1/workflows/hello/what-if", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["booking"]["source"], found["booking"]["recorded_fields"]) == (
        "recorded",
        ["invitee_email"],
    )
    assert found["after"]["actions"][0]["messages"][0]["address"] == "old@example.net"


def test_what_if_needs_one_known_event_and_an_edit(client: Any) -> None:
    key = str(uuid.uuid4())
    for body, status in (
        ({"yaml": SPEC}, 422),
        ({"event_id": key}, 422),
        ({"event_id": key, "execution_id": key, "yaml": SPEC}, 422),
        ({"event_id": key, "yaml": SPEC}, 404),
        ({"execution_id": "no uuid", "yaml": SPEC}, 404),
    ):
        answer = client.post("/bookflow/api/v1/workflows/hello/what-if", json=body)
        assert answer.status_code == status, (body, answer.text)


def test_many_workflows_are_tried_at_once(client: Any, workbench: Any) -> None:
    write(workbench, SPEC.replace("id: hello", "id: off\nis_active: false"), "off")
    broken = SPEC.replace("id: hello", "id: broken").replace("name: Hello", "name: Broken", 1)
    broken = broken.replace("recipient: invitee", "recipient: custom\n    custom_phone: x", 1)
    broken = (
        broken.replace("type: send_email", "type: send_sms")
        .replace('    subject: "Hello {{ invitee_name }}"\n', "")
        .replace("custom_phone: x", 'custom_phone: "{{ custom_none }}"')
    )
    write(workbench, broken, "broken")
    write(workbench, "id: [", "invalid")
    answer = client.post("/bookflow/api/v1/bulk-test", json={"filter": {}})
    assert answer.status_code == 200, answer.text
    BulkTest.model_validate(answer.json())
    found = {item["workflow_id"]: item for item in answer.json()["results"]}
    assert found["hello"]["outcome"] == "passed"
    assert found["broken"]["outcome"] == "failed"
    assert answer.json()["totals"]["workflows"] == len(found)


def test_filter_of_a_bulk_test_selects(client: Any, workbench: Any) -> None:
    more = SPEC.replace("id: hello", "id: off\nis_active: false").replace("name: Hello", "name: O")
    write(workbench, more, "off")

    def tried(**body: Any) -> Any:
        answer = client.post("/bookflow/api/v1/bulk-test", json=body)
        return [one["workflow_id"] for one in answer.json()["results"]]

    assert tried(filter={"is_active": True}) == ["hello"]
    assert tried(workflow_ids=["off"]) == ["off"]
    assert tried(filter={"trigger": "manual"}) == []
    assert tried() == ["hello", "off"]


def test_bulk_test_refuses_what_can_not_be_meant(client: Any) -> None:
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"workflow_ids": ["none"]}, "workflow_ids[0]"),
        ({"workflow_ids": []}, "workflow_ids"),
        ({"workflow_ids": ["hello"], "filter": {}}, "filter"),
        ({"filter": {"activ": True}}, "filter.activ"),
        ({"filter": {"is_active": "yes"}}, "filter.is_active"),
        ({"mode": "live_test"}, "mode"),
    ]
    for body, field in bodies:
        answer = client.post("/bookflow/api/v1/bulk-test", json=body)
        assert answer.status_code == 422, body
        assert field in [problem["field"] for problem in answer.json()["errors"]], body
