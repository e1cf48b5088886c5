"""What the monitor reads, from memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from bookflow.ports.upkeep import EndedTally, RunningTally
from bookflow.records import ActionStatus, ExecutionStatus, RunKey

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Iterable
    from datetime import datetime

    from bookflow.ports.clock import SpecRule
    from bookflow.records import HeldRun
    from bookflow.store.memory_clock import ClockRoom

_Row = dict[str, Any]

SHOWN_CAUSES = 3
_ENDED = (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED)


class MemoryVitals:
    """The `VitalStore` of the memory store."""

    _lock: threading.RLock
    _clock: ClockRoom
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _runs: dict[RunKey, HeldRun]
    _spec_rules: dict[str, SpecRule]

    def tally_ended(
        self, since: datetime, until: datetime, *, slow_seconds: float
    ) -> list[EndedTally]:
        """Tally executions that completed or failed in this time, by workflow."""
        with self._lock:
            by_workflow: dict[str, list[_Row]] = defaultdict(list)
            for row in self._executions.values():
                ended = row["completed_at"]
                if row["status"] in _ENDED and ended is not None and since < ended <= until:
                    by_workflow[row["workflow_id"]].append(row)
            return [
                self._tally_workflow(name, rows, slow_seconds)
                for name, rows in sorted(by_workflow.items())
            ]

    def tally_running(self, before: datetime) -> list[RunningTally]:
        """Tally executions that run and were claimed before then, by workflow."""
        with self._lock:
            claims: dict[str, list[datetime]] = defaultdict(list)
            for row in self._executions.values():
                held = self._held_run(row)
                is_running = row["status"] == ExecutionStatus.RUNNING
                if is_running and held is not None and held.claimed_at < before:
                    claims[row["workflow_id"]].append(held.claimed_at)
            return [
                RunningTally(name, len(times), min(times)) for name, times in sorted(claims.items())
            ]

    def oldest_due(self, before: datetime) -> dict[str, datetime]:
        """Give since when a workflow's oldest execution is due, of those due before then."""
        oldest: dict[str, datetime] = {}
        with self._lock:
            for row in self._executions.values():
                if row["status"] == ExecutionStatus.PENDING and row["wake_at"] < before:
                    known = oldest.get(row["workflow_id"], row["wake_at"])
                    oldest[row["workflow_id"]] = min(known, row["wake_at"])
        return oldest

    def last_tick(self) -> datetime | None:
        """Give when the clock ticked last; None where it never did."""
        with self._lock:
            return self._clock.ticked_at

    def load_versions(self) -> dict[str, tuple[str, str, str]]:
        """Give version, workflow and organizer of the last valid text of each spec file."""
        with self._lock:
            return {
                path: (rule.version, rule.workflow_id, rule.organizer)
                for path, rule in self._spec_rules.items()
            }

    def _held_run(self, row: _Row) -> HeldRun | None:
        if row["dag_id"] is None:
            return None
        return self._runs.get(RunKey(row["dag_id"], row["run_id"]))

    def _tally_workflow(self, name: str, rows: list[_Row], slow_seconds: float) -> EndedTally:
        times = [
            (row["completed_at"] - held.claimed_at).total_seconds()
            for row in rows
            if (held := self._held_run(row)) is not None
        ]
        failed = [row["id"] for row in rows if row["status"] == ExecutionStatus.FAILED]
        return EndedTally(
            workflow_id=name,
            total=len(rows),
            failed=len(failed),
            slow=sum(seconds > slow_seconds for seconds in times),
            longest=max(times, default=0.0),
            causes=self._failure_causes(failed),
        )

    def _failure_causes(self, failed: Iterable[uuid.UUID]) -> tuple[str, ...]:
        ids = set(failed)
        codes = Counter(
            row["error_code"] or "unknown"
            for (key, _), row in self._results.items()
            if key in ids and row["status"] is ActionStatus.FAILED
        )
        ordered = sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(code for code, _ in ordered[:SHOWN_CAUSES])
