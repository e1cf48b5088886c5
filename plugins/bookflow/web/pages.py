"""Pages for people: an execution, the executions of a run, a booking."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from bookflow.errors import NotFoundError
from bookflow.ports import SpecSource
from bookflow.ports.reports import ExecutionFilter
from bookflow.records import RunKey
from bookflow.web.addressing import run_path
from bookflow.web.bookings import find_timeline
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.executions import find_execution
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.paging import Cursor
from bookflow.web.reading import read_query_text
from bookflow.web.rendering import render_page

EXECUTIONS_PER_PAGE = 20
UNFINISHED = ("pending", "running")

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_reading)])


@router.get("/executions/{execution_id}")
def show_execution(
    request: Request, execution_id: str, runtime: RuntimeDep, visibility: VisibilityDep
) -> HTMLResponse:
    """Show one execution: what each action did, and why."""
    found = find_execution(runtime.reports, visibility, execution_id)
    data = {"execution": describe_execution(found, runtime.specs)}
    return render_page(request, "execution.html", data)


@router.get("/runs/{dag_id}/{run_id:path}")
def show_run(
    request: Request,
    dag_id: str,
    run_id: str,
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    cursor: Cursor = None,
) -> HTMLResponse:
    """Show the executions that one Airflow run carries, newest first."""
    dag = read_query_text("dag_id", dag_id) or ""
    run = RunKey(dag, read_query_text("run_id", run_id) or "")
    found = runtime.reports.list_executions(
        ExecutionFilter(run=run, workflow_ids=visibility.workflow_ids),
        limit=EXECUTIONS_PER_PAGE,
        cursor=read_query_text("cursor", cursor),
    )
    if not found.items:
        message = (
            f"run `{run.run_id:.128}` of `{dag:.128}` carries no executions (yet), "
            "or none that you may see"
        )
        raise NotFoundError(message)
    executions = [
        describe_execution(find_execution(runtime.reports, visibility, item["id"]), runtime.specs)
        for item in found.items
    ]
    older = None
    if found.next_cursor:
        older = f"{run_path(request, dag, run.run_id)}?cursor={quote(found.next_cursor, safe='')}"
    data = {"run": run, "executions": executions, "older": older}
    return render_page(request, "run.html", data)


@router.get("/bookings/{booking_id:path}")
def show_booking(
    request: Request, booking_id: str, runtime: RuntimeDep, visibility: VisibilityDep
) -> HTMLResponse:
    """Show everything planned, sent, skipped and failed for a booking."""
    found = find_timeline(runtime, visibility, booking_id)
    return render_page(request, "booking.html", {"timeline": found})


def describe_execution(execution: dict[str, Any], specs: SpecSource) -> dict[str, Any]:
    """Give an execution with the name of its workflow and the actions still to come."""
    loaded = specs.get(execution["workflow_id"])
    log = execution.get("execution_log") or []
    planned: list[dict[str, str]] = []
    if loaded is not None and execution["status"] in UNFINISHED:
        done = {item["action"] for item in log}
        planned = [
            {"action": action.name, "type": action.type}
            for action in loaded.workflow.active_actions
            if action.name not in done
        ]
    name = loaded.workflow.name if loaded is not None else execution["workflow_id"]
    return {**execution, "workflow_name": name, "execution_log": log, "planned": planned}
