"""The log of executions: listed with filters, and one in full."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.ports.reports import ExecutionFilter, ExecutionOrder, ReportStore
from bookflow.records import ExecutionStatus, RunKey
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.naming import with_name, with_names
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit, read_period
from bookflow.web.reading import read_choice, read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, Execution, ExecutionList
from bookflow.web.visibility import Visibility

STATUSES = tuple(status.value for status in ExecutionStatus)
FILTER_KEYS = (
    "workflow", "booking", "status", "since", "until", "dag_id", "run_id", "trigger", "event",
    "failures", "cause", "sort",
)  # fmt: skip
LIST_KEYS = (*FILTER_KEYS, "limit", "cursor")
ORDERS = tuple(order.value for order in ExecutionOrder)

router = APIRouter(
    prefix="/executions",
    tags=["Executions"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)

Workflow = Annotated[str | None, Query(description="Only of this workflow.", examples=["welcome"])]
Booking = Annotated[str | None, Query(description="Only for this booking.", examples=["bk-2041"])]
Status = Annotated[
    str | None,
    Query(
        description="Only those that stand so: `pending`, `running`, `completed`, `failed`, "
        "`cancelled`; several are separated by commas.",
        examples=["failed,cancelled"],
    ),
]
Since = Annotated[
    str | None,
    Query(
        description="Only those made at or after this time (ISO 8601 with offset).",
        examples=["2026-03-01T00:00:00+01:00"],
    ),
]
Until = Annotated[
    str | None,
    Query(
        description="Only those made before this time (ISO 8601 with offset).",
        examples=["2026-03-02T00:00:00Z"],
    ),
]
DagId = Annotated[
    str | None,
    Query(description="With `run_id`: only those of this run.", examples=["bookflow-welcome"]),
]
RunId = Annotated[
    str | None,
    Query(description="With `dag_id`: only those of this run.", examples=["manual__2026-03-01"]),
]
TriggerName = Annotated[
    str | None,
    Query(description="Only of events of this kind.", examples=["booking_created"]),
]
EventId = Annotated[
    uuid.UUID | None,
    Query(
        description="Only those that this event queued.",
        examples=["01957b2e-7c1a-7f00-8000-000000000001"],
    ),
]
Failures = Annotated[
    bool | None,
    Query(description="`true`: only with a failed action; `false`: only without.", examples=[True]),
]
Cause = Annotated[
    str | None,
    Query(
        description="Only with an action that failed or was skipped for this cause, as the "
        "analytics name it.",
        examples=["smtp-550"],
    ),
]
Sort = Annotated[
    str | None,
    Query(
        description="By which time, with `-` the latest first: "
        f"{', '.join(f'`{order}`' for order in ORDERS)}. "
        "By `completed_at` only those that have ended are listed.",
        examples=["-created_at"],
    ),
]


def refuse_unknown_keys(request: Request) -> None:
    """Refuse parameters that the list does not have."""
    refuse_unknown(request.query_params.keys(), LIST_KEYS)


def read_filter(
    visibility: VisibilityDep,
    workflow: Workflow = None,
    booking: Booking = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    dag_id: DagId = None,
    run_id: RunId = None,
    trigger: TriggerName = None,
    event: EventId = None,
    failures: Failures = None,
    cause: Cause = None,
) -> ExecutionFilter:
    """Read the filters of a list; raises `InputError` for what can't be meant."""
    statuses = read_words("status", status, STATUSES, "a status")
    first, last = read_period(since, until)
    return ExecutionFilter(
        workflow_id=read_query_text("workflow", workflow),
        subject_id=read_query_text("booking", booking),
        status=next(iter(statuses)) if len(statuses) == 1 else None,
        statuses=frozenset(statuses) if len(statuses) > 1 else None,
        since=first,
        until=last,
        run=read_run(read_query_text("dag_id", dag_id), read_query_text("run_id", run_id)),
        workflow_ids=visibility.workflow_ids,
        trigger=read_query_text("trigger", trigger),
        event_id=event,
        has_failures=failures,
        cause=read_query_text("cause", cause),
    )


def read_order(sort: Sort = None) -> ExecutionOrder:
    """Read by what a list is sorted."""
    chosen = read_choice("sort", sort, ORDERS, "an order")
    return ExecutionOrder(chosen) if chosen else ExecutionOrder.NEWEST


def read_words(field: str, text: str | None, known: Collection[str], what: str) -> list[str]:
    """Read some of a few words, separated by commas; `what` is a word, such as `a status`."""
    named = (text or "").split(",")
    read = (read_choice(field, one.strip(), known, what) for one in named)
    return [word for word in read if word]


def read_run(dag_id: str | None, run_id: str | None) -> RunKey | None:
    """Read which run is meant; raises `InputError` where only half of its name is given."""
    if dag_id is None and run_id is None:
        return None
    if dag_id is None or run_id is None:
        missing = "dag_id" if dag_id is None else "run_id"
        raise InputError(missing, "a run is named by `dag_id` and `run_id` together")
    return RunKey(dag_id, run_id)


FilterDep = Annotated[ExecutionFilter, Depends(read_filter)]
OrderDep = Annotated[ExecutionOrder, Depends(read_order)]


@router.get(
    "",
    summary="List executions",
    response_model=None,
    dependencies=[Depends(refuse_unknown_keys)],
    responses={200: {"model": ExecutionList, "description": "One page, in the order of `sort`."}},
)
def list_executions(
    wanted: FilterDep,
    order: OrderDep,
    runtime: RuntimeDep,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List executions of the workflows you may see, newest first unless `sort` says otherwise.

    A cursor belongs to the order it was made in.
    """
    found = runtime.reports.list_executions(
        wanted, limit=limit, cursor=read_query_text("cursor", cursor), order=order
    )
    items = with_names(found.items, runtime.specs)
    return JSONResponse({"executions": items, "next_cursor": found.next_cursor})


@router.get(
    "/{execution_id}",
    summary="Get one execution",
    response_model=None,
    responses={200: {"model": Execution, "description": "The execution with its log."}},
)
def get_execution(
    execution_id: Annotated[
        str,
        Path(
            description="The id that the trigger answered with.",
            examples=["01957b2e-7c1a-7f00-8000-000000000001"],
        ),
    ],
    runtime: RuntimeDep,
    visibility: VisibilityDep,
) -> JSONResponse:
    """Give one execution: what each action did, why, and where it was delivered.

    One that waits for a later run is `pending` with `next_attempt_at`, and so are its actions and
    deliveries that are `retrying` (a failure that may pass) or `waiting` (quiet hours, a digest, a
    limit or an open circuit).
    """
    found = find_execution(runtime.reports, visibility, execution_id)
    return JSONResponse(with_name(found, runtime.specs))


def find_execution(
    reports: ReportStore, visibility: Visibility, execution_id: str
) -> dict[str, Any]:
    """Find an execution the user may see; raises `NotFoundError` for any other."""
    try:
        wanted = uuid.UUID(execution_id)
    except ValueError:
        wanted = None
    found = reports.get_execution(wanted) if wanted else None
    if found is None or not visibility.includes(found["workflow_id"]):
        message = f"no execution {wanted or 'with this id'} is known, or you may not see it"
        raise NotFoundError(message)
    return found
