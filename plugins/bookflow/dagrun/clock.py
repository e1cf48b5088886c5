"""The clock: once a minute it records the reminders that come due, and looks after what was lost.

Its task is made of chores. A further one is a line in `list_chores`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, BaseOperator

from bookflow.dagrun.operators import readable_errors
from bookflow.dagrun.task_work import open_task_work
from bookflow.journey.ticking import Chore, tick
from bookflow.records import utc_now

if TYPE_CHECKING:
    from airflow.sdk import Context

    from bookflow.dagrun.task_work import TaskWork
    from bookflow.wiring.workshops import Workshop

CLOCK_DAG = "bookflow_clock"


class TickOperator(BaseOperator):
    """Does the chores of the clock."""

    ui_color = "#f3f3f3"

    def execute(self, context: Context) -> None:
        """Do every chore; what fails now is tried again in a minute."""
        with readable_errors(), open_task_work(context) as work:
            tick(list_chores(work))


def list_chores(work: TaskWork) -> list[Chore]:
    """List what is done at every tick, in this order; one that fails stops no other."""
    workshop = work.workshop
    return [
        Chore("read changed specs", lambda: sync_specs(workshop)),
        Chore("plan reminders", lambda: plan_reminders(workshop)),
        Chore("match changes of bookings", lambda: match_changes(work)),
        Chore("take up what lost runs left", lambda: release_stranded(work)),
        Chore("wake overdue workflows", lambda: ", ".join(work.runtime.wake_overdue())),
        *chores_about_endpoints(workshop),
        Chore("delete old inbound requests", lambda: purge_inbound(workshop)),
    ]


def sync_specs(workshop: Workshop) -> str:
    """Bring the rules that clock and dispatcher go by in step with the spec files."""
    # nearly all ticks find nothing changed, and a tick must not pay for what it does not use
    from bookflow.journey.rules import sync_rules
    from bookflow.spec.loading import LoadedWorkflow, load_workflow

    settings = workshop.settings
    limit = settings.spec_size_limit
    vocabulary = workshop.domain.vocabulary

    def load(text: bytes, path: str) -> LoadedWorkflow:
        return load_workflow(text, file=path, vocabulary=vocabulary, size_limit=limit)

    count = sync_rules(workshop.store, settings.specs_dir, load, utc_now(), size_limit=limit)
    return f"{count} new, changed or gone" if count else ""


def plan_reminders(workshop: Workshop) -> str:
    """Record what comes due soon and make its runs; the dispatcher may do so as well."""
    from bookflow.journey.planning import Planner

    planner = Planner(workshop.store, workshop.domain, workshop.runtime.waker)
    return str(planner.plan(utc_now()))


def match_changes(work: TaskWork) -> str:
    """Match changes whose notification was lost, or whose dispatcher failed."""
    from bookflow.dagrun.change_work import dispatch_all

    count = dispatch_all(work.workshop, work.run)
    return f"{count} matched" if count else ""


def release_stranded(work: TaskWork) -> str:
    """Take up executions whose run was killed, marked failed or deleted."""
    return ", ".join(run.run_id for run in work.runtime.release_stranded(work.states))


def chores_about_endpoints(workshop: Workshop) -> list[Chore]:
    """Give what is done about endpoints: telling their owners, and forgetting idle limits."""
    from bookflow.actions.notice_mail import NoticeMail
    from bookflow.journey.noticing import endpoint_chores

    sender = NoticeMail(workshop.settings, workshop.connections)
    return endpoint_chores(workshop.store, workshop.store, sender, utc_now)


def purge_inbound(workshop: Workshop) -> str:
    """Delete inbound requests that were kept long enough."""
    from bookflow.journey.inbound_log import purge_inbound as purge

    before = utc_now() - timedelta(days=workshop.settings.inbound_days)
    count = purge(workshop.store, before=before)
    return f"{count} deleted" if count else ""


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
