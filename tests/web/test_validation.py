"""The full report on a spec: errors, warnings, suggestions, and what it needs around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.web.workflow_validation import ValidationReport
from tests.web.conftest import NOW
from tests.web.stage import Seat, Stage, open_stage

SPEC = """\
id: remind
organizer: hana@example.com
name: Remind
trigger: before_meeting
delay_minutes: 24h
event_types: [intro]
actions:
  - name: text
    type: send_sms
    recipient: invitee
    message: "See you {{ start_time | time }}"
  - name: crm
    type: webhook
    webhook_url: http://10.0.0.7/hook
  - name: big
    type: webhook
    webhook_conn_id: conn_that_nobody_made
"""
DRAFTS = "/bookflow/api/v1/workflows/validate"
SAVED = "/bookflow/api/v1/workflows/remind/validate"


def write(bench: Any, text: str = SPEC, name: str = "remind") -> None:
    (bench.settings.specs_dir / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def opened(front: Callable[..., Any]) -> Iterator[Stage]:
    with open_stage(front) as stage:
        yield stage


@pytest.fixture
def stage(opened: Stage, workbench: Any, dags: Callable[..., None]) -> Stage:
    opened.runtime.current = workbench
    return opened


@pytest.fixture
def client(stage: Stage) -> Seat:
    return stage.seat("viewer")


def report(client: Any, text: str = SPEC, url: str = DRAFTS) -> Any:
    answer = client.post(url, content=text, headers={"content-type": "application/yaml"})
    assert answer.status_code == 200, answer.text
    ValidationReport.model_validate(answer.json())
    return answer.json()


def checks(found: Any, *statuses: str) -> dict[str, str]:
    return {
        item["name"]: item["message"]
        for item in found["runtime_checks"]
        if item["status"] in statuses
    }


def set_dag(dag_id: str, **state: bool) -> None:
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    known = {"is_stale": False, "is_paused": False, "has_import_errors": False, **state}
    with create_session() as session:
        dag = session.get(DagModel, dag_id)
        for name, value in known.items():
            setattr(dag, name, value)


def codes(found: Any) -> set[str]:
    return {item["code"] for item in found["suggestions"]}


def test_near_miss_is_an_error_with_place_and_a_suggestion(client: Any) -> None:
    found = report(client, SPEC.replace("start_time", "start_tim"))
    assert found["valid"] is False
    [error] = found["errors"]
    assert (error["file"], error["line"], error["suggestion"]) == ("draft", 11, "start_time")
    assert [item["suggestion"] for item in found["suggestions"]] == ["start_time"]
    assert found["runtime_checks"] == []


def test_what_is_not_there_is_found(client: Any) -> None:
    found = report(client)
    assert found["valid"] is True
    errors = checks(found, "error")
    assert "conn_that_nobody_made" in errors["connections"]
    assert "crm" in errors["webhook_hosts"]
    assert "intro" in checks(found, "warning")["event_types"]
    assert checks(found, "skipped").keys() == {"dag", "quiet_hours"}
    assert checks(found, "ok").keys() == {"names", "endpoints", "recipients"}


def test_advice_is_given_on_what_would_be_better(client: Any) -> None:
    found = report(client)
    assert codes(found) == {"no-if-late", "no-quiet-hours", "plain-http", "unsigned-webhook"}
    [unsigned] = [item for item in found["suggestions"] if item["code"] == "unsigned-webhook"]
    assert (unsigned["line"], unsigned["key"]) == (14, "actions[1].webhook_url")


def test_good_spec_gets_no_advice(client: Any) -> None:
    good = """\
id: good
organizer: hana@example.com
name: Good
trigger: booking_created
actions:
  - {name: mail, type: send_email, recipient: invitee, subject: Hi, message: Hello}
"""
    found = report(client, good)
    assert (found["errors"], found["warnings"], found["suggestions"]) == ([], [], [])


def test_action_after_one_that_cancels_is_pointed_out(client: Any) -> None:
    text = """\
id: ends
organizer: hana@example.com
name: Ends
trigger: booking_created
actions:
  - {name: end, type: update_booking, update_booking_fields: {status: cancelled}}
  - {name: mail, type: send_email, recipient: invitee, subject: Hi, message: Hello}
  - name: told
    type: send_email
    recipient: invitee
    subject: Hi
    message: Hello
    conditions: [{rules: [{field: booking_status, operator: equals, value: cancelled}]}]
"""
    [advice] = report(client, text)["suggestions"]
    assert (advice["code"], advice["line"]) == ("never-reached", 7)


def test_long_text_is_pointed_out(client: Any) -> None:
    text = SPEC.replace("See you", "Ж" * 250)
    assert "long-text" in codes(report(client, text))


def test_object_is_validated_without_lines(client: Any) -> None:
    spec = {"id": "x", "organizer": "a@example.com", "name": "X", "trigger": "booking_creatd"}
    spec["actions"] = [{"name": "m", "type": "send_sms", "recipient": "invitee", "message": "M"}]
    for body in ({"spec": spec}, spec):
        [error] = client.post(DRAFTS, json=body).json()["errors"]
        assert (error["line"], error["key"]) == (0, "trigger")
        assert error["suggestion"] == "booking_created"


def test_body_without_a_spec_is_refused(client: Any) -> None:
    for body in ({}, {"spec": {}, "more": 1}, {"spec": 1}, {"yaml": 1}):
        assert client.post(DRAFTS, json=body).status_code == 422, body


def test_saved_workflow_is_held_against_airflow(
    client: Any, workbench: Any, dags: Callable[..., None]
) -> None:
    write(workbench)
    found = client.post(SAVED).json()
    assert "bookflow-remind" in checks(found, "warning")["dag"]
    dags("bookflow-remind")
    for state, status, advice in (
        ({"is_paused": True}, "warning", "unpause it in Airflow"),
        ({"has_import_errors": True}, "error", "look at Airflow's import errors"),
        ({}, "ok", None),
    ):
        set_dag("bookflow-remind", **state)
        found = client.post(SAVED).json()
        check = next(item for item in found["runtime_checks"] if item["name"] == "dag")
        assert (check["status"], check["advice"]) == (status, advice)


def test_saved_invalid_workflow_is_reported_with_its_file(client: Any, workbench: Any) -> None:
    write(workbench, SPEC.replace("send_sms", "send_smss"))
    found = client.post(SAVED).json()
    assert {item["file"] for item in found["errors"]} == {"remind.yaml"}


def test_edit_of_a_workflow_must_keep_its_id(client: Any, workbench: Any) -> None:
    write(workbench)
    assert report(client, url=SAVED)["valid"] is True
    found = report(client, SPEC.replace("id: remind", "id: other"), SAVED)
    assert [item["code"] for item in found["errors"]] == ["other-id"]


def test_taken_names_and_ids_are_found(client: Any, workbench: Any) -> None:
    write(workbench)
    taken = report(client)
    assert "`remind`" in checks(taken, "warning")["names"]
    same_name = report(client, SPEC.replace("id: remind", "id: again"))
    assert "`remind`" in checks(same_name, "error")["names"]


def test_endpoint_in_trouble_is_told(client: Any, workbench: Any) -> None:
    rules = CircuitRules()
    tally = CallTally(
        "sms:bookflow_sms",
        "sms",
        failures=rules.threshold,
        first_failure_at=NOW,
        last_failure_at=NOW,
        error="no answer",
        error_code="http-timeout",
    )
    workbench.shelf.record_calls([tally], rules, now=NOW)
    assert "no answer" in checks(report(client), "warning")["endpoints"]


def test_templated_address_is_held_against_the_allowed_domains(client: Any) -> None:
    for line, status in (
        ('custom_email: "{{ custom_mail }}"', "warning"),
        ('custom_email: "{{ custom_name }}@elsewhere.example.net"', "warning"),
        ('custom_email: "{{ custom_name }}@example.com"', "ok"),
        ("custom_email: team@elsewhere.example.net", "ok"),
    ):
        text = f"""\
id: team
organizer: hana@example.com
name: Team
trigger: booking_created
actions:
  - name: mail
    type: send_email
    recipient: custom
    {line}
    subject: Hi
    message: Hello
"""
        assert "recipients" in checks(report(client, text), status), line


def test_impossible_number_and_long_quiet_hours_are_found(client: Any) -> None:
    text = SPEC.replace("recipient: invitee", 'recipient: custom\n    custom_phone: "+1 202 1"')
    text = text.replace("actions:", 'quiet_hours: {start: "08:00", end: "05:00"}\nactions:', 1)
    found = report(client, text)
    assert "text" in checks(found, "error")["recipients"]
    assert "3 hours" in checks(found, "warning")["quiet_hours"]


def test_check_that_can_not_be_made_hides_no_other(client: Any, workbench: Any) -> None:
    class Away:
        def event_type_slugs(self) -> list[str]:
            raise DatabaseUnavailableError

    desk = workbench.management.validation
    away = replace(desk.checker, reports=Away())
    workbench.management.__dict__["validation"] = replace(desk, checker=away)
    found = report(client)
    assert "could not be checked" in checks(found, "skipped")["event_types"]
    assert "connections" in checks(found, "error")


def test_nobody_validates_without_a_login(stage: Stage) -> None:
    nobody = stage.seat(None)
    assert nobody.post(DRAFTS, json={}).status_code == 401
    assert nobody.post(SAVED).status_code == 401
