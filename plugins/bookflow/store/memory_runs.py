"""What a run asks of the store, in memory: claim, jobs, deliveries, settlement, finish."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bookflow.ports import LEASE
from bookflow.records import (
    Claim,
    DeliveryStatus,
    ExecutionStatus,
    Finish,
    HeldRun,
    Job,
)
from bookflow.store.batches import (
    CUT_OFF_LIMIT,
    RETIRED_REASON,
    STRANDED_REASON,
    closings_of,
    merge_results,
)
from bookflow.store.memory_deliveries import (
    claim_one,
    close_open,
    find_windows,
    name_digests,
    settle_delivery,
)
from bookflow.store.memory_settling import (
    count_results,
    fail_begun,
    fail_open_deliveries,
    fail_unfinished,
    fold_result,
    is_final,
    park,
    retire_results,
    settled_row,
)

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime, timedelta

    from bookflow.records import (
        ActionResult,
        DeliveryOutcome,
        DeliveryState,
        NewDelivery,
        RunKey,
    )
    from bookflow.store.memory_bookings import MemoryBookings

_Row = dict[str, Any]


class MemoryRuns:
    """The `RunStore` part of the memory store."""

    _lock: threading.RLock
    _runs: dict[RunKey, HeldRun]
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _bookings: MemoryBookings

    def claim(self, workflow_id: str, run: RunKey, *, limit: int, now: datetime) -> Claim:
        """Give the run its executions, once; see `ports.RunStore`."""
        with self._lock:
            if run not in self._runs:
                self._runs[run] = HeldRun(run, workflow_id, now)
                for row in self._due(workflow_id, now)[:limit]:
                    row.update(
                        status=ExecutionStatus.RUNNING,
                        started_at=row["started_at"] or now,
                        rounds=row["rounds"] + 1,
                        dag_id=run.dag_id,
                        run_id=run.run_id,
                    )
            return Claim(len(self._held(run)), bool(self._due(workflow_id, now)))

    def load_jobs(self, run: RunKey, action: str) -> list[Job]:
        """Read the unfinished executions that have no final result for the action."""
        with self._lock:
            jobs = []
            for row in sorted(self._open(run), key=lambda row: (row["due_at"], row["id"])):
                result = self._results.get((row["id"], action))
                if not is_final(result):
                    jobs.append(self._job(row, result["attempts"] if result else 0))
            return jobs

    def claim_deliveries(
        self, deliveries: Sequence[NewDelivery], *, now: datetime, lease: timedelta = LEASE
    ) -> dict[uuid.UUID, DeliveryState]:
        """Mark deliveries as being sent or put off; tells how each stood before."""
        with self._lock:
            wanted = {d.id: d for d in deliveries if self._is_running(d.execution_id)}
            windows = find_windows(self._deliveries, wanted.values(), now)
            states = {
                key: claim_one(self._deliveries, delivery, windows.get(key), now, now + lease)
                for key, delivery in wanted.items()
            }
            return name_digests(self._deliveries, states)

    def renew_leases(self, ids: Sequence[uuid.UUID], *, until: datetime) -> None:
        """Say that these deliveries are still being sent."""
        with self._lock:
            for key in ids:
                row = self._deliveries.get(key)
                if row is not None and row["status"] is DeliveryStatus.SENDING:
                    row["lease_until"] = until

    def settle(
        self, results: Sequence[ActionResult], deliveries: Sequence[DeliveryOutcome]
    ) -> None:
        """Record outcomes; final ones are never overwritten."""
        with self._lock:
            for outcome in deliveries:
                row = self._deliveries.get(outcome.id)
                if row is not None:
                    settle_delivery(row, outcome)
            for result in merge_results(results):
                key = (result.execution_id, result.action)
                if result.status.is_final or self._is_open(result.execution_id):
                    self._results[key] = fold_result(self._results.get(key), result)
            for closing in closings_of(merge_results(results)):
                mine = self._of_action(closing["execution_id"], closing["action"])
                close_open(mine, closing["reason"], closing["at"])

    def finish(self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime) -> Finish:
        """Settle or park all executions of the run; see `ports.RunStore`."""
        plan = dict(actions)
        with self._lock:
            held = self._runs.get(run)
            for row in self._open(run):
                claimed_at = held.claimed_at if held else row["started_at"]
                for action in retire_results(self._results, row["id"], plan, now):
                    close_open(self._of_action(row["id"], action), RETIRED_REASON, now)
                if not park(row, self._results, plan, now, claimed_at):
                    mine = self._of_execution(row["id"])
                    fail_open_deliveries(mine, now)
                    fail_unfinished(self._results, mine, row["id"], plan.items(), now)
            self.finish_complete(run, actions, now=now)
            for row in self._held(run):
                if row["status"] == ExecutionStatus.CANCELLED:
                    close_open(self._of_execution(row["id"]), row["error_message"], now)
            return self._count(run)

    def finish_complete(
        self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime
    ) -> None:
        """Settle those executions of the run that have a final result for every action."""
        names = {name for name, _ in actions}
        with self._lock:
            for row in self._open(run):
                results = self._results_of(row["id"])
                if names <= {r["action"] for r in results if is_final(r)}:
                    row.update(settled_row(results), **count_results(results), completed_at=now)

    def workflows_to_wake(self, now: datetime) -> list[str]:
        """List workflows with due executions that no run has claimed."""
        with self._lock:
            names = {row["workflow_id"] for row in self._executions.values()}
            return sorted(name for name in names if self._due(name, now))

    def stranded_runs(self, *, before: datetime, limit: int) -> list[HeldRun]:
        """List runs that claimed before then and still hold unfinished executions."""
        with self._lock:
            held = [run for run in self._runs.values() if self._open(run.run)]
            return [run for run in held if run.claimed_at < before][:limit]

    def release(self, run: RunKey, *, now: datetime) -> Finish:
        """Park what a run that is over has left unfinished, due now."""
        with self._lock:
            for row in self._open(run):
                row["cut_off"] += 1
                if row["cut_off"] < CUT_OFF_LIMIT and row["dag_id"] != row["workflow_id"]:
                    row.update(status=ExecutionStatus.PENDING, wake_at=now)
                    continue
                fail_open_deliveries(self._of_execution(row["id"]), now)
                results = self._results_of(row["id"])
                fail_begun(results, now)
                row.update(
                    status=ExecutionStatus.FAILED,
                    error_message=STRANDED_REASON,
                    completed_at=now,
                    **count_results(results),
                )
            return self._count(run)

    def _count(self, run: RunKey) -> Finish:
        rows = self._held(run)
        counts = Counter(row["status"] for row in rows)
        parked = [row for row in rows if row["status"] == ExecutionStatus.PENDING]
        return Finish(
            completed=counts[ExecutionStatus.COMPLETED],
            failed=counts[ExecutionStatus.FAILED],
            cancelled=counts[ExecutionStatus.CANCELLED],
            parked=len(parked),
            wake_at=tuple(sorted({row["wake_at"] for row in parked})),
            workflow_id=parked[0]["workflow_id"] if parked else None,
        )

    def _due(self, workflow_id: str, now: datetime) -> list[_Row]:
        rows: Iterable[_Row] = self._executions.values()
        due = [
            row
            for row in rows
            if row["workflow_id"] == workflow_id
            and row["status"] == ExecutionStatus.PENDING
            and row["wake_at"] <= now
        ]
        return sorted(due, key=lambda row: (row["wake_at"], row["id"]))

    def _held(self, run: RunKey) -> list[_Row]:
        rows = self._executions.values()
        return [r for r in rows if (r["dag_id"], r["run_id"]) == (run.dag_id, run.run_id)]

    def _open(self, run: RunKey) -> list[_Row]:
        return [row for row in self._held(run) if row["status"] == ExecutionStatus.RUNNING]

    def _is_running(self, execution_id: uuid.UUID) -> bool:
        return self._has_status(execution_id, (ExecutionStatus.RUNNING,))

    def _is_open(self, execution_id: uuid.UUID) -> bool:
        return self._has_status(execution_id, (ExecutionStatus.PENDING, ExecutionStatus.RUNNING))

    def _has_status(self, execution_id: uuid.UUID, wanted: Collection[ExecutionStatus]) -> bool:
        row = self._executions.get(execution_id)
        return row is not None and row["status"] in wanted

    def _results_of(self, execution_id: uuid.UUID) -> list[_Row]:
        return [row for (key, _), row in self._results.items() if key == execution_id]

    def _of_execution(self, execution_id: uuid.UUID) -> list[_Row]:
        rows = self._deliveries.values()
        return [row for row in rows if row["execution_id"] == execution_id]

    def _of_action(self, execution_id: uuid.UUID, action: str) -> list[_Row]:
        return [row for row in self._of_execution(execution_id) if row["action"] == action]

    def _job(self, row: _Row, attempts: int) -> Job:
        return Job(
            execution_id=row["id"],
            workflow_id=row["workflow_id"],
            workflow_version=row["workflow_version"],
            event_id=row["event_id"],
            trigger=row["trigger"],
            subject_id=row["booking_id"],
            occurred_at=row["occurred_at"],
            due_at=row["due_at"],
            subject=self._bookings.read(row["booking_id"]),
            attempts=attempts,
            anchor_at=row["anchor_at"],
        )
