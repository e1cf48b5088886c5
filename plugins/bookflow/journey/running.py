"""Running: what an Airflow run asks of bookflow, from its claim to its finish."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConflictError, InputError
from bookflow.journey.by_hand import HandDrafter
from bookflow.records import Claim, EventSource, Finish, RunKey, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bookflow.journey.acting import Actor
    from bookflow.journey.steps import ActSummary, Step, WorkflowFacts
    from bookflow.ports import Domain, IntakeStore, NowSource, RunStates, RunStore, Waker

log = logging.getLogger(__name__)

STRANDED_AFTER = timedelta(seconds=90)
STRANDED_LIMIT = 50
"""Runs asked after in one go: each costs a question to Airflow."""
GATHERED_WITHIN = timedelta(seconds=5)
WAKE_LIMIT = 30
"""Runs made by one finish task for what is parked."""
KEY_LIMIT = 255


@dataclass(frozen=True, slots=True)
class TaskRuntime:
    """The journey from inside a task; made once per task process.

    `runs_by_hand` tells whether a run may name a booking in its `conf`: Airflow does not say whose
    bookings whoever starts a DAG may see.
    """

    store: RunStore
    intake_store: IntakeStore
    domain: Domain
    waker: Waker
    now: NowSource
    actor: Actor
    batch_size: int
    runs_by_hand: bool = True
    make_id: Callable[[], uuid.UUID] = new_id

    def claim(self, workflow: WorkflowFacts, run: RunKey, conf: Mapping[str, Any]) -> Claim:
        """Give the run its executions, the same in every task of the run.

        A run whose `conf` names a `booking_id` or holds a `booking` was started by hand: it gets
        one execution, for that booking, due now. Raises `InputError`, `NotFoundError` or
        `ConflictError` when the conf is unusable.
        """
        now = self.now()
        if conf.get("booking_id") or conf.get("booking"):
            self._check_by_hand()
            self._record_manual(workflow, run, conf)
        claim = self.store.claim(workflow.id, run, limit=self.batch_size, now=now)
        if claim.has_more:
            self.waker.wake(workflow.id, now)
        return claim

    def act(self, step: Step, run: RunKey, *, is_last_try: bool) -> ActSummary:
        """Perform one action for the run's executions that have no final result for it."""
        jobs = self.store.load_jobs(run, step.name)
        return self.actor.act(step, jobs, is_last_try=is_last_try)

    def finish(self, run: RunKey, steps: Sequence[tuple[str, str]]) -> Finish:
        """Settle the run's executions; `steps` are the (name, type) pairs of its actions.

        What goes on later is parked, and a run is made for each time at which something does.
        """
        now = self.now()
        finish = self.store.finish(run, steps, now=now)
        self._wake_parked(finish, now)
        return finish

    def finish_complete(self, run: RunKey, steps: Sequence[tuple[str, str]]) -> None:
        """Settle those executions that have every result; for DAGs without a finish task."""
        self.store.finish_complete(run, steps, now=self.now())

    def wake_overdue(self) -> list[str]:
        """Wake every workflow with due executions that no run has claimed; give their ids."""
        now = self.now()
        workflows = self.store.workflows_to_wake(now)
        for workflow_id in workflows:
            self.waker.wake(workflow_id, now)
        return workflows

    def release_stranded(self, states: RunStates) -> list[RunKey]:
        """Park what runs have left behind that are over; gives those runs."""
        now = self.now()
        held = self.store.stranded_runs(before=now - STRANDED_AFTER, limit=STRANDED_LIMIT)
        released = []
        for found in held:
            if not states.is_over(found.run):
                continue
            finish = self.store.release(found.run, now=now)
            log.warning(
                "bookflow: the run %s of %s ended with executions of its own; %d are taken up by "
                "a later run, %d failed",
                found.run.run_id,
                found.run.dag_id,
                finish.parked,
                finish.failed,
            )
            self._wake_parked(finish, now)
            released.append(found.run)
        return released

    def _wake_parked(self, finish: Finish, now: datetime) -> None:
        if finish.workflow_id is None:
            return
        # a run for a second to come is a new one; one for now may be that which began just before
        soon = now + timedelta(seconds=1)
        times = gather_times(max(at, soon) for at in finish.wake_at)
        # making a run takes a while; the clock finds what is due beyond these
        for at in times[:WAKE_LIMIT]:
            self.waker.wake(finish.workflow_id, at)

    def _check_by_hand(self) -> None:
        if not self.runs_by_hand:
            message = (
                "runs started in Airflow can't name a booking where people see only their own "
                "workflows (BOOKFLOW_ORGANIZERS_SEE=own); run the workflow from bookflow's pages "
                "or with `POST /workflows/<id>/execute`"
            )
            raise InputError("conf", message)

    def _record_manual(self, workflow: WorkflowFacts, run: RunKey, conf: Mapping[str, Any]) -> None:
        drafter = HandDrafter(self.intake_store, self.domain, self.make_id)
        event, execution = drafter.draft(
            (workflow.id, workflow.version),
            conf,
            path="conf.",
            source=EventSource.RUN,
            key=_key_of(run),
            now=self.now(),
            run=run,
        )
        [recorded] = self.intake_store.record_events([event], [execution])
        if recorded.conflict:
            raise ConflictError(recorded.conflict)


def gather_times(times: Iterable[datetime]) -> list[datetime]:
    """Give the times at which to make runs: one for those that lie within a few seconds.

    >>> from datetime import datetime, timedelta
    >>> start = datetime(2026, 3, 2, 12, 0)
    >>> found = gather_times(start + timedelta(seconds=n) for n in (0, 3, 4.2, 60))
    >>> [at.strftime("%H:%M:%S") for at in found]
    ['12:00:05', '12:01:00']
    """
    gathered: list[datetime] = []
    first: datetime | None = None
    for at in sorted(times):
        whole = at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
        if first is not None and whole - first <= GATHERED_WITHIN:
            gathered[-1] = whole
        else:
            gathered.append(whole)
            first = whole
    return gathered


def _key_of(run: RunKey) -> str:
    """Give a run's idempotency key; ids that are too long for one are told apart by a digest."""
    name = f"run:{run.dag_id}:{run.run_id}"
    if len(name) <= KEY_LIMIT:
        return name
    return f"run:{hashlib.sha256(name.encode()).hexdigest()}"
