"""Circuits, rate limits and notices in memory: same decisions as PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import NOTICE_ATTEMPTS, Endpoint, EndpointStatus, Notice
from bookflow.records import DeliveryStatus, ExecutionStatus
from bookflow.store.circuits import HELD_BY_ENDPOINT, close, fold_calls
from bookflow.store.permits import grant_permits, period_of

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.endpoints import CallTally, CircuitRules, PermitGrant, PermitRequest

_PUT_OFF = (DeliveryStatus.WAITING, DeliveryStatus.RETRYING)


@dataclass(slots=True)
class KeptNotice:
    """A notice with what became of it."""

    notice: Notice
    not_before: datetime
    attempts: int
    cleared_at: datetime | None
    error_message: str | None
    sent_at: datetime | None = None

    def show(self) -> Notice:
        """Give it as those who asked for it see it."""
        return replace(self.notice, attempts=self.attempts, silent=None)


@dataclass(slots=True)
class EndpointRoom:
    """All that is kept about endpoints."""

    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    limits: dict[str, tuple[list[datetime], datetime]] = field(default_factory=dict)
    notices: dict[uuid.UUID, KeptNotice] = field(default_factory=dict)
    audit: list[dict[str, Any]] = field(default_factory=list)


class MemoryEndpoints:
    """The `EndpointStore` and `NoticeStore` of the memory store."""

    _lock: threading.RLock
    _room: EndpointRoom
    _executions: dict[uuid.UUID, dict[str, Any]]
    _results: dict[tuple[uuid.UUID, str], dict[str, Any]]
    _deliveries: dict[uuid.UUID, dict[str, Any]]

    def load_endpoints(self, keys: Sequence[str]) -> dict[str, Endpoint]:
        """Read endpoints; unknown ones are absent."""
        with self._lock:
            known = self._room.endpoints
            return {key: known[key] for key in keys if key in known}

    def list_endpoints(self, *, only_troubled: bool = False, limit: int = 500) -> list[Endpoint]:
        """List endpoints, those that aren't closed first, then by key."""
        with self._lock:
            found = sorted(
                self._room.endpoints.values(),
                key=lambda one: (one.state is EndpointStatus.CLOSED, one.key),
            )
        wanted = [one for one in found if one.state is not EndpointStatus.CLOSED]
        return (wanted if only_troubled else found)[:limit]

    def record_calls(
        self, tallies: Sequence[CallTally], rules: CircuitRules, *, now: datetime
    ) -> dict[str, Endpoint]:
        """Add what a worker saw; see `ports.endpoints.EndpointStore`."""
        with self._lock:
            known = self._room.endpoints
            for calls in tallies:
                before = known.get(calls.key) or Endpoint(calls.key, calls.channel)
                known[calls.key] = fold_calls(before, calls, rules, now)
            return {calls.key: known[calls.key] for calls in tallies}

    def claim_probe(self, key: str, *, now: datetime, until: datetime) -> bool:
        """Ask to be the one worker that tries an open endpoint."""
        with self._lock:
            found = self._room.endpoints.get(key)
            if found is None or found.probe_at is None or found.probe_at > now:
                return False
            state = EndpointStatus.HALF_OPEN
            self._room.endpoints[key] = replace(found, state=state, probe_at=until)
            return True

    def enable_endpoint(self, key: str, *, actor: str, now: datetime) -> Endpoint | None:
        """Close an endpoint's circuit by hand, with an audit row; None for an unknown one."""
        with self._lock:
            before = self._room.endpoints.get(key)
            if before is None or before.state is EndpointStatus.CLOSED:
                return before
            after = self._room.endpoints[key] = replace(close(before), hold_until=None)
            changes = {"before": asdict(before), "after": asdict(after)}
            self._room.audit.append({"at": now, "actor": actor, "subject_id": key, **changes})
            self._hasten_waiting(key, now)
            return after

    def take_permits(
        self, requests: Sequence[PermitRequest], *, now: datetime
    ) -> list[PermitGrant]:
        """Reserve permits; see `ports.endpoints.EndpointStore`."""
        grants: list[PermitGrant] = []
        with self._lock:
            for request in requests:
                taken, idle_at = self._room.limits.get(request.key, ([], now))
                grant, taken = grant_permits(taken, request, now=now)
                if grant.slots:
                    idle_at = taken[-1] + period_of(request)
                self._room.limits[request.key] = (taken, idle_at)
                grants.append(grant)
        return grants

    def forget_permits(self, *, now: datetime) -> int:
        """Delete limits that nothing was sent under for a whole period."""
        with self._lock:
            idle = [key for key, (_, idle_at) in self._room.limits.items() if idle_at < now]
            for key in idle:
                del self._room.limits[key]
            return len(idle)

    def add_notices(self, notices: Sequence[Notice]) -> list[Notice]:
        """Keep notices of trouble; gives those that are new."""
        with self._lock:
            return [notice for notice in notices if self._keep(notice, None)]

    def passed_incidents(self) -> list[Notice]:
        """List notices of trouble, not yet cleared, about endpoints that are closed again."""
        with self._lock:
            found = [
                kept.show()
                for kept in self._room.notices.values()
                if kept.cleared_at is None and self._is_closed(kept.notice.about)
            ]
        return sorted(found, key=lambda one: (one.created_at, one.id))[:100]

    def clear_incidents(
        self, ids: Sequence[uuid.UUID], notices: Sequence[Notice], *, now: datetime
    ) -> None:
        """Mark notices as passed and keep those that say so; unsent ones are withdrawn."""
        with self._lock:
            for key in ids:
                kept = self._room.notices.get(key)
                if kept is not None and kept.cleared_at is None:
                    kept.cleared_at = now
                    kept.attempts = kept.attempts if kept.sent_at else NOTICE_ATTEMPTS
            for notice in notices:
                self._keep(notice, now)

    def claim_notices(self, *, now: datetime, again_at: datetime, limit: int) -> list[Notice]:
        """Take unsent notices to send now; nobody else takes them before `again_at`."""
        with self._lock:
            due = [
                kept
                for kept in self._room.notices.values()
                if kept.sent_at is None
                and kept.not_before <= now
                and kept.attempts < NOTICE_ATTEMPTS
            ]
            due.sort(key=lambda kept: (kept.not_before, kept.notice.id))
            for kept in due[:limit]:
                kept.attempts += 1
                kept.not_before = again_at
            found = [kept.show() for kept in due[:limit]]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def settle_notices(
        self,
        sent: Sequence[uuid.UUID],
        failed: Mapping[uuid.UUID, tuple[str, datetime]],
        *,
        now: datetime,
    ) -> None:
        """Record what was sent, and of the others the reason and when to try again."""
        with self._lock:
            for key in sent:
                kept = self._room.notices[key]
                kept.sent_at, kept.error_message = kept.sent_at or now, None
            for key, (reason, again_at) in failed.items():
                kept = self._room.notices[key]
                kept.error_message, kept.not_before = reason, again_at

    def _keep(self, notice: Notice, cleared_at: datetime | None) -> bool:
        if notice.id in self._room.notices:
            return False
        self._room.notices[notice.id] = KeptNotice(
            notice=notice,
            not_before=notice.created_at,
            attempts=NOTICE_ATTEMPTS if notice.silent else 0,
            cleared_at=cleared_at,
            error_message=notice.silent,
        )
        return True

    def _hasten_waiting(self, key: str, now: datetime) -> None:
        """Let what waits for an endpoint alone go on now."""
        for delivery in self._deliveries.values():
            execution = self._executions[delivery["execution_id"]]
            is_held = (
                delivery["endpoint"] == key
                and delivery["status"] in _PUT_OFF
                and delivery["error_code"] in HELD_BY_ENDPOINT
                and delivery["not_before"] > now
            )
            is_parked = execution["status"] == ExecutionStatus.PENDING
            if is_held and is_parked and execution["wake_at"] > now:
                delivery["not_before"] = execution["wake_at"] = now
                result = self._results.get((execution["id"], delivery["action"]))
                if result is not None and not result["status"].is_final:
                    result["resume_at"] = now

    def _is_closed(self, key: str) -> bool:
        found = self._room.endpoints.get(key)
        return found is not None and found.state is EndpointStatus.CLOSED
