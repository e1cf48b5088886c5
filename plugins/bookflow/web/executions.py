"""The log of executions: listed with filters, and one in full."""

from __future__ import annotations

import difflib
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.ports import ExecutionFilter, ReportStore
from bookflow.records import ExecutionStatus, RunKey
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.reading import read_instant, read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, Execution, ExecutionList
from bookflow.web.visibility import Visibility

PAGE_SIZE = 50
PAGE_LIMIT = 500
STATUSES = tuple(status.value for status in ExecutionStatus)
QUERY_KEYS = (
    "workflow", "booking", "status", "since", "until", "dag_id", "run_id", "limit", "cursor",
)  # fmt: skip

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
        "`cancelled`.",
        examples=["failed"],
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
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT, description="How many at most.", examples=[50])]
Cursor = Annotated[
    str | None,
    Query(description="`next_cursor` of the page before.", examples=["MjAyNi0wMy0wMV8wMTk1"]),
]


def read_filter(
    request: Request,
    visibility: VisibilityDep,
    workflow: Workflow = None,
    booking: Booking = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    dag_id: DagId = None,
    run_id: RunId = None,
) -> ExecutionFilter:
    """Read the filters of a list; raises `InputError` for what can't be meant."""
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    first, last = read_instant("since", since), read_instant("until", until)
    if first and last and first > last:
        raise InputError("until", "lies before `since`")
    return ExecutionFilter(
        workflow_id=read_query_text("workflow", workflow),
        subject_id=read_query_text("booking", booking),
        status=_read_status(status),
        since=first,
        until=last,
        run=_read_run(read_query_text("dag_id", dag_id), read_query_text("run_id", run_id)),
        workflow_ids=visibility.workflow_ids,
    )


def _read_status(text: str | None) -> str | None:
    if not text:
        return None
    if text not in STATUSES:
        near = difflib.get_close_matches(text, STATUSES, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(STATUSES)}"
        raise InputError("status", f"is not a status; {hint}")
    return text


def _read_run(dag_id: str | None, run_id: str | None) -> RunKey | None:
    if dag_id is None and run_id is None:
        return None
    if dag_id is None or run_id is None:
        missing = "dag_id" if dag_id is None else "run_id"
        raise InputError(missing, "a run is named by `dag_id` and `run_id` together")
    return RunKey(dag_id, run_id)


@router.get(
    "",
    summary="List executions",
    response_model=None,
    responses={200: {"model": ExecutionList, "description": "One page, newest first."}},
)
def list_executions(
    wanted: Annotated[ExecutionFilter, Depends(read_filter)],
    runtime: RuntimeDep,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List executions of the workflows you may see, newest first."""
    found = runtime.reports.list_executions(
        wanted, limit=limit, cursor=read_query_text("cursor", cursor)
    )
    return JSONResponse({"executions": found.items, "next_cursor": found.next_cursor})


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
    """Give one execution: what each action did, why, and where it was delivered."""
    return JSONResponse(find_execution(runtime.reports, visibility, execution_id))


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
