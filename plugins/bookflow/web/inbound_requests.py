"""What platforms sent, for admins: to look at, and to have it run again."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from bookflow.errors import NotFoundError
from bookflow.ports.audit import AuditEntry
from bookflow.ports.inbound import InboundFilter, InboundRequest, Verdict
from bookflow.web.deps import ActorDep, require_admin
from bookflow.web.inbound import describe
from bookflow.web.inbound_schemas import (
    PROBLEMS_OF_REPLAYS,
    InboundAnswer,
    InboundList,
    KeptRequest,
)
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit
from bookflow.web.reading import read_choice, read_query_text
from bookflow.web.schemas import PROBLEMS_OF_READS

VERDICTS = tuple(verdict.value for verdict in Verdict)

router = APIRouter(
    prefix="/inbound-requests",
    tags=["Inbound"],
    dependencies=[Depends(require_admin)],
    responses=PROBLEMS_OF_READS,
)
RequestId = Annotated[
    str,
    Path(
        description="Id of the kept request.",
        examples=["01957b2e-7c1a-7f00-8000-000000000001"],
    ),
]


@router.get(
    "",
    summary="List inbound requests",
    response_model=None,
    responses={200: {"model": InboundList, "description": "One page, newest first."}},
)
def list_requests(
    runtime: RuntimeDep,
    source: Annotated[
        str | None, Query(description="Only of this source.", examples=["cal-com"])
    ] = None,
    verdict: Annotated[
        str | None, Query(description="Only with this verdict.", examples=["refused"])
    ] = None,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List what came in, newest first, without the bodies."""
    wanted = InboundFilter(
        read_query_text("source", source),
        read_choice("verdict", verdict, VERDICTS, "a verdict"),
    )
    page = runtime.inbound.requests.list_requests(
        wanted, limit=limit, cursor=read_query_text("cursor", cursor)
    )
    return JSONResponse({"requests": list(page.items), "next_cursor": page.next_cursor})


@router.get(
    "/{request_id}",
    summary="Get one inbound request",
    response_model=None,
    responses={200: {"model": KeptRequest, "description": "The request, masked."}},
)
def get_request(request_id: RequestId, runtime: RuntimeDep) -> JSONResponse:
    """Give one request with its headers and body, everything personal masked."""
    found = runtime.inbound.requests.get_request(_read_id(request_id))
    if found is None:
        raise _unknown()
    return JSONResponse(_show(found))


@router.post(
    "/{request_id}/replay",
    status_code=202,
    summary="Run an inbound request again",
    response_model=None,
    responses={
        202: {"model": InboundAnswer, "description": "Kept as a request of its own."},
        **PROBLEMS_OF_REPLAYS,
    },
)
def replay_request(request_id: RequestId, runtime: RuntimeDep, actor: ActorDep) -> JSONResponse:
    """Read the request once more and record its event, also where it was refused before."""
    wanted = _read_id(request_id)
    received = runtime.inbound.platforms.replay(wanted, actor=actor)
    entry = AuditEntry(actor, "inbound.replayed", str(wanted), after=describe(received))
    runtime.management.store.record_audit([entry], now=runtime.management.now())
    return JSONResponse(describe(received), 202)


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise _unknown() from None


def _unknown() -> NotFoundError:
    return NotFoundError("no inbound request with this id is kept; they are deleted after a time")


def _show(request: InboundRequest) -> dict[str, Any]:
    return {
        "id": str(request.id),
        "source": request.source,
        "received_at": request.received_at.isoformat(),
        "verdict": request.verdict.value,
        "code": None if request.code is None else request.code.value,
        "reason": request.reason,
        "event_id": None if request.event_id is None else str(request.event_id),
        "trigger": request.trigger,
        "booking_id": request.subject_id,
        "dedup_key": request.dedup_key,
        "remote": request.remote,
        "size": request.size,
        "replayable": request.sealed is not None,
        "replay_of": None if request.replay_of is None else str(request.replay_of),
        "actor": request.actor,
        "headers": dict(request.headers),
        "body": request.masked,
    }
