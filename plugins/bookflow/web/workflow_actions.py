"""The actions of a workflow, one by one, and their order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from bookflow.errors import InputError
from bookflow.journey.management import action_edits
from bookflow.journey.management.describing import (
    describe_actions,
    figures_of,
    index_figures,
)
from bookflow.web.deps import require_editing, require_reading
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS
from bookflow.web.workflow_requests import (
    ANSWERS_OF_CHANGES,
    ETAG_HEADER,
    MADE,
    PROBLEMS_OF_CHANGES,
    PROBLEMS_OF_DELETIONS,
    SAVED,
    Changer,
    ChangerDep,
    Editable,
    ObjectDep,
    Readable,
    answer_saved,
    body_of_object,
    etag_of,
)
from bookflow.web.workflow_schemas import (
    EXAMPLE_ACTION,
    ActionList,
    ReorderRequest,
    WorkflowAction,
)
from bookflow.web.workflows import find_version

EDITING = [Depends(require_editing)]

router = APIRouter(
    prefix="/workflows/{workflow_id}",
    tags=["Actions"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)

ActionName = Annotated[str, Path(description="Name of the action.", examples=["Say hello"])]


@router.get(
    "/actions",
    summary="List the actions of a workflow",
    response_model=None,
    responses={200: {"model": ActionList, "description": "All of them.", "headers": ETAG_HEADER}},
)
def list_actions(workflow_id: Readable, runtime: RuntimeDep) -> JSONResponse:
    """List the actions of a workflow in the order of its file, with their statistics."""
    version, actions = _read_actions(runtime, workflow_id)
    return JSONResponse({"actions": actions}, 200, etag_of(version))


@router.post(
    "/actions",
    status_code=201,
    summary="Add an action",
    dependencies=EDITING,
    response_model=None,
    responses={**PROBLEMS_OF_CHANGES, **MADE},
    openapi_extra=body_of_object(EXAMPLE_ACTION, "The action, with the keys of its `type`."),
)
def add_action(
    workflow_id: Editable,
    action: ObjectDep,
    runtime: RuntimeDep,
    changer: ChangerDep,
    position: Annotated[
        int | None,
        Query(ge=0, description="Place in the list from 0; at the end where absent.", examples=[0]),
    ] = None,
) -> JSONResponse:
    """Add an action to a workflow; its name must be new there."""
    edit = action_edits.adding(action, position)
    return _edit(runtime, workflow_id, changer, edit, status=201)


@router.post(
    "/reorder",
    summary="Put the actions in order",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_CHANGES,
    openapi_extra=body_of(ReorderRequest),
)
def reorder_actions(
    workflow_id: Editable, given: ObjectDep, runtime: RuntimeDep, changer: ChangerDep
) -> JSONResponse:
    """Say in what order the actions run, each named once; an inner list runs side by side."""
    refuse_unknown(given, ("order",))
    edit = action_edits.ordering(_read_levels(given.get("order")))
    return _edit(runtime, workflow_id, changer, edit)


# names may hold slashes
@router.get(
    "/actions/{name:path}",
    summary="Get an action",
    response_model=None,
    responses={
        200: {"model": WorkflowAction, "description": "The action.", "headers": ETAG_HEADER}
    },
)
def get_action(workflow_id: Readable, name: ActionName, runtime: RuntimeDep) -> JSONResponse:
    """Give one action of a workflow; the `ETag` is that of the whole workflow."""
    version, actions = _read_actions(runtime, workflow_id)
    place = action_edits.find_action(actions, name)
    return JSONResponse(actions[place], 200, etag_of(version))


@router.put(
    "/actions/{name:path}",
    summary="Write an action anew",
    dependencies=EDITING,
    response_model=None,
    responses=ANSWERS_OF_CHANGES,
    openapi_extra=body_of_object(
        EXAMPLE_ACTION, "The whole action; another `name` renames it, without one it keeps its own."
    ),
)
def replace_action(
    workflow_id: Editable,
    name: ActionName,
    action: ObjectDep,
    runtime: RuntimeDep,
    changer: ChangerDep,
) -> JSONResponse:
    """Write one action anew; everything else in the file stays as it is."""
    return _edit(runtime, workflow_id, changer, action_edits.replacing(name, action))


@router.delete(
    "/actions/{name:path}",
    summary="Remove an action",
    dependencies=EDITING,
    response_model=None,
    responses={**PROBLEMS_OF_DELETIONS, 200: SAVED},
)
def remove_action(
    workflow_id: Editable, name: ActionName, runtime: RuntimeDep, changer: ChangerDep
) -> JSONResponse:
    """Remove one action; a workflow keeps at least one that is active."""
    return _edit(runtime, workflow_id, changer, action_edits.removing(name))


def _read_actions(runtime: Runtime, workflow_id: str) -> tuple[str, list[dict[str, Any]]]:
    file = runtime.management.authoring.read(workflow_id)
    row = index_figures(runtime.reports.statistics({workflow_id})).get(file.workflow_id)
    figures = {figure["action"]: figure for figure in (row or {}).get("actions", ())}
    actions = [
        {**action, "statistics": figures_of(figures.get(action_edits.name_of(action)))}
        for action in describe_actions(file)
    ]
    return file.version, actions


def _edit(
    runtime: Runtime,
    workflow_id: str,
    changer: Changer,
    edit: action_edits.ActionEdit,
    status: int = 200,
) -> JSONResponse:
    change = changer.change_known(lambda: find_version(runtime, workflow_id))
    saved = runtime.management.workflows.edit_actions(workflow_id, edit, change)
    return answer_saved(runtime, saved, status if saved.is_saved else 200)


def _read_levels(given: object) -> list[str | list[str]]:
    if not isinstance(given, list) or not given or not all(map(_is_level, given)):
        raise InputError("order", "must be a list of names, or of lists of names")
    return given


def _is_level(level: object) -> bool:
    if isinstance(level, list):
        return bool(level) and all(isinstance(name, str) for name in level)
    return isinstance(level, str)
