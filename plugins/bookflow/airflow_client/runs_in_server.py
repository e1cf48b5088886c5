"""Runs made in the API server's process, after intake has committed.

Wishes gather in a set while a thread makes the runs of the previous round: a burst of events for
one workflow costs one run, and the request that brought an event never waits for it.
"""

from __future__ import annotations

import logging
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from bookflow.airflow_client.run_names import Wake, make_wake
from bookflow.airflow_client.server_threads import ServerThread
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from bookflow.ports import NowSource

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 2.0
STOP_SECONDS = 10.0
MADE_LIMIT = 10_000


class RunStarter(Protocol):
    """Makes runs in Airflow."""

    def start_runs(self, wakes: Collection[Wake]) -> Collection[Wake]:
        """Make a run for each; give back those whose DAG Airflow doesn't know yet."""
        ...


class RecentlyMade:
    """Wishes for a time to come that have come true: another of the same needs no run of its own.

    A run for a time to come has claimed nothing yet. A wish for at once is never kept: the run it
    got may have begun.
    """

    def __init__(self, limit: int) -> None:
        """Keep at most so many, the newest."""
        self._limit = limit
        self._kept: dict[Wake, None] = {}

    def __contains__(self, wake: Wake) -> bool:
        """Tell whether there is a run."""
        return wake in self._kept

    def add(self, wakes: Iterable[Wake]) -> None:
        """Note runs that were made, or found."""
        self._kept.update(dict.fromkeys(wake for wake in wakes if wake.due))
        for oldest in list(islice(self._kept, max(0, len(self._kept) - self._limit))):
            del self._kept[oldest]


class ServerWaker(ServerThread):
    """Makes runs in a thread of its own. What fails is left to the clock DAG, and logged."""

    def __init__(
        self,
        starter: RunStarter | None = None,
        *,
        now: NowSource = utc_now,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
        retry_after: float = RETRY_SECONDS,
    ) -> None:
        """Remember how; `patience` and `retry_after` (seconds) are for DAGs not yet parsed."""
        super().__init__("bookflow-waker", stop_within=STOP_SECONDS)
        self._starter = starter
        self._now = now
        self._clock = clock
        self._patience = patience
        self._retry_after = retry_after
        self._wanted: set[Wake] = set()
        self._unknown: dict[Wake, float] = {}
        self._retry_at = 0.0
        self._made = RecentlyMade(MADE_LIMIT)

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        """Ask for a run; never raises and never waits for Airflow."""
        wake = make_wake(workflow_id, due_at, self._now())
        with self._news:
            if wake in self._made:
                return
            self._wanted.add(wake)
            self._news.notify()

    def check(self) -> dict[str, Any]:
        """Tell whether the thread lives, and how many runs wait to be made."""
        with self._news:
            is_alive = self._thread is not None and self._thread.is_alive()
            waiting, unknown = len(self._wanted), sorted({wake.dag_id for wake in self._unknown})
        status = ("degraded" if unknown else "healthy") if is_alive else "unhealthy"
        return {"status": status, "waiting": waiting, "unknown_dags": unknown[:20]}

    def _work(self) -> None:
        while True:
            with self._news:
                while not (self._wanted or self._is_stopping or self._is_retry_due()):
                    self._news.wait(self._retry_after if self._unknown else None)
                batch, self._wanted = self._wanted, set()
                is_last = self._is_stopping
            if batch or self._unknown:
                self._make_runs(batch)
            if is_last:
                return

    def _is_retry_due(self) -> bool:
        return bool(self._unknown) and self._clock() >= self._retry_at

    def _make_runs(self, batch: set[Wake]) -> None:
        if self._is_retry_due():
            batch |= self._unknown.keys()
            self._retry_at = self._clock() + self._retry_after
        if not batch:
            return
        try:
            missing = set(self._open_starter().start_runs(batch))
        except Exception:
            # the thread must outlive whatever Airflow's database does
            log.exception(
                "bookflow: no runs could be made for %s; the DAG bookflow_clock makes them within "
                "a minute, once Airflow's database answers",
                ", ".join(sorted({wake.workflow_id for wake in batch})[:10]),
            )
            return
        self._note_unknown(batch, missing)

    def _note_unknown(self, batch: set[Wake], missing: set[Wake]) -> None:
        now = self._clock()
        with self._news:
            self._made.add(batch - missing)
        for wake in batch - missing:
            self._unknown.pop(wake, None)
        for wake in missing:
            since = self._unknown.setdefault(wake, now)
            if now - since >= self._patience:
                del self._unknown[wake]
                log.warning(
                    "bookflow: Airflow doesn't know the DAG %s: is the dag-processor running, and "
                    "do the import errors name the workflow? Its executions are kept; the DAG "
                    "bookflow_clock starts them once it is there",
                    wake.dag_id,
                )
        if self._unknown and self._retry_at <= now:
            self._retry_at = now + self._retry_after

    def _open_starter(self) -> RunStarter:
        if self._starter is None:
            # only the API server has Airflow's database, so only it pays for this
            from bookflow.airflow_client.run_starting import AirflowRunStarter

            self._starter = AirflowRunStarter(self._now)
        return self._starter
