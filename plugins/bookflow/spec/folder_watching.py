"""Hears from the kernel that files changed: on Linux, for local file systems.

Only a help: what it does not hear, such as a change made by another machine, is seen when the files
are looked at.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

# inotify(7): attributes, content, closed after writing, moved from and to, made, deleted,
# the folder itself deleted or moved
_EVENTS = 0x4 | 0x2 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
_ONLY_FOLDERS = 0x01000000
_READ_BYTES = 65_536
_HEAD = struct.Struct("iIII")
"""inotify(7): number of the watch, what happened, a cookie, length of the name that follows."""
_LOST = 0x4000
# a folder below, unmounted, the folder itself deleted or moved, no longer watched
_UNCLEAR = 0x40000000 | 0x2000 | 0x400 | 0x800 | 0x8000
LOCAL_FILE_SYSTEMS = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"}
)
"""What only this machine writes to, so that its kernel hears of every change."""


class News(NamedTuple):
    """The paths of files that changed; where it is not complete, others may have changed too."""

    paths: frozenset[str]
    is_complete: bool


NOTHING = News(frozenset(), is_complete=True)


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

    def follow(self, folders: Collection[str]) -> bool:
        """Watch these folders and no others; tell whether all of them are watched."""
        if self._descriptor < 0:
            return False
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
        return len(found) == len(set(folders))

    def has_news(self) -> bool:
        """Tell whether anything happened since this was asked last."""
        return self.take_news() != NOTHING

    def take_news(self) -> News:
        """Give what happened since this was asked last."""
        paths: set[str] = set()
        is_complete = True
        names = {watch: folder for folder, watch in self._watches.items()}
        while told := self._read():
            for watch, mask, name in _take_apart(told):
                folder = names.get(watch)
                if mask & _LOST or (folder is not None and (mask & _UNCLEAR or not name)):
                    is_complete = False
                elif folder is not None:
                    paths.add(os.path.join(folder, os.fsdecode(name)))
        return News(frozenset(paths), is_complete)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _READ_BYTES) if self._descriptor >= 0 else b""
        except OSError:
            # nothing more to read
            return b""

    def close(self) -> None:
        """Stop watching."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._watches.clear()


def _take_apart(told: bytes) -> list[tuple[int, int, bytes]]:
    found = []
    place = 0
    while place + _HEAD.size <= len(told):
        watch, mask, _, length = _HEAD.unpack_from(told, place)
        place += _HEAD.size
        found.append((watch, mask, told[place : place + length].rstrip(b"\0")))
        place += length
    return found


def is_local(path: str) -> bool:
    """Tell whether only this machine changes the files there, as far as the kernel says."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    real = os.path.realpath(path)
    best, kind = "", ""
    for line in mounts.splitlines():
        # proc(5): the mount point is the fifth field, the type follows the hyphen
        fields, _, rest = line.partition(" - ")
        point = fields.split(" ")[4].replace("\\040", " ") if fields.count(" ") >= 4 else ""
        is_above = real == point or real.startswith(point.rstrip("/") + "/")
        # of two at one point the later hides the earlier
        if point and is_above and len(point) >= len(best):
            best, kind = point, rest.split(" ", 1)[0]
    return kind in LOCAL_FILE_SYSTEMS
