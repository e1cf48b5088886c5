"""Spec files written as plain files: whole or not at all, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import time
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError, AuthoringUnavailableError
from bookflow.spec.loading import show_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bookflow.spec.authoring.shapes import Change

LOCK_NAME = ".bookflow.lock"
TEMPORARY = ".bookflow.new"
"""One per folder is enough, since there is one writer; a crash leaves no more than that."""
LOCK_SECONDS = 30.0


def ignore_step(_name: str) -> None:
    """Do nothing: tests stop a process at a step."""


@contextmanager
def hold_lock(path: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Be the only writer among all processes; the system frees the lock of a killed one.

    Who waits for the lock holds the place at the head of the queue, so that a writer who has just
    let go can't be faster again and again.
    """
    give_up_at = time.monotonic() + seconds
    queue = _acquire(path.with_suffix(".queue"), give_up_at)
    try:
        lock = _acquire(path, give_up_at)
    finally:
        os.close(queue)
    try:
        yield
    finally:
        os.close(lock)


def _acquire(path: Path, give_up_at: float) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        raise _explain(error, path.parent) from error
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < give_up_at:
                time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - spreads writers, no secret
                continue
            os.close(descriptor)
            raise AuthoringUnavailableError(
                "others have been writing workflows all the time; try again"
            ) from None
        return descriptor


def write_file(path: Path, content: bytes, *, step: Callable[[str], None] = ignore_step) -> None:
    """Replace a file in one move; at any moment there is the old one or the new one, whole."""
    temporary = path.with_name(TEMPORARY)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o7777 if path.exists() else None
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        step("file written")
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise _explain(error, path) from error


def refuse_link(path: Path, root: Path) -> None:
    """Refuse to write through links, which may lead anywhere, and onto folders."""
    inside = os.path.realpath(path.parent)
    real_root = os.path.realpath(root)
    if path.is_symlink() or os.path.commonpath([real_root, inside]) != real_root:
        raise AuthoringError(
            f"`{show_path(path.name)}` is a link, or lies behind one; change the file it leads to, "
            "or put the file itself into the folder of specs"
        )
    if path.is_dir():
        raise AuthoringError(
            f"`{show_path(path.name)}` is a folder, where the workflow's file should be; rename it"
        )


def remove_file(path: Path) -> None:
    """Remove a file for good."""
    try:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise _explain(error, path) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explain(error: OSError, path: Path) -> AuthoringError:
    shown = show_path(path.name)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = (
            "the API server may not write there; give its user the right to, or edit the files "
            "where they come from and deploy them"
        )
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "the disk is full; free some space"
    else:
        advice = error.strerror or "the file system refuses"
    return AuthoringError(f"`{shown}` can't be written: {advice}")


class PlainFolder:
    """A folder of specs without history."""

    def __init__(self, root: Path, *, step: Callable[[str], None] = ignore_step) -> None:
        """Write below a folder; `step` is told how far a change is."""
        self._root = root
        self._step = step

    def locked(self) -> AbstractContextManager[None]:
        """Be the only writer."""
        return hold_lock(self._root / LOCK_NAME)

    def put(self, change: Change) -> str | None:
        """Write or remove the file; there is no commit."""
        target = self._root / change.path
        refuse_link(target, self._root)
        if change.after is None:
            remove_file(target)
        else:
            write_file(target, change.after, step=self._step)
        self._step("file moved")
        return None

    def pull(self) -> bool:
        """Do nothing: plain files come from nowhere."""
        return False
