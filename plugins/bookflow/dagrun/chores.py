"""The chores of the clock; the dispatcher does some of them as well.

What a chore needs is imported when it has something to do: a tick must not pay for the rest.
"""

from __future__ import annotations

import itertools
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.airflow_client.runs_in_task import TaskWaker
from bookflow.journey.reminders.ticking import Chore
from bookflow.records import RunKey, utc_now

if TYPE_CHECKING:
    from bookflow.dagrun.task_work import TaskWork
    from bookflow.wiring.workshops import Workshop


FOLD_BATCH = 100_000
FOLD_SECONDS = 10.0
"""How long a tick folds at most: there is much to fold after an upgrade alone."""


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
        Chore("fold figures", lambda: fold_figures(workshop)),
    ]


def sync_specs(workshop: Workshop) -> str:
    """Bring the rules that clock and dispatcher go by in step with the spec files."""
    # nearly all ticks find nothing changed, and a tick must not pay for what it does not use
    from bookflow.journey.reminders.rules import sync_rules
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
    from bookflow.journey.reminders.planning import Planner

    planner = Planner(workshop.store, workshop.domain, workshop.runtime.waker)
    return str(planner.plan(utc_now()))


def dispatch_all(workshop: Workshop, run: RunKey) -> int:
    """Match changes on behalf of a run until none waits; give how many there were.

    The rules are brought in step with the spec files first; where that fails the changes wait on.
    """
    if not workshop.store.has_changes():
        return 0
    sync_specs(workshop)
    # nearly all ticks find no change
    from bookflow.journey.dispatching import BATCH_LIMIT, Dispatcher

    dispatcher = Dispatcher(workshop.store, workshop.domain)
    total = 0
    for number in itertools.count(1):
        # a name per batch: a run made for an earlier batch may have claimed already
        origin = RunKey(run.dag_id, f"{run.run_id}/changes-{number}")
        batch = dispatcher.dispatch_changes(utc_now(), TaskWaker(origin))
        total += batch.changes
        if batch.changes < BATCH_LIMIT:
            break
    return total


def match_changes(work: TaskWork) -> str:
    """Match changes whose notification was lost, or whose dispatcher failed."""
    count = dispatch_all(work.workshop, work.run)
    return f"{count} matched" if count else ""


def release_stranded(work: TaskWork) -> str:
    """Take up executions whose run was killed, marked failed or deleted."""
    return ", ".join(run.run_id for run in work.runtime.release_stranded(work.states))


def chores_about_endpoints(workshop: Workshop) -> list[Chore]:
    """Give what is done about endpoints: telling people, and forgetting idle limits."""
    from bookflow.actions.alert_channels import AlertSender
    from bookflow.journey.endpoints.noticing import endpoint_chores

    sender = AlertSender(workshop.settings, workshop.connections)
    return endpoint_chores(workshop.store, workshop.store, sender, utc_now)


def fold_figures(workshop: Workshop) -> str:
    """Fold what was counted since the last turn into the roll-ups; after an upgrade in steps."""
    total = 0
    until = time.monotonic() + FOLD_SECONDS
    while time.monotonic() < until:
        count = workshop.store.fold_figures(limit=FOLD_BATCH)
        total += count
        if not count:
            break
    return f"{total} changes" if total else ""


def purge_inbound(workshop: Workshop) -> str:
    """Delete inbound requests that were kept long enough."""
    from bookflow.journey.inbound.log import purge_inbound as purge

    before = utc_now() - timedelta(days=workshop.settings.inbound_days)
    count = purge(workshop.store, before=before)
    return f"{count} deleted" if count else ""
