"""What Airflow knows of the DAGs of workflows, as a task can find out: it asks its supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.errors import UnavailableError
from bookflow.ports.validation import DagState

if TYPE_CHECKING:
    from collections.abc import Callable


def ask_paused(dag_id: str) -> bool | None:
    """Tell whether a DAG is paused; None where Airflow doesn't know it.

    There is no public way from a task. So this is the one place that knows the private one,
    guarded by a test.
    """
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import DagResult, ErrorResponse, GetDag

    answer: object
    try:
        answer = task_runner.SUPERVISOR_COMMS.send(GetDag(dag_id=dag_id))
    except AirflowRuntimeError as error:
        answer = error.error
    if isinstance(answer, DagResult):
        return answer.is_paused
    if isinstance(answer, ErrorResponse) and (answer.detail or {}).get("status_code") == 404:
        return None
    raise UnavailableError(f"Airflow did not tell of the DAG {dag_id}: {answer!r:.200}")


class TaskDagStates:
    """The `DagStates` of a task process; of import errors it learns nothing."""

    def __init__(self, ask: Callable[[str], bool | None] = ask_paused) -> None:
        """Take the way to ask."""
        self._ask = ask

    def look_up(self, workflow_id: str) -> DagState:
        """Give the state of a workflow's DAG; raises `UnavailableError`."""
        dag_id = dag_id_of(workflow_id)
        is_paused = self._ask(dag_id)
        if is_paused is None:
            return DagState(dag_id)
        return DagState(dag_id, is_known=True, is_paused=is_paused)
