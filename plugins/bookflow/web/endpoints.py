"""Where messages go: which endpoints work, and enabling one that works again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.journey.endpoints.reporting import show_endpoint
from bookflow.ports.endpoints import WEBHOOK, Endpoint
from bookflow.records import utc_now
from bookflow.web.deps import (
    ActorDep,
    RightsDep,
    VisibilityDep,
    require_reading,
    require_running_some,
)
from bookflow.web.endpoint_schemas import EndpointList, EndpointState, EndpointToEnable
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.reading import BodyDep, JsonBody, read_optional_text
from bookflow.web.rights import Rights
from bookflow.web.schemas import PROBLEMS_OF_READS, PROBLEMS_OF_WRITES
from bookflow.web.visibility import Visibility

router = APIRouter(prefix="/endpoints", tags=["Endpoints"], responses=PROBLEMS_OF_READS)


@router.get(
    "",
    summary="List endpoints",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={200: {"model": EndpointList, "description": "Those in trouble first."}},
)
def list_endpoints(runtime: RuntimeDep, visibility: VisibilityDep) -> JSONResponse:
    """List mail and SMS connections, and the webhook endpoints of workflows you may see.

    What is in trouble comes first. Who enables an endpoint is written to the audit trail.
    """
    found = (_seen(one, visibility) for one in runtime.endpoints.list_endpoints())
    return JSONResponse({"endpoints": [show_endpoint(one) for one in found if one]})


@router.post(
    "/enable",
    summary="Enable an endpoint",
    response_model=None,
    dependencies=[Depends(require_running_some)],
    responses={
        200: {"model": EndpointState, "description": "How it stands now."},
        413: PROBLEMS_OF_WRITES[413],
        415: PROBLEMS_OF_WRITES[415],
    },
    openapi_extra=body_of(EndpointToEnable),
)
def enable_endpoint(
    raw: BodyDep, runtime: RuntimeDep, rights: RightsDep, actor: ActorDep
) -> JSONResponse:
    """Call an endpoint again that is disabled, or whose circuit is open, from now on.

    It is written down who did so. An endpoint that works already stays as it is.
    """
    key = _read_key(raw)
    known = runtime.endpoints.load_endpoints([key]).get(key)
    if known is None or _seen(known, rights.visibility) is None:
        raise _unknown(key)
    _check_right(rights, known)
    enabled = runtime.endpoints.enable_endpoint(key, actor=f"user:{actor}", now=utc_now())
    seen = _seen(enabled, rights.visibility) if enabled else None
    if seen is None:
        raise _unknown(key)
    return JSONResponse(show_endpoint(seen))


def _check_right(rights: Rights, endpoint: Endpoint) -> None:
    """Raise 403 where the user may not run what goes to this endpoint."""
    if endpoint.channel == WEBHOOK and endpoint.workflow_id:
        rights.require_running(endpoint.workflow_id)
    else:
        rights.require_running_everything()


def _read_key(raw: bytes) -> str:
    body = JsonBody(raw)
    content: dict[str, Any] = body.content
    body.check(content, "", ("key",))
    key = read_optional_text(content, "key", "")
    if not key:
        raise InputError("key", "is required; `GET /endpoints` lists the keys there are")
    return key


def _seen(endpoint: Endpoint, visibility: Visibility) -> Endpoint | None:
    """Give an endpoint as the user may see it: those of mail and SMS are everybody's."""
    if endpoint.workflow_id and visibility.includes(endpoint.workflow_id):
        return endpoint
    if visibility.workflow_ids is None:
        return endpoint
    return None if endpoint.channel == WEBHOOK else replace(endpoint, workflow_id=None)


def _unknown(key: str) -> NotFoundError:
    return NotFoundError(f"no endpoint {key[:100]!r} is known, or you may not see it")
