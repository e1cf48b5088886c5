"""Which workflows are gone is found in git."""

from __future__ import annotations

from collections.abc import Callable

from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.authoring.git_commands import Git
from bookflow.spec.authoring.git_deletions import Deletions
from tests.integration.authoring.conftest import ADA, ENVIRON, WELCOME, Repository


def gone(desk: AuthoringDesk) -> list[str]:
    found = desk.deleted()
    assert found is not None
    return [one.workflow_id for one in found]


def test_deletion_says_who_when_and_from_where_it_comes_back(
    repository: Repository, desk: AuthoringDesk
) -> None:
    assert gone(desk) == []
    before = repository.git("rev-parse", "HEAD")
    saved = desk.delete("welcome", expected=None, author=ADA)
    [found] = desk.deleted() or []
    assert (found.workflow_id, found.name, found.author) == ("welcome", "Welcome", "Ada Sample")
    assert (found.commit, found.last_commit) == (saved.commit, before)
    assert int(found.at.timestamp()) == int(repository.git("log", "-1", "--format=%ct"))
    desk.restore("welcome", found.last_commit, expected=None, author=ADA)
    assert gone(desk) == []
    assert desk.read("welcome").text == WELCOME


def test_last_deletion_counts(repository: Repository, desk: AuthoringDesk) -> None:
    first = desk.delete("welcome", expected=None, author=ADA)
    desk.create(WELCOME.replace("name: Welcome", "name: 'Other: one'"), author=ADA)
    last = desk.delete("welcome", expected=None, author=ADA)
    [found] = desk.deleted() or []
    assert found.commit == last.commit != first.commit
    assert found.name == "Other: one"


def test_files_deleted_by_hand_are_found_and_others_are_not(
    repository: Repository, desk: AuthoringDesk
) -> None:
    for name in ("a.yaml", "deep/b.yml", ".hidden/c.yaml", "d.txt", "No Id.yaml"):
        repository.write(name, "id: x\nname: [not, text]\n")
    (repository.top / "elsewhere.yaml").write_text("id: elsewhere\n")
    repository.commit_all()
    for path in repository.specs.rglob("*"):
        if path.is_file() and path.name != "welcome.yaml":
            path.unlink()
    (repository.top / "elsewhere.yaml").unlink()
    repository.commit_all("tidy up")
    found = desk.deleted() or []
    assert {one.workflow_id: one.name for one in found} == {"a": None, "b": None}


def test_moved_file_is_not_gone(repository: Repository, desk: AuthoringDesk) -> None:
    repository.write("deep/welcome.yaml", WELCOME)
    (repository.specs / "welcome.yaml").unlink()
    repository.commit_all("move")
    assert gone(desk) == []


def test_newest_deletions_are_looked_at(repository: Repository, desk: AuthoringDesk) -> None:
    names = [f"w-{number}" for number in range(4)]
    for name in names:
        repository.write(f"{name}.yaml", f"id: {name}\n")
    repository.commit_all()
    for name in names:
        (repository.specs / f"{name}.yaml").unlink()
        repository.commit_all(f"without {name}")
        # something else in between costs no place
        (repository.top / "README").write_text(name)
        repository.commit_all("other")
    assert gone(desk) == names[::-1]
    few = Deletions(Git(repository.specs, ENVIRON), "flows/specs/", most=2)
    assert [one.workflow_id for one in few.find()] == ["w-3", "w-2"]


def test_repository_without_commits_has_none(
    make_repository: Callable[..., Repository],
) -> None:
    repository = make_repository("empty")
    assert Deletions(Git(repository.specs, ENVIRON), "flows/specs/").find() == []
