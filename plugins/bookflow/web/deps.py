"""The one place of the web room that talks to Airflow: who asks, and what they may do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import get_user
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from bookflow.errors import NotFoundError
from bookflow.settings import Settings
from bookflow.spec.authoring.shapes import Author
from bookflow.web.addressing import is_page, login_location
from bookflow.web.lifecycle import Runtime, RuntimeDep, find_keeper
from bookflow.web.limits import EXPORTS, LIVE_TESTS, LOGINS, find_client, limit_of, take_one
from bookflow.web.ownership import find_owned, leaves_traces
from bookflow.web.problems import LoginRequiredError
from bookflow.web.rights import Rights, fold_name
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
DAG_ID_LIMIT = 250
NO_RUNNING = "You need the permission to start DAG runs; ask an Airflow admin."


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
        if credentials is not None or request.cookies:
            take_one(request, LOGINS, find_client(request))
        headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
        raise HTTPException(error.status_code, error.detail, headers) from None
    return user


CurrentUser = Annotated[BaseUser, Depends(authenticate)]


async def limit_requests(request: Request, user: CurrentUser) -> None:
    """Count a request of the user; answers 429 where they come too fast."""
    take_one(request, limit_of(request.url.path), user.get_name())


async def limit_exports(request: Request, user: CurrentUser) -> None:
    """Count an export of the user; each one reads a great deal."""
    take_one(request, EXPORTS, user.get_name())


LiveTestLimit = Callable[[], None]


async def find_live_test_limit(request: Request, user: CurrentUser) -> Any:
    """Give what a route calls before it really sends: counts, and may answer 429."""
    return lambda: take_one(request, LIVE_TESTS, user.get_name())


LiveTestLimitDep = Annotated[LiveTestLimit, Depends(find_live_test_limit)]


def require_reading(user: CurrentUser) -> None:
    """Let only those through who may read DAGs."""
    # Airflow's requires_access_dag takes a `dag_id` from the caller's query string; a right to
    # one DAG would then open routes that concern all of them
    if not get_auth_manager().is_authorized_dag(method="GET", user=user):
        raise HTTPException(403, "You need the permission to read DAGs; ask an Airflow admin.")


def require_editing(request: Request, user: CurrentUser) -> None:
    """Let only those through who may edit the DAG of the path's workflow; without one, any DAG."""
    if not may_edit(user, _workflow_of(request)):
        raise HTTPException(403, "You need the permission to edit DAGs; ask an Airflow admin.")


def require_running(request: Request, user: CurrentUser) -> None:
    """Let only those through who may start runs of the path's workflow; without one, of any."""
    if not may_run(user, _workflow_of(request)):
        raise HTTPException(403, NO_RUNNING)


def require_admin(user: CurrentUser) -> None:
    """Let only those through who may change Airflow's configuration or its connections."""
    if not is_admin(user):
        message = (
            "You need the permission to change Airflow's configuration or its connections; ask an "
            "Airflow admin."
        )
        raise HTTPException(403, message)


def _workflow_of(request: Request) -> str | None:
    """Give the workflow that the route itself works on; nothing that a caller adds counts."""
    found = request.path_params.get("workflow_id")
    if found is None:
        return None
    if len(found) > DAG_ID_LIMIT or not found.isprintable():
        raise NotFoundError("there is no workflow of this id")
    return str(found)


def is_admin(user: BaseUser) -> bool:
    """Tell whether Airflow lets the user administer it."""
    manager = get_auth_manager()
    # no role of the FAB auth manager may change the configuration; Op and Admin may change
    # connections there, and hold all secrets that way
    return manager.is_authorized_configuration(
        method="PUT", user=user
    ) or manager.is_authorized_connection(method="PUT", user=user)


def may_edit(user: BaseUser, workflow_id: str | None) -> bool:
    """Tell whether the user may edit the DAG of a workflow; None: every DAG."""
    details = None if workflow_id is None else _details_of(DAG_PREFIX + workflow_id)
    return get_auth_manager().is_authorized_dag(method="PUT", details=details, user=user)


def may_run(user: BaseUser, workflow_id: str | None) -> bool:
    """Tell whether the user may start runs of a workflow's DAG; None: of every DAG."""
    details = None if workflow_id is None else _details_of(_dag_of(workflow_id))
    return get_auth_manager().is_authorized_dag(
        method="POST", access_entity=DagAccessEntity.RUN, details=details, user=user
    )


def _details_of(dag_id: str) -> DagDetails:
    return DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))


def _dag_of(workflow_id: str) -> str:
    """Give the DAG that carries a workflow out: that of its spec, else one written by hand."""
    ids = (DAG_PREFIX + workflow_id, workflow_id)
    with create_session() as session:
        known = set(session.scalars(select(DagModel.dag_id).where(DagModel.dag_id.in_(ids))))
    return next((dag_id for dag_id in ids if dag_id in known), ids[0])


async def find_actor(user: CurrentUser) -> str:
    """Give the name that events are recorded under."""
    return str(user.get_name())


async def find_author(user: CurrentUser) -> Author:
    """Give whom commits of spec files are attributed to."""
    name = str(user.get_name())
    email = getattr(user, "email", None)
    if not isinstance(email, str) or not email:
        email = name if "@" in name else ""
    return Author(name, email)


def names_of(user: BaseUser) -> frozenset[str]:
    """Give the names an organizer may be written as in specs: user name and e-mail address."""
    said = (user.get_name(), getattr(user, "username", None), getattr(user, "email", None))
    return frozenset(fold_name(name) for name in said if isinstance(name, str) and name.strip())


def key_of(user: BaseUser) -> str:
    """Give what tells users apart, also with roles and teams that a token carries."""
    try:
        said: object = get_auth_manager().serialize_user(user)
    except AttributeError:
        # the FAB auth manager's stand-in for people who are not signed in has no id
        said = [type(user).__name__, user.get_name()]
    return json.dumps(said, sort_keys=True, default=str)


def find_visibility(request: Request, user: CurrentUser, runtime: RuntimeDep) -> Visibility:
    """Give the workflows the user may see."""
    cache: VisibilityCache = request.app.state.visibilities
    seen = cache.get(key_of(user), lambda: _load_visibility(user))
    if not _is_limited(user, runtime):
        return seen
    # not kept: what somebody has just made is theirs at once
    return seen.narrowed(find_owned(runtime, names_of(user)))


async def find_sight(request: Request, user: CurrentUser) -> Any:
    """Give how to ask whether the user sees every workflow, also where bookflow is not open."""

    def sees_everything() -> bool:
        opened = find_keeper(request).opened
        return opened is not None and find_visibility(request, user, opened) == EVERYTHING

    return sees_everything


# typed as Any for FastAPI, as the runtime is
SightDep = Annotated[Callable[[], bool], Depends(find_sight)]


def _is_limited(user: BaseUser, runtime: Runtime) -> bool:
    return runtime.settings.shows_only_own and not is_admin(user)


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
AuthorDep = Annotated[Author, Depends(find_author)]
VisibilityDep = Annotated[Visibility, Depends(find_visibility)]


def find_rights(user: CurrentUser, visibility: VisibilityDep, runtime: RuntimeDep) -> Rights:
    """Give what the user may do with which workflow."""
    return Rights(
        visibility,
        lambda workflow_id: may_edit(user, workflow_id),
        lambda workflow_id: may_run(user, workflow_id),
        names_of(user) if _is_limited(user, runtime) else None,
        lambda workflow_id: leaves_traces(runtime, workflow_id),
    )


RightsDep = Annotated[Rights, Depends(find_rights)]


def require_running_some(user: CurrentUser, rights: RightsDep) -> None:
    """Let those through who may start runs of some workflow; the route asks again for which."""
    if may_run(user, None):
        return
    if not any(map(rights.may_run, rights.visibility.workflow_ids or ())):
        raise HTTPException(403, NO_RUNNING)


def require_editing_some(user: CurrentUser, rights: RightsDep) -> None:
    """Let those through who may edit the DAG of some workflow; the route asks again for which."""
    if may_edit(user, None):
        return
    if not any(map(rights.may_edit, rights.visibility.workflow_ids or ())):
        raise HTTPException(403, "You need the permission to edit DAGs; ask an Airflow admin.")


def require_triggering(user: CurrentUser, runtime: RuntimeDep) -> None:
    """Let those through whose events may start the workflows of everybody."""
    if not may_run(user, None):
        raise HTTPException(403, NO_RUNNING)
    if _is_limited(user, runtime):
        message = (
            "Events start the workflows of everybody, and people see only their own here: an "
            "Airflow admin must send them."
        )
        raise HTTPException(403, message)


def open_airflow_runtime() -> Runtime:
    """Open bookflow with what this API server's environment says."""
    # imported here: an app with a runtime of its own (a test, another server) needs none of it
    from bookflow.airflow_client.connections import AirflowConnections
    from bookflow.airflow_client.reparsing import FactoryReparser
    from bookflow.airflow_client.runs_in_server import ServerWaker
    from bookflow.airflow_client.tracing import find_tracer
    from bookflow.wiring.servers import open_server_runtime

    settings = Settings.from_environment(os.environ)
    connections = AirflowConnections(os.environ, is_server=True)
    return open_server_runtime(
        settings, connections, ServerWaker(), reparser=FactoryReparser(), tracer=find_tracer()
    )
