"""What a workflow's DAG looks like, before Airflow comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.spec.describing import describe

if TYPE_CHECKING:
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action

FINISH_TASK = "finish"
OTHER_FINISH_TASK = "bookflow.finish"
"""For workflows with an action called finish; ids made from names never hold a dot."""
LONGEST_DESCRIPTION = 300


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One action as a task."""

    task_id: str
    display_name: str
    action: Action


@dataclass(frozen=True, slots=True)
class DagPlan:
    """A DAG to build. Tasks of a level run side by side, each after all of the level before."""

    dag_id: str
    display_name: str
    description: str
    doc_md: str
    tags: tuple[str, ...]
    owner: str
    levels: tuple[tuple[PlannedTask, ...], ...]
    finish_task_id: str

    @property
    def tasks(self) -> tuple[PlannedTask, ...]:
        """Give the tasks in the order they run."""
        return tuple(task for level in self.levels for task in level)

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Give name and type of each action, as records know them."""
        return tuple((task.action.name, task.action.type) for task in self.tasks)


def plan_dag(loaded: LoadedWorkflow, *, with_texts: bool = True) -> DagPlan:
    """Plan the DAG of a workflow; a task process needs no texts for people."""
    workflow = loaded.workflow
    levels = tuple(
        tuple(PlannedTask(action.task_id, action.name, action) for action in level)
        for level in workflow.levels()
    )
    taken = {task.task_id for level in levels for task in level}
    return DagPlan(
        dag_id=dag_id_of(workflow.id),
        display_name=workflow.name,
        description=_shorten(workflow.description or workflow.name) if with_texts else "",
        # Airflow takes a text that ends in .md for the name of a file
        doc_md=describe(workflow) + "\n" if with_texts else "",
        tags=tuple(dict.fromkeys(("bookflow", workflow.trigger, *workflow.tags))),
        owner=workflow.organizer,
        levels=levels,
        finish_task_id=OTHER_FINISH_TASK if FINISH_TASK in taken else FINISH_TASK,
    )


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= LONGEST_DESCRIPTION:
        return flat
    return flat[: LONGEST_DESCRIPTION - 1] + "…"
