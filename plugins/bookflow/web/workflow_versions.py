"""What the file of a workflow said before, and going back to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from bookflow.errors import NotFoundError
from bookflow.journey.management.describing import describe_version
from bookflow.journey.management.writing import Change
from bookflow.web.deps import RightsDep, require_editing, require_reading
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS
from bookflow.web.workflow_requests import (
    ANSWERS_OF_CHANGES,
    Changer,
    ChangerDep,
    Editable,
    ObjectDep,
    Readable,
    answer_saved,
    make_owned,
    read_text,
)
from bookflow.web.workflow_schemas import (
    Difference,
    RestoreRequest,
    VersionList,
    VersionText,
)
from bookflow.web.workflows import find_version

PAGE_SIZE = 50
PAGE_LIMIT = 500

router = APIRouter(
    prefix="/workflows/{workflow_id}",
    tags=["Versions"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)

COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
Commit = Annotated[str, Path(description="A `commit` of the versions.", examples=[COMMIT])]
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT, description="How many at most.", examples=[50])]
Cursor = Annotated[
    str | None, Query(description="`next_cursor` of the page before.", examples=[COMMIT])
]
From = Annotated[
    str, Query(alias="from", description="A `commit` of the versions.", examples=[COMMIT])
]
To = Annotated[
    str | None,
    Query(
        alias="to",
        description="A later `commit`; the file as it is now where absent.",
        examples=[COMMIT],
    ),
]


@router.get(
    "/versions",
    summary="List the versions of a workflow",
    response_model=None,
    responses={200: {"model": VersionList, "description": "One page, newest first."}},
)
def list_versions(
    workflow_id: Readable, runtime: RuntimeDep, limit: Limit = PAGE_SIZE, cursor: Cursor = None
) -> JSONResponse:
    """List what git knows of a workflow's file, also of one that was deleted."""
    found, more = runtime.management.authoring.versions(
        workflow_id, limit=limit, cursor=read_query_text("cursor", cursor)
    )
    versions = [describe_version(version) for version in found]
    return JSONResponse({"versions": versions, "next_cursor": more})


@router.get(
    "/versions/{commit}",
    summary="Get a version of a workflow",
    response_model=None,
    responses={200: {"model": VersionText, "description": "The file as it was then."}},
)
def get_version(workflow_id: Readable, commit: Commit, runtime: RuntimeDep) -> JSONResponse:
    """Give the text of the file at a commit, and what has changed since then."""
    desk = runtime.management.authoring
    text = desk.text_at(workflow_id, commit)
    diff = desk.compare(workflow_id, commit, None)
    return JSONResponse({"commit": commit, "yaml": text, "diff": diff})


@router.get(
    "/diff",
    summary="Compare two versions of a workflow",
    response_model=None,
    responses={200: {"model": Difference, "description": "What changed between them."}},
)
def compare_versions(
    workflow_id: Readable, runtime: RuntimeDep, older: From, newer: To = None
) -> JSONResponse:
    """Give what changed in the file between two commits, or since one."""
    diff = runtime.management.authoring.compare(workflow_id, older, read_query_text("to", newer))
    return JSONResponse({"diff": diff})


@router.post(
    "/restore",
    summary="Go back to a version of a workflow",
    dependencies=[Depends(require_editing)],
    response_model=None,
    responses=ANSWERS_OF_CHANGES,
    openapi_extra=body_of(RestoreRequest),
)
def restore_version(
    workflow_id: Editable,
    given: ObjectDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    changer: ChangerDep,
) -> JSONResponse:
    """Write the file as it was at a commit, as a new commit: nothing of the history is lost.

    A workflow that was deleted comes back; it needs no `If-Match`.
    """
    refuse_unknown(given, ("commit",))
    commit = read_text(given, "commit")
    change = _condition(runtime, workflow_id, changer)
    writer = runtime.management.workflows
    saved = make_owned(rights, change, lambda change: writer.restore(workflow_id, commit, change))
    return answer_saved(runtime, saved)


def _condition(runtime: Runtime, workflow_id: str, changer: Changer) -> Change:
    """Ask for `If-Match` where the workflow is there."""
    try:
        return changer.change_known(lambda: find_version(runtime, workflow_id))
    except NotFoundError:
        return changer.change
