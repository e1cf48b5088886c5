"""Finding a booking, and its timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field

from bookflow.errors import NotFoundError
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer, Timeline
from bookflow.web.visibility import Visibility

LONGEST_LIST = 100

router = APIRouter(
    prefix="/bookings",
    tags=["Bookings"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


Search = Annotated[
    str | None,
    Query(
        description="A part of the booking's id, or of its invitee's name or e-mail address.",
        examples=["ada@example.com"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=LONGEST_LIST, description="How many at most.", examples=[20])]


class FoundBooking(Answer):
    """A booking as lists show it."""

    id: str = Field(description="The booking.", examples=["bk-2041"])
    status: str = Field(description="As it is now.", examples=["confirmed"])
    start_time: AwareDatetime = Field(
        description="When the meeting starts.", examples=["2026-03-02T14:30:00+01:00"]
    )
    invitee_name: str | None = Field(description="Who booked.", examples=["Ada Example"])
    invitee_email: str | None = Field(description="Their address.", examples=["ada@example.com"])
    event_type_name: str | None = Field(description="What was booked.", examples=["Intro call"])


class BookingList(Answer):
    """Bookings that fit a search."""

    bookings: list[FoundBooking] = Field(
        description="The one of the very id first, then those told of last; at most `limit`."
    )


@router.get(
    "",
    summary="Find bookings",
    response_model=None,
    responses={200: {"model": BookingList, "description": "Those that fit, newest first."}},
)
def list_bookings(
    request: Request,
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    search: Search = None,
    limit: Limit = 20,
) -> JSONResponse:
    """Find bookings by what people know of them; without `search` those told of last.

    Looks through the 20,000 bookings that changed last, and finds any by its whole id. Who may not
    see every workflow finds only bookings that a workflow they may see took up.
    """
    refuse_unknown(request.query_params.keys(), ("search", "limit"))
    found = runtime.reports.search_subjects(
        (read_query_text("search", search) or "").strip(),
        limit=limit,
        workflow_ids=visibility.workflow_ids,
    )
    return JSONResponse({"bookings": found})


@router.get(
    "/{booking_id:path}/timeline",
    summary="Get a booking's timeline",
    response_model=None,
    responses={200: {"model": Timeline, "description": "Everything, in order of time."}},
)
def get_timeline(
    booking_id: Annotated[str, Path(description="The booking's id.", examples=["bk-2041"])],
    runtime: RuntimeDep,
    visibility: VisibilityDep,
) -> JSONResponse:
    """Give everything planned, sent, skipped and failed for a booking, with the reason.

    What is planned for a booking that no longer stands says why it will be skipped. A failed
    delivery stands at the end of its last try; one that is retrying or waiting has
    `next_attempt_at`. Reminders that are not recorded yet are `planned`, without `execution_id`.
    """
    return JSONResponse(find_timeline(runtime, visibility, booking_id))


def find_timeline(runtime: Runtime, visibility: Visibility, booking_id: str) -> dict[str, Any]:
    """Find what the user may see of a booking, JSON-ready; raises `NotFoundError`.

    Who may not see every workflow sees a booking only through a workflow they may see.
    """
    wanted = read_query_text("booking_id", booking_id)
    found = runtime.timeline(wanted) if wanted else None
    entries = [
        entry for entry in (found or {}).get("entries", ()) if visibility.includes(_owner(entry))
    ]
    if found is None or not (entries or visibility.workflow_ids is None):
        message = f"no booking `{booking_id:.128}` is known, or you may not see it"
        raise NotFoundError(message)
    encoded: dict[str, Any] = jsonable_encoder(
        {**found, "entries": entries}, custom_encoder={datetime: datetime.isoformat}
    )
    return encoded


def _owner(entry: dict[str, Any]) -> str:
    return str(entry["workflow_id"])
