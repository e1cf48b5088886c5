"""Who is signed in, and what they may do: for pages that show no button in vain."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from bookflow.web.deps import CurrentUser, RightsDep, is_admin, may_edit, may_run, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.reading import read_query_text
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer

router = APIRouter(tags=["Account"], responses=PROBLEMS_OF_READS)


class Account(Answer):
    """The user, and what they may do."""

    name: str = Field(description="The user name in Airflow.", examples=["olive"])
    may_edit: bool = Field(
        description="Whether they may change the workflow asked for; without one, make new ones.",
        examples=[True],
    )
    may_run: bool = Field(
        description="Whether they may run the workflow asked for; without one, all of them.",
        examples=[True],
    )
    is_admin: bool = Field(
        description="Whether they may see the audit trail and what platforms sent.",
        examples=[False],
    )
    own_names: list[str] | None = Field(
        description="The organizers whose workflows they are limited to; null where not limited.",
        examples=[["olive", "olive@example.org"]],
    )
    has_history: bool = Field(
        description="Whether changes of workflows are commits, so that there are versions.",
        examples=[True],
    )


@router.get(
    "/me",
    summary="Tell who you are and what you may do",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={200: {"model": Account, "description": "The signed-in user."}},
)
def get_account(
    user: CurrentUser,
    rights: RightsDep,
    runtime: RuntimeDep,
    workflow: Annotated[
        str | None,
        Query(description="Tell what they may do with this workflow.", examples=["welcome"]),
    ] = None,
) -> JSONResponse:
    """Tell who is signed in and what they may do; the API itself still checks every request."""
    wanted = read_query_text("workflow", workflow)
    if wanted is not None:
        rights.require_reading(wanted)
    own = rights.own_names
    return JSONResponse(
        {
            "name": str(user.get_name()),
            "may_edit": may_edit(user, wanted),
            "may_run": may_run(user, wanted),
            "is_admin": is_admin(user),
            "own_names": None if own is None else sorted(own),
            "has_history": runtime.management.authoring.has_history,
        }
    )
