from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bookflow.errors import ConfigurationError

pytestmark = pytest.mark.airflow


def test_operators_take_the_keys_of_the_spec() -> None:
    from airflow.sdk import DAG

    from bookflow.dagrun.operators import SendEmailOperator, UpdateBookingOperator, WebhookOperator

    with DAG("by_hand", schedule=None) as dag:
        mail = SendEmailOperator(
            task_id="confirm",
            recipient="invitee",
            subject="Booked: {{ event_type_name }}",
            message="See you, {{ invitee_name }}.",
            conditions=[
                {
                    "operator": "AND",
                    "rules": [{"field": "attendee_count", "operator": "less_than", "value": 5}],
                }
            ],
            retries=1,
        )
        call = WebhookOperator(task_id="tell", webhook_conn_id="crm", name="Tell the CRM")
        update = UpdateBookingOperator(
            task_id="link", update_booking_fields={"meeting_link": "https://example.com"}
        )
        mail >> [call, update]
    assert (mail.action.name, mail.action.type, mail.retries) == ("confirm", "send_email", 1)
    assert call.action.name == "Tell the CRM"
    assert len(mail.action.conditions) == 1
    dag.check_cycle()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"recipient": "invitee", "message": "Hi"}, "subject"),
        ({"recipient": "nobody", "subject": "a", "message": "b"}, "recipient"),
        ({"recipient": "invitee", "subject": "{{ invitee_mail }}", "message": "b"}, "did you mean"),
        (
            {
                "recipient": "invitee",
                "subject": "a",
                "message": "b",
                "conditions": [
                    {"rules": [{"field": "invitee_mail", "operator": "is_empty"}]},
                ],
            },
            "`invitee_mail` is not a field",
        ),
    ],
)
def test_wrong_keys_are_named_when_the_dag_is_parsed(keys: dict[str, Any], said: str) -> None:
    from airflow.sdk import DAG

    from bookflow.dagrun.operators import SendEmailOperator

    with (
        DAG("by_hand", schedule=None),
        pytest.raises(ConfigurationError, match="the task `confirm`") as caught,
    ):
        SendEmailOperator(task_id="confirm", **keys)
    assert re.search(re.escape(said), str(caught.value))


def booking(**changes: object) -> dict[str, object]:
    return {
        "id": "b1",
        "status": "confirmed",
        "start_time": "2027-01-05T10:00:00+01:00",
        "end_time": "2027-01-05T10:30:00+01:00",
        "event_type": {"id": "e1", "slug": "intro", "name": "Intro", "duration": 30},
        "organizer": {
            "id": "o1",
            "email": "ana@example.com",
            "name": "Ana",
            "timezone": "Europe/Berlin",
        },
        "invitee": {"name": "Bob", "email": "bob@example.com", "timezone": "Europe/Paris"},
        "created_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        **changes,
    }


def run_task(task: Any, conf: dict[str, object], run_id: str = "r1", try_number: int = 1) -> None:
    ti = SimpleNamespace(
        dag_id=task.dag.dag_id, run_id=run_id, try_number=try_number, max_tries=task.retries
    )
    # execute as Airflow wrapped it insists on a running task instance
    type(task).execute.__wrapped__(task, {"ti": ti, "dag_run": SimpleNamespace(conf=conf)})


@pytest.fixture
def store(database: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    from bookflow.store.postgres import PostgresStore

    monkeypatch.setenv("AIRFLOW_CONN_BOOKFLOW_DB", database)
    opened = PostgresStore.open(database)
    yield opened
    opened.close()


def update_dag(conditions: list[dict[str, Any]] | None = None) -> Any:
    from airflow.sdk import DAG

    from bookflow.dagrun.operators import UpdateBookingOperator

    with DAG("by_hand", schedule=None) as dag:
        UpdateBookingOperator(
            task_id="link",
            update_booking_fields={"meeting_link": "https://example.com/{{ booking_id }}"},
            conditions=conditions or [],
        )
    return dag


@pytest.mark.database
def test_handwritten_dag_settles_the_execution_of_the_booking_in_its_conf(store: Any) -> None:
    run_task(update_dag().get_task("link"), {"booking": booking()})
    (execution,) = store.subject_executions("b1")
    assert (execution["workflow_id"], execution["status"]) == ("by_hand", "completed")
    assert store.load_subjects(["b1"])["b1"]["meeting_link"] == "https://example.com/b1"


@pytest.mark.database
def test_task_whose_conditions_fail_is_skipped(store: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    never = [{"rules": [{"field": "invitee_name", "operator": "equals", "value": "Eve"}]}]
    with pytest.raises(AirflowSkipException):
        run_task(update_dag(never).get_task("link"), {"booking": booking()})
    (execution,) = store.subject_executions("b1")
    assert (execution["status"], execution["actions_skipped"]) == ("completed", 1)


@pytest.mark.database
@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"booking_id": "nobody"}, "no booking `nobody`"),
        ({"booking": {"id": "b1"}}, "conf.booking"),
        ({"booking": booking(start_time="2027-01-05T10:00:00")}, "conf.booking.start_time"),
    ],
)
def test_unusable_conf_fails_at_once_and_names_the_field(
    store: Any, conf: dict[str, object], said: str
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match=re.escape(said)):
        run_task(update_dag().get_task("link"), conf)


@pytest.mark.database
def test_run_without_anything_due_is_skipped(store: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match="nothing is due"):
        run_task(update_dag().get_task("link"), {})


def test_database_that_is_down_is_left_to_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    monkeypatch.setenv("AIRFLOW_CONN_BOOKFLOW_DB", "postgresql://u:hidden@127.0.0.1:1/none")
    with pytest.raises(AirflowException) as caught:
        run_task(update_dag().get_task("link"), {})
    assert not isinstance(caught.value, AirflowFailException)
    assert "hidden" not in str(caught.value)
