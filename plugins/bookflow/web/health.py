"""Whether bookflow works, part by part."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from bookflow.errors import BookflowError
from bookflow.web.deps import SightDep
from bookflow.web.lifecycle import KeeperDep
from bookflow.web.problems import RETRY_AFTER_SECONDS
from bookflow.web.schemas import PROBLEMS_OF_HEALTH, Health

router = APIRouter(prefix="/health", tags=["Health"], responses=PROBLEMS_OF_HEALTH)


@router.get(
    "",
    summary="Tell the state of bookflow",
    response_model=None,
    responses={
        200: {"model": Health, "description": "It works, perhaps with restrictions."},
        503: {"model": Health, "description": "It does not work; the parts say what to do."},
    },
)
def tell_health(keeper: KeeperDep, sees_everything: SightDep) -> JSONResponse:
    """Tell the state of each part; any signed-in user may ask.

    `healthy`; `degraded`, which works; or `unhealthy`, answered with 503.
    """
    state = _state(keeper)
    specs = state["components"].get("specs", {})
    # names of files, which are those of workflows
    if specs.get("invalid") and not sees_everything():
        specs["invalid"] = []
    if state["status"] == "unhealthy":
        return JSONResponse(state, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return JSONResponse(state)


def _state(keeper: KeeperDep) -> dict[str, Any]:
    try:
        return keeper.get().health()
    except BookflowError as error:
        part = {"status": "unhealthy", "message": str(error)}
        return {"status": "unhealthy", "components": {"runtime": part}}
