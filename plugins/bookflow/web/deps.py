"""The one place of the web room that talks to Airflow: who asks, and what they may do."""

from __future__ import annotations

import json
import os
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import get_user
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from bookflow.settings import Settings
from bookflow.web.addressing import is_page, login_location
from bookflow.web.lifecycle import Runtime
from bookflow.web.problems import LoginRequiredError
from bookflow.web.rights import Rights
from bookflow.web.visibility import (
    DAG_PREFIX,
    EVERYTHING,
    Visibility,
    VisibilityCache,
    workflows_of,
)

_bearer = HTTPBearer(
    auto_error=False,
    description="A token from Airflow's `POST /auth/token`. The login cookie works as well.",
)
# no DAG can have this id; who may read it may read any
_UNKNOWN_DAG = "bookflow-?"


async def authenticate(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> BaseUser:
    """Find the Airflow user; pages lead to the login where there is none."""
    try:
        user: BaseUser = await get_user(request, bearer_credentials=credentials)
    except HTTPException as error:
        if credentials is None and is_page(request):
            raise LoginRequiredError(login_location(request)) from None
        headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
        raise HTTPException(error.status_code, error.detail, headers) from None
    return user


CurrentUser = Annotated[BaseUser, Depends(authenticate)]


def require_reading(user: CurrentUser) -> None:
    """Let only those through who may read DAGs."""
    # Airflow's requires_access_dag takes a `dag_id` from the caller's query string; a right to
    # one DAG would then open routes that concern all of them
    if not get_auth_manager().is_authorized_dag(method="GET", user=user):
        raise HTTPException(403, "You need the permission to read DAGs; ask an Airflow admin.")


def require_running(user: CurrentUser) -> None:
    """Let only those through who may start DAG runs."""
    if not get_auth_manager().is_authorized_dag(
        method="POST", access_entity=DagAccessEntity.RUN, user=user
    ):
        raise HTTPException(403, "You need the permission to start DAG runs; ask an Airflow admin.")


def require_editing(user: CurrentUser) -> None:
    """Let only those through who may edit DAGs."""
    if not get_auth_manager().is_authorized_dag(method="PUT", user=user):
        raise HTTPException(403, "You need the permission to edit DAGs; ask an Airflow admin.")


def require_admin(user: CurrentUser) -> None:
    """Let only those through who may change Airflow's configuration (roles Op and Admin)."""
    if not get_auth_manager().is_authorized_configuration(method="PUT", user=user):
        message = "You need the permission to change Airflow's configuration; ask an Airflow admin."
        raise HTTPException(403, message)


def find_actor(user: CurrentUser) -> str:
    """Give the name that events are recorded under."""
    return str(user.get_name())


def find_visibility(request: Request, user: CurrentUser) -> Visibility:
    """Give the workflows the user may see."""
    cache: VisibilityCache = request.app.state.visibilities
    key = json.dumps(get_auth_manager().serialize_user(user), sort_keys=True, default=str)
    return cache.get(key, lambda: _load_visibility(user))


def _load_visibility(user: BaseUser) -> Visibility:
    manager = get_auth_manager()
    with create_session() as session:
        known = set(session.scalars(select(DagModel.dag_id)))
        readable = manager.get_authorized_dag_ids(user=user, method="GET", session=session)
    may_read_any = manager.is_authorized_dag(
        method="GET", details=DagDetails(id=_UNKNOWN_DAG), user=user
    )
    if may_read_any and readable >= known:
        return EVERYTHING
    return Visibility(workflows_of(readable, known))


ActorDep = Annotated[str, Depends(find_actor)]
VisibilityDep = Annotated[Visibility, Depends(find_visibility)]


def find_rights(user: CurrentUser, visibility: VisibilityDep) -> Rights:
    """Give what the user may do with which workflow."""
    manager = get_auth_manager()

    def may_edit(workflow_id: str) -> bool:
        details = DagDetails(id=DAG_PREFIX + workflow_id)
        return manager.is_authorized_dag(method="PUT", details=details, user=user)

    def may_run(workflow_id: str) -> bool:
        details = DagDetails(id=DAG_PREFIX + workflow_id)
        return manager.is_authorized_dag(
            method="POST", access_entity=DagAccessEntity.RUN, details=details, user=user
        )

    return Rights(visibility, may_edit, may_run)


RightsDep = Annotated[Rights, Depends(find_rights)]


def open_airflow_runtime() -> Runtime:
    """Open bookflow with what this API server's environment says."""
    # imported here: an app with a runtime of its own (a test, another server) needs none of it
    from bookflow.airflow_client.connections import AirflowConnections
    from bookflow.airflow_client.runs_in_server import ServerWaker
    from bookflow.wiring.servers import open_server_runtime

    settings = Settings.from_environment(os.environ)
    connections = AirflowConnections(os.environ, is_server=True)
    return open_server_runtime(settings, connections, ServerWaker())
