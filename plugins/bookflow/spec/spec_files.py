"""Finding and reading spec files under a folder: cheap to repeat, wary of what lies there."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bookflow.errors import ConfigurationError, SpecError, SpecIssue
from bookflow.spec.loading import show_path

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".yaml", ".yml")
# Within one tick of the file system's clock a file can change and keep its stamp.
_UNSETTLED_NS = 50_000_000
_TYPE = 0o170000
"""The bits of a mode that tell what kind of file it is."""

Stamp = tuple[int, int, int, int]
"""Modification and change time in ns, size, inode: equal stamps mean an unchanged file."""


class FoundFile(NamedTuple):
    """A spec file as it lies there; `refusal` says why it must not be read."""

    path: str
    stamp: Stamp
    refusal: str | None = None
    is_link: bool = False


def walk_specs(root: str, folders: dict[str, int] | None = None) -> Iterator[FoundFile]:
    """Find the spec files, hidden ones skipped; links to folders are never followed.

    `folders` is filled with each folder and when it last changed, in ns. Raises
    ConfigurationError if the folder itself can't be listed.
    """
    real_root = os.path.realpath(root)
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            if folders is not None:
                # before it is listed: what comes in meanwhile shows as a change
                folders[folder] = os.stat(folder).st_mtime_ns
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif name.endswith(SUFFIXES):
                        found = _look_at_entry(entry, real_root)
                        if found is not None:
                            yield found
        except OSError as error:
            if folder == root:
                raise ConfigurationError(
                    f"the folder of workflow specs {show_path(root)} can't be listed "
                    f"({error.strerror}); create it, or set BOOKFLOW_SPECS_DIR to the right one"
                ) from error
            # A folder that vanished or can't be entered must not hide the others.
            yield FoundFile(folder, (0, 0, 0, 0), f"the folder can't be listed: {error.strerror}")


def _look_at_entry(entry: os.DirEntry[str], real_root: str) -> FoundFile | None:
    try:
        if entry.is_symlink():
            return look_at_link(entry.path, real_root)
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        return FoundFile(entry.path, (0, 0, 0, 0), f"the file can't be read: {error.strerror}")
    if status.st_mode & _TYPE != stat.S_IFREG:
        return _judge(entry.path, status)
    # as in _judge; here thousands are looked at every second or two
    stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
    return FoundFile(entry.path, stamp)


def walk_folders(root: str) -> Iterator[str]:
    """Find the folders below that `walk_specs` would enter, looking at no file."""
    waiting = [root]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False) and entry.name[0] != ".":
                        waiting.append(entry.path)
                        yield entry.path
        except OSError:
            # walk_specs reports what can't be listed.
            continue


def look_at(path: str, root: str) -> FoundFile | None:
    """Look at one path the way `walk_specs` would; None if there is no file."""
    try:
        if os.path.islink(path):
            return look_at_link(path, os.path.realpath(root))
        return _judge(path, os.lstat(path))
    except OSError:
        return None


def look_at_link(path: str, real_root: str) -> FoundFile | None:
    """Follow a link only to a file inside the folder; links to folders are no specs."""
    target = os.path.realpath(path)
    inside = os.path.commonpath([real_root, target]) == real_root
    if not inside:
        refusal = "the link leads out of the folder of specs; put the file itself here"
        return FoundFile(path, (0, 0, 0, os.lstat(path).st_ino), refusal, is_link=True)
    if not os.path.exists(target):
        refusal = "the link leads to no file; remove it"
        return FoundFile(path, (0, 0, 0, os.lstat(path).st_ino), refusal, is_link=True)
    # Links in the folders above can't lead out either: walk_specs never enters a linked folder.
    found = _judge(path, os.stat(target, follow_symlinks=False))
    return found._replace(is_link=True) if found else None


def _judge(path: str, status: os.stat_result) -> FoundFile | None:
    if stat.S_ISDIR(status.st_mode):
        return None
    stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
    if not stat.S_ISREG(status.st_mode):
        return FoundFile(path, stamp, "this is no regular file; specs are plain files")
    return FoundFile(path, stamp)


def read_spec_file(found: FoundFile, size_limit: int) -> bytes:
    """Read a spec file, never more than one byte over the limit; raises `SpecError`."""
    if found.refusal is not None:
        raise SpecError([refuse(found.path, found.refusal, "unreadable")])
    size = found.stamp[2]
    if size > size_limit:
        message = f"the file has {size:,} bytes; at most {size_limit:,} are read"
        raise SpecError([refuse(found.path, message, "too-large")])
    try:
        # Not to hang if the file was replaced by a pipe meanwhile.
        descriptor = os.open(found.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            return file.read(size_limit + 1)
    except OSError as error:
        message = f"the file can't be read: {error.strerror}"
        raise SpecError([refuse(found.path, message, "unreadable")]) from None


def is_settled(found: FoundFile, read_at: int) -> bool:
    """Tell whether a file read then (in ns) can't have changed since and kept its stamp."""
    return read_at - max(found.stamp[:2]) > _UNSETTLED_NS


def refuse(path: str, message: str, code: str, key: str = "") -> SpecIssue:
    """Make an issue about a file as a whole."""
    return SpecIssue(show_path(path), 0, 0, key, message, None, code)


def rank_of(path: str, root: str, workflow_id: str) -> int:
    """Say how strong a file's claim to an id is: 0 the strongest, 3 if its name is another.

    `{id}.yaml` at the top comes before `{id}.yml` there, before either in a folder below.
    """
    here = Path(path)
    if here.stem != workflow_id:
        return 3
    if str(here.parent) != str(Path(root)):
        return 2
    return 0 if here.suffix == ".yaml" else 1
