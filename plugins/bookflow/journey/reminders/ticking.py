"""Ticking: the chores of the clock, each on its own, so that one that fails stops no other."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do at every tick; `run` may give a line for the log."""

    name: str
    run: Callable[[], object]


class ChoresFailedError(BookflowError):
    """Some chores of the clock failed; the next tick tries again."""

    def __init__(self, failures: Sequence[tuple[str, Exception]]) -> None:
        """Name each chore with what was wrong."""
        said = "; ".join(f"{name}: {error}" for name, error in failures)
        count = f"{len(failures)} chore{'s' * (len(failures) > 1)} of the clock failed"
        super().__init__(f"{count}, the next tick tries again: {said}")
        self.failures = tuple(failures)


def tick(chores: Sequence[Chore]) -> None:
    """Do every chore in order; raises `ChoresFailedError` at the end if any failed."""
    failures: list[tuple[str, Exception]] = []
    for chore in chores:
        try:
            said = chore.run()
        except Exception as error:
            # whatever it is, the other chores must be done
            is_known = isinstance(error, BookflowError)
            log.error("bookflow: %s failed: %s", chore.name, error, exc_info=not is_known)
            failures.append((chore.name, error))
        else:
            log.info("%s: %s", chore.name, said if said else "nothing to do")
    if failures:
        raise ChoresFailedError(failures)
