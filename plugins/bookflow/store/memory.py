"""The three store ports in memory, for tests: same decisions as PostgreSQL, nothing kept."""

from __future__ import annotations

import threading
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bookflow.records import (
    Claim,
    DeliveryState,
    DeliveryStatus,
    ExecutionHead,
    ExecutionStatus,
    Finish,
    Job,
    Json,
    RunKey,
)
from bookflow.store.batches import answer_for, first_of_each_key, merge_results, newest_snapshots
from bookflow.store.booking_rows import apply_fields
from bookflow.store.json_text import through_json
from bookflow.store.memory_bookings import MemoryBookings
from bookflow.store.memory_reports import MemoryReports
from bookflow.store.memory_settling import (
    count_results,
    fail_open_deliveries,
    fail_unfinished,
    fold_result,
    settled_row,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bookflow.records import (
        ActionResult,
        DeliveryOutcome,
        NewDelivery,
        NewEvent,
        NewExecution,
        RecordedEvent,
        SubjectUpdate,
    )

_Row = dict[str, Any]


class MemoryStore(MemoryReports):
    """Fulfils `IntakeStore`, `RunStore` and `ReportStore`; safe to share between threads."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.RLock()
        self._bookings = MemoryBookings()
        self._events: dict[uuid.UUID, _Row] = {}
        self._keys: dict[str, uuid.UUID] = {}
        self._executions: dict[uuid.UUID, _Row] = {}
        self._runs: set[RunKey] = set()
        self._results: dict[tuple[uuid.UUID, str], _Row] = {}
        self._deliveries: dict[uuid.UUID, _Row] = {}
        self._audit: dict[tuple[uuid.UUID, str], _Row] = {}

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read bookings in the shape of the API; unknown ids are absent."""
        with self._lock:
            found = {key: self._bookings.read(key) for key in ids}
            return {key: subject for key, subject in found.items() if subject is not None}

    def delete_subject(self, subject_id: str) -> None:
        """Delete a booking, as people do with SQL."""
        with self._lock:
            self._bookings.delete(subject_id)

    def record_events(
        self, events: Sequence[NewEvent], executions: Sequence[NewExecution]
    ) -> list[RecordedEvent]:
        """Record a batch; see `ports.IntakeStore`."""
        with self._lock:
            fresh = {
                event.id: event
                for event in first_of_each_key(events)
                if event.id not in self._events and event.idempotency_key not in self._keys
            }
            for event in fresh.values():
                self._add_event(event)
            self._bookings.keep(newest_snapshots(fresh.values()))
            for execution in executions:
                if execution.event_id in fresh:
                    received_at = fresh[execution.event_id].received_at
                    self._add_execution(execution, received_at)
            return [self._answer(event, is_fresh=event.id in fresh) for event in events]

    def claim(self, workflow_id: str, run: RunKey, *, limit: int, now: datetime) -> Claim:
        """Give the run its executions, once; see `ports.RunStore`."""
        with self._lock:
            if run not in self._runs:
                self._runs.add(run)
                for row in self._due(workflow_id, now)[:limit]:
                    row.update(
                        status=ExecutionStatus.RUNNING,
                        started_at=now,
                        dag_id=run.dag_id,
                        run_id=run.run_id,
                    )
            return Claim(len(self._held(run)), bool(self._due(workflow_id, now)))

    def load_jobs(self, run: RunKey, action: str) -> list[Job]:
        """Read the unfinished executions that have no final result for the action."""
        with self._lock:
            rows = [row for row in self._held(run) if row["status"] == ExecutionStatus.RUNNING]
            jobs = []
            for row in sorted(rows, key=lambda row: (row["due_at"], row["id"])):
                result = self._results.get((row["id"], action))
                if result is None or result["status"] == "retrying":
                    jobs.append(self._job(row, result["attempts"] if result else 0))
            return jobs

    def claim_deliveries(
        self, deliveries: Sequence[NewDelivery], *, now: datetime
    ) -> dict[uuid.UUID, DeliveryState]:
        """Mark deliveries as being sent; the answer tells how each stood before."""
        with self._lock:
            wanted = {delivery.id: delivery for delivery in deliveries}
            return {key: self._claim_one(delivery, now) for key, delivery in wanted.items()}

    def settle(
        self, results: Sequence[ActionResult], deliveries: Sequence[DeliveryOutcome]
    ) -> None:
        """Record outcomes; final ones are never overwritten."""
        with self._lock:
            for outcome in deliveries:
                row = self._deliveries.get(outcome.id)
                if row is not None and row["status"] is DeliveryStatus.SENDING:
                    _settle_delivery(row, outcome)
            for result in merge_results(results):
                key = (result.execution_id, result.action)
                self._results[key] = fold_result(self._results.get(key), result)

    def apply_updates(
        self, updates: Sequence[SubjectUpdate], *, now: datetime
    ) -> dict[uuid.UUID, dict[str, Json] | None]:
        """Apply updates with audit rows, once each; gives old values by execution id."""
        answers: dict[uuid.UUID, dict[str, Json] | None] = {}
        with self._lock:
            for update in updates:
                key = (update.execution_id, update.action)
                row = self._bookings.row(update.subject_id)
                if key not in self._audit and row is not None:
                    before, after = apply_fields(row, update.fields)
                    row.update(deepcopy(after))
                    self._audit[key] = {
                        "at": now,
                        "actor": f"workflow:{update.workflow_id}",
                        "subject_id": update.subject_id,
                        "before": deepcopy(before),
                        "after": deepcopy(dict(update.fields)),
                    }
                applied = self._audit.get(key)
                answers[update.execution_id] = deepcopy(applied["before"]) if applied else None
        return answers

    def finish(self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime) -> Finish:
        """Settle all executions of the run; what has no final result has failed."""
        with self._lock:
            for row in self._held(run):
                if row["status"] == ExecutionStatus.RUNNING:
                    mine = [d for d in self._deliveries.values() if d["execution_id"] == row["id"]]
                    fail_open_deliveries(mine, now)
                    fail_unfinished(self._results, mine, row["id"], actions, now)
            self.finish_complete(run, actions, now=now)
            counts = Counter(row["status"] for row in self._held(run))
            return Finish(
                completed=counts[ExecutionStatus.COMPLETED],
                failed=counts[ExecutionStatus.FAILED],
                cancelled=counts[ExecutionStatus.CANCELLED],
            )

    def finish_complete(
        self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime
    ) -> None:
        """Settle those executions of the run that have a final result for every action."""
        names = {name for name, _ in actions}
        with self._lock:
            for row in self._held(run):
                results = [r for (key, _), r in self._results.items() if key == row["id"]]
                done = {r["action"] for r in results if r["status"] != "retrying"}
                if row["status"] == ExecutionStatus.RUNNING and names <= done:
                    row.update(settled_row(results), **count_results(results), completed_at=now)

    def workflows_to_wake(self, now: datetime) -> list[str]:
        """List workflows with due executions that no run has claimed."""
        with self._lock:
            names = {row["workflow_id"] for row in self._executions.values()}
            return sorted(name for name in names if self._due(name, now))

    def _add_event(self, event: NewEvent) -> None:
        self._events[event.id] = {
            "id": event.id,
            "trigger": event.trigger,
            "booking_id": event.subject_id,
            "occurred_at": event.occurred_at,
            "fingerprint": event.fingerprint,
        }
        if event.idempotency_key is not None:
            self._keys[event.idempotency_key] = event.id

    def _add_execution(self, new: NewExecution, received_at: datetime) -> None:
        if new.run:
            self._runs.add(new.run)
        event = self._events[new.event_id]
        self._executions[new.id] = {
            "id": new.id,
            "workflow_id": new.workflow_id,
            "workflow_version": new.workflow_version,
            "event_id": new.event_id,
            "booking_id": new.subject_id,
            "status": ExecutionStatus.RUNNING if new.run else ExecutionStatus.PENDING,
            "due_at": new.due_at,
            "created_at": received_at,
            "started_at": received_at if new.run else None,
            "completed_at": None,
            "error_message": None,
            **count_results([]),
            "dag_id": new.run.dag_id if new.run else None,
            "run_id": new.run.run_id if new.run else None,
            "trigger": event["trigger"],
            "occurred_at": event["occurred_at"],
        }

    def _answer(self, event: NewEvent, *, is_fresh: bool) -> RecordedEvent:
        held_by = event.id
        if not is_fresh:
            held_by = self._keys.get(event.idempotency_key or "", event.id)
        heads = [
            ExecutionHead(row["id"], row["workflow_id"], row["status"], row["due_at"])
            for row in self._executions.values()
            if row["event_id"] == held_by
        ]
        return answer_for(event, None if is_fresh else self._events[held_by], heads)

    def _due(self, workflow_id: str, now: datetime) -> list[_Row]:
        rows: Iterable[_Row] = self._executions.values()
        due = [
            row
            for row in rows
            if row["workflow_id"] == workflow_id
            and row["status"] == ExecutionStatus.PENDING
            and row["due_at"] <= now
        ]
        return sorted(due, key=lambda row: (row["due_at"], row["id"]))

    def _held(self, run: RunKey) -> list[_Row]:
        rows = self._executions.values()
        return [r for r in rows if (r["dag_id"], r["run_id"]) == (run.dag_id, run.run_id)]

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
        )

    def _claim_one(self, delivery: NewDelivery, now: datetime) -> DeliveryState:
        row = self._deliveries.get(delivery.id)
        if row is None:
            self._deliveries[delivery.id] = {
                "id": delivery.id,
                "execution_id": delivery.execution_id,
                "action": delivery.action,
                "recipient": delivery.recipient,
                "channel": delivery.channel,
                "address": delivery.address,
                "status": DeliveryStatus.SENDING,
                "attempts": 0,
                "provider_id": None,
                "error_code": None,
                "error_message": None,
                "details": None,
                "created_at": now,
                "sent_at": None,
                "settled_at": None,
            }
            return DeliveryState(delivery.id, None, 0)
        status: DeliveryStatus = row["status"]
        if not status.is_final:
            row["status"] = DeliveryStatus.SENDING
        return DeliveryState(delivery.id, status, row["attempts"])


def _settle_delivery(row: _Row, outcome: DeliveryOutcome) -> None:
    is_sent = outcome.status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
    row.update(
        status=outcome.status,
        attempts=row["attempts"] + outcome.attempts,
        provider_id=outcome.provider_id or row["provider_id"],
        error_code=outcome.error_code,
        error_message=through_json(outcome.error_message),
        details=through_json(outcome.details),
        sent_at=outcome.at if is_sent else None,
        settled_at=outcome.at,
    )
