"""The messages of many executions: what went where, when, and why not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from bookflow.errors import InputError
from bookflow.ports.reports import DELIVERY_REACH, DeliveryFilter
from bookflow.records import DeliveryStatus
from bookflow.spec.actions import make_task_id
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.executions import Booking, DagId, RunId, Workflow, read_run, read_words
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.naming import with_names
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit
from bookflow.web.reading import read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer, Delivery

STATUSES = tuple(status.value for status in DeliveryStatus)
QUERY_KEYS = (
    "workflow", "action", "task", "status", "booking", "dag_id", "run_id", "limit", "cursor",
)  # fmt: skip
# DAGs written by hand name their actions as their tasks, whose ids may be longer
ACTION_LENGTH = 64
_ID = "01957b2e-7c1a-7f00-8000-000000000001"

router = APIRouter(
    prefix="/deliveries",
    tags=["Executions"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


class ListedDelivery(Delivery):
    """One message to one recipient, and what it belongs to."""

    execution_id: str = Field(description="The execution.", examples=[_ID])
    workflow_id: str = Field(description="The workflow.", examples=["welcome"])
    workflow_name: str | None = Field(
        description="Its name; null where its spec is gone or invalid.", examples=["Welcome"]
    )
    booking_id: str = Field(description="The booking.", examples=["bk-2041"])
    action: str = Field(description="Name of the action.", examples=["Confirm by e-mail"])


class DeliveryList(Answer):
    """A page of deliveries."""

    deliveries: list[ListedDelivery] = Field(description="Those of the newest execution first.")
    next_cursor: str | None = Field(
        description="Of the next page; null where nothing is left to look at.",
        examples=["WyIyMDI2LTAzLTAxIiw3XQ"],
    )


Action = Annotated[
    str | None, Query(description="Only of actions of this name.", examples=["Confirm by e-mail"])
]
Task = Annotated[
    str | None,
    Query(
        description="With `workflow`: only of the action that this task of its DAG carries out.",
        examples=["confirm_by_e-mail"],
    ),
]
Status = Annotated[
    str | None,
    Query(
        description=f"Only those that stand so: {', '.join(f'`{one}`' for one in STATUSES)}; "
        "several are separated by commas.",
        examples=["failed,retrying"],
    ),
]


@router.get(
    "",
    summary="List deliveries",
    response_model=None,
    responses={200: {"model": DeliveryList, "description": "One page, newest first."}},
)
def list_deliveries(
    request: Request,
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    workflow: Workflow = None,
    action: Action = None,
    task: Task = None,
    status: Status = None,
    booking: Booking = None,
    dag_id: DagId = None,
    run_id: RunId = None,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List the messages of workflows you may see, those of the newest execution first.

    A page looks through the next 1,000 executions at most: it may be short, or empty, and yet have
    a `next_cursor`.
    """
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    wanted = read_query_text("workflow", workflow)
    statuses = read_words("status", status, STATUSES, "a status")
    asked = DeliveryFilter(
        workflow_id=wanted,
        actions=_read_actions(
            runtime, wanted, read_query_text("action", action), read_query_text("task", task)
        ),
        statuses=frozenset(statuses) if statuses else None,
        subject_id=read_query_text("booking", booking),
        run=read_run(read_query_text("dag_id", dag_id), read_query_text("run_id", run_id)),
        workflow_ids=visibility.workflow_ids,
    )
    found = runtime.reports.list_deliveries(
        asked, limit=limit, cursor=read_query_text("cursor", cursor), reach=DELIVERY_REACH
    )
    items = with_names(found.items, runtime.specs)
    return JSONResponse({"deliveries": items, "next_cursor": found.next_cursor})


def _read_actions(
    runtime: Runtime, workflow: str | None, action: str | None, task: str | None
) -> frozenset[str] | None:
    if task is None:
        return None if action is None else frozenset({action})
    if action is not None:
        raise InputError("task", "can't be combined with `action`; give one of them")
    if workflow is None:
        raise InputError("task", "needs `workflow`: tasks of several DAGs have the same id")
    return _actions_of(runtime, workflow, task)


def _actions_of(runtime: Runtime, workflow_id: str, task: str) -> frozenset[str]:
    """Give the actions that a task carries out now, or did when they were named so."""
    loaded = runtime.specs.get(workflow_id)
    names = {action.name for action in loaded.workflow.actions} if loaded else set()
    for figures in runtime.reports.statistics([workflow_id]):
        names |= {action["action"] for action in figures["actions"]}
    return frozenset({task[:ACTION_LENGTH], *(n for n in names if make_task_id(n) == task)})
