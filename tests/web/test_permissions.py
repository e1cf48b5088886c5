from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
NOBODY = "00000000-0000-0000-0000-00000000ffff"
# these ask for a signature instead of a login
SIGNED = ["/api/v1/inbound/sms-status", "/api/v1/inbound/{source}"]
PAGES = [
    f"/bookflow/executions/{NOBODY}",
    "/bookflow/runs/bookflow-welcome/manual__1",
    "/bookflow/bookings/none",
]


def test_every_route_but_the_signed_ones_asks_who_is_there(desk: Any) -> None:
    from fastapi.dependencies.models import Dependant
    from fastapi.routing import APIRoute

    from bookflow.web.app import create_app
    from bookflow.web.deps import authenticate

    def calls(dependant: Dependant) -> set[Any]:
        inner = (calls(one) for one in dependant.dependencies)
        return {dependant.call}.union(*inner)

    routes = list_routes(create_app(lambda: desk).routes)
    assert all(isinstance(route, APIRoute) for route in routes)
    open_to_all = [route.path for route in routes if authenticate not in calls(route.dependant)]
    assert sorted(open_to_all) == SIGNED
    assert len(routes) > 40


def list_routes(routes: Any) -> list[Any]:
    """Give every route there is, also those below routers that were included whole."""
    found = []
    for route in routes:
        inner = getattr(route, "routes", None)
        found += list_routes(inner) if inner is not None else [route]
    return found


def test_viewer_gains_nothing_by_naming_a_dag(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "viewer")
    path = f"{API}/triggers/booking_created?dag_id=bookflow-welcome"
    assert client.post(path, json={}).status_code == 403


def test_login_cookie_works_as_well(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "viewer")
    token = client.headers.pop("Authorization").removeprefix("Bearer ")
    client.cookies.set("_token", token)
    assert client.get(f"{API}/executions").status_code == 200
    assert client.get(PAGES[0]).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_page_leads_nobody_to_the_login_and_back(open_client: Any, desk: Any, path: str) -> None:
    client = open_client(desk, None)
    response = client.get(f"{path}?cursor=1")
    assert response.status_code == 302
    login = client.get(response.headers["location"])
    assert login.status_code == 307
    from urllib.parse import parse_qs, urlsplit

    target = urlsplit(login.headers["location"])
    assert target.path == "/auth/login"
    assert parse_qs(target.query) == {"next": [f"{path}?cursor=1"]}


def test_page_leads_a_stale_cookie_to_the_login(open_client: Any, desk: Any) -> None:
    client = open_client(desk, None)
    client.cookies.set("_token", "stale")
    response = client.get(PAGES[0])
    assert response.status_code == 302
    assert response.headers["location"].startswith("/api/v2/auth/login?next=")


def test_login_keeps_the_base_path(open_client: Any, desk: Any) -> None:
    client = open_client(desk, None, root_path="/flow")
    response = client.get(f"/flow{PAGES[2]}")
    assert response.headers["location"] == (
        "/flow/api/v2/auth/login?next=%2Fflow%2Fbookflow%2Fbookings%2Fnone"
    )


def test_unknown_paths_and_methods_are_problems_too(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "admin")
    for method, path, status in (
        ("GET", f"{API}/nothing", 404),
        ("DELETE", f"{API}/executions", 405),
        ("GET", f"{API}/triggers", 405),
    ):
        response = client.request(method, path)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


def test_user_sees_only_workflows_whose_dags_are_readable(
    open_client: Any, desk: Any, dags: Any, make_execution: Any
) -> None:
    desk.specs.add("secret", "booking_created")
    dags("bookflow-welcome", "by_hand")
    dags("bookflow-secret", "their_own", team="blue")
    for number, workflow in enumerate(("welcome", "secret", "by_hand", "their_own"), 1):
        desk.shelf.executions.append(
            make_execution(number, workflow_id=workflow, booking_id=f"bk-{number}")
        )
    desk.shelf.bookings["bk-9"] = {"id": "bk-9"}

    def seen(role: str) -> tuple[list[str], list[int], list[int]]:
        client = open_client(desk, role)
        listed = client.get(f"{API}/executions").json()["executions"]
        single = [
            client.get(f"{API}/executions/{item['id']}").status_code
            for item in desk.shelf.executions
        ]
        bookings = [
            client.get(f"{API}/bookings/bk-{number}/timeline").status_code
            for number in (1, 2, 3, 4, 9)
        ]
        return [item["workflow_id"] for item in listed], single, bookings

    both = [200, 404, 200, 404]
    assert seen("viewer") == (["welcome", "by_hand"], both, [*both, 404])
    everything = ["welcome", "secret", "by_hand", "their_own"]
    assert seen("admin") == (everything, [200] * 4, [200] * 5)


def test_timeline_leaves_out_what_the_user_may_not_see(
    open_client: Any, desk: Any, dags: Any, make_execution: Any
) -> None:
    dags("bookflow-welcome")
    dags("bookflow-secret", team="blue")
    desk.shelf.executions = [make_execution(1), make_execution(2, workflow_id="secret")]
    client = open_client(desk, "viewer")
    entries = client.get(f"{API}/bookings/bk-1/timeline").json()["entries"]
    assert {entry["workflow_id"] for entry in entries} == {"welcome"}
    page = client.get("/bookflow/bookings/bk-1")
    assert "secret" not in page.text
    run = client.get("/bookflow/runs/bookflow-welcome/manual__1")
    assert f"/executions/{desk.shelf.executions[0]['id']}" in run.text
    assert f"/executions/{desk.shelf.executions[1]['id']}" not in run.text


def test_user_who_may_see_all_costs_the_query_no_ids(
    open_client: Any, desk: Any, dags: Any
) -> None:
    dags(*(f"bookflow-w{number}" for number in range(50)))
    open_client(desk, "viewer").get(f"{API}/executions")
    assert desk.shelf.asked[0][0].workflow_ids is None


def test_hand_written_dag_does_not_open_the_spec_of_its_name(
    open_client: Any, desk: Any, dags: Any, make_execution: Any
) -> None:
    dags("secret")
    dags("bookflow-secret", team="blue")
    desk.shelf.executions = [make_execution(1, workflow_id="secret")]
    client = open_client(desk, "viewer")
    assert client.get(f"{API}/executions").json()["executions"] == []
