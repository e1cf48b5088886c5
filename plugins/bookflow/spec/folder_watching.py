"""Hears from the kernel that files changed: on Linux, for local file systems.

Only a help: what it does not hear, such as a change made by another machine, is seen when the files
are looked at.
"""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

# inotify(7): attributes, content, closed after writing, moved from and to, made, deleted,
# the folder itself deleted or moved
_EVENTS = 0x4 | 0x2 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
_ONLY_FOLDERS = 0x01000000
_READ_BYTES = 65_536


class FolderWatch:
    """Watches folders, not those below them; for one thread."""

    def __init__(self) -> None:
        """Ask the kernel for it; without an answer nothing is ever heard."""
        self._watches: dict[str, int] = {}
        self._descriptor = -1
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError, TypeError):
            # another system than Linux
            return

    @property
    def is_hearing(self) -> bool:
        """Tell whether the kernel tells of any folder."""
        return bool(self._watches)

    def follow(self, folders: Collection[str]) -> None:
        """Watch these folders and no others."""
        if self._descriptor < 0:
            return
        found = {}
        for folder in folders:
            # the same number as before, unless another folder has come to this name
            watch = self._libc.inotify_add_watch(
                self._descriptor, os.fsencode(folder), _EVENTS | _ONLY_FOLDERS
            )
            if watch >= 0:
                found[folder] = watch
        for watch in set(self._watches.values()) - set(found.values()):
            self._libc.inotify_rm_watch(self._descriptor, watch)
        self._watches = found

    def has_news(self) -> bool:
        """Tell whether anything happened since this was asked last."""
        heard = False
        try:
            while self._descriptor >= 0 and os.read(self._descriptor, _READ_BYTES):
                heard = True
        except OSError:
            # nothing more to read
            pass
        return heard

    def close(self) -> None:
        """Stop watching."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._watches.clear()
