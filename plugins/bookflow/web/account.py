"""Who is signed in, and what they may do: for pages that show no button in vain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from bookflow.web.deps import (
    AuthorDep,
    CurrentUser,
    RightsDep,
    is_admin,
    may_edit,
    may_run,
    require_reading,
)
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
    email: str | None = Field(
        description="Their e-mail address in Airflow: where live tests send mail unless told "
        "otherwise; null where Airflow knows none.",
        examples=["olive@example.org"],
    )
    test_recipients: list[str] = Field(
        description="Where their live tests may send besides: what `BOOKFLOW_TEST_RECIPIENTS` "
        "lists, URLs without their path (`https://hooks.example.com/…`), since that may be a "
        "secret. Empty for those who may not run the workflow.",
        examples=[["@example.org", "+12025550123", "https://hooks.example.com/…"]],
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
    author: AuthorDep,
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
    runs = may_run(user, wanted)
    return JSONResponse(
        {
            "name": str(user.get_name()),
            "may_edit": may_edit(user, wanted),
            "may_run": runs,
            "is_admin": is_admin(user),
            "own_names": None if own is None else sorted(own),
            "has_history": runtime.management.authoring.has_history,
            "email": author.email or None,
            "test_recipients": _name_places(runtime.settings.test_recipients) if runs else [],
        }
    )


def _name_places(entries: Sequence[str]) -> list[str]:
    return [_without_path(entry.strip()) for entry in entries]


def _without_path(entry: str) -> str:
    """Give an entry as people may see it: the path of a chat service's URL is its password."""
    scheme, mark, rest = entry.partition("://")
    if not mark:
        return entry
    host = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
    return f"{scheme}://{host}" if rest.rstrip("/") == host else f"{scheme}://{host}/…"
