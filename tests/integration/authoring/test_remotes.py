"""Several servers, each with a clone of its own: what one saves reaches all, and none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bookflow.errors import AuthoringError, AuthoringUnavailableError, VersionConflictError
from bookflow.spec.authoring.desk import AuthoringDesk
from tests.integration.authoring.conftest import (
    ADA,
    WELCOME,
    Repository,
    make_spec,
    open_desk,
)


@dataclass
class Clone:
    repository: Repository
    desk: AuthoringDesk

    def text(self, name: str = "welcome.yaml") -> str:
        return (self.repository.specs / name).read_text()


@pytest.fixture
def origin(tmp_path: Path, repository: Repository) -> Repository:
    """A bare repository that the clones share."""
    top = tmp_path / "origin.git"
    repository.git("clone", "-q", "--bare", str(repository.top), str(top))
    return Repository(top, top)


@pytest.fixture
def clone(tmp_path: Path, origin: Repository) -> Callable[[str], Clone]:
    def make(name: str) -> Clone:
        top = tmp_path / name
        origin.git("clone", "-q", str(origin.top), str(top))
        made = Repository(top, top / "flows/specs")
        return Clone(made, open_desk(made.specs, specs_remote="origin"))

    return make


def test_saved_change_is_pushed_and_pulled(
    origin: Repository, clone: Callable[[str], Clone]
) -> None:
    one, two = clone("one"), clone("two")
    saved = one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert origin.git("rev-parse", "main") == saved.commit
    assert one.repository.git("status", "-sb") == "## main...origin/main"
    assert two.desk.pull()
    assert two.desk.read("welcome").version == one.desk.read("welcome").version
    assert not two.desk.pull()


def test_slower_server_builds_on_what_came_first(
    origin: Repository, clone: Callable[[str], Clone]
) -> None:
    one, two = clone("one"), clone("two")
    one.desk.create(make_spec("first"), author=ADA)
    two.desk.create(make_spec("second"), author=ADA)
    assert origin.git("log", "--format=%s", "main").split("\n") == [
        "second: create",
        "first: create",
        "begin",
    ]
    assert two.desk.read("first").loaded
    assert two.repository.status() == ""


def test_conflicting_change_is_refused_with_the_version_that_came_first(
    clone: Callable[[str], Clone],
) -> None:
    one, two = clone("one"), clone("two")
    version = two.desk.read("welcome").version
    one.desk.patch("welcome", {"name": "One"}, expected=version, author=ADA)
    with pytest.raises(VersionConflictError) as caught:
        two.desk.patch("welcome", {"name": "Two"}, expected=version, author=ADA)
    assert caught.value.current == one.desk.read("welcome").version
    assert two.text() == one.text()
    two.desk.patch("welcome", {"description": "Both"}, expected=None, author=ADA)
    assert "name: One " in two.text()
    assert "description: Both" in two.text()


def test_names_taken_elsewhere_meanwhile_are_refused(clone: Callable[[str], Clone]) -> None:
    one, two = clone("one"), clone("two")
    one.desk.create(make_spec("same"), author=ADA)
    with pytest.raises(Exception, match="already"):
        two.desk.create(make_spec("same"), author=ADA)
    assert two.repository.status() == ""


def test_unreachable_remote_refuses_and_changes_nothing(
    origin: Repository, clone: Callable[[str], Clone]
) -> None:
    one = clone("one")
    origin.top.rename(origin.top.with_name("away.git"))
    head = one.repository.git("rev-parse", "HEAD")
    with pytest.raises(AuthoringUnavailableError, match="can't be reached"):
        one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    with pytest.raises(AuthoringUnavailableError):
        one.desk.pull()
    assert one.repository.git("rev-parse", "HEAD") == head
    assert one.text() == WELCOME
    assert one.repository.status() == ""
    assert one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA, dry_run=True).diff
    origin.top.with_name("away.git").rename(origin.top)
    assert one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA).is_saved


def test_remote_that_refuses_says_why(origin: Repository, clone: Callable[[str], Clone]) -> None:
    hook = origin.top / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    one = clone("one")
    with pytest.raises(AuthoringError, match="pre-receive hook declined"):
        one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert one.repository.status() == ""


def test_pull_keeps_edits_of_other_files_and_refuses_to_overwrite(
    clone: Callable[[str], Clone],
) -> None:
    one, two = clone("one"), clone("two")
    two.repository.write("draft.yaml", "id: draft\n")
    (two.repository.top / "README").write_text("mine\n")
    one.desk.patch("welcome", {"name": "One"}, expected=None, author=ADA)
    assert two.desk.pull()
    assert (two.repository.top / "README").read_text() == "mine\n"
    two.repository.write("welcome.yaml", WELCOME + "# by hand\n")
    one.desk.patch("welcome", {"name": "Two"}, expected=None, author=ADA)
    with pytest.raises(AuthoringError, match=r"uncommitted edits.*welcome\.yaml"):
        two.desk.pull()
    assert two.text() == WELCOME + "# by hand\n"


def test_diverged_history_is_left_to_people(clone: Callable[[str], Clone]) -> None:
    one, two = clone("one"), clone("two")
    one.desk.create(make_spec("first"), author=ADA)
    two.repository.write("own.yaml", "id: own\n")
    two.repository.commit_all()
    with pytest.raises(AuthoringError, match="pull --rebase"):
        two.desk.pull()
    with pytest.raises(AuthoringError, match="pull --rebase"):
        two.desk.create(make_spec("second"), author=ADA)


def test_commits_made_by_hand_go_along(origin: Repository, clone: Callable[[str], Clone]) -> None:
    one = clone("one")
    (one.repository.top / "README").write_text("new\n")
    one.repository.commit_all("hand")
    one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert origin.git("log", "-2", "--format=%s", "main") == "welcome: change name\nhand"


def test_remote_needs_a_branch_and_a_name_that_exists(clone: Callable[[str], Clone]) -> None:
    one = clone("one")
    one.repository.git("checkout", "-q", "--detach")
    with pytest.raises(AuthoringError, match="no branch is checked out"):
        one.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    one.repository.git("switch", "-q", "main")
    other = open_desk(one.repository.specs, specs_remote="nowhere")
    with pytest.raises(AuthoringUnavailableError, match="nowhere"):
        other.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)


def test_racing_servers_lose_no_update(origin: Repository, clone: Callable[[str], Clone]) -> None:
    rounds = 8
    clones = [clone("one"), clone("two")]
    failures: list[Exception] = []

    def count_up(desk: AuthoringDesk) -> None:
        try:
            for _ in range(rounds):
                count_once(desk)
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            failures.append(error)

    def count_once(desk: AuthoringDesk) -> None:
        while True:
            file = desk.read("welcome")
            count = int((file.data or {}).get("description", "0"))
            try:
                desk.patch(
                    "welcome", {"description": str(count + 1)}, expected=file.version, author=ADA
                )
            except VersionConflictError:
                continue
            return

    threads = [threading.Thread(target=count_up, args=(item.desk,)) for item in clones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for item in clones:
        item.desk.pull()
        assert (item.desk.read("welcome").data or {})["description"] == str(2 * rounds)
        assert item.repository.status() == ""
    assert origin.git("rev-list", "--count", "main") == str(2 * rounds + 1)
    assert origin.git("rev-list", "--merges", "main") == ""
