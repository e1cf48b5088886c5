"""Deleting what is old from memory: same decisions as PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.upkeep import CleanedBatch, Part
from bookflow.records import ExecutionStatus, RunKey

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Callable

    from bookflow.ports.upkeep import Cut
    from bookflow.records import HeldRun
    from bookflow.store.memory_endpoints import EndpointRoom
    from bookflow.store.memory_incidents import IncidentRoom

_Row = dict[str, Any]

_FINAL = (ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.CANCELLED)


class MemoryCleaning:
    """The `CleaningStore` of the memory store."""

    _lock: threading.RLock
    _room: EndpointRoom
    _incidents: IncidentRoom
    _events: dict[uuid.UUID, _Row]
    _keys: dict[str, uuid.UUID]
    _executions: dict[uuid.UUID, _Row]
    _results: dict[tuple[uuid.UUID, str], _Row]
    _deliveries: dict[uuid.UUID, _Row]
    _runs: dict[RunKey, HeldRun]
    _audit: dict[tuple[uuid.UUID, str], _Row]
    _decisions: list[_Row]
    _keep_figures_of: Callable[[uuid.UUID], None]

    def clean(
        self, part: Part, cut: Cut, *, limit: int, place: tuple[str, ...] | None = None
    ) -> CleanedBatch:
        """Delete up to `limit` rows; see `ports.upkeep.CleaningStore`."""
        del place
        finders = self._finders()
        with self._lock:
            find, forget = finders[part]
            old = find(cut)
            for key in old[:limit]:
                forget(key)
        count = len(old[:limit])
        return CleanedBatch(count, ("",) if count == limit else None)

    def count_old(self, part: Part, cut: Cut) -> int:
        """Count what `clean` would delete."""
        with self._lock:
            gone = set(self._old_executions(cut))
            if part is Part.EVENTS:
                return len(self._old_events(cut, gone))
            if part is Part.RUNS:
                return len(self._old_runs(cut, gone))
            return len(self._finders()[part][0](cut))

    def _finders(self) -> dict[Part, tuple[Callable[[Cut], list[Any]], Callable[[Any], None]]]:
        return {
            Part.EXECUTIONS: (self._old_executions, self._forget_execution),
            Part.EVENTS: (self._old_events, self._forget_event),
            Part.RUNS: (self._old_runs, self._forget_run),
            Part.NOTICES: (self._old_notices, self._forget_notice),
            Part.INCIDENTS: (self._old_incidents, self._forget_incident),
            Part.AUDIT: (self._old_audit, self._forget_audit),
        }

    def _old_executions(self, cut: Cut) -> list[uuid.UUID]:
        found = [row for row in self._executions.values() if _is_old(row, cut)]
        found.sort(key=lambda row: (row["completed_at"], row["id"]))
        return [row["id"] for row in found]

    def _old_events(self, cut: Cut, gone: set[uuid.UUID] | None = None) -> list[uuid.UUID]:
        rows = self._executions.values()
        named = {row["event_id"] for row in rows if row["id"] not in (gone or ())}
        return [
            row["id"]
            for row in self._events.values()
            if row["received_at"] < cut.before
            and row["matched_at"] is not None
            and row["id"] not in named
        ]

    def _old_runs(self, cut: Cut, gone: set[uuid.UUID] | None = None) -> list[RunKey]:
        rows = self._executions.values()
        named = {(row["dag_id"], row["run_id"]) for row in rows if row["id"] not in (gone or ())}
        return [
            key
            for key, held in self._runs.items()
            if held.claimed_at < cut.before and (key.dag_id, key.run_id) not in named
        ]

    def _old_notices(self, cut: Cut) -> list[uuid.UUID]:
        is_open = {o.id for o in self._incidents.incidents.values() if o.closed_at is None}
        return [
            key
            for key, kept in self._room.notices.items()
            if kept.cleared_at is not None
            and kept.cleared_at < cut.before
            and kept.notice.created_at < cut.before
            and kept.notice.incident_id not in is_open
        ]

    def _old_incidents(self, cut: Cut) -> list[uuid.UUID]:
        return [
            key
            for key, one in self._incidents.incidents.items()
            if one.closed_at is not None and one.closed_at < cut.before
        ]

    def _old_audit(self, cut: Cut) -> list[_Row]:
        rows = [*self._audit.values(), *self._decisions, *self._room.audit]
        return [row for row in rows if row["at"] < cut.before]

    def _forget_execution(self, key: uuid.UUID) -> None:
        self._keep_figures_of(key)
        del self._executions[key]
        for pair in [pair for pair in self._results if pair[0] == key]:
            del self._results[pair]
        for one in [d["id"] for d in self._deliveries.values() if d["execution_id"] == key]:
            del self._deliveries[one]

    def _forget_event(self, key: uuid.UUID) -> None:
        self._keys.pop(self._events.pop(key)["idempotency_key"] or "", None)

    def _forget_run(self, key: RunKey) -> None:
        del self._runs[key]

    def _forget_notice(self, key: uuid.UUID) -> None:
        del self._room.notices[key]

    def _forget_incident(self, key: uuid.UUID) -> None:
        del self._incidents.incidents[key]

    def _forget_audit(self, row: _Row) -> None:
        for key in [key for key, kept in self._audit.items() if kept is row]:
            del self._audit[key]
        self._decisions[:] = [kept for kept in self._decisions if kept is not row]
        self._room.audit[:] = [kept for kept in self._room.audit if kept is not row]


def _is_old(row: _Row, cut: Cut) -> bool:
    ended, anchor = row["completed_at"], row["anchor_at"]
    if row["status"] not in _FINAL or ended is None or ended >= cut.before:
        return False
    return anchor is None or bool(anchor < cut.anchors.get(row["workflow_id"], cut.before))
