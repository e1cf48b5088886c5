"""Neither people's data nor secrets get into Airflow's logs, fields, XComs, confs or tables."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import SmtpFault, WebFault
from bookflow.demo.stack import AirflowStack
from tests.acceptance.conftest import Guarded, wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

API = "/bookflow/api/v1"
Json = dict[str, Any]
Settled = Callable[..., Json]
EndedRun = Callable[[str, str], tuple[str, dict[str, str]]]
SPEC = """\
id: masked
organizer: ana@example.com
name: Masked
trigger: manual
actions:
  - name: Mail
    order: 1
    type: send_email
    recipient: invitee
    subject: "For {{ invitee_name }}"
    message: "{{ invitee_phone }} answered {{ custom_diet }}"
    html: "<p>{{ invitee_email }}: {{ custom_diet }}</p>"
  - name: Text
    order: 1
    type: send_sms
    recipient: invitee
    message: "{{ invitee_name }}: {{ custom_diet }}"
  - name: Connection
    order: 2
    type: webhook
    webhook_conn_id: guarded_crm
    secret_conn_id: guarded_crm_secret
    headers: {X-Contact: "{{ invitee_email }}"}
    webhook_data: {diet: "{{ custom_diet }}", phone: "{{ invitee_phone }}"}
  - name: Url
    order: 2
    type: webhook
    webhook_url: "URL/{{ invitee_email }}?who={{ invitee_name }}"
    secret_conn_id: bookflow_demo_crm_secret
  - name: Update
    order: 3
    type: update_booking
    update_booking_fields:
      meeting_password: "{{ meeting_password }}-2"
      custom_answers: {diet: "{{ custom_diet }} again"}
"""


@dataclass(frozen=True)
class Marks:
    """Values that nothing else contains, and what they become in transport."""

    key: str
    phone: str = "+12025550173"
    bad_phone: str = "+12025"

    def booking(self, make: Callable[..., Json], **changes: Any) -> Json:
        made = make(
            invitee={
                "name": f"Quirina Q{self.key}",
                "email": f"q{self.key}@example.org",
                "phone": self.phone,
                "timezone": "America/New_York",
            },
            meeting_password=f"pass-{self.key}",
            meeting_link=f"https://meet.example.com/{self.key}",
            custom_answers={"diet": f"answer-{self.key}"},
        )
        made["invitee"].update(changes)
        return made

    def wanted(self, environment: Mapping[str, str]) -> dict[str, bytes]:
        """Give what must be found nowhere, by what it is."""
        found = {"what people entered": self.key, "a phone number": self.phone.lstrip("+1")}
        for name, text in environment.items():
            if name.startswith("AIRFLOW_CONN_") and text.startswith("{"):
                found.update(_secrets_of(name, json.loads(text)))
        assert len(found) > 8, "the connections of the stack hold secrets"
        return {what: value.encode() for what, value in found.items()}


def _secrets_of(name: str, connection: Json) -> Iterator[tuple[str, str]]:
    password = connection.get("password")
    if password:
        login = connection.get("login", "")
        yield f"the password of {name}", password
        yield f"the key in {name}", password.removeprefix("whsec_")
        yield f"the login of {name}", base64.b64encode(f"{login}:{password}".encode()).decode()
    for header, value in connection.get("extra", {}).get("headers", {}).items():
        yield f"the header {header} of {name}", value
    path = connection.get("extra", {}).get("path")
    if path:
        yield f"the path of {name}", path


@pytest.fixture
def marks() -> Marks:
    return Marks(uuid.uuid4().hex[:16])


def save(api: httpx.Client, outfit: Outfit) -> None:
    text = SPEC.replace("URL", f"http://127.0.0.1:{outfit.webhooks.port}")
    headers = {"Content-Type": "application/yaml"}
    made = api.post(f"{API}/workflows", content=text, headers=headers)
    assert made.status_code == 201, made.text


def fire(api: httpx.Client, booking: Json) -> None:
    answer = api.post(f"{API}/triggers/manual", json={"booking": booking})
    assert answer.status_code == 202, answer.text
    assert answer.json()["executions"]


def be_refused(api: httpx.Client, marks: Marks, booking: Json) -> None:
    """Send what is refused, with people's data in it: to the API, and as a platform would."""
    wrong = {**booking, "start_time": f"at {marks.key}", marks.key: marks.phone}
    assert api.post(f"{API}/triggers/manual", json={"booking": wrong}).status_code == 422
    body = json.dumps({"type": "booking.created", "data": booking}).encode()
    signed = {"webhook-id": "m1", "webhook-timestamp": "1", "webhook-signature": f"v1,{marks.key}"}
    answer = api.post(f"{API}/inbound/standard-webhooks", content=body, headers=signed)
    assert answer.status_code in (401, 403)
    assert api.get(f"{API}/executions/{uuid.uuid4()}").status_code == 404


def test_nothing_personal_and_no_secret_gets_into_airflow(
    api: httpx.Client,
    stack: AirflowStack,
    outfit: Outfit,
    guarded: Guarded,
    marks: Marks,
    make_booking: Callable[..., Json],
    settled: Settled,
    ended_run: EndedRun,
) -> None:
    save(api, outfit)
    good = marks.booking(make_booking)
    be_refused(api, marks, good)
    fire(api, good)
    well = settled(good["id"], "masked")
    assert well["status"] == "completed", well["execution_log"]
    assert ended_run(well["dag_id"], well["run_id"])[0] == "success"
    sent = [hook.body for hook in (*guarded.receiver.messages, *outfit.webhooks.messages)]
    assert sum(marks.key.encode() in body for body in sent) >= 2, "the marks are really sent"

    # everything fails, and everybody who answers repeats what they were sent
    bad = marks.booking(make_booking, phone=f"{marks.bad_phone}-{marks.key}")
    address = bad["invitee"]["email"]
    outfit.mail.script(SmtpFault(reply=f"550 5.1.1 <{address}> {marks.key}: no such user"))
    echo = WebFault(status=400, headers={"x-echo": marks.key}, body=json.dumps(bad).encode())
    guarded.receiver.script(lasting=echo)
    outfit.webhooks.script(lasting=echo)
    try:
        fire(api, bad)
        failed = settled(bad["id"], "masked")
    finally:
        guarded.receiver.script()
        outfit.webhooks.script()
    states = {entry["action"]: entry["status"] for entry in failed["execution_log"]}
    assert states == {
        "Mail": "failed", "Text": "failed", "Connection": "failed", "Url": "failed",
        "Update": "completed",
    }  # fmt: skip
    assert ended_run(failed["dag_id"], failed["run_id"])[0] == "failed"

    # by hand, through the API; what people put into a conf themselves Airflow shows as it is
    third = marks.booking(make_booking)
    run = api.post(f"{API}/workflows/masked/execute", json={"booking": third})
    assert run.status_code == 202, run.text
    by_hand = settled(third["id"], "masked")
    ended_run(by_hand["dag_id"], by_hand["run_id"])

    wanted = marks.wanted(stack.environment)
    assert seen_in_rest(api, wanted) == []
    assert seen_in_tables(stack, wanted) == []
    assert seen_in_logs(stack, wanted) == []
    # the search itself finds what is there
    known = {"an execution": well["id"].encode()}
    wait_for(lambda: seen_in_logs(stack, known), 60, "the log of the task")
    assert seen_in_tables(stack, {"a run": well["run_id"].encode()})


def seen_in_logs(stack: AirflowStack, wanted: Mapping[str, bytes]) -> list[str]:
    """Look through the logs of tasks, parses and all components."""
    files = [path for path in stack.logs.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.name for path in files}
    assert {f"{name}.log" for name in ("api-server", "scheduler", "dag-processor")} <= names
    return [
        f"{what} in {path.relative_to(stack.logs)}"
        for path in files
        for what in _find(path.read_bytes(), wanted)
    ]


def seen_in_tables(stack: AirflowStack, wanted: Mapping[str, bytes]) -> list[str]:
    """Look through every row of Airflow's own database."""
    seen = []
    with psycopg.connect(stack.airflow_database) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        assert {"dag_run", "xcom", "rendered_task_instance_fields", "log"} <= {t[0] for t in tables}
        for (table,) in tables:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
            content = "\n".join(row[0] or "" for row in connection.execute(query)).encode()
            seen += [f"{what} in the table {table}" for what in _find(content, wanted)]
    return seen


def seen_in_rest(api: httpx.Client, wanted: Mapping[str, bytes]) -> list[str]:
    """Look at what Airflow's pages show of the runs: conf, rendered fields, XComs."""
    runs = "/api/v2/dags/bookflow-masked/dagRuns"
    pages = [runs, f"{runs}/~/taskInstances", "/api/v2/eventLogs?limit=1000"]
    tasks = api.get(f"{runs}/~/taskInstances").json()["task_instances"]
    assert len(tasks) >= 12
    for task in tasks:
        path = f"{runs}/{task['dag_run_id']}/taskInstances/{task['task_id']}"
        pages += [path, f"{path}/links"]
        listed = api.get(f"{path}/xcomEntries").json()["xcom_entries"]
        pages += [f"{path}/xcomEntries/{entry['key']}" for entry in listed]
    seen = []
    for page in pages:
        answer = api.get(page)
        seen += [f"{what} in {page}" for what in _find(answer.content, wanted)]
    return seen


def _find(content: bytes, wanted: Mapping[str, bytes]) -> list[str]:
    return [what for what, value in wanted.items() if value in content]
