"""Running a workflow now for one booking, and changing many workflows at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import BookflowError, InputError
from bookflow.journey.management.listing import STATES, WorkflowFilter
from bookflow.journey.management.writing import Change
from bookflow.ports.audit import AuditEntry
from bookflow.spec.authoring.shapes import Saved
from bookflow.web.deps import (
    ActorDep,
    AuthorDep,
    RightsDep,
    VisibilityDep,
    require_editing_some,
    require_reading,
    require_running,
)
from bookflow.web.event_schemas import body_of
from bookflow.web.executions import find_execution
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.naming import with_name
from bookflow.web.problems import kind_of
from bookflow.web.reading import BodyDep, JsonBody, read_optional_text, refuse_unknown
from bookflow.web.rights import Rights
from bookflow.web.schemas import PROBLEMS_OF_READS, PROBLEMS_OF_WRITES, describe_problem
from bookflow.web.trial_requests import require_booking_visible
from bookflow.web.visibility import Visibility
from bookflow.web.workflow_requests import ObjectDep, Runnable
from bookflow.web.workflow_schemas import (
    BulkAnswer,
    BulkRequest,
    ExecuteRequest,
    StartedExecution,
)

PROBLEMS_OF_BULK_CHANGES = {
    **PROBLEMS_OF_WRITES,
    409: describe_problem("The folder can't be written as it is now; `detail` says why."),
}
BULK_LIMIT = 500
EXECUTE_KEYS = ("booking", "booking_id", "idempotency_key")
FILTER_KEYS = ("trigger", "organizer", "state", "is_active", "event_type", "search")

router = APIRouter(
    prefix="/workflows",
    tags=["Workflows"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


def read_bulk_change(
    request: Request,
    author: AuthorDep,
    dry_run: Annotated[
        bool,
        Query(
            description="Only tell what would become of each workflow; nothing is saved.",
            examples=[False],
        ),
    ] = False,
) -> Change:
    """Read by whom many workflows are changed, and whether to save at all."""
    refuse_unknown(request.query_params.keys(), ("dry_run",))
    return Change(author, dry_run=dry_run)


BulkChangeDep = Annotated[Change, Depends(read_bulk_change)]


@router.post(
    "/{workflow_id}/execute",
    status_code=202,
    summary="Run a workflow now for a booking",
    dependencies=[Depends(require_running)],
    response_model=None,
    responses={
        **PROBLEMS_OF_WRITES,
        202: {"model": StartedExecution, "description": "Queued; messages follow."},
        409: describe_problem(
            "The workflow is not active, or the idempotency key was used for something else."
        ),
    },
    openapi_extra=body_of(ExecuteRequest),
)
def execute_workflow(
    workflow_id: Runnable,
    raw: BodyDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    visibility: VisibilityDep,
    actor: ActorDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="The same as `idempotency_key` in the body.", examples=["again-2041"]),
    ] = None,
) -> JSONResponse:
    """Run this workflow, and no other, for one booking, now, whatever its trigger.

    Conditions count as always. The same idempotency key again gives the first execution with
    `duplicate: true`, and nothing is sent twice. A whole `booking` is recorded for the workflows
    of everybody, which needs the right to run all of them.
    """
    body = JsonBody(raw)
    body.check(body.content, "", EXECUTE_KEYS)
    _require_booking(runtime, rights, visibility, body.content)
    key = read_optional_text(body.content, "idempotency_key", "")
    if key is not None and idempotency_key is not None and key != idempotency_key:
        message = "differs from the Idempotency-Key header; send one of them"
        raise InputError("idempotency_key", message)
    started = runtime.management.starter.start(
        workflow_id, body.content, key=idempotency_key if key is None else key, actor=actor
    )
    found = find_execution(runtime.reports, visibility, str(started.execution_id))
    execution = with_name(found, runtime.specs)
    if not started.is_duplicate:
        after = {name: execution[name] for name in ("id", "booking_id", "workflow_version")}
        entry = AuditEntry(actor, "workflow.executed", workflow_id, after=after)
        runtime.management.store.record_audit([entry], now=runtime.management.now())
    return JSONResponse({"duplicate": started.is_duplicate, "execution": execution}, 202)


@router.post(
    "/bulk",
    summary="Activate or deactivate many workflows",
    dependencies=[Depends(require_editing_some)],
    response_model=None,
    responses={
        **PROBLEMS_OF_BULK_CHANGES,
        200: {"model": BulkAnswer, "description": "What became of each."},
    },
    openapi_extra=body_of(BulkRequest),
)
def change_many(
    given: ObjectDep, runtime: RuntimeDep, rights: RightsDep, change: BulkChangeDep
) -> JSONResponse:
    """Change `is_active` of up to 500 workflows, each in a commit of its own.

    A workflow that is refused, or that you may not change, stops no other. `If-Match` and
    idempotency keys do not count here: the same change again leaves all `unchanged`.
    """
    refuse_unknown(given, ("ids", "filter", "change"))
    patch = _read_change(given.get("change"))
    workflow_ids = _pick(runtime, rights, given)
    allowed = [one for one in workflow_ids if _refusal(rights, one) is None]
    made = runtime.management.workflows.patch_many(allowed, patch, change)
    outcomes = dict(made)
    results = [
        _tell(workflow_id, outcomes.get(workflow_id) or _refusal(rights, workflow_id))
        for workflow_id in workflow_ids
    ]
    return JSONResponse({"results": results})


def _require_booking(
    runtime: Runtime, rights: Rights, visibility: Visibility, content: Mapping[str, Any]
) -> None:
    """Refuse to change, or to look into, a booking that is none of the user's business."""
    if content.get("booking") is not None and not rights.runs_everything:
        message = (
            "A whole `booking` changes what the workflows of everybody see, and you may run only "
            "some: send the `booking_id` of a known one, or ask an Airflow admin."
        )
        raise HTTPException(403, message)
    booking_id = read_optional_text(content, "booking_id", "")
    if booking_id is not None:
        require_booking_visible(runtime, visibility, booking_id)


def _read_change(change: object) -> dict[str, Any]:
    if not isinstance(change, dict):
        raise InputError("change", "is required: an object with `is_active`")
    refuse_unknown(change, ("is_active",), "change")
    if not isinstance(change.get("is_active"), bool):
        raise InputError("change.is_active", "must be true or false")
    return change


def _pick(runtime: Runtime, rights: Rights, given: dict[str, Any]) -> list[str]:
    ids, wanted = given.get("ids"), given.get("filter")
    if (ids is None) == (wanted is None):
        raise InputError("ids", "give either ids or filter")
    if ids is None:
        found = list(_find(runtime, rights, _read_filter(wanted)))
        if len(found) > BULK_LIMIT:
            message = f"fits {len(found)} workflows; at most {BULK_LIMIT} are changed at once"
            raise InputError("filter", message)
        return found
    if not isinstance(ids, list) or not 1 <= len(ids) <= BULK_LIMIT:
        raise InputError("ids", f"must be a list of 1 to {BULK_LIMIT} ids")
    if not all(isinstance(one, str) and one.isprintable() for one in ids):
        raise InputError("ids", "must hold the ids of workflows")
    return list(dict.fromkeys(ids))


def _find(runtime: Runtime, rights: Rights, wanted: WorkflowFilter) -> Iterator[str]:
    found = dict.fromkeys(
        file.workflow_id
        for file in runtime.management.authoring.list_all()
        if rights.visibility.includes(file.workflow_id) and wanted.holds(file)
    )
    return iter(found)


def _read_filter(wanted: object) -> WorkflowFilter:
    if not isinstance(wanted, dict):
        raise InputError("filter", "must be an object")
    refuse_unknown(wanted, FILTER_KEYS, "filter")
    is_active = wanted.get("is_active")
    if is_active is not None and not isinstance(is_active, bool):
        raise InputError("filter.is_active", "must be true or false")
    texts = {
        key: read_optional_text(wanted, key, "filter") for key in FILTER_KEYS if key != "is_active"
    }
    if texts["state"] not in (None, *STATES):
        raise InputError("filter.state", f"is not a state; known: {', '.join(STATES)}")
    return WorkflowFilter(is_active=is_active, **texts)


def _refusal(rights: Rights, workflow_id: str) -> Exception | None:
    try:
        rights.require_editing(workflow_id)
    except (BookflowError, HTTPException) as error:
        return error
    return None


def _tell(workflow_id: str, outcome: Saved | Exception | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": workflow_id, "version": None, "commit": None, "error": None}
    if isinstance(outcome, Saved):
        version = outcome.after.version if outcome.after else None
        status = "changed" if outcome.diff else "unchanged"
        return {**told, "status": status, "version": version, "commit": outcome.commit}
    if isinstance(outcome, BookflowError):
        error = {"type": kind_of(outcome), "message": str(outcome)}
    else:
        message = str(getattr(outcome, "detail", "")) or "it was refused"
        error = {"type": "forbidden", "message": message}
    return {**told, "status": "refused", "error": error}
