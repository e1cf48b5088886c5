"""A change through the desk is a commit of one file, whatever else lies in the work tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bookflow.errors import (
    AuthoringError,
    ConflictError,
    InputError,
    NotFoundError,
    SpecError,
    VersionConflictError,
)
from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.authoring.shapes import Author
from tests.integration.authoring.conftest import (
    ADA,
    ENVIRON,
    WELCOME,
    Repository,
    make_spec,
    open_desk,
)


def test_patch_is_a_commit_by_the_user(repository: Repository, desk: AuthoringDesk) -> None:
    version = desk.read("welcome").version
    saved = desk.patch("welcome", {"name": "Hi"}, expected=version, author=ADA)
    assert saved.is_saved
    assert saved.commit == repository.git("rev-parse", "HEAD")
    assert repository.log("%an <%ae>|%cn <%ce>|%s")[0] == (
        "Ada Sample <ada@example.com>|bookflow <bookflow@localhost>|welcome: change name"
    )
    assert repository.git("log", "-1", "--format=%(trailers:key=Bookflow-Workflow,valueonly)") == (
        "welcome"
    )
    assert (repository.specs / "welcome.yaml").read_text() == WELCOME.replace("Welcome ", "Hi ")
    assert repository.git("show", "--stat", "--format=", "HEAD").count("|") == 1
    assert repository.status() == ""
    assert repository.git("fsck", "--strict") == ""


def test_create_duplicate_and_delete_are_commits(
    repository: Repository, desk: AuthoringDesk
) -> None:
    desk.create(make_spec("later"), author=ADA)
    desk.duplicate("welcome", new_id="again", author=ADA)
    desk.delete("later", expected=None, author=ADA)
    assert repository.log()[:3] == ["later: delete", "again: copy of welcome", "later: create"]
    assert sorted(path.name for path in repository.specs.glob("*")) == [
        "again.yaml",
        "welcome.yaml",
    ]
    copy = desk.read("again")
    assert copy.text.startswith("# Says hello.\nid: again\n")
    assert copy.loaded is not None
    assert not copy.loaded.workflow.is_active
    assert repository.status() == ""


def test_other_edits_of_the_work_tree_are_left_alone(
    repository: Repository, desk: AuthoringDesk
) -> None:
    (repository.top / "README").write_text("staged\n")
    repository.git("add", "README")
    (repository.top / "README").write_text("not staged\n")
    repository.write("draft.yaml", "id: draft\n")
    before = repository.status()
    desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert repository.status() == before
    assert repository.git("show", "HEAD:README") == "read me"
    assert repository.git("show", ":README") == "staged"


def test_hand_edit_of_the_same_file_is_kept_and_told(
    repository: Repository, desk: AuthoringDesk
) -> None:
    repository.write("welcome.yaml", WELCOME.replace("Says hello", "Says hello by hand"))
    desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert "Says hello by hand" in repository.git("show", "HEAD:flows/specs/welcome.yaml")
    assert "not committed before" in repository.git("log", "-1", "--format=%b")
    assert repository.status() == ""


def test_nothing_is_saved_where_nothing_changes(
    repository: Repository, desk: AuthoringDesk
) -> None:
    saved = desk.replace("welcome", WELCOME, expected=None, author=ADA)
    assert (saved.is_saved, saved.commit, saved.diff) == (False, None, "")
    assert len(repository.log()) == 1


def test_dry_run_shows_and_saves_nothing(repository: Repository, desk: AuthoringDesk) -> None:
    saved = desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA, dry_run=True)
    assert not saved.is_saved
    assert "-name: Welcome   # shown in lists\n+name: Hi   # shown in lists\n" in saved.diff
    assert saved.after is not None
    assert saved.after.loaded is not None
    assert saved.after.loaded.workflow.name == "Hi"
    assert desk.create(make_spec("new"), author=ADA, dry_run=True).after is not None
    assert desk.delete("welcome", expected=None, author=ADA, dry_run=True).after is None
    assert [file.workflow_id for file in desk.list_all()] == ["welcome"]
    assert repository.status() == ""
    assert len(repository.log()) == 1


def test_stale_version_is_refused_with_the_present_one(desk: AuthoringDesk) -> None:
    old = desk.read("welcome").version
    desk.patch("welcome", {"name": "Hi"}, expected=old, author=ADA)
    with pytest.raises(VersionConflictError) as caught:
        desk.patch("welcome", {"name": "Ho"}, expected=old, author=ADA)
    assert caught.value.current == desk.read("welcome").version
    with pytest.raises(VersionConflictError):
        desk.delete("welcome", expected="000000000000", author=ADA)


def test_condition_on_what_is_gone_makes_nothing(
    repository: Repository, desk: AuthoringDesk
) -> None:
    for expected in ("", "000000000000"):
        with pytest.raises(VersionConflictError, match="it is gone"):
            desk.replace("gone", make_spec("gone"), expected=expected, author=ADA)
        with pytest.raises(VersionConflictError, match="it is gone"):
            desk.patch("gone", make_spec("gone"), expected=expected, author=ADA)
    assert not (repository.specs / "gone.yaml").exists()


def test_invalid_change_is_refused_with_every_issue(
    repository: Repository, desk: AuthoringDesk
) -> None:
    with pytest.raises(SpecError) as caught:
        desk.patch("welcome", {"trigger": "nope", "delay_minutes": -1}, expected=None, author=ADA)
    assert {issue.key for issue in caught.value.issues} == {"trigger", "delay_minutes"}
    assert {issue.file for issue in caught.value.issues} == {"welcome.yaml"}
    assert len(repository.log()) == 1


def test_taken_ids_names_and_places_are_refused(
    repository: Repository, desk: AuthoringDesk
) -> None:
    with pytest.raises(ConflictError, match="already"):
        desk.create(make_spec("welcome"), author=ADA)
    with pytest.raises(SpecError, match="names are unique per organizer"):
        desk.create(make_spec("other", name="Welcome"), author=ADA)
    repository.write("taken.yaml", "nothing: valid\n")
    with pytest.raises(ConflictError, match=r"taken\.yaml"):
        desk.create(make_spec("taken"), author=ADA)
    assert (repository.specs / "taken.yaml").read_text() == "nothing: valid\n"


def test_an_id_never_changes(desk: AuthoringDesk) -> None:
    with pytest.raises(InputError, match="duplicate"):
        desk.replace("welcome", make_spec("other"), expected=None, author=ADA)
    with pytest.raises(InputError, match="duplicate"):
        desk.patch("welcome", {"id": "other"}, expected=None, author=ADA)


@pytest.mark.parametrize("name", ["../evil", "a/b", "/etc/passwd", "UPPER", ".hidden", "", "a\nb"])
def test_ids_lead_nowhere_else(repository: Repository, desk: AuthoringDesk, name: str) -> None:
    with pytest.raises(SpecError):
        desk.create(make_spec(name), author=ADA)
    for look in (
        lambda: desk.read(name),
        lambda: desk.versions(name, limit=5),
        lambda: desk.text_at(name, "abcdef1"),
        lambda: desk.delete(name, expected=None, author=ADA),
    ):
        with pytest.raises(NotFoundError):
            look()
    assert repository.status() == ""


def test_links_are_never_written_through(repository: Repository, desk: AuthoringDesk) -> None:
    (repository.specs / "inner.yaml").symlink_to("welcome.yaml")
    repository.write("welcome.yaml", WELCOME.replace("id: welcome", "id: inner"))
    with pytest.raises(AuthoringError, match="link"):
        desk.patch("inner", {"name": "Hi"}, expected=None, author=ADA)
    assert (repository.specs / "inner.yaml").is_symlink()


def test_invalid_file_can_be_read_replaced_and_deleted(
    repository: Repository, desk: AuthoringDesk
) -> None:
    repository.write("broken.yaml", "id: [unclosed\n")
    repository.write("wrong.yaml", "id: wrong\ntrigger: nope\n")
    assert desk.read("broken").data is None
    assert desk.read("wrong").data == {"id": "wrong", "trigger": "nope"}
    assert str(repository.top) not in str(desk.read("wrong").error)
    with pytest.raises(SpecError):
        desk.patch("broken", {"name": "x"}, expected=None, author=ADA)
    desk.replace("broken", make_spec("broken"), expected=None, author=ADA)
    desk.patch("wrong", {**make_spec("wrong")}, expected=None, author=ADA)
    assert not any(file.errors for file in desk.list_all())
    repository.write("broken.yaml", "id: [unclosed\n")
    desk.delete("broken", expected=None, author=ADA)
    assert repository.status() == ""


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("", "", "unknown <unknown@localhost>"),
        ("A\nB <x@y>\0", "a b\n@example.com>", "A B x@y <ab@example.com>"),
        ("<<<>>>", "<>", "unknown <unknown@localhost>"),
        ("n" * 5000, "e" * 5000, f"{'n' * 100} <{'e' * 200}>"),
        ("Zoë \ud800", "zoe@example.com", "Zoë <zoe@example.com>"),
    ],
)
def test_hostile_names_become_harmless(
    repository: Repository, desk: AuthoringDesk, name: str, email: str, shown: str
) -> None:
    desk.patch("welcome", {"name": "Hi"}, expected=None, author=Author(name, email))
    assert repository.log("%an <%ae>")[0] == shown
    assert repository.git("fsck", "--strict") == ""


def test_message_from_outside_stays_one_line(repository: Repository, desk: AuthoringDesk) -> None:
    hostile = "evil\n\nBookflow-Workflow: other\nSigned-off-by: x " + "y" * 1000
    desk.replace("welcome", WELCOME + "# end\n", expected=None, author=ADA, message=hostile)
    assert len(repository.log()[0]) == 200
    assert repository.git("log", "-1", "--format=%(trailers:key=Bookflow-Workflow,valueonly)") == (
        "welcome"
    )


def test_first_commit_of_a_repository(make_repository: Callable[..., Repository]) -> None:
    repository = make_repository("fresh", "")
    saved = open_desk(repository.specs).create(make_spec(), author=ADA)
    assert repository.git("rev-parse", "main") == saved.commit
    assert repository.status() == ""


def test_detached_head_is_moved_on(repository: Repository, desk: AuthoringDesk) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "--detach")
    saved = desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert repository.git("rev-parse", "HEAD") == saved.commit
    assert repository.git("rev-parse", "main") == start


def test_linked_work_tree_has_its_own_branch(repository: Repository) -> None:
    linked = Repository(
        repository.top.parent / "linked", repository.top.parent / "linked/flows/specs"
    )
    repository.git("worktree", "add", "-q", "-b", "side", str(linked.top))
    saved = open_desk(linked.specs).patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert linked.git("rev-parse", "side") == saved.commit
    assert len(repository.log()) == 1
    assert linked.status() == repository.status() == ""


def test_deep_folders_come_and_go(repository: Repository, desk: AuthoringDesk) -> None:
    repository.write("deep/er/far.yaml", WELCOME.replace("welcome", "far").replace("Welc", "F"))
    repository.commit_all()
    desk.patch("far", {"name": "Farther"}, expected=None, author=ADA)
    assert repository.status() == ""
    desk.delete("far", expected=None, author=ADA)
    assert repository.git("ls-tree", "-r", "--name-only", "HEAD").split("\n") == [
        "README",
        "flows/specs/welcome.yaml",
    ]
    assert repository.status() == ""
    assert repository.git("fsck", "--strict") == ""


def test_file_mode_and_line_endings_are_kept(repository: Repository) -> None:
    repository.git("config", "core.autocrlf", "true")
    path = repository.specs / "welcome.yaml"
    path.write_bytes(WELCOME.replace("\n", "\r\n").encode())
    path.chmod(0o755)
    repository.commit_all()
    desk = open_desk(repository.specs)
    desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert path.read_bytes() == WELCOME.replace("Welcome ", "Hi ").replace("\n", "\r\n").encode()
    assert "\r" not in repository.git("cat-file", "blob", "HEAD:flows/specs/welcome.yaml")
    assert repository.git("ls-tree", "HEAD", "flows/specs/welcome.yaml").startswith("100755")
    assert path.stat().st_mode & 0o777 == 0o755
    assert repository.status() == ""
    newest = desk.versions("welcome", limit=1)[0][0]
    assert newest.version == desk.read("welcome").version
    assert newest.is_current


def test_ignored_files_are_saved_without_a_commit(
    repository: Repository, desk: AuthoringDesk
) -> None:
    (repository.top / ".gitignore").write_text("private*\n")
    repository.commit_all()
    saved = desk.create(make_spec("private"), author=ADA)
    assert (saved.is_saved, saved.commit) == (True, None)
    assert (repository.specs / "private.yaml").exists()
    assert len(repository.log()) == 2


@pytest.mark.parametrize("state", ["MERGE_HEAD", "rebase-merge", "CHERRY_PICK_HEAD"])
def test_unfinished_work_is_not_committed_into(
    repository: Repository, desk: AuthoringDesk, state: str
) -> None:
    (repository.top / ".git" / state).mkdir()
    with pytest.raises(AuthoringError, match="in the middle of a"):
        desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert (repository.specs / "welcome.yaml").read_text() == WELCOME


def test_no_hook_runs_and_nothing_is_signed(repository: Repository, desk: AuthoringDesk) -> None:
    hooks = repository.top / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        hook = hooks / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    repository.git("config", "commit.gpgSign", "true")
    repository.git("config", "gpg.program", "/nonexistent")
    assert desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA).commit


def test_variables_of_the_server_lead_nowhere_else(
    repository: Repository, make_repository: Callable[..., Repository]
) -> None:
    other = make_repository("other")
    environ = {
        **ENVIRON,
        "GIT_DIR": str(other.top / ".git"),
        "GIT_WORK_TREE": str(other.top),
        "GIT_INDEX_FILE": str(other.top / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.top / "objects"),
        "GIT_AUTHOR_DATE": "nonsense",
        "GIT_NAMESPACE": "elsewhere",
    }
    desk = open_desk(repository.specs, environ=environ)
    saved = desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert repository.git("rev-parse", "HEAD") == saved.commit
    assert repository.status() == ""
    assert {path.name for path in other.top.iterdir()} == {".git", "flows"}
    assert not list((other.top / ".git" / "refs" / "heads").iterdir())


def test_plain_files_where_git_is_off_absent_or_unused(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    empty = tmp_path / "no-programs"
    empty.mkdir()
    for desk in (
        open_desk(repository.specs, specs_git="off"),
        open_desk(repository.specs, environ={"PATH": str(empty)}),
        open_desk(tmp_path / "plain"),
    ):
        made = desk.create(make_spec("made"), author=ADA)
        assert (made.is_saved, made.commit) == (True, None)
        assert not desk.has_history
        assert desk.versions("made", limit=5) == ([], None)
        with pytest.raises(NotFoundError, match="no history"):
            desk.text_at("made", "abcdef1")
        assert not desk.pull()
        desk.delete("made", expected=None, author=ADA)
    assert len(repository.log()) == 1


def test_unwritable_folder_says_what_to_do(repository: Repository, desk: AuthoringDesk) -> None:
    # root may write anywhere, but nobody can write into a folder that is a file
    place = repository.top / ".git" / "bookflow"
    place.write_text("")
    with pytest.raises(AuthoringError, match="may not write to the git directory"):
        desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert (repository.specs / "welcome.yaml").read_text() == WELCOME


def test_folder_in_the_place_of_a_file_is_refused_before_a_commit(
    repository: Repository, desk: AuthoringDesk
) -> None:
    (repository.specs / "next.yaml").mkdir()
    with pytest.raises(AuthoringError, match="is a folder"):
        desk.create(make_spec("next"), author=ADA)
    assert len(repository.log()) == 1
    assert desk.create(make_spec("other"), author=ADA).is_saved


def test_file_that_can_not_be_written_leaves_neither_commit_nor_blocked_desk(
    repository: Repository,
) -> None:
    def interfere(step: str) -> None:
        if step == "branch moved":
            (repository.specs / "next.yaml").mkdir()

    first = repository.git("rev-parse", "HEAD")
    with pytest.raises(AuthoringError, match=r"next\.yaml"):
        open_desk(repository.specs, step=interfere).create(make_spec("next"), author=ADA)
    assert repository.git("rev-parse", "HEAD") == first
    assert repository.status() == ""
    assert open_desk(repository.specs).create(make_spec("other"), author=ADA).is_saved


def test_hidden_files_are_nobodys_history(repository: Repository, desk: AuthoringDesk) -> None:
    spec = WELCOME.replace("id: welcome", "id: old")
    repository.write(".archive/old.yaml", spec)
    repository.write("team/.archive/old.yaml", spec)
    commit = repository.commit_all()
    with pytest.raises(NotFoundError):
        desk.versions("old", limit=5)
    with pytest.raises(NotFoundError):
        desk.restore("old", commit, expected=None, author=ADA)


def test_commits_by_hand_in_between_are_built_upon(repository: Repository) -> None:
    def interfere(step: str) -> None:
        if step == "commit built" and len(repository.log()) == 1:
            (repository.top / "README").write_text("by hand\n")
            repository.git("commit", "-qam", "hand")

    desk = open_desk(repository.specs, step=interfere)
    desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert repository.log() == ["welcome: change name", "hand", "begin"]
    assert repository.git("show", "HEAD:README") == "by hand"
    assert repository.status() == ""
