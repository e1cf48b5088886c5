"""A process of its own with Airflow's FAB auth manager: asks every route in the name of each role.

An auth manager is one per process, so the test starts this one and reads what it prints.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from tests.web.permission_table import GUARDED

DAG_FOR_ONE = "bookflow-hello"
ROLES = ("Public", "Viewer", "User", "Op", "Admin")


def open_airflow() -> Any:
    """Make the tables, the roles and, in this process, the auth manager."""
    from airflow import settings
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.models import import_all_models
    from airflow.models.base import Base
    from airflow.providers.fab.auth_manager.models import model_metadata
    from fastapi import FastAPI

    settings.configure_vars()
    settings.reconfigure_orm()
    import_all_models()
    Base.metadata.create_all(settings.engine)
    model_metadata.create_all(settings.engine)
    root = FastAPI()
    return root, init_auth_manager(root)


def add_people(manager: Any) -> dict[str, Any]:
    """Give a user of each role, and of roles with rights on one DAG."""
    security = manager.security_manager
    one = [("can_read", f"DAG:{DAG_FOR_ONE}")]
    edit = [*one, ("can_edit", f"DAG:{DAG_FOR_ONE}")]
    run = [*edit, ("can_create", f"DAG Run:{DAG_FOR_ONE}")]
    own_roles = {"OneRead": one, "OneEdit": edit, "OneRun": run}
    for name, permissions in own_roles.items():
        role = security.add_role(name)
        for action, resource in permissions:
            security.add_permission_to_role(role, security.create_permission(action, resource))
    return {
        name: security.add_user(
            name.lower(), name, "Person", f"{name.lower()}@example.com", security.find_role(name)
        )
        for name in (*ROLES, *own_roles)
    }


def open_app(root: Any, folder: Path) -> Any:
    """Mount bookflow over a folder with two workflows, and let Airflow know their DAGs."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    from bookflow.web.app import create_app
    from tests.web.conftest import Workbench
    from tests.web.workflow_scene import BYE, HELLO

    bench = Workbench(folder)
    (folder / "hello.yaml").write_text(HELLO)
    (folder / "bye.yaml").write_text(BYE)
    with create_session() as session:
        session.merge(DagBundleModel(name="b"))
        session.flush()
        for dag_id in (DAG_FOR_ONE, "bookflow-bye"):
            session.add(DagModel(dag_id=dag_id, bundle_name="b"))
    app = create_app(lambda: bench)
    root.mount("/bookflow", app)
    return app


def ask_all(root: Any, manager: Any, people: dict[str, Any]) -> dict[str, Any]:
    """Give the status of every route by person, on the workflow with rights and on another."""
    from fastapi.testclient import TestClient

    found: dict[str, Any] = {}
    with TestClient(root, follow_redirects=False) as client:
        for name, user in people.items():
            client.headers["Authorization"] = f"Bearer {manager.generate_jwt(user)}"
            found[name] = {
                workflow_id: {row.key: _ask(client, row, workflow_id) for row in GUARDED}
                for workflow_id in ("hello", "bye")
            }
            listed = client.get("/bookflow/api/v1/workflows")
            seen = listed.json().get("workflows", ())
            found[name]["seen"] = sorted(item["id"] for item in seen)
            many = client.post(
                "/bookflow/api/v1/workflows/bulk?dry_run=true",
                json={"ids": ["hello", "bye"], "change": {"is_active": False}},
            )
            results = many.json().get("results", ())
            found[name]["bulk"] = {item["id"]: item["status"] for item in results}
    return found


def _ask(client: Any, row: Any, workflow_id: str) -> int:
    body = {} if row.method in ("POST", "PUT", "PATCH") else None
    return int(client.request(row.method, row.path(workflow_id), json=body).status_code)


def ask_as_public(mounted: Any) -> dict[str, int]:
    """Give the answers to people who are not signed in, where a role is set for them."""
    from airflow.api_fastapi.core_api.app import init_middlewares
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    os.environ["AIRFLOW__FAB__AUTH_ROLE_PUBLIC"] = "Viewer"
    root = FastAPI()
    root.mount("/bookflow", mounted)
    init_middlewares(root)
    with TestClient(root, follow_redirects=False) as client:
        return {row.key: _ask(client, row, "hello") for row in GUARDED}


def main(target: Path) -> None:
    warnings.simplefilter("ignore")
    root, manager = open_airflow()
    with tempfile.TemporaryDirectory() as folder, manager.flask_app.app_context():
        people = add_people(manager)
        mounted = open_app(root, Path(folder))
        result = ask_all(root, manager, people)
        result["not signed in"] = ask_as_public(mounted)
    target.write_text(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
