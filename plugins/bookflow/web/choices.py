"""What lists can be narrowed to: for filters that offer only what there is."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from bookflow.journey.management.offering import gather_choices
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer

router = APIRouter(tags=["Workflows"], responses=PROBLEMS_OF_READS)


class WorkflowCounts(Answer):
    """How many workflows are in each state."""

    active: int = Field(description="Valid and switched on.", examples=[41])
    inactive: int = Field(description="Valid and switched off.", examples=[3])
    invalid: int = Field(description="With errors, so that nothing runs them.", examples=[1])


class Choices(Answer):
    """What there is among the workflows you may see; each list is sorted, nothing is twice."""

    workflows: WorkflowCounts = Field(description="How many there are, by state.")
    organizers: list[str] = Field(
        description="Who owns one, each once whatever its case.", examples=[["olive@example.org"]]
    )
    event_types: list[str] = Field(
        description="Event types that one is limited to.", examples=[["intro-call"]]
    )
    triggers: list[str] = Field(
        description="Kinds of event that one listens to; of an invalid one what it says.",
        examples=[["before_meeting", "booking_created"]],
    )


@router.get(
    "/choices",
    summary="Tell what lists of workflows can be narrowed to",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={200: {"model": Choices, "description": "Counts, and what filters can offer."}},
)
def get_choices(runtime: RuntimeDep, visibility: VisibilityDep) -> JSONResponse:
    """Count the workflows you may see, and gather their organizers, event types and triggers."""
    files = runtime.management.authoring.list_all()
    return JSONResponse(
        gather_choices(file for file in files if visibility.includes(file.workflow_id))
    )
