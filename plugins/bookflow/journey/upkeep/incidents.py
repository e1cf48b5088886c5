"""Incidents: what checks find is opened once, alerted once, and closed when it has passed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import ConflictError, NotFoundError
from bookflow.ports.upkeep import Alert, Incident, Review
from bookflow.records import new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from bookflow.journey.upkeep.alerting import AlertDesk
    from bookflow.ports import NowSource
    from bookflow.ports.upkeep import Finding, IncidentStore

log = logging.getLogger(__name__)

MONITOR = "monitor"
PASSED = "no check has found it since"


@dataclass(frozen=True, slots=True)
class Incidents:
    """Keeps incidents in step with what checks find.

    An incident closes once nothing has found it for `clear_after`: what comes and goes stays one
    incident, with one alert.
    """

    store: IncidentStore
    desk: AlertDesk
    now: NowSource
    clear_after: timedelta = timedelta(0)
    make_id: Callable[[], uuid.UUID] = new_id

    def note(self, findings: Iterable[Finding], *, kinds: Collection[str]) -> Review:
        """Open, keep or close the incidents of the kinds that were looked for just now."""
        now = self.now()
        found = {(one.kind, one.key): one for one in findings}

        def review(known: Sequence[Incident]) -> Review:
            looked_for = [one for one in known if one.kind in kinds]
            there = {(one.kind, one.key) for one in looked_for}
            opened = [self._open(one, now) for key, one in found.items() if key not in there]
            changed = [self._see(one, found.get((one.kind, one.key)), now) for one in looked_for]
            closed = [one for one in changed if one.closed_at is not None]
            tells_owner = {(one.kind, one.key) for one in found.values() if one.tells_owner}
            told = [
                Alert(notice)
                for one in opened
                for notice in self.desk.tell_opened(
                    one, tells_owner=(one.kind, one.key) in tells_owner
                )
            ]
            passed = [alert for one in closed for alert in self.desk.tell_closed(one)]
            return Review(opened, changed, [*told, *passed])

        done = self.store.review_incidents(review, now=now)
        for one in done.opened:
            log.error("bookflow: incident %s (%s): %s", one.id, one.severity, one.subject)
        for one in done.changed:
            if one.closed_at is not None:
                log.info("bookflow: incident %s has passed: %s", one.id, one.subject)
        return done

    def close(self, incident_id: uuid.UUID, *, actor: str, note: str) -> Incident:
        """Close one by hand; raises `NotFoundError`, or `ConflictError` where it is closed."""
        now = self.now()
        text = note or f"closed by {actor}"

        def review(known: Sequence[Incident]) -> Review:
            found = [one for one in known if one.id == incident_id]
            changed = [replace(one, closed_at=now, closed_by=actor, note=text) for one in found]
            return Review((), changed, [a for one in changed for a in self.desk.tell_closed(one)])

        done = self.store.review_incidents(review, now=now)
        if done.changed:
            return done.changed[0]
        if self.store.get_incident(incident_id) is None:
            raise NotFoundError(f"no incident {incident_id} is known")
        raise ConflictError("the incident is closed already")

    def _open(self, finding: Finding, now: datetime) -> Incident:
        return Incident(
            id=self.make_id(),
            kind=finding.kind,
            key=finding.key,
            severity=finding.severity,
            subject=finding.subject,
            message=finding.message,
            opened_at=now,
            last_seen_at=now,
            workflow_id=finding.workflow_id,
            owner=finding.owner,
            details=finding.details,
        )

    def _see(self, incident: Incident, finding: Finding | None, now: datetime) -> Incident:
        if finding is not None:
            return replace(
                incident,
                severity=finding.severity,
                message=finding.message,
                details=finding.details,
                last_seen_at=now,
                clear_since=None,
            )
        since = incident.clear_since or now
        if now - since < self.clear_after:
            return replace(incident, clear_since=since)
        note = f"{PASSED} {since:%Y-%m-%d %H:%M} UTC"
        return replace(incident, clear_since=since, closed_at=now, closed_by=MONITOR, note=note)
