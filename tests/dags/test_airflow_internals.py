"""Places where bookflow uses what Airflow keeps private: these fail when Airflow moves it."""

from __future__ import annotations

import inspect
import warnings
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.airflow


class Supervisor:
    """Stands where Airflow keeps its way to the supervisor."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def send(self, message: Any) -> Any:
        self.asked.append(message)
        return self.answer


def trigger(answer: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[str | None, Any]:
    from airflow.sdk.execution_time import task_runner

    from bookflow.airflow_client.runs_in_task import trigger_from_task

    assert "SUPERVISOR_COMMS" in task_runner.__annotations__
    supervisor = Supervisor(answer)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    problem = trigger_from_task("bookflow-a", "batch__x", datetime(2026, 1, 1, tzinfo=UTC))
    (message,) = supervisor.asked
    return problem, message


def test_run_is_asked_for_in_the_words_of_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.execution_time.comms import OKResponse, TriggerDagRun

    problem, message = trigger(OKResponse(ok=True), monkeypatch)
    assert problem is None
    assert isinstance(message, TriggerDagRun)
    assert (message.dag_id, message.run_id, message.conf) == ("bookflow-a", "batch__x", {})


def test_run_that_exists_is_no_problem_and_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse

    exists = ErrorResponse(error=ErrorType.DAGRUN_ALREADY_EXISTS)
    assert trigger(exists, monkeypatch)[0] is None
    broken = ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"why": "not found"})
    assert "not found" in str(trigger(broken, monkeypatch)[0])


@pytest.mark.parametrize(("alive", "is_over"), [(0, True), (1, False)])
def test_task_finds_out_whether_a_run_is_over(
    monkeypatch: pytest.MonkeyPatch, alive: int, is_over: bool
) -> None:
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import DRCount

    from bookflow.airflow_client.run_states import TaskRunStates
    from bookflow.records import RunKey

    supervisor = Supervisor(DRCount(count=alive))
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    states = TaskRunStates(task_runner.RuntimeTaskInstance.get_dr_count)
    assert states.is_over(RunKey("bookflow-a", "batch__x")) is is_over
    (message,) = supervisor.asked
    assert (message.dag_id, message.run_ids) == ("bookflow-a", ["batch__x"])
    assert message.states == ["queued", "running"]


@pytest.mark.parametrize(("is_paused", "is_known"), [(True, True), (False, True), (None, False)])
def test_task_finds_out_what_a_dag_is_like(
    monkeypatch: pytest.MonkeyPatch, is_paused: bool | None, is_known: bool
) -> None:
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import DagResult, ErrorResponse

    from bookflow.airflow_client.dag_states import TaskDagStates

    answer: Any = ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 404})
    if is_paused is not None:
        answer = DagResult(
            dag_id="bookflow-a",
            is_paused=is_paused,
            bundle_name=None,
            bundle_version=None,
            relative_fileloc=None,
            owners=None,
            tags=[],
            next_dagrun=None,
        )
    supervisor = Supervisor(answer)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    state = TaskDagStates().look_up("a")
    assert (state.dag_id, state.is_known, state.is_paused) == (
        "bookflow-a",
        is_known,
        bool(is_paused),
    )
    (message,) = supervisor.asked
    assert message.dag_id == "bookflow-a"


def test_a_dag_that_airflow_does_not_tell_of_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse

    from bookflow.airflow_client.dag_states import TaskDagStates
    from bookflow.errors import UnavailableError

    answer = ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500})
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(answer), raising=False)
    with pytest.raises(UnavailableError, match="did not tell of the DAG bookflow-a"):
        TaskDagStates().look_up("a")


def test_supervisor_still_serves_runs() -> None:
    from airflow.sdk.execution_time import supervisor

    source = inspect.getsource(supervisor)
    assert "TriggerDagRun" in source
    assert "GetDRCount" in source
    assert "GetDag" in source


def test_create_dagrun_takes_what_is_given() -> None:
    from airflow.serialization.definitions.dag import SerializedDAG

    wanted = {
        "run_id", "run_after", "conf", "logical_date", "run_type", "state", "triggered_by",
        "session",
    }  # fmt: skip
    assert wanted <= set(inspect.signature(SerializedDAG.create_dagrun).parameters)


def test_parsing_context_is_where_tests_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import get_parsing_context

    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bookflow-x")
    assert get_parsing_context().dag_id == "bookflow-x"


def test_link_leads_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from bookflow.dagrun.links import ExecutionsLink
    from bookflow.dagrun.operators import FinishOperator, SendEmailOperator

    monkeypatch.setenv("BOOKFLOW_PUBLIC_URL", "https://airflow.example.com/base/")
    key = SimpleNamespace(dag_id="bookflow-a", run_id="manual__2026-01-01T00:00:00+00:00")
    link = ExecutionsLink()
    assert link.get_link(None, ti_key=key) == (
        "https://airflow.example.com/base/bookflow/runs/bookflow-a/"
        "manual__2026-01-01T00%3A00%3A00%2B00%3A00"
    )
    assert {SendEmailOperator, FinishOperator} <= set(link.operators)


def test_rehearsal_runs_to_its_end(caplog: pytest.LogCaptureFixture) -> None:
    from bookflow.dagrun.rehearsal import rehearse

    with warnings.catch_warnings(), caplog.at_level("INFO", logger="bookflow"):
        # libraries imported here for the first time have warnings of their own
        warnings.simplefilter("ignore")
        rehearse()
    assert "can't be imported" not in caplog.text
    assert "the rehearsal failed" not in caplog.text
