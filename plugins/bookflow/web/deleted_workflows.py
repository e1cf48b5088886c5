"""Workflows that are gone, and the way back."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field

from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer

_COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"

router = APIRouter(tags=["Versions"], responses=PROBLEMS_OF_READS)


class DeletedWorkflow(Answer):
    """A workflow whose file was deleted."""

    id: str = Field(description="Its id.", examples=["welcome"])
    name: str | None = Field(
        description="Its name; null where the file did not say it in one line.",
        examples=["Welcome"],
    )
    deleted_by: str = Field(description="Who deleted it.", examples=["olive"])
    deleted_at: AwareDatetime = Field(description="When.", examples=["2026-03-01T14:30:00Z"])
    commit: str = Field(description="The commit that deleted it.", examples=[_COMMIT])
    restore_commit: str = Field(
        description="The `commit` to restore, so that it is as it last was.", examples=[_COMMIT]
    )


class DeletedWorkflows(Answer):
    """What can be brought back."""

    has_history: bool = Field(
        description="Whether changes are commits; without, what is deleted is gone.",
        examples=[True],
    )
    workflows: list[DeletedWorkflow] = Field(description="The last deleted first.")


@router.get(
    "/deleted-workflows",
    summary="List deleted workflows",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={200: {"model": DeletedWorkflows, "description": "Those that may be restored."}},
)
def list_deleted(runtime: RuntimeDep, visibility: VisibilityDep) -> JSONResponse:
    """List workflows that were deleted and are still gone, of those you may see.

    Looks at the newest 100 deletions that git knows. `POST /workflows/{workflow_id}/restore` with
    `restore_commit` brings one back; it takes the right to edit it.
    """
    found = runtime.management.authoring.deleted()
    workflows = [
        {
            "id": one.workflow_id,
            "name": one.name,
            "deleted_by": one.author,
            "deleted_at": one.at.isoformat(),
            "commit": one.commit,
            "restore_commit": one.last_commit,
        }
        for one in found or ()
        if visibility.includes(one.workflow_id)
    ]
    return JSONResponse({"has_history": found is not None, "workflows": workflows})
