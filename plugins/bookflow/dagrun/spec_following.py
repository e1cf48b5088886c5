"""Follows the specs in the dag-processor: cheap looks, shards touched, parses made sure of."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from bookflow.spec.sharding import name_of_shard

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.dagrun.shard_watching import DagLedger, ShardWatch
    from bookflow.spec.shard_keeping import ShardKeeper, Update

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LONGEST_LOOK_SECONDS = 5.0
LOOKS_SHARE = 0.02
"""How much of a processor may go into looking at every spec file."""
HEARING_SHARE = 0.01
"""The same where the kernel tells of changes, and looking is but the net."""
LONGEST_NET_SECONDS = 10.0
REVIEW_SECONDS = 30.0
BUSY_REVIEW_SECONDS = 5.0
FAILED_SECONDS = 60.0
MOST_ASKED = 1_000
"""Of more workflows all are read: one pass over the table is cheaper."""
REST_SECONDS = 10.0


class SpecFollower:
    """Keeps shards and what Airflow shows of them in step with the specs; for one thread."""

    def __init__(
        self,
        keeper: ShardKeeper,
        ledger: DagLedger,
        watch: ShardWatch,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        effort: Callable[[], float] = time.thread_time,
    ) -> None:
        """Remember how; `clock` is monotonic, `wall` that of files, `effort` the processor's."""
        self._keeper = keeper
        self._ledger = ledger
        self._watch = watch
        self._clock = clock
        self._wall = wall
        self._effort = effort
        self._next_look = 0.0
        self._rests_until = 0.0
        self._next_review = 0.0
        self._next_failed = clock() + FAILED_SECONDS
        self._next_full_review = clock() + REVIEW_SECONDS

    def look(self) -> bool:
        """Look if it is time to; tell whether DAG files came or went, which Airflow must see."""
        now = self._clock()
        if now < self._rests_until:
            return False
        update = None
        if now >= self._next_look or self._keeper.has_news_in_folders():
            update = self._follow()
        return self._review(now) or (update is not None and update.has_other_files)

    def look_at_once(self) -> None:
        """Look at all specs now; raises ConfigurationError if they are gone."""
        self._follow()

    def rest(self) -> None:
        """Look no more for a while, as something is wrong."""
        self._rests_until = self._clock() + REST_SECONDS

    def _follow(self) -> Update:
        began = self._effort()
        update = self._keeper.update()
        ended = self._clock()
        share, longest = LOOKS_SHARE, LONGEST_LOOK_SECONDS
        if self._keeper.is_hearing:
            share, longest = HEARING_SHARE, LONGEST_NET_SECONDS
        pause = (self._effort() - began) / share
        self._next_look = ended + min(max(pause, LOOK_SECONDS), longest)
        if update.touched:
            log.info("bookflow: %d shards are to be parsed", len(update.touched))
            # from now on: all is written that a parse reads
            self._watch.expect(update.touched, self._wall())
            self._next_review = ended + LOOK_SECONDS
        return update

    def _review(self, now: float) -> bool:
        """See what Airflow shows, if it is time to; tell whether DAG files came or went."""
        is_full = now >= self._next_full_review
        if not is_full and (not self._watch.waits or now < self._next_review):
            return False
        wanted = self._keeper.wanted
        asked = {workflow_id for workflow_id, shard in wanted.items() if shard in self._watch.waits}
        is_full = is_full or len(asked) > MOST_ASKED
        self._next_review = now + (BUSY_REVIEW_SECONDS if len(asked) > MOST_ASKED else LOOK_SECONDS)
        if is_full:
            self._next_full_review = now + REVIEW_SECONDS
        else:
            wanted = {workflow_id: wanted[workflow_id] for workflow_id in asked}
        try:
            return self._settle(wanted, asked if not is_full else None, now)
        except Exception:
            # Airflow's database may be away: parsing goes on without being made sure of
            log.warning("bookflow: Airflow's DAGs could not be looked at", exc_info=True)
            self._next_review = self._next_full_review = now + REVIEW_SECONDS
            return False

    def _settle(self, wanted: dict[str, int], asked: set[str] | None, now: float) -> bool:
        shown = self._ledger.read(asked)
        verdict = self._watch.judge(wanted, shown, self._wall())
        if verdict.again:
            log.info("bookflow: %d shards are to be parsed again", len(verdict.again))
            self._keeper.touch(verdict.again)
        if verdict.urgent:
            self._ledger.ask_for_files([name_of_shard(number) for number in verdict.urgent])
        if verdict.gone:
            self._ledger.retire(verdict.gone)
        if asked is None and now >= self._next_failed:
            self._next_failed = now + FAILED_SECONDS
            self._ledger.ask_for_failed_files()
        update = self._keeper.end_moves(verdict.complete)
        self._watch.expect(update.touched, self._wall())
        return update.has_other_files
