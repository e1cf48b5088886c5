from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy.exc

from bookflow.web.problems import internal_problem

with warnings.catch_warnings():
    # it asks for httpx2, which Airflow 3.3 does not come with
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    "error",
    [
        sqlalchemy.exc.OperationalError("SELECT 1", {}, OSError("refused")),
        sqlalchemy.exc.InterfaceError("SELECT 1", {}, OSError("closed")),
        sqlalchemy.exc.TimeoutError("QueuePool limit reached"),
    ],
)
def test_airflows_database_away_is_a_503_that_says_so(error):
    problem = internal_problem(error)
    assert (problem.status, problem.kind) == (503, "unavailable")
    assert "Airflow's own database" in problem.detail
    assert "SELECT" not in problem.detail


def test_other_surprises_stay_internal():
    assert internal_problem(ValueError("x")).status == 500


@pytest.mark.airflow
@pytest.mark.parametrize(
    ("place", "method", "path"),
    [
        ("authenticate", "GET", "/api/v1/health"),
        ("authenticate", "GET", "/api/v1/executions"),
        ("authenticate", "GET", "/bookings/bk-1"),
        ("authenticate", "POST", "/api/v1/triggers/booking_created"),
        ("require_triggering", "POST", "/api/v1/triggers/booking_created"),
        ("require_reading", "GET", "/api/v1/bookings/bk-1/timeline"),
        ("find_visibility", "GET", "/api/v1/executions"),
        ("find_visibility", "GET", "/bookings/bk-1"),
    ],
)
def test_every_route_answers_503_with_retry_after(
    airflow_database: Any,
    desk: Any,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    method: str,
    path: str,
) -> None:
    from bookflow.web import deps
    from bookflow.web.app import create_app

    def fail() -> None:
        raise sqlalchemy.exc.OperationalError("SELECT secret", {}, OSError("refused"))

    app = create_app(lambda: desk)
    # whatever comes before the failing part lets everybody through
    stand_in = SimpleNamespace(get_name=str)
    for name in ("authenticate", "require_reading", "require_triggering"):
        monkeypatch.setitem(app.dependency_overrides, getattr(deps, name), lambda: stand_in)
    monkeypatch.setitem(app.dependency_overrides, getattr(deps, place), fail)
    with TestClient(app) as client:
        answer = client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Airflow&#39;s own database" in answer.text or "Airflow's own database" in answer.text
    assert "secret" not in answer.text


@pytest.mark.airflow
def test_connection_nobody_can_look_up_is_not_taken_for_a_missing_one(
    airflow_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.secrets.metastore import MetastoreBackend

    from bookflow.airflow_client.connections import AirflowConnections
    from bookflow.errors import MissingConnectionError, UnavailableError

    connections = AirflowConnections({}, is_server=True)
    with pytest.raises(MissingConnectionError):
        connections.get("bookflow_inbound_nowhere")

    def fail(*_: Any, **__: Any) -> None:
        raise sqlalchemy.exc.OperationalError("SELECT secret", {}, OSError("refused"))

    monkeypatch.setattr(MetastoreBackend, "get_connection", fail)
    with pytest.raises(UnavailableError, match="Airflow's own database"):
        connections.get("bookflow_inbound_nowhere")
