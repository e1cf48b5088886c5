"""Every route against every kind of person, as `permission_table.py` has it."""

from __future__ import annotations

from typing import Any

import pytest

from bookflow.ports.audit import AuditFilter
from tests.web.permission_table import GUARDED, RIGHTS, ROWS, Row
from tests.web.workflow_scene import BYE, HELLO

pytestmark = pytest.mark.airflow


@pytest.fixture
def bench(workbench: Any) -> Any:
    folder = workbench.settings.specs_dir
    (folder / "hello.yaml").write_text(HELLO)
    (folder / "bye.yaml").write_text(BYE)
    return workbench


def ask(client: Any, row: Row, **more: Any) -> Any:
    body = {} if row.method in ("POST", "PUT", "PATCH") else None
    return client.request(row.method, row.path(), json=body, **more)


def test_every_route_has_a_row(desk: Any) -> None:
    from bookflow.web.app import create_app

    # scripts of pages are files for everybody
    routes = [one for one in create_app(lambda: desk).routes if hasattr(one, "methods")]
    there = sorted(f"{method} {route.path}" for route in routes for method in route.methods)
    assert there == sorted(row.key for row in ROWS)


@pytest.mark.parametrize("role", RIGHTS)
def test_role_may_do_what_the_table_says(open_client: Any, bench: Any, role: str) -> None:
    client = open_client(bench, role)
    answers = {row.key: ask(client, row) for row in GUARDED}
    assert {key: answer.status_code for key, answer in answers.items()} == {
        row.key: row.answer if row.needs in RIGHTS[role] else 403 for row in GUARDED
    }
    assert all("permission" in one.text for one in answers.values() if one.status_code == 403)


def test_nobody_is_sent_away_or_to_the_login(open_client: Any, bench: Any) -> None:
    client = open_client(bench, None)
    for row in GUARDED:
        answer = ask(client, row)
        assert answer.status_code == (302 if row.is_page else 401), row.key
        if not row.is_page:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["type"] == "urn:bookflow:problem:unauthorized"


def test_junk_opens_nothing(open_client: Any, bench: Any) -> None:
    client = open_client(bench, None)
    for row in GUARDED:
        junk = ask(client, row, headers={"Authorization": "Bearer junk"})
        assert junk.status_code in (403, 429), row.key
        basic = ask(client, row, headers={"Authorization": "Basic YWRtaW46YWRtaW4="})
        assert basic.status_code == (302 if row.is_page else 401) or basic.status_code == 429


def test_refused_request_changes_nothing(open_client: Any, bench: Any) -> None:
    folder = bench.settings.specs_dir
    before = {path.name: path.read_bytes() for path in folder.rglob("*.yaml")}
    for role in (None, "viewer"):
        client = open_client(bench, role)
        for row in GUARDED:
            ask(client, row, headers={"If-Match": "*"})
    assert {path.name: path.read_bytes() for path in folder.rglob("*.yaml")} == before
    assert bench.shelf.list_audit(AuditFilter(), limit=1, cursor=None).items == []


def test_query_string_gives_no_right(open_client: Any, bench: Any) -> None:
    client = open_client(bench, "viewer")
    for row in GUARDED:
        if row.needs in RIGHTS["viewer"]:
            continue
        for name in ("dag_id", "workflow_id", "workflow"):
            answer = ask(client, row, params={name: "bookflow-hello"})
            assert answer.status_code == 403, row.key
