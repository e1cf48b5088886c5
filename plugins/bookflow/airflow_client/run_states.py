"""Whether runs are over, as a task can find out: it asks its supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bookflow.records import RunKey

ALIVE = ("queued", "running")


class RunCounter(Protocol):
    """Counts runs, as Airflow's task instances do with `get_dr_count`."""

    def __call__(
        self, dag_id: str, *, run_ids: list[str] | None = None, states: list[str] | None = None
    ) -> int:
        """Count the runs of a DAG with these ids and states."""
        ...


class TaskRunStates:
    """Fulfils `ports.RunStates` in a task process."""

    def __init__(self, count: RunCounter) -> None:
        """Take the counter of the task's own instance."""
        self._count = count

    def is_over(self, run: RunKey) -> bool:
        """Tell whether a run has ended, or Airflow doesn't know it (any more)."""
        return not self._count(run.dag_id, run_ids=[run.run_id], states=list(ALIVE))
