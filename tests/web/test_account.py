"""Who is signed in, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookflow.spec.authoring.shapes import Author
from bookflow.web.account import Account
from bookflow.web.deps import find_author
from tests.web.workflow_scene import HELLO, WorkflowScene

pytestmark = pytest.mark.airflow

PATH = "/bookflow/api/v1/me"


@pytest.mark.parametrize(
    ("role", "edits", "runs", "administers"),
    [
        ("viewer", False, False, False),
        ("user", True, True, False),
        ("op", True, True, True),
        ("admin", True, True, True),
    ],
)
def test_role_is_told_what_it_may_do(
    open_client: Any, workbench: Any, role: str, edits: bool, runs: bool, administers: bool
) -> None:
    answer = open_client(workbench, role).get(PATH).json()
    Account.model_validate(answer)
    assert answer == {
        "name": role,
        "may_edit": edits,
        "may_run": runs,
        "is_admin": administers,
        "own_names": None,
        "has_history": False,
        "email": None,
        "test_recipients": [],
    }


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (
            "user",
            [
                "ada@example.org",
                "@example.com",
                "+12025550123",
                "https://hooks.example.com/…",
                "https://plain.example.com",
                "hooks.example.org:8443",
            ],
        ),
        ("viewer", []),
    ],
)
def test_those_who_run_are_told_where_live_tests_may_send(
    open_client: Any, workbench: Any, role: str, places: list[str]
) -> None:
    workbench.settings = replace(
        workbench.settings,
        test_recipients=(
            "ada@example.org",
            "@example.com",
            "+12025550123",
            "https://me:pass@hooks.example.com/services/secret?key=secret",
            "https://plain.example.com/",
            "hooks.example.org:8443",
        ),
    )
    answer = open_client(workbench, role).get(PATH)
    assert answer.json()["test_recipients"] == places
    assert "secret" not in answer.text


def test_email_is_the_one_that_live_tests_send_to(
    scene: WorkflowScene, shared_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author("user", "ada@example.org")
    monkeypatch.setitem(shared_app[0].dependency_overrides, find_author, lambda: author)
    assert scene.client.get(PATH).json()["email"] == "ada@example.org"


def test_what_may_be_done_with_one_workflow(open_client: Any, workbench: Any) -> None:
    (workbench.settings.specs_dir / "hello.yaml").write_text(HELLO)
    answer = open_client(workbench, "user").get(PATH, params={"workflow": "hello"})
    assert (answer.json()["may_edit"], answer.json()["may_run"]) == (True, True)
