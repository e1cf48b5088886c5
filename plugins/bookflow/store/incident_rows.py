"""What both stores decide about incidents, and how rows become records."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import NOTICE_ATTEMPTS
from bookflow.ports.upkeep import Incident, Severity
from bookflow.store.json_text import clean_text, through_json

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from bookflow.ports.endpoints import Notice
    from bookflow.ports.upkeep import Alert


def incident_row(incident: Incident) -> dict[str, Any]:
    """Give the row of an incident, its text without what no database holds."""
    row = {**asdict(incident), "id": str(incident.id), "severity": str(incident.severity)}
    row["details"] = through_json(incident.details)
    return {
        name: clean_text(value) if isinstance(value, str) else value for name, value in row.items()
    }


def read_incident(row: Mapping[str, Any]) -> Incident:
    """Make an incident of a row, its times in UTC."""
    values: dict[str, Any] = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
    return Incident(**{**values, "severity": Severity(row["severity"])})


def pick_alerts(
    alerts: Sequence[Alert], followed: Mapping[uuid.UUID, Mapping[str, Any]]
) -> tuple[list[Notice], list[uuid.UUID]]:
    """Give the alerts to keep, and those to withdraw since what they tell of has passed unsaid.

    One that may just be being sent counts as sent.
    """
    kept: list[Notice] = []
    withdrawn: list[uuid.UUID] = []
    for alert in alerts:
        if alert.follows is None:
            kept.append(alert.notice)
            continue
        row = followed.get(alert.follows)
        if row is None:
            continue
        if row["sent_at"] is not None or 0 < row["attempts"] < NOTICE_ATTEMPTS:
            kept.append(alert.notice)
        if row["sent_at"] is None:
            withdrawn.append(alert.follows)
    return kept, withdrawn
