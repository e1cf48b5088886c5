"""Letting git note which commits changed which files, so that it finds those of one file fast."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError

if TYPE_CHECKING:
    from bookflow.spec.authoring.git_commands import Git

log = logging.getLogger(__name__)

FEWEST_COMMITS = 1_000
"""In a shorter history git finds the commits of a file fast enough by itself."""
WRITING_SECONDS = 300.0


class ChangedPaths:
    """Git's own index of changed paths, in its commit graph; `git gc` keeps it."""

    def __init__(self, git: Git) -> None:
        """Look after the index of a repository; nothing is written yet."""
        self._git = git
        self._lock = threading.Lock()
        self._is_begun = False

    def write_behind(self) -> None:
        """Write it in the background, once per process: later commits are few beside it."""
        with self._lock:
            if self._is_begun:
                return
            self._is_begun = True
        threading.Thread(target=self.write, name="bookflow-git-index", daemon=True).start()

    def write(self, fewest: int = FEWEST_COMMITS) -> bool:
        """Write it where the history has so many commits; a repository that refuses does without.

        Tells whether it was written.
        """
        try:
            counted = self._git.ask("rev-list", "--count", "HEAD").text
            if not counted.isdecimal() or int(counted) < fewest:
                return False
            answer = self._git.ask(
                "commit-graph", "write", "--reachable", "--changed-paths", "--split",
                "--no-progress", seconds=WRITING_SECONDS,
            )  # fmt: skip
        except (AuthoringError, OSError) as error:
            log.info("bookflow: git keeps no index of changed files: %s", error)
            return False
        if answer.code:
            log.info("bookflow: git keeps no index of changed files: %s", answer.complaint[:300])
        return answer.code == 0
