"""Killed at any step a writer leaves whole files behind; many writers lose no update."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bookflow.spec.authoring.desk import AuthoringDesk
from tests.integration.authoring.conftest import ADA, WELCOME, Repository, make_spec, open_desk

ROOT = Path(__file__).parents[3]
GIT_STEPS = (
    "commit built", "journal written", "branch moved", "file written", "file moved", "done",
)  # fmt: skip
HANG_SECONDS = 280


def start(**orders: Any) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(ROOT / "plugins"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.authoring.writing_process", json.dumps(orders)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_at(
    step: str, specs: Path, *, how: str = "patch", git: str = "auto", remote: str = ""
) -> None:
    process = start(specs=str(specs), git=git, die_at=step, how=how, remote=remote)
    _, complaint = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == -signal.SIGKILL, complaint


def assert_consistent(repository: Repository, desk: AuthoringDesk) -> None:
    """The lock is free, the next write works, and history, index and files agree."""
    desk.create(make_spec("next"), author=ADA)
    assert repository.status() == ""
    assert repository.git("fsck", "--strict", "--no-dangling") == ""
    assert not [path.name for path in repository.specs.iterdir() if path.name[0] == "."]
    listed, _ = desk.versions("next", limit=5)
    assert [version.is_current for version in listed] == [True]


@pytest.mark.parametrize("step", GIT_STEPS)
def test_killed_writer_leaves_the_old_or_the_new_file(
    repository: Repository, desk: AuthoringDesk, step: str
) -> None:
    kill_at(step, repository.specs)
    new = WELCOME.replace("Welcome ", "Killed ")
    is_file_new = step in ("file moved", "done")
    assert (repository.specs / "welcome.yaml").read_text() == (new if is_file_new else WELCOME)
    desk.pull()
    is_committed = step not in ("commit built", "journal written")
    assert (repository.specs / "welcome.yaml").read_text() == (new if is_committed else WELCOME)
    assert repository.log()[0] == ("welcome: change name" if is_committed else "begin")
    assert_consistent(repository, desk)


@pytest.mark.parametrize("how", ["create", "delete"])
def test_killed_creation_and_deletion_are_ended_later(
    repository: Repository, desk: AuthoringDesk, how: str
) -> None:
    kill_at("branch moved", repository.specs, how=how)
    assert_consistent(repository, desk)
    assert [file.workflow_id for file in desk.list_all()] == (
        ["fresh", "next", "welcome"] if how == "create" else ["next"]
    )


def test_edit_by_hand_after_the_kill_is_not_overwritten(
    repository: Repository, desk: AuthoringDesk
) -> None:
    kill_at("branch moved", repository.specs)
    repository.write("welcome.yaml", WELCOME + "# by hand\n")
    desk.create(make_spec("next"), author=ADA)
    assert (repository.specs / "welcome.yaml").read_text() == WELCOME + "# by hand\n"


def test_change_that_was_pushed_by_a_killed_writer_arrives(
    repository: Repository, tmp_path: Path
) -> None:
    origin = tmp_path / "origin.git"
    repository.git("clone", "-q", "--bare", str(repository.top), str(origin))
    repository.git("remote", "add", "origin", str(origin))
    kill_at("pushed", repository.specs, remote="origin")
    assert (repository.specs / "welcome.yaml").read_text() == WELCOME
    desk = open_desk(repository.specs, specs_remote="origin")
    assert desk.pull()
    assert desk.read("welcome").text == WELCOME.replace("Welcome ", "Killed ")
    assert_consistent(repository, desk)


@pytest.mark.parametrize("step", ["file written", "file moved"])
def test_killed_writer_of_plain_files_leaves_a_whole_file(tmp_path: Path, step: str) -> None:
    (tmp_path / "welcome.yaml").write_text(WELCOME)
    kill_at(step, tmp_path, git="off")
    desk = open_desk(tmp_path, specs_git="off")
    is_new = step == "file moved"
    assert desk.read("welcome").text == (
        WELCOME.replace("Welcome ", "Killed ") if is_new else WELCOME
    )
    desk.patch("welcome", {"name": "After"}, expected=None, author=ADA)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".bookflow.lock", ".bookflow.queue", "welcome.yaml"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("git", "count"), [("off", 200), ("auto", 50)])
def test_two_servers_lose_no_update(repository: Repository, git: str, count: int) -> None:
    processes = [
        start(specs=str(repository.specs), git=git, name=name, count=count)
        for name in ("one", "two")
    ]
    done: dict[str, int] = {}
    for process in processes:
        output, complaint = process.communicate(timeout=HANG_SECONDS)
        assert process.returncode == 0, complaint
        for kind, number in json.loads(output).items():
            done[kind] = done.get(kind, 0) + number
    desk = open_desk(repository.specs)
    data = desk.read("welcome").data or {}
    counted = (data["description"], data["delay_minutes"], data["actions"][0]["order"])
    assert counted == (str(done["patch"]), done["replace"], done["actions"])
    assert len(desk.list_all()) == done["left"] + 1
    assert "# the first message" in desk.read("welcome").text
    if git == "auto":
        assert repository.git("rev-list", "--count", "HEAD") == str(2 * count + 1)
        assert repository.git("rev-list", "--merges", "HEAD") == ""
        assert repository.status() == ""
        assert repository.git("fsck", "--strict") == ""
