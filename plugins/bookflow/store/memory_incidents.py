"""Incidents in memory: same decisions as PostgreSQL."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import NOTICE_ATTEMPTS
from bookflow.ports.upkeep import Incident, IncidentPage, Severity, is_seen
from bookflow.store.incident_rows import incident_row, pick_alerts, read_incident
from bookflow.store.report_shapes import make_cursor, read_cursor

if TYPE_CHECKING:
    import threading
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.endpoints import Notice
    from bookflow.ports.upkeep import IncidentFilter, Review
    from bookflow.store.memory_endpoints import EndpointRoom


@dataclass(slots=True)
class IncidentRoom:
    """All incidents there ever were."""

    incidents: dict[uuid.UUID, Incident] = field(default_factory=dict)


class MemoryIncidents:
    """The `IncidentStore` of the memory store."""

    _lock: threading.RLock
    _room: EndpointRoom
    _incidents: IncidentRoom

    def review_incidents(
        self, review: Callable[[Sequence[Incident]], Review], *, now: datetime
    ) -> Review:
        """Show all open incidents and keep what the review says."""
        with self._lock:
            known = [one for one in self._incidents.incidents.values() if one.closed_at is None]
            done = review(sorted(known, key=_age))
            for one in (*done.opened, *done.changed):
                kept = replace(one, notified_at=None)
                row = {**incident_row(kept), "id": one.id}
                self._incidents.incidents[one.id] = read_incident(row)
            notices = self._room.notices
            followed: dict[uuid.UUID, Mapping[str, Any]] = {
                key: {"attempts": kept.attempts, "sent_at": kept.sent_at}
                for key, kept in notices.items()
            }
            alerts, withdrawn = pick_alerts(done.alerts, followed)
            for notice in alerts:
                self._keep(notice, now)
            for key in withdrawn:
                notices[key].attempts = NOTICE_ATTEMPTS
            return done

    def list_incidents(
        self, wanted: IncidentFilter, *, limit: int, cursor: str | None
    ) -> IncidentPage:
        """List incidents, newest first; see `ports.upkeep.IncidentStore`."""
        start = read_cursor(cursor) if cursor is not None else None
        if limit < 1:
            return IncidentPage()
        with self._lock:
            found = [
                self._show_incident(one)
                for one in self._incidents.incidents.values()
                if _matches(one, wanted)
            ]
        found.sort(key=_age, reverse=True)
        found = [one for one in found if start is None or _age(one) < start]
        shown = found[:limit]
        more = len(found) > limit
        last = {"created_at": shown[-1].opened_at, "id": shown[-1].id} if more else None
        return IncidentPage(shown, make_cursor(last) if last else None)

    def get_incident(self, incident_id: uuid.UUID) -> Incident | None:
        """Give one incident."""
        with self._lock:
            found = self._incidents.incidents.get(incident_id)
            return self._show_incident(found) if found else None

    def count_open_incidents(self) -> dict[tuple[str, Severity], int]:
        """Count open incidents by kind and severity."""
        with self._lock:
            known = self._incidents.incidents.values()
            return dict(Counter((o.kind, o.severity) for o in known if o.closed_at is None))

    def _keep(self, notice: Notice, cleared_at: datetime | None) -> bool:
        raise NotImplementedError

    def _show_incident(self, incident: Incident) -> Incident:
        sent = [
            kept.sent_at
            for kept in self._room.notices.values()
            if kept.notice.incident_id == incident.id and kept.sent_at is not None
        ]
        return Incident(**{**asdict(incident), "notified_at": min(sent, default=None)})


def _age(incident: Incident) -> tuple[datetime, uuid.UUID]:
    return incident.opened_at, incident.id


def _matches(incident: Incident, wanted: IncidentFilter) -> bool:
    return (
        wanted.is_open in (None, incident.closed_at is None)
        and wanted.kind in (None, incident.kind)
        and wanted.workflow_id in (None, incident.workflow_id)
        and (wanted.workflow_ids is None or is_seen(incident, wanted.workflow_ids))
    )
