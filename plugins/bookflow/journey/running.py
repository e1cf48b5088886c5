"""Running: what an Airflow run asks of bookflow, from its claim to its finish."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConflictError, InputError, NotFoundError
from bookflow.records import (
    Claim,
    EventSource,
    Finish,
    NewEvent,
    NewExecution,
    RunKey,
    new_id,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.journey.acting import Actor
    from bookflow.journey.steps import ActSummary, Step, WorkflowFacts
    from bookflow.ports import Domain, IntakeStore, NowSource, RunStore, Waker

log = logging.getLogger(__name__)

MANUAL = "manual"
KEY_LIMIT = 255


@dataclass(frozen=True, slots=True)
class TaskRuntime:
    """The journey from inside a task; made once per task process."""

    store: RunStore
    intake_store: IntakeStore
    domain: Domain
    waker: Waker
    now: NowSource
    actor: Actor
    batch_size: int
    make_id: Callable[[], uuid.UUID] = new_id

    def claim(self, workflow: WorkflowFacts, run: RunKey, conf: Mapping[str, Any]) -> Claim:
        """Give the run its executions, the same in every task of the run.

        A run whose `conf` names a `booking_id` or holds a `booking` was started by hand: it gets
        one execution, for that booking, due now. Raises `InputError`, `NotFoundError` or
        `ConflictError` when the conf is unusable.
        """
        now = self.now()
        if conf.get("booking_id") or conf.get("booking"):
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
        """Settle the run's executions; `steps` are the (name, type) pairs of its actions."""
        return self.store.finish(run, steps, now=self.now())

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

    def _record_manual(self, workflow: WorkflowFacts, run: RunKey, conf: Mapping[str, Any]) -> None:
        snapshot = self._snapshot(conf)
        subject_id = self.domain.subject_id(snapshot) if snapshot else self._known_id(conf)
        now = self.now()
        event = NewEvent(
            id=self.make_id(),
            trigger=MANUAL,
            subject_id=subject_id,
            source=EventSource.RUN,
            occurred_at=now,
            received_at=now,
            idempotency_key=_key_of(run),
            fingerprint=subject_id,
            subject=snapshot,
        )
        execution = NewExecution(
            id=self.make_id(),
            workflow_id=workflow.id,
            workflow_version=workflow.version,
            event_id=event.id,
            subject_id=subject_id,
            due_at=now,
            run=run,
        )
        [recorded] = self.intake_store.record_events([event], [execution])
        if recorded.conflict:
            raise ConflictError(recorded.conflict)

    def _snapshot(self, conf: Mapping[str, Any]) -> dict[str, Any] | None:
        raw = conf.get("booking")
        if not raw:
            return None
        if not hasattr(raw, "items"):
            raise InputError("conf.booking", "must be an object in the shape of the API's booking")
        return self.domain.parse_subject(raw, path="conf.booking")

    def _known_id(self, conf: Mapping[str, Any]) -> str:
        wanted = conf.get("booking_id")
        if not isinstance(wanted, str) or "\0" in wanted:
            raise InputError("conf.booking_id", "must be the text of a booking's id")
        if wanted not in self.intake_store.load_subjects([wanted]):
            message = (
                f"conf.booking_id: no booking `{wanted:.128}` is known; send the whole "
                "`booking` once"
            )
            raise NotFoundError(message)
        return wanted


def _key_of(run: RunKey) -> str:
    """Give a run's idempotency key; ids that are too long for one are told apart by a digest."""
    name = f"run:{run.dag_id}:{run.run_id}"
    if len(name) <= KEY_LIMIT:
        return name
    return f"run:{hashlib.sha256(name.encode()).hexdigest()}"
