"""History of a workflow in git, through the API."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from bookflow.web.deleted_workflows import DeletedWorkflows
from bookflow.web.deps import find_visibility
from bookflow.web.visibility import Visibility
from tests.web.workflow_scene import HELLO

pytestmark = pytest.mark.airflow


@pytest.fixture
def history(scene: Any) -> Any:
    """Give the scene in a git repository whose first commit holds both files."""
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "begin"],
    ):
        subprocess.run(["git", "-C", str(scene.folder), *command], check=True)  # noqa: S607
    return scene


def test_each_change_is_a_version_of_its_author(history: Any) -> None:
    saved = history.change("PATCH", "/hello", {"name": "Hallo"})
    again = history.change("DELETE", "/hello/actions/Text")
    versions = history.get("/hello/versions")["versions"]
    assert [one["commit"] for one in versions][:2] == [again["commit"], saved["commit"]]
    assert [one["author"] for one in versions][:2] == ["user", "user"]
    assert [one["is_current"] for one in versions] == [True, False, False]
    assert versions[1]["version"] == saved["version"]
    assert "Hallo" in versions[1]["message"] or "name" in versions[1]["message"]
    page = history.get("/hello/versions", params={"limit": 2})
    rest = history.get("/hello/versions", params={"cursor": page["next_cursor"]})
    assert [*page["versions"], *rest["versions"]] == versions
    assert rest["next_cursor"] is None


def test_version_is_read_and_compared(history: Any) -> None:
    history.change("PATCH", "/hello", {"name": "Hallo"})
    history.change("PATCH", "/hello", {"description": "Greets"})
    last, middle, first = (one["commit"] for one in history.get("/hello/versions")["versions"])
    found = history.get(f"/hello/versions/{first}")
    assert found["yaml"] == HELLO
    assert "+description: Greets" in found["diff"]
    between = history.get("/hello/diff", params={"from": first, "to": middle})["diff"]
    assert "+name: Hallo" in between
    assert "description" not in between
    assert history.get("/hello/diff", params={"from": last})["diff"] == ""


def test_earlier_version_is_restored_as_a_new_one(history: Any) -> None:
    history.change("PATCH", "/hello", {"name": "Hallo"})
    first = history.get("/hello/versions")["versions"][-1]["commit"]
    saved = history.change("POST", "/hello/restore", {"commit": first})
    assert history.text("hello") == HELLO
    assert len(history.get("/hello/versions")["versions"]) == 3
    assert history.audit()[-1] == ("user:user", "workflow.restored", "hello")
    assert history.bench.shelf._decisions[-1]["after"]["restored_from"] == first
    assert saved["name"] == "Hello"


def test_deleted_workflow_is_restored_without_a_condition(history: Any) -> None:
    history.change("DELETE", "/hello")
    deleted, before = history.get("/hello/versions")["versions"]
    assert (deleted["is_deleted"], deleted["version"]) == (True, None)
    body = {"commit": before["commit"]}
    history.ask("POST", "/hello/restore", 200, json=body)
    assert history.text("hello") == HELLO


def test_deleted_workflows_are_listed_with_the_way_back(history: Any) -> None:
    path = "/bookflow/api/v1/deleted-workflows"
    assert history.client.get(path).json() == {"has_history": True, "workflows": []}
    history.change("DELETE", "/hello")
    answer = history.client.get(path).json()
    [found] = answer["workflows"]
    assert (found["id"], found["name"], found["deleted_by"]) == ("hello", "Hello", "user")
    assert DeletedWorkflows.model_validate(answer).has_history
    history.ask("POST", "/hello/restore", 200, json={"commit": found["restore_commit"]})
    assert history.text("hello") == HELLO
    assert history.client.get(path).json()["workflows"] == []


def test_deleted_workflow_is_listed_for_those_who_may_see_it(history: Any, shared_app: Any) -> None:
    history.change("DELETE", "/hello")
    app = shared_app[0]
    seen = Visibility(frozenset({"bye"}))
    app.dependency_overrides[find_visibility] = lambda: seen
    try:
        answer = history.client.get("/bookflow/api/v1/deleted-workflows").json()
    finally:
        del app.dependency_overrides[find_visibility]
    assert answer["workflows"] == []


def test_without_git_the_list_says_that_nothing_is_kept(scene: Any) -> None:
    scene.change("DELETE", "/hello")
    answer = scene.client.get("/bookflow/api/v1/deleted-workflows").json()
    assert answer == {"has_history": False, "workflows": []}


@pytest.mark.parametrize(
    "commit", ["0" * 40, "HEAD", "--output=/tmp/x", "%2e%2e", "a b", "HEAD:bye.yaml", "x" * 600]
)
def test_unknown_commits_are_not_found(history: Any, commit: str) -> None:
    for path, asked in (
        (f"/hello/versions/{commit}", {}),
        ("/hello/diff", {"params": {"from": commit}}),
    ):
        response = history.client.get(f"/bookflow/api/v1/workflows{path}", **asked)
        assert response.status_code in (404, 422), (path, response.text)
    history.change("POST", "/hello/restore", {"commit": commit}, 404)
    assert history.text("hello") == HELLO


def test_folder_without_git_has_no_history(scene: Any) -> None:
    assert scene.get("/hello/versions") == {"versions": [], "next_cursor": None}
    saved = scene.change("PATCH", "/hello", {"name": "Hallo"})
    assert (saved["saved"], saved["commit"]) == (True, None)
    scene.get("/none/versions", 404)
