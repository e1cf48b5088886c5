"""Processes that die anywhere: a fuse that burns with every step, and a store in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class CrashError(BaseException):
    """The process is gone; not an `Exception`, so that no code can go on after it."""


class Fuse:
    """Burns down by one at every step of a process, and ends it when nothing is left."""

    def __init__(self, steps: int | None = None) -> None:
        self._left = steps
        self.is_blown = False

    def burn(self) -> None:
        if self._left is not None:
            self._left -= 1
            self.is_blown = self.is_blown or self._left < 0
        if self.is_blown:
            raise CrashError


class FragileStore:
    """A store as one process sees it: each call may be its last, before or after it took effect."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self._fuse.burn()
            answer = method(*arguments, **options)
            self._fuse.burn()
            return answer

        return call
