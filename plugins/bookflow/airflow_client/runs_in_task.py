"""Runs made from inside a task process, which has no database: the supervisor asks for them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bookflow.airflow_client.run_names import due_run_id, follow_up_run_id, make_wake
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bookflow.ports import NowSource
    from bookflow.records import RunKey

log = logging.getLogger(__name__)


def trigger_from_task(dag_id: str, run_id: str, run_after: datetime | None) -> str | None:
    """Ask the task's supervisor for a run; gives None, or why there is none.

    A run of that name that exists already is as good as a new one. There is no public way:
    `TriggerDagRunOperator` ends its task with it. So this is the one place that knows Airflow's
    private way, guarded by a test.
    """
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun

    message = TriggerDagRun(dag_id=dag_id, run_id=run_id, run_after=run_after, conf={})
    answer: object
    try:
        answer = task_runner.SUPERVISOR_COMMS.send(message)
    except AirflowRuntimeError as error:
        answer = error.error
    if not isinstance(answer, ErrorResponse) or answer.error == ErrorType.DAGRUN_ALREADY_EXISTS:
        return None
    return f"{answer.error.value} {answer.detail or ''}".strip()


class TaskWaker:
    """Makes runs on behalf of one run, `origin`, whose tasks all want the same follow-up."""

    def __init__(
        self,
        origin: RunKey,
        *,
        trigger: Callable[[str, str, datetime | None], str | None] = trigger_from_task,
        now: NowSource = utc_now,
    ) -> None:
        """Remember for which run."""
        self._origin = origin
        self._trigger = trigger
        self._now = now

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        """Make sure that a run comes; what fails is logged and left to the clock DAG."""
        wake = make_wake(workflow_id, due_at, self._now())
        run_id = due_run_id(wake.due) if wake.due else follow_up_run_id(self._origin)
        try:
            problem = self._trigger(wake.dag_id, run_id, wake.run_after)
        except Exception:
            # a run that can't be made now must not fail the deliveries of this one
            log.exception("bookflow: the run %s of %s could not be made", run_id, wake.dag_id)
            return
        if problem:
            log.warning(
                "bookflow: Airflow made no run of %s: %s; the DAG bookflow_clock tries again "
                "within a minute",
                wake.dag_id,
                problem,
            )
