"""Which spec files may have changed since they were looked at last, without looking at all."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from bookflow.spec.folder_watching import FolderWatch, is_local
from bookflow.spec.spec_files import walk_folders

if TYPE_CHECKING:
    from collections.abc import Callable

NET_SECONDS = 30.0
"""After so long all files are looked at, whatever was heard; servers do it more often."""


class ChangeHearing:
    """Hears of changes below a folder; not safe to share between threads.

    Where the kernel can't tell of each, as of files that other machines write or that are links,
    nothing is known and all files are to be looked at.
    """

    def __init__(self, root: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember the folder; nothing is watched before the first look at all."""
        self._root = root
        self._clock = clock
        self._watch: FolderWatch | None = None
        self._process = 0
        self._real_root: tuple[int, int] | None = None
        self._looked_at = 0.0
        self._follows_all = False
        self._hears_all = False

    def take_changed(self) -> frozenset[str] | None:
        """Give the paths that may have changed since; None where any may have."""
        if not self._hears_all or self._watch is None or self._process != os.getpid():
            return None
        if (
            self._clock() - self._looked_at > NET_SECONDS
            or _identity(self._root) != self._real_root
        ):
            return None
        news = self._watch.take_news()
        return news.paths if news.is_complete else None

    def begin_look(self) -> None:
        """Watch every folder there is, before the files in them are looked at."""
        if self._watch is None or self._process != os.getpid():
            # a process that forked must not take the news of its parent
            self._watch, self._process = FolderWatch(), os.getpid()
        self._real_root = _identity(self._root)
        self._follows_all = self._watch.follow([self._root, *walk_folders(self._root)])
        self._watch.take_news()
        self._looked_at = self._clock()

    def end_look(self, *, has_links: bool) -> None:
        """Note what was found: links change with the files they lead to, which nobody watches."""
        self._hears_all = self._follows_all and not has_links and is_local(self._root)

    def close(self) -> None:
        """Stop watching."""
        self._hears_all = False
        if self._watch is not None and self._process == os.getpid():
            self._watch.close()
        self._watch = None


def _identity(root: str) -> tuple[int, int] | None:
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino
