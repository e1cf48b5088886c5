"""Tasks of a spec's DAG whose messages can't be sent now: put off, not failed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.database]

SPEC = """
id: flow
organizer: ana@example.com
name: Flow
trigger: booking_created
actions:
  - name: Mail
    type: send_email
    recipient: invitee
    subject: Hello
    message: Hello
  - name: Link
    type: update_booking
    update_booking_fields: {meeting_link: "https://example.com/{{ booking_id }}"}
"""
BOOKING = {
    "id": "b1",
    "status": "confirmed",
    "start_time": "2027-01-05T10:00:00+01:00",
    "end_time": "2027-01-05T10:30:00+01:00",
    "event_type": {"slug": "intro"},
    "organizer": {"email": "ana@example.com"},
    "invitee": {"name": "Bob", "email": "bob@example.com"},
}


def run_task(task: Any, run_id: str = "r1") -> None:
    ti = SimpleNamespace(dag_id="bookflow-flow", run_id=run_id, try_number=1, max_tries=3)
    run = SimpleNamespace(conf={"booking": BOOKING})
    # execute as Airflow wrapped it insists on a running task instance
    type(task).execute.__wrapped__(task, {"ti": ti, "dag_run": run})


@pytest.fixture
def store(database: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    from bookflow.store.postgres import PostgresStore

    monkeypatch.setenv("AIRFLOW_CONN_BOOKFLOW_DB", database)
    opened = PostgresStore.open(database)
    yield opened
    opened.close()


@pytest.fixture
def dag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from bookflow.dagrun.factory import build_dags

    (tmp_path / "flow.yaml").write_text(SPEC)
    monkeypatch.setenv("BOOKFLOW_SPECS_DIR", str(tmp_path))
    (dag,) = build_dags(only="bookflow-flow")
    return dag


def test_put_off_task_is_skipped_and_its_run_is_well(
    store: Any, dag: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException) as told:
        run_task(dag.get_task("mail"))
    assert "1 to be retried (a later run goes on from 20" in str(told.value)
    assert "bookflow_smtp" in str(told.value)
    run_task(dag.get_task("link"))
    with caplog.at_level("INFO"):
        run_task(dag.get_task("finish"))
    assert "1 go on in a later run" in caplog.text
    (execution,) = store.subject_executions("b1")
    assert execution["status"] == "pending"
    mail, link = execution["execution_log"]
    assert (mail["status"], link["status"]) == ("retrying", "completed")
    assert mail["next_attempt_at"] == execution["next_attempt_at"]


def test_quiet_hours_of_the_spec_reach_the_task(dag: Any, tmp_path: Path) -> None:
    from bookflow.dagrun.factory import build_dags

    always = '\nquiet_hours: {start: "00:00", end: "23:59"}\n'
    (tmp_path / "flow.yaml").write_text(SPEC.replace("\nactions:", f"{always}actions:"))
    (dag,) = build_dags(only="bookflow-flow")
    timing = dag.get_task("mail").timing
    assert (timing.quiet_hours.start.hour, timing.digest, timing.if_late) == (0, None, None)
