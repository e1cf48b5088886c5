"""Deciding how changes of specs are kept: as commits, or as plain files."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError
from bookflow.spec.authoring.git_commands import Git
from bookflow.spec.authoring.git_deletions import Deletions
from bookflow.spec.authoring.git_folder import GitFolder, find_work_tree
from bookflow.spec.authoring.git_history import GitHistory
from bookflow.spec.authoring.git_index import ChangedPaths
from bookflow.spec.authoring.git_remote import GitRemote
from bookflow.spec.authoring.plain_folder import PlainFolder, ignore_step
from bookflow.spec.authoring.shapes import Author

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from bookflow.settings import Settings

log = logging.getLogger(__name__)


class Folders:
    """Finds out once whether the folder is in a git work tree, and again when that changes."""

    def __init__(
        self,
        root: Path,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        environ: Mapping[str, str],
        step: Callable[[str], None] = ignore_step,
    ) -> None:
        """Remember what is needed; nothing is looked at yet."""
        self._root = root
        self._settings = settings
        self._now = now
        self._environ = environ
        self._step = step
        self._plain = PlainFolder(root, step=step)
        self._found: GitFolder | None = None
        self._indexes: dict[Path, ChangedPaths] = {}
        self._deletions: dict[Path, Deletions] = {}
        self._has_told = False

    def find(self) -> GitFolder | PlainFolder:
        """Give what writes the files; raises `AuthoringError` where git is there but refuses."""
        if self._settings.specs_git == "off" or not self._has_git_above():
            return self._plain
        if self._found is None or not self._found.tree.git_dir.is_dir():
            self._found = self._open()
        return self._found or self._plain

    def history(self) -> GitHistory | None:
        """Give what looks up earlier states, None for plain files."""
        folder = self.find()
        if not isinstance(folder, GitFolder):
            return None
        index = self._indexes.setdefault(folder.tree.git_dir, ChangedPaths(folder.git))
        return GitHistory(folder.git, folder.tree.prefix, index)

    def deletions(self) -> Deletions | None:
        """Give what finds deleted workflows, None for plain files."""
        folder = self.find()
        if not isinstance(folder, GitFolder):
            return None
        made = Deletions(folder.git, folder.tree.prefix)
        return self._deletions.setdefault(folder.tree.git_dir, made)

    def _has_git_above(self) -> bool:
        """Look for a git directory the way git does, without starting it."""
        real = os.path.realpath(self._root)
        while not os.path.lexists(os.path.join(real, ".git")):
            above = os.path.dirname(real)
            if above == real:
                return False
            real = above
        return True

    def _open(self) -> GitFolder | None:
        git = Git(self._root, self._environ)
        if not git.is_there:
            self._tell("there is no git command; changes of specs are kept as plain files")
            return None
        tree = find_work_tree(git)
        if tree is None:
            self._tell("the folder of specs is in no git work tree; changes are plain files")
            return None
        name = self._settings.specs_remote
        return GitFolder(
            git,
            tree,
            committer=read_identity(self._settings.specs_committer),
            now=self._now,
            remote=GitRemote(git, name) if name else None,
            step=self._step,
        )

    def _tell(self, message: str) -> None:
        if not self._has_told:
            log.warning("bookflow: %s", message)
            self._has_told = True


def read_identity(text: str) -> Author:
    """Read `name <address>`.

    >>> read_identity("bookflow <bookflow@localhost>")
    Author(name='bookflow', email='bookflow@localhost')
    """
    name, _, email = text.partition("<")
    if not email.endswith(">"):
        raise AuthoringError(f"{text[:100]!r} is not a name and an address in angle brackets")
    return Author(name.strip(), email[:-1].strip())
