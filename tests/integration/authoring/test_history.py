"""Versions, texts, differences and restoring come from git."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bookflow.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    SpecError,
    VersionConflictError,
)
from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.authoring.git_commands import Git
from bookflow.spec.authoring.git_history import GitHistory
from bookflow.spec.authoring.git_index import ChangedPaths
from tests.integration.authoring.conftest import (
    ADA,
    ENVIRON,
    WELCOME,
    Repository,
    make_spec,
    open_desk,
)

# far above what it takes, on a machine that does other things as well
HANG_SECONDS = 10.0


@pytest.fixture
def names(desk: AuthoringDesk) -> list[str]:
    """The names that the workflow had, oldest first."""
    for name in ("One", "Two", "Three"):
        desk.patch("welcome", {"name": name}, expected=None, author=ADA)
    return ["Welcome", "One", "Two", "Three"]


def test_versions_are_listed_newest_first(
    repository: Repository, desk: AuthoringDesk, names: list[str]
) -> None:
    (repository.top / "README").write_text("not this workflow\n")
    repository.commit_all("other")
    listed, more = desk.versions("welcome", limit=10)
    assert more is None
    assert [version.message for version in listed] == ["welcome: change name"] * 3 + ["begin"]
    assert [version.author for version in listed] == ["Ada Sample"] * 3 + ["Hand"]
    assert [version.is_current for version in listed] == [True, False, False, False]
    assert listed[0].version == desk.read("welcome").version
    assert desk.text_at("welcome", listed[3].commit) == WELCOME
    assert len({version.version for version in listed}) == len(names)


def test_pages_hold_still_while_commits_come_in(desk: AuthoringDesk, names: list[str]) -> None:
    everything, _ = desk.versions("welcome", limit=10)
    page, cursor = desk.versions("welcome", limit=3)
    desk.patch("welcome", {"name": "Four"}, expected=None, author=ADA)
    rest, end = desk.versions("welcome", limit=3, cursor=cursor)
    assert [*page, *rest] == everything
    assert len(page) == 3
    assert end is None


@pytest.mark.parametrize("cursor", ["", "x", "HEAD.0", "--all.1", f"{'0' * 40}.1", f"{'a' * 40}.x"])
def test_made_up_cursor_is_refused(desk: AuthoringDesk, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor"):
        desk.versions("welcome", limit=3, cursor=cursor)


@pytest.mark.parametrize(
    "commit",
    ["", "HEAD", "main", "--help", "@{-1}", "HEAD:README", "0" * 40, "a" * 5000, "zzzzzzz"],
)
def test_made_up_commit_is_not_found(desk: AuthoringDesk, commit: str) -> None:
    with pytest.raises(NotFoundError):
        desk.text_at("welcome", commit)
    with pytest.raises(NotFoundError):
        desk.restore("welcome", commit, expected=None, author=ADA)


def test_commit_of_another_branch_is_not_found(repository: Repository, desk: AuthoringDesk) -> None:
    repository.git("switch", "-q", "-c", "secret")
    repository.write("welcome.yaml", WELCOME.replace("Hello", "Secret"))
    secret = repository.commit_all()
    repository.git("switch", "-q", "main")
    with pytest.raises(NotFoundError):
        desk.text_at("welcome", secret)


def test_compare_shows_what_changed(desk: AuthoringDesk, names: list[str]) -> None:
    listed, _ = desk.versions("welcome", limit=10)
    between = desk.compare("welcome", listed[2].commit, listed[1].commit)
    assert "-name: One   # shown in lists\n+name: Two   # shown in lists\n" in between
    until_now = desk.compare("welcome", listed[3].commit, None)
    assert "-name: Welcome   # shown in lists\n+name: Three   # shown in lists\n" in until_now
    assert desk.compare("welcome", listed[0].commit, None) == ""


def test_restore_brings_the_whole_text_back(
    repository: Repository, desk: AuthoringDesk, names: list[str]
) -> None:
    first = desk.versions("welcome", limit=10)[0][-1]
    version = desk.read("welcome").version
    saved = desk.restore("welcome", first.commit, expected=version, author=ADA)
    assert saved.is_saved
    assert desk.read("welcome").text == WELCOME
    assert repository.log()[0] == f"welcome: restore {first.commit[:10]}"
    with pytest.raises(VersionConflictError):
        desk.restore("welcome", first.commit, expected=version, author=ADA)


def test_deleted_workflow_has_versions_and_comes_back_where_it_was(
    repository: Repository, desk: AuthoringDesk
) -> None:
    repository.write("sub/far.yaml", WELCOME.replace("welcome", "far").replace("Welcome", "Far"))
    repository.commit_all("far")
    desk.delete("far", expected=None, author=ADA)
    listed, _ = desk.versions("far", limit=10)
    assert [(version.is_deleted, version.is_current) for version in listed] == [
        (True, False),
        (False, False),
    ]
    assert listed[0].version == ""
    with pytest.raises(NotFoundError):
        desk.restore("far", listed[0].commit, expected=None, author=ADA)
    assert "far" in desk.compare("far", listed[1].commit, None)
    desk.restore("far", listed[1].commit, expected=None, author=ADA)
    assert desk.read("far").path == "sub/far.yaml"
    assert repository.status() == ""


def test_deleted_workflow_is_found_whatever_its_file_was_called(
    repository: Repository, desk: AuthoringDesk
) -> None:
    repository.write("odd name.yaml", WELCOME.replace("id: welcome", "id: odd"))
    repository.write("welcome.yaml", WELCOME.replace("name: Welcome", "name: Other"))
    repository.commit_all()
    desk.delete("odd", expected=None, author=ADA)
    listed, _ = desk.versions("odd", limit=10)
    desk.restore("odd", listed[1].commit, expected=None, author=ADA)
    assert desk.read("odd").path == "odd name.yaml"


def test_restoring_never_takes_what_is_taken_or_invalid_now(
    repository: Repository, desk: AuthoringDesk
) -> None:
    desk.create(make_spec("first", name="Mine"), author=ADA)
    made = repository.git("rev-parse", "HEAD")
    desk.delete("first", expected=None, author=ADA)
    desk.create(make_spec("second", name="Mine"), author=ADA)
    with pytest.raises(SpecError, match="names are unique"):
        desk.restore("first", made, expected=None, author=ADA)
    repository.write("welcome.yaml", "id: welcome\n")
    broken = repository.commit_all()
    desk.replace("welcome", WELCOME, expected=None, author=ADA)
    with pytest.raises(SpecError):
        desk.restore("welcome", broken, expected=None, author=ADA)
    with pytest.raises(ConflictError):
        desk.create(WELCOME, author=ADA)


def test_unknown_workflow_has_no_versions(desk: AuthoringDesk) -> None:
    with pytest.raises(NotFoundError):
        desk.versions("nobody", limit=5)


def test_repository_without_commits_has_no_versions(
    make_repository: Callable[..., Repository],
) -> None:
    repository = make_repository("fresh")
    repository.write("welcome.yaml", WELCOME)
    desk = open_desk(repository.specs)
    assert desk.versions("welcome", limit=5) == ([], None)
    with pytest.raises(NotFoundError):
        desk.versions("nobody", limit=5)


def test_long_history_is_read_a_page_at_a_time(make_repository: Callable[..., Repository]) -> None:
    repository = make_repository("long")
    commits = 5000
    stream = []
    for number in range(commits):
        content = WELCOME + f"# {number}\n"
        who = f"committer Hand <hand@example.com> {1_700_000_000 + number} +0000"
        stream.append(
            f"commit refs/heads/main\n{who}\ndata 2\nc\n"
            f"M 100644 inline flows/specs/welcome.yaml\ndata {len(content)}\n{content}\n"
        )
    repository.git("fast-import", "--quiet", content="".join(stream))
    repository.git("reset", "-q", "--hard")
    desk = open_desk(repository.specs)
    started = time.monotonic()
    page, cursor = desk.versions("welcome", limit=50)
    far = f"{page[0].commit}.{commits - 10}"
    last, end = desk.versions("welcome", limit=50, cursor=far)
    assert time.monotonic() - started < HANG_SECONDS
    assert (len(page), len(last), end) == (50, 10, None)
    assert cursor == f"{page[0].commit}.50"
    assert page[0].is_current


def test_index_of_changed_paths_changes_no_answer(
    repository: Repository, desk: AuthoringDesk, names: list[str]
) -> None:
    repository.write("sub/welcome two.yaml", "id: x\n")
    repository.commit_all("another file")
    before = desk.versions("welcome", limit=10)
    index = ChangedPaths(Git(repository.specs, ENVIRON))
    graphs = repository.top / ".git" / "objects" / "info" / "commit-graphs"
    assert not index.write()
    assert not graphs.exists()
    assert index.write(fewest=5)
    assert len(list(graphs.glob("graph-*.graph"))) == 1
    assert desk.versions("welcome", limit=10) == before
    desk.patch("welcome", {"name": "Four"}, expected=None, author=ADA)
    assert len(desk.versions("welcome", limit=10)[0]) == len(before[0]) + 1


class TracedGit(Git):
    """Has git write down what it does."""

    def start(self, *arguments: str, more: Mapping[str, str] | None = None) -> Any:
        trace = {"GIT_TRACE2_EVENT": str(self.folder / "trace.json")}
        return super().start(*arguments, more={**(more or {}), **trace})


def test_versions_are_found_by_the_index_of_changed_paths(
    repository: Repository, names: list[str]
) -> None:
    for number in range(20):
        (repository.top / "README").write_text(f"{number}\n")
        repository.commit_all("elsewhere")
    git = TracedGit(repository.specs, ENVIRON)
    assert ChangedPaths(git).write(fewest=5)
    listed, _ = GitHistory(git, "flows/specs/").list_versions(
        "welcome.yaml", "", limit=10, cursor=None
    )
    assert len(listed) == len(names)
    lines = (repository.specs / "trace.json").read_text().splitlines()
    told = [one["value"] for one in map(json.loads, lines) if one.get("category") == "bloom"]
    assert [one["definitely_not"] >= 20 for one in told if "definitely_not" in one] == [True]


def test_folder_without_commits_needs_no_index(
    make_repository: Callable[..., Repository], tmp_path: Path
) -> None:
    fresh = make_repository("fresh")
    assert not ChangedPaths(Git(fresh.specs, ENVIRON)).write(fewest=0)
    assert not ChangedPaths(Git(tmp_path, ENVIRON)).write(fewest=0)


def test_file_with_signs_of_patterns_has_its_own_versions(
    repository: Repository, desk: AuthoringDesk
) -> None:
    text = WELCOME.replace("id: welcome", "id: odd").replace("Welcome", "Odd")
    repository.write(":(top)[a-z]*.yaml", text)
    repository.commit_all("odd")
    listed, _ = desk.versions("odd", limit=10)
    assert [version.message for version in listed] == ["odd"]
