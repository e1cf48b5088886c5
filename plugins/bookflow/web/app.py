"""The FastAPI app that Airflow mounts at /bookflow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bookflow.web import (
    bookings,
    catalogue,
    endpoints,
    executions,
    health,
    inbound,
    inbound_requests,
    interventions,
    pages,
    triggers,
    upcoming,
)
from bookflow.web.addressing import API_PREFIX
from bookflow.web.deps import authenticate, open_airflow_runtime
from bookflow.web.endpoint_schemas import EndpointToEnable
from bookflow.web.event_schemas import REQUESTS
from bookflow.web.lifecycle import RETRY_SECONDS, Runtime, RuntimeKeeper
from bookflow.web.problems import install_handlers
from bookflow.web.schemas import Problem
from bookflow.web.visibility import VisibilityCache

VERSION = "1"
DESCRIBED: tuple[type[BaseModel], ...] = (*REQUESTS, Problem, EndpointToEnable)
OPENING_PATIENCE_SECONDS = 10.0
DESCRIPTION = (
    "Send what happened to bookings, and see what became of it. Every route needs a signed-in "
    "Airflow user: a token from `POST /auth/token`, or the login cookie. Those below `/inbound/` "
    "need a valid signature instead."
)


def create_app(
    open_runtime: Callable[[], Runtime] | None = None, *, retry_seconds: float = RETRY_SECONDS
) -> FastAPI:
    """Build the app; `open_runtime` is called when it starts, and again while that fails."""
    keeper = RuntimeKeeper(open_runtime or open_airflow_runtime, retry_seconds=retry_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # a database that does not answer must not keep Airflow's own server from starting
        with anyio.move_on_after(OPENING_PATIENCE_SECONDS):
            await anyio.to_thread.run_sync(keeper.open, abandon_on_cancel=True)
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(keeper.close)

    app = _Described(
        title="bookflow",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.keeper = keeper
    app.state.visibilities = VisibilityCache()
    # Airflow does not authenticate the apps of plugins
    guarded = [Depends(authenticate)]
    api = APIRouter(prefix=API_PREFIX, dependencies=guarded)
    parts = (
        triggers, executions, interventions, bookings,
        health, catalogue, inbound_requests, endpoints, upcoming,
    )  # fmt: skip
    for part in parts:
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(pages.router, dependencies=guarded)
    # these alone are open to strangers: they ask for a signature instead of a login
    app.include_router(inbound.router, prefix=API_PREFIX)
    install_handlers(app)
    return app


class _Described(FastAPI):
    """An app whose description includes the bodies that its routes read themselves."""

    def openapi(self) -> dict[str, Any]:
        """Describe the API (OpenAPI 3.1)."""
        described = super().openapi()
        models: list[tuple[type[BaseModel], Literal["validation"]]] = [
            (model, "validation") for model in DESCRIBED
        ]
        _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")
        described["components"]["schemas"].update(definitions["$defs"])
        return described
