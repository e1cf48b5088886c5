"""The three store ports in memory, for tests: same decisions as PostgreSQL, nothing kept."""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bookflow.records import ExecutionHead, ExecutionStatus, HeldRun, Json, RunKey
from bookflow.store.batches import (
    answer_for,
    cause_of,
    first_of_each_key,
    implied_changes,
    newest_snapshots,
)
from bookflow.store.booking_rows import apply_fields
from bookflow.store.erased_keys import KeyDigests, plain_digests, stand_ins
from bookflow.store.memory_analytics import MemoryAnalytics
from bookflow.store.memory_audit import MemoryAudit
from bookflow.store.memory_bookings import MemoryBookings
from bookflow.store.memory_changes import MemoryChanges
from bookflow.store.memory_cleaning import MemoryCleaning
from bookflow.store.memory_clock import ClockRoom, MemoryClock
from bookflow.store.memory_endpoints import EndpointRoom, MemoryEndpoints
from bookflow.store.memory_erasing import MemoryErasing
from bookflow.store.memory_events import MemoryEvents
from bookflow.store.memory_inbound import MemoryInbound
from bookflow.store.memory_incidents import IncidentRoom, MemoryIncidents
from bookflow.store.memory_interventions import MemoryInterventions
from bookflow.store.memory_metrics import MemoryMetrics
from bookflow.store.memory_reports import MemoryReports
from bookflow.store.memory_runs import MemoryRuns
from bookflow.store.memory_settling import count_results
from bookflow.store.memory_templates import MemoryTemplates
from bookflow.store.memory_vitals import MemoryVitals

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from bookflow.ports.clock import SpecRule
    from bookflow.ports.inbound import InboundRequest
    from bookflow.ports.templates import TemplateUse
    from bookflow.records import (
        NewEvent,
        NewExecution,
        RecordedEvent,
        SubjectUpdate,
    )

_Row = dict[str, Any]


class MemoryStore(
    MemoryRuns,
    MemoryInterventions,
    MemoryInbound,
    MemoryClock,
    MemoryChanges,
    MemoryEndpoints,
    MemoryIncidents,
    MemoryVitals,
    MemoryCleaning,
    MemoryErasing,
    MemoryAnalytics,
    MemoryReports,
    MemoryEvents,
    MemoryTemplates,
    MemoryMetrics,
    MemoryAudit,
):
    """Fulfils `IntakeStore`, `RunStore` and `ReportStore`; safe to share between threads."""

    def __init__(self, key_digests: KeyDigests = plain_digests) -> None:
        """Begin empty."""
        self._lock = threading.RLock()
        self._key_digests = key_digests
        self._room = EndpointRoom()
        self._incidents = IncidentRoom()
        self._clock = ClockRoom()
        self._bookings = MemoryBookings()
        self._events: dict[uuid.UUID, _Row] = {}
        self._keys: dict[str, uuid.UUID] = {}
        self._executions: dict[uuid.UUID, _Row] = {}
        self._runs: dict[RunKey, HeldRun] = {}
        self._results: dict[tuple[uuid.UUID, str], _Row] = {}
        self._deliveries: dict[uuid.UUID, _Row] = {}
        self._past_executions: dict[uuid.UUID, _Row] = {}
        self._past_results: dict[tuple[uuid.UUID, str], _Row] = {}
        self._past_deliveries: dict[uuid.UUID, _Row] = {}
        self._audit: dict[tuple[uuid.UUID, str], _Row] = {}
        self._decisions: list[_Row] = []
        self._spec_rules: dict[str, SpecRule] = {}
        self._requests: dict[uuid.UUID, InboundRequest] = {}
        self._aliases: dict[tuple[str, str], str] = {}
        self._template_uses: list[TemplateUse] = []

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
                if event.id not in self._events and self._holder_of(event) is None
            }
            for event in fresh.values():
                self._add_event(event)
            same = self._apply_changes(events, list(fresh.values()))
            self._note_times(event.subject_id for event in fresh.values())
            fresh = {key: event for key, event in fresh.items() if key not in same}
            for execution in executions:
                if execution.event_id in fresh and not self._find_reminders([execution]):
                    received_at = fresh[execution.event_id].received_at
                    self._add_execution(execution, received_at)
            wanted: dict[uuid.UUID, list[NewExecution]] = {event.id: [] for event in events}
            for execution in executions:
                wanted[execution.event_id].append(execution)
            return [
                self._answer(
                    event, same.get(event.id), wanted[event.id], is_fresh=event.id in fresh
                )
                for event in events
            ]

    def apply_updates(
        self, updates: Sequence[SubjectUpdate], *, now: datetime
    ) -> dict[uuid.UUID, dict[str, Json] | None]:
        """Apply updates with audit rows, once each; gives old values by execution id."""
        answers: dict[uuid.UUID, dict[str, Json] | None] = {}
        originals: dict[str, _Row] = {}
        with self._lock:
            for update in updates:
                key = (update.execution_id, update.action)
                row = self._bookings.row(update.subject_id)
                if key not in self._audit and row is not None:
                    before, after = apply_fields(row, update.fields)
                    originals.setdefault(update.subject_id, dict(row))
                    row.update(deepcopy(after), changed_by=cause_of(update))
                    self._audit[key] = {
                        "at": now,
                        "actor": f"workflow:{update.workflow_id}",
                        "subject_id": update.subject_id,
                        "before": deepcopy(before),
                        "after": deepcopy(dict(update.fields)),
                    }
                applied = self._audit.get(key)
                answers[update.execution_id] = deepcopy(applied["before"]) if applied else None
            for subject_id, original in originals.items():
                self._note_update(original, self._bookings.row(subject_id), now)
            self._note_times(originals, now)
        return answers

    def _add_event(self, event: NewEvent) -> None:
        self._events[event.id] = {
            "id": event.id,
            "trigger": event.trigger,
            "booking_id": event.subject_id,
            "occurred_at": event.occurred_at,
            "received_at": event.received_at,
            "source": event.source,
            "idempotency_key": event.idempotency_key,
            "fingerprint": event.fingerprint,
            "matched_at": event.received_at,
            "depth": 0,
            "cause_execution_id": None,
            "note": None,
        }
        if event.idempotency_key is not None:
            self._keys[event.idempotency_key] = event.id

    def _holder_of(self, event: NewEvent) -> uuid.UUID | None:
        """Give the event that holds a key, or what an erasure has put in its place."""
        key = event.idempotency_key
        names = [] if key is None else [key, *stand_ins(key, self._key_digests)]
        return next((self._keys[name] for name in names if name in self._keys), None)

    def _add_execution(self, new: NewExecution, received_at: datetime) -> None:
        if new.run:
            self._runs.setdefault(new.run, HeldRun(new.run, new.workflow_id, received_at))
        event = self._events[new.event_id]
        self._executions[new.id] = {
            "id": new.id,
            "workflow_id": new.workflow_id,
            "workflow_version": new.workflow_version,
            "event_id": new.event_id,
            "booking_id": new.subject_id,
            "status": ExecutionStatus.RUNNING if new.run else ExecutionStatus.PENDING,
            "due_at": new.due_at,
            "wake_at": new.due_at,
            "anchor_at": new.anchor_at,
            "rounds": 1 if new.run else 0,
            "cut_off": 0,
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

    def _apply_changes(
        self, events: Sequence[NewEvent], fresh: Sequence[NewEvent]
    ) -> dict[uuid.UUID, uuid.UUID]:
        """Change bookings as events say; gives events that tell what the database had told."""
        new_subjects = self._bookings.keep(newest_snapshots(fresh))
        for event, implied in implied_changes(fresh):
            self._bookings.imply(event, implied)
        same = self._merge_same_changes(fresh, new_subjects)
        by_key = {
            event.idempotency_key: same[event.id]
            for event in fresh
            if event.id in same and event.idempotency_key is not None
        }
        return {
            e.id: by_key[e.idempotency_key] for e in events if e.idempotency_key in by_key
        } | same

    def _find_reminders(self, executions: Sequence[NewExecution]) -> list[_Row]:
        """Find the executions for the same workflow, booking and time, whatever their event."""
        wanted = {
            (new.workflow_id, new.subject_id, new.anchor_at)
            for new in executions
            if new.anchor_at is not None
        }
        if not wanted:
            return []
        return [
            row
            for row in self._executions.values()
            if (row["workflow_id"], row["booking_id"], row["anchor_at"]) in wanted
        ]

    def _answer(
        self,
        event: NewEvent,
        same_as: uuid.UUID | None,
        wanted: Sequence[NewExecution],
        *,
        is_fresh: bool,
    ) -> RecordedEvent:
        held_by = event.id
        if not is_fresh:
            held_by = same_as or self._holder_of(event) or event.id
        rows = {row["id"]: row for row in self._executions.values() if row["event_id"] == held_by}
        rows |= {row["id"]: row for row in self._find_reminders(wanted)}
        heads = [
            ExecutionHead(row["id"], row["workflow_id"], row["status"], row["due_at"])
            for row in rows.values()
        ]
        return answer_for(event, None if is_fresh else self._events[held_by], heads)
