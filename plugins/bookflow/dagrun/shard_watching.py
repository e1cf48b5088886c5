"""Deciding which shards Airflow must parse again, by what it shows of their DAGs.

Airflow overlooks a change that comes while a file is being parsed, drops what it could not store,
and takes DAGs out of service that it did not store: all of that is healed by parsing once more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bookflow.spec.sharding import name_of_shard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bookflow.airflow_client.reparsing import ShownDag

PATIENCE_SECONDS = 10.0
QUEUE_SECONDS = 2.0
"""After so long a changed shard has others before it."""
MOST_URGENT = 16
"""Of more changed shards none comes before the others."""
LONGEST_SECONDS = 600.0


class DagLedger(Protocol):
    """What Airflow's database shows of parsed DAGs."""

    def read(self, workflow_ids: Collection[str] | None = None) -> dict[str, ShownDag]:
        """Give what is shown of these workflows, or of all."""
        ...

    def retire(self, workflow_ids: Collection[str]) -> None:
        """Mark DAGs as gone."""
        ...

    def ask_for_failed_files(self) -> None:
        """Have DAG files beside ours that failed parsed again."""
        ...

    def ask_for_files(self, names: Collection[str]) -> None:
        """Have files of the bundle parsed before all others."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done.

    Shards to parse again, changed ones that others keep waiting, those shown as they are, and
    workflows that must not be shown.
    """

    again: frozenset[int] = frozenset()
    urgent: frozenset[int] = frozenset()
    complete: frozenset[int] = frozenset()
    gone: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Wait:
    since: float
    """Seconds of the wall clock: parses that began earlier don't count."""
    next_try: float
    pause: float = PATIENCE_SECONDS
    is_asked: bool = False
    has_begun: bool = False


@dataclass(slots=True)
class ShardWatch:
    """The shards whose parse is waited for; `read_at` says when a parse last began to read one."""

    read_at: Callable[[int], float]
    waits: dict[int, _Wait] = field(default_factory=dict)

    def expect(self, shards: Collection[int], now: float) -> None:
        """Wait for parses that begin from now on."""
        for number in shards:
            self.waits[number] = _Wait(now, now + PATIENCE_SECONDS)

    def judge(
        self, wanted: Mapping[str, int], shown: Mapping[str, ShownDag], now: float
    ) -> Verdict:
        """Compare the shard of each workflow with all that is shown; keeps what to wait for."""
        lacking, begun = set(), {}
        for workflow_id, number in wanted.items():
            if number in lacking:
                continue
            if number not in begun:
                begun[number] = self.read_at(number)
            if not self._is_shown(shown.get(workflow_id), number, begun[number]):
                lacking.add(number)
        shards = frozenset(wanted.values())
        for number in self.waits.keys() - lacking:
            del self.waits[number]
        for number in self.waits:
            self._note_begin(self.waits[number], begun[number], now)
        missed = {
            number
            for number in lacking & self.waits.keys()
            if self._was_overtaken(number, wanted, shown, begun[number])
        }
        again = missed | {number for number in lacking if self._is_due(number, now)}
        for number in missed:
            self.expect([number], now)
        gone = frozenset(
            workflow_id
            for workflow_id, dag in shown.items()
            if not dag.is_stale and workflow_id not in wanted
        )
        return Verdict(frozenset(again), self._find_urgent(now), shards - lacking, gone)

    def _find_urgent(self, now: float) -> frozenset[int]:
        """Find, once, changed shards that Airflow has not begun to parse: it parses all the others.

        A request overtakes these. Airflow itself looks for changed files only when it is through.
        """
        found = {
            number: wait
            for number, wait in self.waits.items()
            if wait.since and not wait.is_asked and not wait.has_begun
        }
        if len(found) > MOST_URGENT:
            return frozenset()
        urgent = {n for n, wait in found.items() if now - wait.since >= QUEUE_SECONDS}
        for number in urgent:
            self.waits[number].is_asked = True
        return frozenset(urgent)

    def _is_shown(self, dag: ShownDag | None, number: int, begun: float) -> bool:
        if dag is None or dag.is_stale or dag.file != name_of_shard(number):
            return False
        wait = self.waits.get(number)
        return wait is None or (begun >= wait.since and dag.ended >= begun)

    def _was_overtaken(
        self, number: int, wanted: Mapping[str, int], shown: Mapping[str, ShownDag], begun: float
    ) -> bool:
        """Tell whether a parse ended after the change that had begun before it."""
        since = self.waits[number].since
        return begun < since and any(
            shown[workflow_id].ended >= since
            for workflow_id, shard in wanted.items()
            if shard == number and workflow_id in shown
        )

    @staticmethod
    def _note_begin(wait: _Wait, begun: float, now: float) -> None:
        """Count patience from the begin of a parse that had to wait for its turn."""
        if not wait.has_begun and begun >= wait.since:
            wait.has_begun = True
            wait.next_try, wait.pause = now + PATIENCE_SECONDS, PATIENCE_SECONDS

    def _is_due(self, number: int, now: float) -> bool:
        """Tell whether it is time to try again; each time after twice as long."""
        wait = self.waits.get(number)
        if wait is None:
            # nothing changed, but Airflow lost something
            self.waits[number] = _Wait(0.0, now + PATIENCE_SECONDS, has_begun=True)
            return False
        if now < wait.next_try:
            return False
        wait.pause = min(2 * wait.pause, LONGEST_SECONDS)
        wait.next_try = now + wait.pause
        return True
