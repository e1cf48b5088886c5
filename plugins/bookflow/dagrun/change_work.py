"""What dispatcher and clock do about changes that wait: match them until none is left."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bookflow.airflow_client.runs_in_task import TaskWaker
from bookflow.dagrun.clock import sync_specs
from bookflow.journey.dispatching import BATCH_LIMIT, Dispatcher
from bookflow.records import RunKey, utc_now

if TYPE_CHECKING:
    from bookflow.wiring.workshops import Workshop


def dispatch_all(workshop: Workshop, run: RunKey) -> int:
    """Match changes on behalf of a run until none waits; give how many there were.

    The rules are brought in step with the spec files first; where that fails the changes wait on.
    """
    if not workshop.store.has_changes():
        return 0
    sync_specs(workshop)
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
