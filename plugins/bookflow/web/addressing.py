"""Where things are: paths inside Airflow's web server, also below a base path."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import Request

API_PREFIX = "/api/v1"


def airflow_root(request: Request) -> str:
    """Give the path that Airflow itself is served under, without a slash at the end."""
    return str(request.scope.get("app_root_path", "")).rstrip("/")


def own_root(request: Request) -> str:
    """Give the path that this app is served under, without a slash at the end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def is_page(request: Request) -> bool:
    """Tell whether the request is for a page for people rather than for the API."""
    return not request.url.path.removeprefix(own_root(request)).startswith("/api/")


def login_location(request: Request) -> str:
    """Give Airflow's login address, leading back to what was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{airflow_root(request)}/api/v2/auth/login?{urlencode({'next': wanted})}"


def airflow_run_path(request: Request, dag_id: str, run_id: str) -> str:
    """Give the address of a run in Airflow's own pages."""
    return f"{airflow_root(request)}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def execution_path(request: Request, execution_id: str) -> str:
    """Give the address of an execution's page."""
    return f"{own_root(request)}/executions/{quote(execution_id, safe='')}"


def booking_path(request: Request, booking_id: str) -> str:
    """Give the address of a booking's page."""
    return f"{own_root(request)}/bookings/{quote(booking_id, safe='')}"


def run_path(request: Request, dag_id: str, run_id: str) -> str:
    """Give the address of the page that shows a run's executions."""
    return f"{own_root(request)}/runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"
