"""Upkeep: the DAGs that watch over the rest, delete what is old and check what people wrote."""

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

MONITOR_DAG = "bookflow_monitor"
CLEANUP_DAG = "bookflow_cleanup"
VALIDATION_DAG = "bookflow_validation"


class MonitorOperator(BaseOperator):
    """Does one round of the monitor."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Open and close incidents, and alert people."""
        from bookflow.wiring.upkeep import open_rounds

        with readable_errors(), open_task_work(context) as work:
            log.info("%s", open_rounds(work.workshop).monitor())


class CleanupOperator(BaseOperator):
    """Deletes what was kept long enough."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Delete in small batches; what is left goes with the next run."""
        from bookflow.wiring.upkeep import open_cleaner

        with readable_errors(), open_task_work(context) as work:
            workshop = work.workshop
            cleaner = open_cleaner(workshop.store, workshop.domain, workshop.settings)
            log.info("deleted: %s", cleaner.clean())


class ValidationOperator(BaseOperator):
    """Checks every active workflow."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Turn what is wrong into incidents."""
        from bookflow.wiring.upkeep import open_rounds

        with readable_errors(), open_task_work(context) as work:
            log.info("%s", open_rounds(work.workshop).validate())


def build_upkeep() -> list[DAG]:
    """Build the DAGs of upkeep."""
    monitor = _build(
        MONITOR_DAG, "*/5 * * * *", "monitor", "Opens incidents and alerts people about them"
    )
    MonitorOperator(task_id="look", dag=monitor, execution_timeout=timedelta(minutes=4), retries=0)
    cleanup = _build(CLEANUP_DAG, "17 3 * * *", "clean-up", "Deletes what was kept long enough")
    CleanupOperator(task_id="clean", dag=cleanup, retries=2, retry_delay=timedelta(minutes=10))
    validation = _build(
        VALIDATION_DAG, "43 2 * * *", "validation", "Checks every active workflow each night"
    )
    ValidationOperator(
        task_id="validate",
        dag=validation,
        execution_timeout=timedelta(minutes=30),
        retries=2,
        retry_delay=timedelta(minutes=10),
    )
    return [monitor, cleanup, validation]


def _build(dag_id: str, schedule: str, name: str, description: str) -> DAG:
    return DAG(
        dag_id,
        schedule=schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        dag_display_name=f"bookflow {name}",
        description=description,
        tags=("bookflow",),
    )
