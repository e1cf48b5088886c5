"""Who is signed in, and what they may do."""

from __future__ import annotations

from typing import Any

import pytest

from bookflow.web.account import Account
from tests.web.workflow_scene import HELLO

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
    }


def test_what_may_be_done_with_one_workflow(open_client: Any, workbench: Any) -> None:
    (workbench.settings.specs_dir / "hello.yaml").write_text(HELLO)
    answer = open_client(workbench, "user").get(PATH, params={"workflow": "hello"})
    assert (answer.json()["may_edit"], answer.json()["may_run"]) == (True, True)
