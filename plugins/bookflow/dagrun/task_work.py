"""What a running task works with, opened from Airflow's context."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.airflow_client.connections import task_connections
from bookflow.airflow_client.run_states import TaskRunStates
from bookflow.airflow_client.runs_in_task import TaskWaker
from bookflow.airflow_client.tracing import find_tracer
from bookflow.records import RunKey
from bookflow.settings import Settings
from bookflow.wiring.workshops import Workshop, open_workshop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow.sdk import Context

    from bookflow.journey.running import TaskRuntime
    from bookflow.journey.steps import Step, Timing, WorkflowFacts
    from bookflow.ports import RunStates
    from bookflow.spec.models import Action

HANDWRITTEN_VERSION = "handwritten"
"""What records say of a DAG that comes from no spec."""


@dataclass(frozen=True, slots=True)
class TaskWork:
    """The run a task belongs to, and the journey for it."""

    run: RunKey
    conf: Mapping[str, Any]
    is_last_try: bool
    states: RunStates
    workshop: Workshop

    @property
    def runtime(self) -> TaskRuntime:
        """Give the journey."""
        return self.workshop.runtime

    def build_step(self, facts: WorkflowFacts, action: Action, timing: Timing | None) -> Step:
        """Compile an action; see `Workshop.build_step`."""
        return self.workshop.build_step(facts, action, timing)


@contextmanager
def open_task_work(context: Context) -> Iterator[TaskWork]:
    """Open the journey for a task; raises `ConfigurationError` when a setting doesn't fit."""
    ti = context["ti"]
    run = RunKey(ti.dag_id, ti.run_id)
    workshop = open_workshop(
        Settings.from_environment(os.environ), task_connections(), TaskWaker(run), find_tracer()
    )
    try:
        yield TaskWork(
            run=run,
            conf=context["dag_run"].conf or {},
            is_last_try=ti.try_number > ti.max_tries,
            states=TaskRunStates(lambda *args, **named: ti.get_dr_count(*args, **named)),
            workshop=workshop,
        )
    finally:
        workshop.close()
