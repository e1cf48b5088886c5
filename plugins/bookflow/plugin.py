"""The Airflow plugin. Loaded in every task process too, so it imports next to nothing."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin


class BookflowPlugin(AirflowPlugin):
    """Mounts bookflow's API and pages, and adds the links to them.

    Airflow reads `fastapi_apps` in the API server only, `operator_extra_links` only where it shows
    tasks: what they need is imported by then and no earlier.
    """

    name = "bookflow"

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override] # read the same way
        """Give the API under `/bookflow`."""
        from bookflow.web.app import create_app

        return [{"app": create_app(), "url_prefix": "/bookflow", "name": "bookflow"}]

    @property
    def react_apps(self) -> list[dict[str, Any]]:  # type: ignore[override] # read the same way
        """Give the entries of Airflow's UI; `ui/src/main.tsx` has a page for each name."""
        return [
            {
                "name": name,
                "url_route": route,
                "destination": destination,
                # relative, so that they follow Airflow below a path of its own
                "bundle_url": "bookflow/static/main.js",
                "icon": "bookflow/static/workflows.svg",
                "icon_dark_mode": "bookflow/static/workflows_dark.svg",
                "nav_top_level": destination == "nav",
            }
            for name, route, destination in (
                ("Workflows", "workflows", "nav"),
                ("Workflow", "workflow", "dag"),
                ("Executions", "executions", "dag_run"),
                ("Deliveries", "deliveries", "task"),
                ("Deliveries", "run-deliveries", "task_instance"),
            )
        ]

    @cached_property
    def operator_extra_links(self) -> list[Any]:  # type: ignore[override] # read the same way
        """Give the link from a task to its executions."""
        from bookflow.dagrun.links import ExecutionsLink

        return [ExecutionsLink()]
