"""The timeline of a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from bookflow.errors import NotFoundError
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import read_query_text
from bookflow.web.schemas import PROBLEMS_OF_READS, Timeline
from bookflow.web.visibility import Visibility

router = APIRouter(
    prefix="/bookings",
    tags=["Bookings"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


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
