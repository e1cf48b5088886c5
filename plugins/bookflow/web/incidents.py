"""What the monitor found: open and closed incidents, and closing one by hand."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.journey.upkeep.reporting import show_incident
from bookflow.ports.audit import AuditEntry
from bookflow.ports.upkeep import Incident, IncidentFilter, is_seen
from bookflow.web.deps import (
    ActorDep,
    RightsDep,
    VisibilityDep,
    require_reading,
    require_running_some,
)
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit
from bookflow.web.reading import (
    JsonBody,
    OptionalBodyDep,
    read_choice,
    read_optional_text,
    read_query_text,
)
from bookflow.web.schemas import PROBLEMS_OF_INTERVENTIONS, PROBLEMS_OF_READS
from bookflow.web.upkeep_schemas import IncidentList, IncidentState, IncidentToClose
from bookflow.web.visibility import Visibility

NOTE_LIMIT = 500
STATES = {"open": True, "closed": False}

router = APIRouter(prefix="/incidents", tags=["Incidents"])
IncidentId = Annotated[
    str,
    Path(description="Id of the incident.", examples=["01957b2e-7c1a-7f00-8000-000000000001"]),
]


@router.get(
    "",
    summary="List incidents",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={
        **PROBLEMS_OF_READS,
        200: {"model": IncidentList, "description": "One page, newest first."},
    },
)
def list_incidents(
    runtime: RuntimeDep,
    visibility: VisibilityDep,
    state: Annotated[
        str | None, Query(description="`open` or `closed`; both where absent.", examples=["open"])
    ] = None,
    kind: Annotated[
        str | None, Query(description="Only of this kind.", examples=["failures"])
    ] = None,
    workflow_id: Annotated[
        str | None, Query(description="Only of this workflow.", examples=["welcome"])
    ] = None,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List what was found wrong with workflows you may see, and with bookflow as a whole.

    Who does not see every workflow learns of the latter only that the clock stands still.
    """
    wanted = IncidentFilter(
        is_open=_read_state(state),
        kind=read_query_text("kind", kind),
        workflow_id=read_query_text("workflow_id", workflow_id),
        workflow_ids=visibility.workflow_ids,
    )
    page = runtime.management.store.list_incidents(
        wanted, limit=limit, cursor=read_query_text("cursor", cursor)
    )
    items = [show_incident(one) for one in page.items]
    return JSONResponse({"incidents": items, "next_cursor": page.next_cursor})


@router.get(
    "/{incident_id}",
    summary="Get one incident",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={
        **PROBLEMS_OF_READS,
        200: {"model": IncidentState, "description": "The incident."},
    },
)
def get_incident(
    incident_id: IncidentId, runtime: RuntimeDep, visibility: VisibilityDep
) -> JSONResponse:
    """Give one incident; alerts link to its page."""
    return JSONResponse(show_incident(_find(runtime, visibility, incident_id)))


@router.post(
    "/{incident_id}/close",
    summary="Close an incident",
    response_model=None,
    dependencies=[Depends(require_running_some)],
    responses={
        **PROBLEMS_OF_INTERVENTIONS,
        200: {"model": IncidentState, "description": "It is closed."},
    },
    openapi_extra=body_of(IncidentToClose, is_required=False),
)
def close_incident(
    incident_id: IncidentId,
    raw: OptionalBodyDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    actor: ActorDep,
) -> JSONResponse:
    """Close an incident by hand, with a note; who was alerted is told.

    Should the next check find the same again, that is a new incident.
    """
    body = JsonBody(raw)
    body.check(body.content, "", ("note",))
    note = (read_optional_text(body.content, "note", "") or "").strip()
    if len(note) > NOTE_LIMIT:
        raise InputError("note", f"must be text of at most {NOTE_LIMIT} characters")
    found = _find(runtime, rights.visibility, incident_id)
    if found.workflow_id is not None:
        rights.require_running(found.workflow_id)
    else:
        rights.require_running_everything()
    management = runtime.management
    closed = management.incidents.close(found.id, actor=actor, note=note)
    entry = AuditEntry(
        actor, "incident.closed", str(found.id), show_incident(found), show_incident(closed)
    )
    management.store.record_audit([entry], now=management.now())
    return JSONResponse(show_incident(_find(runtime, rights.visibility, incident_id)))


def _find(runtime: Runtime, visibility: Visibility, text: str) -> Incident:
    try:
        found = runtime.management.store.get_incident(uuid.UUID(text))
    except ValueError:
        found = None
    seen = visibility.workflow_ids
    if found is None or (seen is not None and not is_seen(found, seen)):
        raise NotFoundError("no incident with this id is known, or you may not see it")
    return found


def _read_state(text: str | None) -> bool | None:
    chosen = read_choice("state", text, STATES, "a state")
    return STATES[chosen] if chosen else None
