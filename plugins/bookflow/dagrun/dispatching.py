"""The dispatcher: an Airflow DAG that turns changes noticed by the database into executions."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Asset, AssetWatcher, BaseOperator

from bookflow.dagrun.chores import dispatch_all, plan_reminders
from bookflow.dagrun.operators import readable_errors
from bookflow.dagrun.task_work import open_task_work
from bookflow.dagrun.watching import ChangeTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

DISPATCHER_DAG = "bookflow_dispatcher"
CHANGES_ASSET = "bookflow_changes"


class DispatchOperator(BaseOperator):
    """Matches waiting changes and wakes the workflows they start."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Dispatch; what fails now is tried again at the next change, and by the clock."""
        with readable_errors(), open_task_work(context) as work:
            total = dispatch_all(work.workshop, work.run)
            # a booking moved close ahead can't wait for the clock
            planned = plan_reminders(work.workshop)
        log.info("matched %d changes of bookings; %s", total, planned)


def build_dispatcher() -> DAG:
    """Build the DAG of the dispatcher, woken through an asset that watches the database."""
    watcher = AssetWatcher(name="bookflow_events", trigger=ChangeTrigger())
    dag = DAG(
        DISPATCHER_DAG,
        schedule=[Asset(CHANGES_ASSET, watchers=[watcher])],
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        dag_display_name="bookflow dispatcher",
        description="Starts workflows for bookings that were changed by SQL or by a workflow",
        tags=("bookflow",),
    )
    DispatchOperator(
        task_id="dispatch",
        dag=dag,
        execution_timeout=timedelta(minutes=5),
        retries=2,
        retry_delay=timedelta(seconds=10),
    )
    return dag
