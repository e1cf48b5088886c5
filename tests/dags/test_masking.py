"""What Airflow shows of a run: rendered fields, XCom and logs hold nothing personal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookflow.errors import BookflowError
from tests.dags.test_handwritten_dags import booking, run_task, store, update_dag

pytestmark = pytest.mark.airflow

PROJECT = Path(__file__).parents[2]
MARKERS = ("Marker-Person", "marker.person", "4915112345678", "Marker-Answer", "Marker-Password")
PERSON = {
    "name": "Marker-Person",
    "email": "marker.person@example.com",
    "phone": "+4915112345678",
    "timezone": "Europe/Paris",
}
SPEC = """\
id: all-types
organizer: ana@example.com
name: All types
trigger: booking_created
actions:
  - {name: Mail, type: send_email, recipient: invitee, subject: Hi, message: Hi}
  - {name: Text, type: send_sms, recipient: invitee, message: Hi}
  - {name: Hook, type: webhook, webhook_url: "https://example.com", secret_conn_id: crm}
  - {name: End, type: update_booking, update_booking_fields: {status: completed}}
"""
__all__ = ["store"]


def test_no_operator_has_fields_that_airflow_renders_and_shows(
    specs: Path, load_dag_file: Callable[[Path], Any]
) -> None:
    (specs / "all-types.yaml").write_text(SPEC)
    bag = load_dag_file(PROJECT / "dags" / "bookflow_workflows.py")
    tasks = bag.dags["bookflow-all-types"].tasks
    assert len(tasks) >= 5
    for task in tasks:
        assert tuple(task.template_fields) == (), task.task_id


@pytest.mark.database
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_run_leaves_nothing_personal_in_logs_and_xcom(
    store: Any, caplog: pytest.LogCaptureFixture, level: str
) -> None:
    personal = booking(
        invitee=PERSON,
        custom_answers={"why": "Marker-Answer"},
        meeting_password="Marker-Password",
    )
    with caplog.at_level(getattr(logging, level)):
        assert run_task(update_dag().get_task("link"), {"booking": personal}) is None
    assert store.load_subjects(["b1"])["b1"]["invitee"]["name"] == "Marker-Person"
    for marker in MARKERS:
        assert marker not in caplog.text


@pytest.mark.database
def test_failure_tells_the_log_nothing_personal(
    store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.exceptions import AirflowException
    from airflow.sdk import DAG

    from bookflow.dagrun.operators import SendEmailOperator

    with DAG("by_mail", schedule=None) as dag:
        SendEmailOperator(
            task_id="mail",
            recipient="custom",
            custom_email="{{ invitee_email }}",
            subject="Hello {{ invitee_name }}",
            message="Hi",
        )
    # a domain that is on no list is refused, and the reason names the address
    with pytest.raises((AirflowException, BookflowError)) as failed:
        run_task(dag.get_task("mail"), {"booking": booking(invitee=PERSON)})
    for marker in MARKERS:
        assert marker not in str(failed.value)
        assert marker not in caplog.text
