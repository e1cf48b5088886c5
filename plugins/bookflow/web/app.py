"""The FastAPI app that Airflow mounts at /bookflow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import anyio
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.routing import BaseRoute

from bookflow.web import (
    account,
    analytics,
    audit,
    bookings,
    catalogue,
    choices,
    deleted_workflows,
    deliveries,
    endpoints,
    erasures,
    executions,
    exports,
    health,
    inbound,
    inbound_requests,
    incidents,
    interventions,
    metrics,
    pages,
    triggers,
    upcoming,
    workflow_actions,
    workflow_runs,
    workflow_templates,
    workflow_tests,
    workflow_validation,
    workflow_versions,
    workflows,
)
from bookflow.web.addressing import API_PREFIX
from bookflow.web.deps import authenticate, limit_requests, open_airflow_runtime
from bookflow.web.describing import add_bodies, add_permissions, list_tags
from bookflow.web.endpoint_schemas import EndpointToEnable
from bookflow.web.event_schemas import REQUESTS
from bookflow.web.lifecycle import RETRY_SECONDS, Runtime, RuntimeKeeper
from bookflow.web.limits import RequestLimits
from bookflow.web.problems import install_handlers
from bookflow.web.schemas import Problem
from bookflow.web.shielding import Shield
from bookflow.web.static_files import PageFiles
from bookflow.web.template_schemas import REQUESTS as TEMPLATE_REQUESTS
from bookflow.web.trial_schemas import REQUESTS as TRIAL_REQUESTS
from bookflow.web.upkeep_schemas import REQUESTS as UPKEEP_REQUESTS
from bookflow.web.visibility import VisibilityCache
from bookflow.web.workflow_schemas import REQUESTS as WORKFLOW_REQUESTS

VERSION = "1"
DESCRIBED: tuple[type[BaseModel], ...] = (
    *REQUESTS,
    *WORKFLOW_REQUESTS,
    *TEMPLATE_REQUESTS,
    *TRIAL_REQUESTS,
    *UPKEEP_REQUESTS,
    Problem,
    EndpointToEnable,
)
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
        openapi_tags=list_tags(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.keeper = keeper
    app.state.visibilities = VisibilityCache()
    app.state.limits = RequestLimits()
    app.state.meter = metrics.RequestMeter()
    app.router.routes.extend(_build_routes())
    app.dependency_overrides = _OVERRIDES.dependency_overrides
    app.mount("/static", PageFiles(), name="static")
    install_handlers(app)
    # outermost, so that the answers to errors carry its headers too
    app.add_middleware(Shield)
    app.add_middleware(metrics.RequestClock, meter=app.state.meter)
    return app


class _Overrides:
    """Where routes look for stand-ins of what they depend on; all apps of a process share it."""

    def __init__(self) -> None:
        self.dependency_overrides: dict[Callable[..., Any], Callable[..., Any]] = {}


_OVERRIDES = _Overrides()


@cache
def _build_routes() -> tuple[BaseRoute, ...]:
    """Build the routes, once per process: FastAPI looks at every parameter for a second or two."""
    routes = APIRouter(dependency_overrides_provider=_OVERRIDES, redirect_slashes=False)
    # Airflow does not authenticate the apps of plugins
    guarded = [Depends(authenticate), Depends(limit_requests)]
    parts = (
        # the export comes first: its path looks like that of an execution
        triggers, exports, executions, interventions, bookings,
        health, catalogue, inbound_requests, endpoints, upcoming, audit,
        workflows, workflow_actions, workflow_versions, workflow_runs,
        workflow_templates, metrics, workflow_tests, workflow_validation, analytics,
        incidents, erasures, account, choices, deliveries, deleted_workflows,
    )  # fmt: skip
    for part in parts:
        routes.include_router(part.router, prefix=API_PREFIX, dependencies=guarded)
    routes.include_router(pages.router, dependencies=guarded)
    # these alone are open to strangers: they ask for a signature instead of a login
    routes.include_router(inbound.router, prefix=API_PREFIX)
    return tuple(routes.routes)


class _Described(FastAPI):
    """An app whose description includes bodies that routes read themselves, and who may."""

    def openapi(self) -> dict[str, Any]:
        """Describe the API (OpenAPI 3.1)."""
        if self.openapi_schema is None:
            described = super().openapi()
            add_bodies(described, DESCRIBED)
            add_permissions(described, self)
        return self.openapi_schema or {}
