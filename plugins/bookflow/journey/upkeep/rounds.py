"""Rounds of upkeep: one of the monitor, one of the nightly validation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.journey.endpoints.noticing import Noticing
from bookflow.journey.upkeep.alerting import AlertDesk
from bookflow.journey.upkeep.configuring import find_broken_specs, find_missing_connections
from bookflow.journey.upkeep.incidents import Incidents
from bookflow.journey.upkeep.monitoring import KINDS, Limits, Monitor
from bookflow.journey.upkeep.validating import VALIDATION, find_invalid
from bookflow.ports.upkeep import IncidentFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol

    from bookflow.journey.upkeep.configuring import Loader
    from bookflow.journey.validation.runtime_checks import Check
    from bookflow.ports import ConnectionSource, NowSource
    from bookflow.ports.endpoints import EndpointStore, NoticeSender, NoticeStore
    from bookflow.ports.reports import ReportStore
    from bookflow.ports.upkeep import Finding, IncidentStore, Review, VitalStore
    from bookflow.ports.validation import DagStates
    from bookflow.settings import Settings
    from bookflow.spec.loading import LoadedWorkflow

    class UpkeepStore(IncidentStore, VitalStore, ReportStore, EndpointStore, NoticeStore, Protocol):
        """What rounds of upkeep ask of the store."""


MOST_REOPENED = 500


@dataclass(frozen=True, slots=True)
class Rounds:
    """Looks around, keeps incidents in step with what is found, and sends the alerts."""

    store: UpkeepStore
    settings: Settings
    connections: ConnectionSource
    dags: DagStates
    sender: NoticeSender
    now: NowSource
    load: Loader
    workflows: Callable[[], Mapping[str, LoadedWorkflow]]
    check: Callable[[LoadedWorkflow], Sequence[Check]]

    def monitor(self) -> str:
        """Do a round of the monitor; says what it found, for the log.

        What the nightly validation found wrong is looked at again, so that it closes when mended.
        """
        monitor = Monitor(self.store, self.store, Limits.from_settings(self.settings), self.dags)
        found = [*monitor.look(self.now()), *self._configured()]
        done = self._note(found, KINDS, timedelta(minutes=self.settings.alert_clear_minutes))
        invalid = self._still_invalid()
        if invalid is not None:
            self._note(invalid, (VALIDATION,), timedelta(0))
        return self._say(done)

    def validate(self) -> str:
        """Check every active workflow; says what was found, for the log."""
        found = list(find_invalid(self.workflows().values(), self.check))
        return self._say(self._note(found, (VALIDATION,), timedelta(0)))

    def _configured(self) -> Iterator[Finding]:
        settings = self.settings
        yield from find_broken_specs(
            settings.specs_dir,
            self.load,
            self.store.load_versions(),
            size_limit=settings.spec_size_limit,
        )
        places = (settings.alert_webhook_conn_id, settings.alert_slack_conn_id)
        wanted = [(conn_id, "to send alerts") for conn_id in places if conn_id]
        if settings.alert_emails:
            wanted.append((settings.smtp_conn_id, "to send alerts by e-mail"))
        yield from find_missing_connections(self.connections, wanted)

    def _still_invalid(self) -> list[Finding] | None:
        """Look again at the workflows with open incidents; None where there are none."""
        wanted = IncidentFilter(is_open=True, kind=VALIDATION)
        page = self.store.list_incidents(wanted, limit=MOST_REOPENED, cursor=None)
        if not page.items:
            return None
        known = self.workflows()
        again = [known[one.key] for one in page.items if one.key in known]
        return list(find_invalid(again, self.check))

    def _note(
        self, found: Sequence[Finding], kinds: Sequence[str], clear_after: timedelta
    ) -> Review:
        desk = AlertDesk.from_settings(self.settings)
        incidents = Incidents(self.store, desk, self.now, clear_after=clear_after)
        return incidents.note(found, kinds=kinds)

    def _say(self, done: Review) -> str:
        sent = Noticing(self.store, self.sender, self.now).send()
        closed = sum(one.closed_at is not None for one in done.changed)
        still = len(done.changed) - closed
        counts = {"opened": len(done.opened), "still open": still, "closed": closed}
        said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"incidents: {said or 'none'}{f'; {sent}' if sent else ''}"
