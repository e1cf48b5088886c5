"""Requests that are signed instead of logged in: booking platforms, and the SMS provider."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from bookflow.errors import (
    ConfigurationError,
    DatabaseUnavailableError,
    UnavailableError,
)
from bookflow.journey.inbound.desk import InboundDesk
from bookflow.journey.inbound.door import Arrival
from bookflow.journey.inbound.receiving import Received
from bookflow.ports.inbound import SMS_STATUS_SOURCE, RefusalCode
from bookflow.web.inbound_schemas import (
    PROBLEMS_OF_CALLBACKS,
    PROBLEMS_OF_INBOUND,
    InboundAnswer,
)
from bookflow.web.lifecycle import KeeperDep
from bookflow.web.reading import read_bounded

log = logging.getLogger(__name__)

SIZE_LIMIT = 1_048_576
SOURCES = ("cal-com", "calendly", "standard-webhooks")

router = APIRouter(prefix="/inbound", tags=["Inbound"])


def find_desk(keeper: KeeperDep) -> Any:
    """Give what takes these requests; strangers learn nothing of why there is none."""
    with _discretion():
        return keeper.get().inbound


# typed as Any for FastAPI, which would otherwise try to validate it
DeskDep = Annotated[InboundDesk, Depends(find_desk)]
Source = Annotated[
    str,
    Path(description=f"The platform: {', '.join(SOURCES)}.", examples=["cal-com"], max_length=40),
]


@contextmanager
def _discretion() -> Iterator[None]:
    """Keep what is wrong on our side in the log: the caller may be anybody."""
    try:
        yield
    except (DatabaseUnavailableError, ConfigurationError) as error:
        log.warning("bookflow: an inbound request can't be taken: %s", error)
        raise UnavailableError from None


async def read_platform_arrival(source: Source, request: Request, desk: DeskDep) -> Arrival:
    """Read a platform's request, unless it comes too fast or is too large."""
    return await _read_arrival(source, request, desk)


async def read_callback_arrival(request: Request, desk: DeskDep) -> Arrival:
    """Read a callback of the SMS provider, unless it comes too fast or is too large."""
    return await _read_arrival(SMS_STATUS_SOURCE, request, desk)


async def _read_arrival(source: str, request: Request, desk: InboundDesk) -> Arrival:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), value)
    client = request.client
    arrival = Arrival(headers, remote=client.host if client else "")
    # what it keeps goes to the database, which must not hold up the server's loop
    await anyio.to_thread.run_sync(desk.door.admit, source, arrival)
    body = await read_bounded(request, SIZE_LIMIT)
    if body is not None:
        return Arrival(headers, body, arrival.remote)
    reason = f"the body is larger than {SIZE_LIMIT} bytes"
    await anyio.to_thread.run_sync(desk.door.refuse, source, arrival, RefusalCode.SIZE, reason)
    raise HTTPException(413, f"{reason.capitalize()}.", {"Connection": "close"})


@router.post(
    f"/{SMS_STATUS_SOURCE}",
    status_code=204,
    summary="Take a status callback of the SMS provider",
    response_model=None,
    responses=PROBLEMS_OF_CALLBACKS,
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
        },
    },
)
def receive_callback(
    request: Request,
    arrival: Annotated[Arrival, Depends(read_callback_arrival)],
    desk: DeskDep,
    delivery: Annotated[
        str,
        Query(
            description="Id of the delivery, as the callback's URL names it.",
            examples=["01957b2e-7c1a-7f00-8000-000000000001"],
        ),
    ] = "",
) -> Response:
    """Note what became of a text; needs `X-Twilio-Signature` instead of a login."""
    del delivery  # read from the query as it was signed
    query = request.scope["query_string"].decode("latin-1")
    _answer(lambda: desk.texts.receive(arrival, query=query))
    return Response(status_code=204)


@router.post(
    "/{source}",
    status_code=202,
    summary="Take a signed webhook of a booking platform",
    response_model=None,
    responses={
        202: {"model": InboundAnswer, "description": "Kept, with its verdict."},
        **PROBLEMS_OF_INBOUND,
    },
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)
def receive_webhook(
    source: Source,
    arrival: Annotated[Arrival, Depends(read_platform_arrival)],
    desk: DeskDep,
) -> JSONResponse:
    """Turn a platform's webhook into an event; needs its signature instead of a login.

    What starts no workflow is answered with 202 as well, since platforms stop sending to
    addresses that answer with errors.
    """
    return JSONResponse(describe(_answer(lambda: desk.platforms.receive(source, arrival))), 202)


def describe(received: Received) -> dict[str, Any]:
    """Give the body of the answer."""
    return {
        "request_id": str(received.request_id),
        "verdict": received.verdict.value,
        "reason": received.reason,
        "event_id": None if received.event_id is None else str(received.event_id),
    }


def _answer(work: Callable[[], Received]) -> Received:
    with _discretion():
        return work()
