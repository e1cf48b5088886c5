"""Alerting: what people and programs are told about an incident, for a reader at two at night."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.journey.endpoints.noticing import is_address
from bookflow.ports.endpoints import Notice
from bookflow.ports.upkeep import EMAIL, SLACK, WEBHOOK_ALERT, Alert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bookflow.ports.upkeep import Incident
    from bookflow.records import Json
    from bookflow.settings import Settings

OPENED = "incident.opened"
CLOSED = "incident.closed"
ABOUT = "incident "
PAGE = "/plugin/workflows/health/incidents"
"""Where Airflow shows an incident, with its id below."""


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """Writes alerts for each place they go to: (channel, address or connection) pairs."""

    places: tuple[tuple[str, str], ...]
    public_url: str

    @classmethod
    def from_settings(cls, settings: Settings) -> AlertDesk:
        """Send to every channel that is configured."""
        named = [(EMAIL, address) for address in settings.alert_emails]
        named += [(WEBHOOK_ALERT, settings.alert_webhook_conn_id)]
        named += [(SLACK, settings.alert_slack_conn_id)]
        return cls(tuple(pair for pair in named if pair[1]), settings.public_url.rstrip("/"))

    def tell_opened(self, incident: Incident, *, tells_owner: bool) -> Iterator[Notice]:
        """Give the notices that an incident has begun."""
        for channel, place in self._places(incident, tells_owner=tells_owner):
            subject = f"[bookflow] {incident.severity}: {incident.subject}"
            yield self._write(incident, OPENED, channel, place, subject, self._describe(incident))

    def tell_closed(self, incident: Incident) -> Iterator[Alert]:
        """Give the notices that an incident has passed, each after the one that told of it."""
        for channel, place in self._places(incident, tells_owner=True):
            subject = f"[bookflow] over: {incident.subject}"
            message = (
                f"This is over: {incident.subject}.\n\n"
                f"It lasted from {show_time(incident.opened_at)} to "
                f"{show_time(incident.closed_at or incident.last_seen_at)}. "
                f"{incident.note or ''}\n\n{self._link(incident)}\n"
            )
            notice = self._write(incident, CLOSED, channel, place, subject, message)
            yield Alert(notice, follows=notice_id(incident, OPENED, channel, place))

    def _places(self, incident: Incident, *, tells_owner: bool) -> list[tuple[str, str]]:
        owner = (incident.owner or "").strip()
        pairs = list(self.places)
        known = {place.casefold() for channel, place in pairs if channel == EMAIL}
        if tells_owner and is_address(owner) and owner.casefold() not in known:
            pairs.append((EMAIL, owner))
        return pairs

    def _describe(self, incident: Incident) -> str:
        workflow = f"Workflow: {incident.workflow_id}\n" if incident.workflow_id else ""
        return (
            f"{incident.subject}.\n\n{incident.message}\n\n"
            f"Since: {show_time(incident.opened_at)}\n"
            f"Severity: {incident.severity}\n{workflow}{self._link(incident)}\n"
        )

    def _link(self, incident: Incident) -> str:
        dag = ""
        if incident.workflow_id:
            dag = f"\nDAG: {self.public_url}/dags/bookflow-{incident.workflow_id}"
        return f"Details: {self._url(incident)}{dag}"

    def _url(self, incident: Incident) -> str:
        return f"{self.public_url}{PAGE}/{incident.id}"

    def _write(
        self, incident: Incident, kind: str, channel: str, place: str, subject: str, message: str
    ) -> Notice:
        is_over = kind == CLOSED
        return Notice(
            id=notice_id(incident, kind, channel, place),
            kind=kind,
            about=f"{ABOUT}{incident.id}",
            owner=place,
            subject=subject,
            message=message,
            created_at=(incident.closed_at or incident.last_seen_at)
            if is_over
            else incident.opened_at,
            channel=channel,
            payload=None if channel == EMAIL else self._payload(incident, kind),
            incident_id=incident.id,
        )

    def _payload(self, incident: Incident, kind: str) -> dict[str, Json]:
        return {
            "type": kind,
            "incident_id": str(incident.id),
            "kind": incident.kind,
            "severity": str(incident.severity),
            "subject": incident.subject,
            "message": incident.message,
            "workflow_id": incident.workflow_id,
            "opened_at": incident.opened_at.isoformat(),
            "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
            "note": incident.note,
            "url": self._url(incident),
        }


def notice_id(incident: Incident, kind: str, channel: str, place: str) -> uuid.UUID:
    """Give the id of an alert: the same whoever makes it, however often."""
    return uuid.uuid5(incident.id, f"{kind}\n{channel}\n{place}")


def show_time(moment: datetime) -> str:
    """Write a time for people."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")
