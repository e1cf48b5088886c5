"""The scripts of the pages: public, and cached for as long as they can't change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bookflow.web.static_files import PageFiles
from tests.web.conftest import TestClient


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "main.js").write_text('import"./chunks/main-1.js";')
    (tmp_path / "chunks" / "main-1.js").write_text("1;")
    return tmp_path


def open_files(folder: Path) -> Any:
    return TestClient(Starlette(routes=[Mount("/static", PageFiles(folder))]))


def test_entry_is_asked_for_anew_and_chunks_are_kept(dist: Path) -> None:
    client = open_files(dist)
    assert client.get("/static/main.js").headers["cache-control"] == "no-cache"
    chunk = client.get("/static/chunks/main-1.js")
    assert chunk.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert chunk.headers["content-type"].startswith("text/javascript")


def test_icons_are_there_without_a_build(tmp_path: Path) -> None:
    answer = open_files(tmp_path / "none").get("/static/workflows_dark.svg")
    assert answer.headers["content-type"] == "image/svg+xml"


def test_page_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    answer = open_files(tmp_path / "none").get("/static/main.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "make install" in answer.text


@pytest.mark.parametrize("path", ["..%2fplugin.py", "%2e%2e/plugin.py", "chunks/..%2f..%2fx", ""])
def test_nothing_else_is_served(dist: Path, path: str) -> None:
    assert open_files(dist).get(f"/static/{path}").status_code in (404, 405)


@pytest.mark.airflow
def test_scripts_need_no_login(open_client: Any, workbench: Any) -> None:
    answer = open_client(workbench, None).get("/bookflow/static/main.js")
    assert answer.status_code == 200
