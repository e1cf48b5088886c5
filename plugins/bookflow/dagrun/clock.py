"""The clock: once a minute it records the reminders that come due, and looks after what was lost.

Its task is made of chores. A further one is a line in `chores.list_chores`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, BaseOperator

from bookflow.dagrun.chores import list_chores
from bookflow.dagrun.operators import readable_errors
from bookflow.dagrun.task_work import open_task_work
from bookflow.journey.reminders.ticking import tick

if TYPE_CHECKING:
    from airflow.sdk import Context

CLOCK_DAG = "bookflow_clock"


class TickOperator(BaseOperator):
    """Does the chores of the clock."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Do every chore; what fails now is tried again in a minute."""
        with readable_errors(), open_task_work(context) as work:
            tick(list_chores(work))


def build_clock() -> DAG:
    """Build the DAG of the clock."""
    dag = DAG(
        CLOCK_DAG,
        schedule="* * * * *",
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        dag_display_name="bookflow clock",
        description="Records the reminders that come due, and wakes what no run has claimed",
        tags=("bookflow",),
    )
    TickOperator(
        task_id="tick",
        dag=dag,
        execution_timeout=timedelta(minutes=5),
        # the next minute tries again
        retries=0,
    )
    return dag
