"""People decide about executions: cancel them, or have them tried again."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse

from bookflow.errors import InputError
from bookflow.web.deps import ActorDep, RightsDep, require_running_some
from bookflow.web.event_schemas import CancelRequest, RetryRequest, body_of
from bookflow.web.executions import find_execution
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.naming import with_name
from bookflow.web.reading import JsonBody, OptionalBodyDep, read_optional_text
from bookflow.web.schemas import PROBLEMS_OF_INTERVENTIONS, Execution

REASON_LIMIT = 500

router = APIRouter(
    prefix="/executions",
    tags=["Executions"],
    dependencies=[Depends(require_running_some)],
    responses=PROBLEMS_OF_INTERVENTIONS,
)

ExecutionId = Annotated[
    str,
    Path(
        description="The id that the trigger answered with.",
        examples=["01957b2e-7c1a-7f00-8000-000000000001"],
    ),
]


@router.post(
    "/{execution_id}/retry",
    status_code=202,
    summary="Try a failed execution again",
    response_model=None,
    responses={202: {"model": Execution, "description": "It is pending again, due now."}},
    openapi_extra=body_of(RetryRequest, is_required=False),
)
def retry_execution(
    execution_id: ExecutionId,
    raw: OptionalBodyDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    actor: ActorDep,
) -> JSONResponse:
    """Try the failed actions of an execution again, or one of them.

    Messages keep their delivery ids, and what was delivered is never sent again. A cancelled
    execution is taken up as a whole. Before anything is sent the booking is looked at again. It
    is written to the audit trail.
    """
    body = JsonBody(raw)
    body.check(body.content, "", ("action",))
    action = read_optional_text(body.content, "action", "")
    found = find_execution(runtime.reports, rights.visibility, execution_id)
    rights.require_running(found["workflow_id"])
    runtime.interventions.retry(
        uuid.UUID(found["id"]), found["workflow_id"], action=action, actor=actor
    )
    found = find_execution(runtime.reports, rights.visibility, execution_id)
    return JSONResponse(with_name(found, runtime.specs), 202)


@router.post(
    "/{execution_id}/cancel",
    summary="Cancel an open execution",
    response_model=None,
    responses={200: {"model": Execution, "description": "It is cancelled."}},
    openapi_extra=body_of(CancelRequest, is_required=False),
)
def cancel_execution(
    execution_id: ExecutionId,
    raw: OptionalBodyDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    actor: ActorDep,
) -> JSONResponse:
    """End an execution that is pending or running: nothing further of it begins.

    What is being sent at this moment still goes out, and is recorded. It is written to the audit
    trail.
    """
    body = JsonBody(raw)
    body.check(body.content, "", ("reason",))
    reason = (read_optional_text(body.content, "reason", "") or "").strip()
    if len(reason) > REASON_LIMIT:
        raise InputError("reason", f"must be text of at most {REASON_LIMIT} characters")
    found = find_execution(runtime.reports, rights.visibility, execution_id)
    rights.require_running(found["workflow_id"])
    runtime.interventions.cancel(uuid.UUID(found["id"]), reason=reason, actor=actor)
    found = find_execution(runtime.reports, rights.visibility, execution_id)
    return JSONResponse(with_name(found, runtime.specs))
