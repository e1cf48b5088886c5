"""What people are told of incidents: one shape for the API, the command line and health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError
from bookflow.ports.upkeep import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.ports.upkeep import Incident, IncidentStore


def show_incident(incident: Incident) -> dict[str, Any]:
    """Give an incident as a JSON-ready mapping."""
    return {
        "id": str(incident.id),
        "kind": incident.kind,
        "key": incident.key,
        "state": "open" if incident.closed_at is None else "closed",
        "severity": str(incident.severity),
        "subject": incident.subject,
        "message": incident.message,
        "workflow_id": incident.workflow_id,
        "details": dict(incident.details),
        "opened_at": incident.opened_at.isoformat(),
        "last_seen_at": incident.last_seen_at.isoformat(),
        "notified_at": _iso(incident.notified_at),
        "closed_at": _iso(incident.closed_at),
        "closed_by": incident.closed_by,
        "note": incident.note,
    }


def tell_incident_health(store: IncidentStore) -> dict[str, Any]:
    """Tell open incidents as a part of health: how many of each kind, which anybody may see."""
    try:
        counts = store.count_open_incidents()
    except BookflowError as error:
        return {"status": "unhealthy", "error": str(error)}
    kinds: dict[str, int] = {}
    for (kind, _), count in sorted(counts.items()):
        kinds[kind] = kinds.get(kind, 0) + count
    critical = sum(count for (_, level), count in counts.items() if level is Severity.CRITICAL)
    return {"status": "degraded" if kinds else "healthy", "open": kinds, "critical": critical}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
