"""What a user may see, remembered for a few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Set
from dataclasses import dataclass

DAG_PREFIX = "bookflow-"
LIFETIME_SECONDS = 5.0
REMEMBERED_USERS = 1_000


@dataclass(frozen=True, slots=True)
class Visibility:
    """The workflows a user may see; None means all, and costs queries nothing."""

    workflow_ids: frozenset[str] | None = None

    def includes(self, workflow_id: str) -> bool:
        """Tell whether the user may see this workflow."""
        return self.workflow_ids is None or workflow_id in self.workflow_ids

    def narrowed(self, workflow_ids: frozenset[str]) -> Visibility:
        """Give what is left where only these may be seen at most."""
        if self.workflow_ids is None:
            return Visibility(workflow_ids)
        return Visibility(self.workflow_ids & workflow_ids)


EVERYTHING = Visibility()


def workflows_of(readable: Set[str], known: Set[str]) -> frozenset[str]:
    """Give the workflows whose DAGs are readable; `known` are all DAGs there are.

    The DAG of a spec is `bookflow-<id>`; that of a hand-written DAG is the workflow's id itself,
    unless a spec's DAG claims that id.
    """
    of_specs = {dag_id.removeprefix(DAG_PREFIX) for dag_id in readable if _is_of_spec(dag_id)}
    by_hand = {dag_id for dag_id in readable if DAG_PREFIX + dag_id not in known}
    return frozenset(of_specs | by_hand)


def _is_of_spec(dag_id: str) -> bool:
    return dag_id.startswith(DAG_PREFIX)


class VisibilityCache:
    """Remembers visibilities by user, since finding one can mean a check for every DAG."""

    def __init__(
        self, *, lifetime: float = LIFETIME_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start empty; `lifetime` is in seconds."""
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Visibility]] = {}

    def get(self, key: str, load: Callable[[], Visibility]) -> Visibility:
        """Give what is remembered, or load it."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
        if kept and now - kept[0] < self._lifetime:
            return kept[1]
        found = load()
        with self._lock:
            self._kept.pop(key, None)
            if len(self._kept) >= REMEMBERED_USERS:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now, found)
        return found
