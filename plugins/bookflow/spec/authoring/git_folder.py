"""Spec files in a git work tree: every change is a commit of one file, and nothing else."""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError, AuthoringUnavailableError
from bookflow.spec.authoring.change_messages import clean_identity, compose_message
from bookflow.spec.authoring.git_commands import Git, ObjectReader, explain
from bookflow.spec.authoring.git_trees import Tip, read_tip, write_tree
from bookflow.spec.authoring.plain_folder import (
    TEMPORARY,
    hold_lock,
    ignore_step,
    refuse_link,
    remove_file,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from bookflow.spec.authoring.git_remote import GitRemote
    from bookflow.spec.authoring.shapes import Author, Change

log = logging.getLogger(__name__)

INDEX_SECONDS = 3.0
_STATES = {
    "MERGE_HEAD": "merge", "rebase-merge": "rebase", "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert", "BISECT_LOG": "bisect",
}  # fmt: skip
_HAND_EDIT = "Includes an edit of the file that was not committed before."
_JOURNAL = "pending.json"


class MovedError(AuthoringUnavailableError):
    """Someone else committed meanwhile; the change is made again on top of that."""


@dataclass(frozen=True, slots=True)
class WorkTree:
    """Where a repository's parts lie; `prefix` leads from its top to the folder of specs."""

    root: Path
    git_dir: Path
    prefix: str


def find_work_tree(git: Git) -> WorkTree | None:
    """Find the work tree that holds a folder, None if there is none; raises `AuthoringError`."""
    answer = git.ask("rev-parse", "--show-prefix", "--absolute-git-dir", "--is-inside-work-tree")
    if answer.code:
        if "not a git repository" in answer.complaint or "work tree" in answer.complaint:
            return None
        raise explain("rev-parse", answer.complaint)
    prefix, git_dir, is_inside = (answer.output.decode("utf-8", "replace").split("\n") + [""] * 3)[
        :3
    ]
    if is_inside != "true":
        return None
    return WorkTree(git.folder, Path(git_dir), prefix)


class GitFolder:
    """Writes files of one work tree; make one change at a time, under `locked`."""

    def __init__(
        self,
        git: Git,
        tree: WorkTree,
        *,
        committer: Author,
        now: Callable[[], datetime],
        remote: GitRemote | None = None,
        step: Callable[[str], None] = ignore_step,
    ) -> None:
        """Commit as the committer; `step` is told how far a change is."""
        self.git = git
        self.tree = tree
        self._committer = committer
        self._now = now
        self._remote = remote
        self._step = step
        self._place = tree.git_dir / "bookflow"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer of this work tree, after ending what a killed one began."""
        try:
            self._place.mkdir(exist_ok=True)
        except OSError as error:
            raise explain("commit", "Permission denied") from error
        with hold_lock(self._place / "lock"):
            self._recover()
            yield

    def put(self, change: Change) -> str | None:
        """Commit and write one file; gives the commit, None where git ignores the file."""
        target = self.tree.root / change.path
        refuse_link(target, self.tree.root)
        path = self.tree.prefix + change.path
        if not path.isprintable():
            raise AuthoringError("the file's name has unprintable characters; rename it")
        self._refuse_unfinished()
        with ObjectReader(self.git) as reader:
            tip = read_tip(reader, path)
        if not tip.blob and self._is_ignored(change.path):
            log.info("bookflow: git ignores %s; it is saved without a commit", path)
            _write(target, change.after, self._step)
            return None
        blob = None if change.after is None else self._store(change.path, change.after)
        if (blob or "") == tip.blob:
            # the change takes back an edit that was never committed
            _write(target, change.after, self._step)
            return None
        notes = [_HAND_EDIT] if self._is_edited(change.path, change.before, tip) else []
        commit = self._commit(change, tip, write_tree(self.git, tip, path, blob), notes)
        self._step("commit built")
        if self._remote:
            self._remote.push(commit)
            self._step("pushed")
        self._apply(change, tip, commit, blob or "")
        self._tidy(commit)
        return commit

    def pull(self) -> bool:
        """End what a killed process began, and fast-forward to what others pushed."""
        if self._remote is None and not (self._place / _JOURNAL).exists():
            return False
        with self.locked():
            if self._remote is None:
                return False
            self._refuse_unfinished()
            return self._remote.pull()

    def _apply(self, change: Change, tip: Tip, commit: str, blob: str) -> None:
        """Move the branch, the file and the index on; a crash in between is mended later."""
        journal = self._place / _JOURNAL
        kept = {
            "path": change.path, "commit": commit, "old_blob": tip.blob, "new_blob": blob,
            "before": None if change.before is None else change.before.hex(),
            "after": None if change.after is None else change.after.hex(),
        }  # fmt: skip
        write_file(journal, json.dumps(kept).encode())
        self._step("journal written")
        note = f"bookflow: {change.message}"[:200]
        old = tip.commit or "0" * len(commit)
        answer = self.git.ask("update-ref", "-m", note, "HEAD", commit, old)
        if answer.code:
            journal.unlink()
            if self._find_head() != tip.commit:
                raise MovedError("others commit faster than this change can be saved; try again")
            raise explain("update-ref", answer.complaint)
        self._step("branch moved")
        try:
            _write(self.tree.root / change.path, change.after, self._step)
        except AuthoringError:
            self._take_back(change, tip, commit)
            raise
        self._step("file moved")
        if self._update_index(self.tree.prefix + change.path, blob, tip.mode.decode()):
            journal.unlink()
        self._step("done")

    def _take_back(self, change: Change, tip: Tip, commit: str) -> None:
        """Move the branch back where the file could not follow; what was pushed stays."""
        if self._remote is not None or _read(self.tree.root / change.path) != change.before:
            return
        back = ("-d", "HEAD", commit) if not tip.commit else ("HEAD", tip.commit, commit)
        if self.git.ask("update-ref", "-m", "bookflow: taken back", *back).code == 0:
            (self._place / _JOURNAL).unlink()

    def _recover(self) -> None:
        """End what a killed process began: a commit on the branch gets its file and index entry."""
        journal = self._place / _JOURNAL
        try:
            kept = json.loads(journal.read_bytes())
        except FileNotFoundError:
            return
        except ValueError:
            kept = None
        if kept is not None and self._contains(kept["commit"]):
            self._finish(kept)
        journal.unlink(missing_ok=True)

    def _finish(self, kept: Mapping[str, str | None]) -> None:
        name, new_blob = str(kept["path"]), str(kept["new_blob"])
        path, target = self.tree.prefix + name, self.tree.root / name
        (target.parent / TEMPORARY).unlink(missing_ok=True)
        before, after = (
            None if kept[key] is None else bytes.fromhex(str(kept[key]))
            for key in ("before", "after")
        )
        present = _read(target)
        with ObjectReader(self.git) as reader:
            tip = read_tip(reader, path)
        if tip.blob != new_blob:
            return
        if present == before:
            _write(target, after, ignore_step)
        entry = self.git.tell(
            "ls-files", "--stage", "-z", "--full-name", "--", f":(top,literal){path}"
        )
        staged = entry.split()[1] if entry else ""
        if staged == kept["old_blob"]:
            self._update_index(path, new_blob, tip.mode.decode())
        log.warning("bookflow: the change of %s that a killed process began is complete now", path)

    def _contains(self, commit: str) -> bool:
        return self.git.ask("merge-base", "--is-ancestor", commit, "HEAD").code == 0

    def _find_head(self) -> str:
        answer = self.git.ask("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        return answer.text if answer.code == 0 else ""

    def _store(self, path: str, content: bytes) -> str:
        """Store a file's content the way `git add` would, line endings included."""
        return self.git.tell("hash-object", "-w", "--stdin", f"--path={path}", content=content)

    def _is_edited(self, path: str, before: bytes | None, tip: Tip) -> bool:
        if before is None or before == tip.content:
            return False
        return self.git.tell("hash-object", "--stdin", f"--path={path}", content=before) != tip.blob

    def _is_ignored(self, path: str) -> bool:
        return self.git.ask("check-ignore", "--quiet", "--", path).code == 0

    def _commit(self, change: Change, tip: Tip, tree: str, notes: list[str]) -> str:
        author, committer = clean_identity(change.author), clean_identity(self._committer)
        moment = f"{int(self._now().timestamp())} +0000"
        identities = {
            "GIT_AUTHOR_NAME": author[0], "GIT_AUTHOR_EMAIL": author[1], "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_NAME": committer[0], "GIT_COMMITTER_EMAIL": committer[1],
            "GIT_COMMITTER_DATE": moment,
        }  # fmt: skip
        parents = ["-p", tip.commit] if tip.commit else []
        message = compose_message(change.message, change.workflow_id, notes)
        return self.git.tell(
            "commit-tree", tree, *parents, "-F", "-", content=message.encode(), more=identities
        )

    def _update_index(self, path: str, blob: str, mode: str) -> bool:
        """Let the index say what the commit says of this path; tell whether it could."""
        entry = (
            ("--add", "--cacheinfo", f"{mode},{blob},{path}")
            if blob
            else ("--force-remove", "--", path)
        )
        for attempt in range(20):
            answer = self.git.ask("-C", self._top, "update-index", *entry)
            if answer.code == 0:
                return True
            time.sleep(0.02 * (attempt + 1))
        log.warning("bookflow: git's index keeps an old entry for %s: %s", path, answer.complaint)
        return False

    @property
    def _top(self) -> str:
        return "../" * self.tree.prefix.count("/") or "."

    def _refuse_unfinished(self) -> None:
        """Refuse to commit into the middle of something a person does, or next to a live index."""
        for name, state in _STATES.items():
            if (self.tree.git_dir / name).exists():
                raise AuthoringError(
                    f"the repository of specs is in the middle of a {state}; finish it or abort "
                    f"it (git {state} --abort), then try again"
                )
        give_up_at = time.monotonic() + INDEX_SECONDS
        while (self.tree.git_dir / "index.lock").exists():
            if time.monotonic() > give_up_at:
                raise explain("commit", "index.lock exists")
            time.sleep(0.02)

    def _tidy(self, commit: str) -> None:
        """Now and then let git pack what commits leave behind; it does so in the background."""
        if commit.startswith("00"):
            self.git.ask("gc", "--auto", "--quiet")


def _read(target: Path) -> bytes | None:
    return target.read_bytes() if target.is_file() else None


def _write(target: Path, content: bytes | None, step: Callable[[str], None]) -> None:
    if content is None:
        remove_file(target)
    else:
        write_file(target, content, step=step)
