"""Workflows: listed, read, and written as the spec files they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from bookflow.journey.management.describing import describe_whole, index_figures
from bookflow.journey.management.listing import (
    SORT_KEYS,
    STATES,
    Sorting,
    WorkflowFilter,
    list_workflows,
)
from bookflow.web.addressing import API_PREFIX, own_root
from bookflow.web.deps import RightsDep, VisibilityDep, require_editing, require_reading
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit
from bookflow.web.reading import read_choice, read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS
from bookflow.web.workflow_requests import (
    ANSWERS_OF_CHANGES,
    ANSWERS_OF_NEW_SPECS,
    ETAG_HEADER,
    PROBLEMS_OF_DELETIONS,
    YAML,
    YAML_TYPES,
    ChangeDep,
    ChangerDep,
    ContentDep,
    Editable,
    ObjectDep,
    Readable,
    answer_saved,
    body_of_object,
    body_of_spec,
    etag_of,
    make_owned,
    read_text,
)
from bookflow.web.workflow_schemas import (
    EXAMPLE_SPEC,
    EXAMPLE_YAML,
    DuplicateRequest,
    SavedWorkflow,
    Workflow,
    WorkflowList,
)

QUERY_KEYS = (
    "trigger", "organizer", "state", "is_active", "event_type", "search", "sort", "limit",
    "cursor",
)  # fmt: skip
EDITING = [Depends(require_editing)]

router = APIRouter(
    prefix="/workflows",
    tags=["Workflows"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)

Trigger = Annotated[
    str | None, Query(description="Only of this trigger.", examples=["booking_created"])
]
Organizer = Annotated[
    str | None, Query(description="Only of this owner.", examples=["olive@example.org"])
]
State = Annotated[
    str | None,
    Query(description=f"Only in this state: `{'`, `'.join(STATES)}`.", examples=["active"]),
]
IsActive = Annotated[
    bool | None, Query(description="Only those that say so, valid or not.", examples=[True])
]
EventType = Annotated[
    str | None,
    Query(
        description="Only those that take this event type; without `event_types` they take each.",
        examples=["intro-call"],
    ),
]
Search = Annotated[
    str | None,
    Query(description="Only with this in id, name or description.", examples=["reminder"]),
]
Sort = Annotated[
    str,
    Query(
        description=f"One of `{'`, `'.join(SORT_KEYS)}`; with `-` in front descending. What has "
        "no value comes last.",
        examples=["-last_executed_at"],
    ),
]


def read_filter(
    request: Request,
    trigger: Trigger = None,
    organizer: Organizer = None,
    state: State = None,
    is_active: IsActive = None,
    event_type: EventType = None,
    search: Search = None,
) -> WorkflowFilter:
    """Read the filters of a list; raises `InputError` for what can't be meant."""
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    return WorkflowFilter(
        trigger=read_query_text("trigger", trigger),
        organizer=read_query_text("organizer", organizer),
        state=read_choice("state", state, STATES, "a state"),
        is_active=is_active,
        event_type=read_query_text("event_type", event_type),
        search=read_query_text("search", search),
    )


@router.get(
    "",
    summary="List workflows",
    response_model=None,
    responses={200: {"model": WorkflowList, "description": "One page, invalid ones as well."}},
)
def get_workflows(
    wanted: Annotated[WorkflowFilter, Depends(read_filter)],
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    sort: Sort = "id",
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List the workflows you may see, valid or not, with their statistics."""
    items, more = list_workflows(
        (
            file
            for file in runtime.management.authoring.list_all()
            if visibility.includes(file.workflow_id) and wanted.holds(file)
        ),
        lambda ids: runtime.reports.statistics(ids, has_actions=False),
        sorting=Sorting.parse(sort),
        limit=limit,
        cursor=cursor or None,
    )
    return JSONResponse({"workflows": items, "next_cursor": more})


@router.post(
    "",
    status_code=201,
    summary="Make a workflow",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_NEW_SPECS,
    openapi_extra=body_of_spec(EXAMPLE_SPEC, "The new workflow."),
)
def create_workflow(
    request: Request,
    content: ContentDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    change: ChangeDep,
) -> JSONResponse:
    """Make a workflow: a new file named by its id, and a commit where the folder is in git.

    YAML is saved as it is, with its comments. An id that is taken is answered with 409, a spec
    that is not valid with 422 and every issue; nothing invalid is ever saved. Airflow is asked for
    the DAG at once.
    """
    writer = runtime.management.workflows
    saved = make_owned(rights, change, lambda change: writer.create(content, change))
    answer = answer_saved(runtime, saved, 201 if saved.is_saved else 200)
    if saved.is_saved and saved.after is not None:
        place = f"{own_root(request)}{API_PREFIX}/workflows/{saved.after.workflow_id}"
        answer.headers["Location"] = place
    return answer


@router.get(
    "/{workflow_id}",
    summary="Get a workflow",
    response_model=None,
    responses={
        200: {
            "model": Workflow,
            "description": "The workflow; with `Accept: application/yaml` the text of its file.",
            "headers": ETAG_HEADER,
            "content": {YAML: {"schema": {"type": "string"}, "example": EXAMPLE_YAML}},
        },
        304: {"description": "It is still the version that `If-None-Match` names."},
    },
)
def get_workflow(
    workflow_id: Readable,
    runtime: RuntimeDep,
    accept: Annotated[
        str,
        Header(
            description="`application/yaml` asks for the text of the file.",
            examples=["application/json"],
        ),
    ] = "application/json",
    if_none_match: Annotated[
        str | None,
        Header(description="An `ETag` that is known already.", examples=['"3f2a9c01b7de"']),
    ] = None,
) -> Response:
    """Give a workflow with its spec, what is wrong with it, and its statistics."""
    file = runtime.management.authoring.read(workflow_id)
    headers = {**etag_of(file.version), "Vary": "Accept"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    if prefers_yaml(accept):
        return Response(file.text.encode(), 200, headers, media_type=YAML)
    figures = index_figures(runtime.reports.statistics({workflow_id}))
    return JSONResponse(describe_whole(file, figures.get(file.workflow_id)), 200, headers)


def prefers_yaml(accept: str) -> bool:
    """Tell whether YAML is asked for, before any JSON."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    known = [kind for kind in kinds if kind in YAML_TYPES or kind in ("application/json", "*/*")]
    return bool(known) and known[0] in YAML_TYPES


@router.put(
    "/{workflow_id}",
    summary="Write a workflow anew",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_CHANGES,
    openapi_extra=body_of_spec(EXAMPLE_SPEC, "The whole workflow."),
)
def replace_workflow(
    workflow_id: Editable,
    content: ContentDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    changer: ChangerDep,
) -> JSONResponse:
    """Write a workflow anew, under the same id.

    YAML is saved as it is. JSON is written into the file that is there: comments, the order of
    keys and everything that does not change stay.
    """
    writer = runtime.management.workflows
    change = changer.change_known(lambda: find_version(runtime, workflow_id))
    saved = make_owned(rights, change, lambda change: writer.replace(workflow_id, content, change))
    return answer_saved(runtime, saved)


@router.patch(
    "/{workflow_id}",
    summary="Change some keys of a workflow",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_CHANGES,
    openapi_extra=body_of_object(
        {"is_active": False, "description": None},
        "The keys to change (JSON Merge Patch, RFC 7396): null removes a key.",
        "application/merge-patch+json",
    ),
)
def patch_workflow(
    workflow_id: Editable,
    patch: ObjectDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    changer: ChangerDep,
) -> JSONResponse:
    """Change some keys of a workflow; the lines of all others stay as they are.

    `{"is_active": false}` is how a workflow is deactivated. A list such as `actions` is replaced
    whole; the routes below `/actions` change one of them.
    """
    writer = runtime.management.workflows
    change = changer.change_known(lambda: find_version(runtime, workflow_id))
    saved = make_owned(rights, change, lambda change: writer.patch(workflow_id, patch, change))
    return answer_saved(runtime, saved)


@router.delete(
    "/{workflow_id}",
    summary="Delete a workflow",
    dependencies=EDITING,
    response_model=None,
    responses={
        **PROBLEMS_OF_DELETIONS,
        200: {"model": SavedWorkflow, "description": "It is gone; the answer says what it was."},
    },
)
def delete_workflow(
    workflow_id: Editable, runtime: RuntimeDep, changer: ChangerDep
) -> JSONResponse:
    """Delete a workflow: its file goes, and nothing matches it any more.

    Its executions stay readable, and where the folder is in git it can be restored.
    """
    change = changer.change_known(lambda: find_version(runtime, workflow_id))
    return answer_saved(runtime, runtime.management.workflows.delete(workflow_id, change))


@router.post(
    "/{workflow_id}/duplicate",
    status_code=201,
    summary="Copy a workflow",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_NEW_SPECS,
    openapi_extra=body_of(DuplicateRequest),
)
def duplicate_workflow(
    workflow_id: Editable,
    given: ObjectDep,
    runtime: RuntimeDep,
    change: ChangeDep,
    rights: RightsDep,
) -> JSONResponse:
    """Copy a workflow with its comments under another id.

    The copy is not active, so that nothing is sent twice until you say so.
    """
    rights.require_creating()
    refuse_unknown(given, ("id", "name"))
    new_id = read_text(given, "id")
    name = read_text(given, "name") if given.get("name") is not None else None
    writer = runtime.management.workflows
    saved = make_owned(
        rights,
        change,
        lambda change: writer.duplicate(workflow_id, change, new_id=new_id, name=name),
    )
    return answer_saved(runtime, saved, 201 if saved.is_saved else 200)


def find_version(runtime: Runtime, workflow_id: str) -> str:
    """Give the version of a workflow that is there; raises `NotFoundError`."""
    return runtime.management.authoring.read(workflow_id).version
