"""What is planned: reminders that come due and executions that wait."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import NotFoundError
from bookflow.journey.reminders.upcoming import LONGEST_SPAN, MOST_ITEMS, Wanted, read_until
from bookflow.web.bookings import find_timeline
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.paging import PAGE_SIZE
from bookflow.web.reading import read_instant, read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, UpcomingList
from bookflow.web.visibility import Visibility

QUERY_KEYS = ("workflow", "booking", "until", "limit")

router = APIRouter(
    prefix="/upcoming",
    tags=["Upcoming"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)

Workflow = Annotated[str | None, Query(description="Only of this workflow.", examples=["remind"])]
Booking = Annotated[str | None, Query(description="Only for this booking.", examples=["bk-2041"])]
Until = Annotated[
    str | None,
    Query(
        description=f"Up to this time (ISO 8601 with offset), at most {LONGEST_SPAN.days} days "
        "ahead; 7 days where absent.",
        examples=["2026-03-08T00:00:00+01:00"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many at most.", examples=[50])]


@router.get(
    "",
    summary="List what is planned",
    response_model=None,
    responses={200: {"model": UpcomingList, "description": "The nearest first."}},
)
def list_upcoming(
    request: Request,
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    workflow: Workflow = None,
    booking: Booking = None,
    until: Until = None,
    limit: Limit = PAGE_SIZE,
) -> JSONResponse:
    """List what the workflows you may see are going to do, worked out as things stand now.

    What is `planned` is computed just now, what is `pending` is recorded and waits for its time.
    """
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    forecast = runtime.forecast
    end = read_until(read_instant("until", until), forecast.now())
    wanted = Wanted(
        until=end,
        workflow_id=read_query_text("workflow", workflow),
        subject_id=read_query_text("booking", booking),
        workflow_ids=visibility.workflow_ids,
        limit=limit,
    )
    if wanted.subject_id is not None:
        # raises for a booking that is not known or not to be seen
        find_timeline(runtime, visibility, wanted.subject_id)
    found = forecast.ask(wanted)
    if wanted.workflow_id and not found.items:
        _check_known(runtime, visibility, wanted.workflow_id)
    answer: dict[str, Any] = {
        "upcoming": found.items,
        "until": end.isoformat(),
        "has_more": found.has_more,
    }
    return JSONResponse(answer)


def _check_known(runtime: Runtime, visibility: Visibility, workflow_id: str) -> None:
    """Tell an idle workflow from a misspelt one; raises `NotFoundError`."""
    if runtime.specs.get(workflow_id) is None or not visibility.includes(workflow_id):
        message = (
            f"no valid workflow `{workflow_id:.64}` is known, or you may not see it; "
            "`bookflow validate` checks the specs"
        )
        raise NotFoundError(message)
