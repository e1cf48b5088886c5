"""The clock: once a minute it finds due executions that nobody woke a run for."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, BaseOperator

from bookflow.dagrun.operators import readable_errors
from bookflow.dagrun.task_work import open_task_work

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

CLOCK_DAG = "bookflow_clock"


class WakeOperator(BaseOperator):
    """Makes runs for workflows with overdue executions."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Wake; what can't be woken now is found again in a minute."""
        with readable_errors(), open_task_work(context) as work:
            woken = work.runtime.wake_overdue()
        if woken:
            log.info("woke %s", ", ".join(woken))
        else:
            log.info("nothing was overdue")


def build_clock() -> DAG:
    """Build the DAG of the clock."""
    dag = DAG(
        CLOCK_DAG,
        schedule="* * * * *",
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        dag_display_name="bookflow clock",
        description="Wakes workflows whose due executions no run has claimed: the safety net",
        tags=("bookflow",),
    )
    WakeOperator(
        task_id="wake",
        dag=dag,
        execution_timeout=timedelta(minutes=5),
        # the next minute tries again
        retries=0,
    )
    return dag
