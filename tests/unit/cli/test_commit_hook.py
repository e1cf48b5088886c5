"""The hooks for pre-commit do what pre-commit would have them do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

Run = Callable[..., Any]


@pytest.fixture(params=HOOKS, ids=lambda hook: hook["id"])
def hook(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_hook_has_what_pre_commit_asks_for(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language", "files"} <= hook.keys()
    assert hook["language"] in ("python", "system")
    # files that are checked side by side would not be compared
    assert hook["require_serial"] is True


@pytest.mark.parametrize(
    ("path", "is_checked"),
    [
        ("workflow_specs/hello.yaml", True),
        ("workflow_specs/team/hello.yml", True),
        ("services/booking/workflow_specs/hello.yaml", True),
        ("docs/hello.yaml", False),
        ("my_workflow_specs/hello.yaml", False),
        ("workflow_specs/README.md", False),
    ],
)
def test_hook_looks_at_specs_alone(hook: dict[str, Any], path: str, is_checked: bool) -> None:
    assert (re.search(hook["files"], path) is not None) == is_checked


def test_hook_accepts_good_files_and_names_what_is_wrong_with_bad_ones(
    hook: dict[str, Any], run: Run, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    program, *words = shlex.split(hook["entry"])
    assert program == "bookflow"
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(make_spec("good"), encoding="utf-8")
    bad.write_text(make_spec("bad").replace("recipient: invitee", "recipient: invite"), "utf-8")
    assert run(*words, good).code == 0
    said = run(*words, good, bad)
    assert said.code == 1
    assert "bad.yaml" in said.out
    assert "invitee" in said.out


def test_two_files_with_one_id_are_found_in_a_list(
    hook: dict[str, Any], run: Run, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file in files:
        file.write_text(make_spec("same"), encoding="utf-8")
    said = run(*shlex.split(hook["entry"])[1:], *files)
    assert said.code == 1
    assert "`same` is also in" in said.out
