"""What the API server works with."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking import BookingDomain
from bookflow.errors import BookflowError
from bookflow.ports.reparsing import NoReparser
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import utc_now
from bookflow.wiring.databases import open_store
from bookflow.wiring.management import Management

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bookflow.journey.inbound.desk import InboundDesk
    from bookflow.journey.intake import Intake
    from bookflow.journey.intervening import Interventions
    from bookflow.journey.management.pulling import RemotePuller
    from bookflow.journey.reminders.planning import Planner
    from bookflow.journey.reminders.prompting import Prompter
    from bookflow.journey.reminders.upcoming import Forecast
    from bookflow.ports import ConnectionSource, ServerWaker
    from bookflow.ports.endpoints import EndpointStore
    from bookflow.ports.reparsing import ServerReparser
    from bookflow.ports.reports import ReportStore
    from bookflow.settings import Settings
    from bookflow.spec.repository import Scan, SpecRepository
    from bookflow.store.postgres import PostgresStore

log = logging.getLogger(__name__)

SPEC_REFRESH_SECONDS = 2.0
LOOKS_BETWEEN = 5
"""So many times what was heard of is read, then all spec files are looked at."""


@dataclass(slots=True)
class ServerRuntime:
    """What the API server works with; `start` begins to work in the background."""

    settings: Settings
    domain: BookingDomain
    specs: SpecRepository
    reports: ReportStore
    intake: Intake
    waker: ServerWaker
    store: PostgresStore
    inbound: InboundDesk
    prompter: Prompter
    management: Management
    reparser: ServerReparser | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _follower: threading.Thread | None = None
    _puller: RemotePuller | None = None

    def start(self) -> None:
        """Follow the spec files, and plan reminders of what comes in, in the background."""
        self._follower = threading.Thread(
            target=self._follow_specs, name="bookflow-specs", daemon=True
        )
        self._follower.start()
        self._puller = self._open_puller()
        self._puller.start()
        self.prompter.start()
        if self.reparser is not None:
            self.reparser.start()

    def stop(self) -> None:
        """Stop following and planning, and close the store."""
        self._stopping.set()
        # first, since it may still ask the others for something
        if self._puller is not None:
            self._puller.stop()
        self.prompter.stop()
        if self.reparser is not None:
            self.reparser.stop()
        if self._follower is not None:
            self._follower.join(timeout=5)
        self.specs.close()
        self.store.close()

    @property
    def interventions(self) -> Interventions:
        """What people decide about executions."""
        # only servers serve people
        from bookflow.journey.intervening import Interventions

        return Interventions(self.store, self.specs, self.waker, utc_now)

    @property
    def endpoints(self) -> EndpointStore:
        """What is known of the places that messages go to."""
        return self.store

    @property
    def forecast(self) -> Forecast:
        """What is planned."""
        # only servers look ahead for people
        from bookflow.journey.reminders.upcoming import Forecast

        def name_of(workflow_id: str) -> str | None:
            loaded = self.specs.get(workflow_id)
            return loaded.workflow.name if loaded else None

        return Forecast(self.store, self.store, self.domain, name_of, utc_now)

    def timeline(self, booking_id: str) -> dict[str, Any] | None:
        """Give everything planned, sent, skipped and failed for a booking, with reasons."""
        from bookflow.actions.masking import MASK
        from bookflow.journey.timeline import build_entries

        booking = self.store.load_subjects([booking_id]).get(booking_id)
        executions = self.store.subject_executions(booking_id)
        if booking is None and not executions:
            return None
        if booking and booking.get("meeting_password"):
            booking["meeting_password"] = MASK
        forecast = self.forecast
        computed = [*forecast.coming(booking_id), *forecast.left_out(booking_id)] if booking else []
        entries = build_entries(
            [*executions, *computed], self.specs, subject=booking, domain=self.domain
        )
        return {"booking_id": booking_id, "booking": booking, "entries": entries}

    def _name_file(self, path: Path) -> str:
        """Name a spec file as people know it: below the folder of specs."""
        folder = self.settings.specs_dir
        return str(path.relative_to(folder) if path.is_relative_to(folder) else path)

    def health(self) -> dict[str, Any]:
        """Tell the state of each part; `degraded` works, `unhealthy` loses or delays messages."""
        # only servers tell their health
        from bookflow.journey.endpoints.reporting import tell_endpoint_health
        from bookflow.journey.upkeep.reporting import tell_incident_health
        from bookflow.spec.loading import show_path

        database = self.store.check()
        scan = self.specs.refresh(max_age=float("inf"))
        specs = {
            "status": "degraded" if scan.errors else "healthy",
            "workflows": len(scan.workflows),
            "invalid": [show_path(self._name_file(path)) for path in sorted(scan.errors)][:20],
        }
        parts = {
            "database": database,
            "specs": specs,
            "waker": self.waker.check(),
            "endpoints": tell_endpoint_health(self.store),
            "incidents": tell_incident_health(self.store),
        }
        states = {part["status"] for part in parts.values()}
        overall = next((s for s in ("unhealthy", "degraded") if s in states), "healthy")
        return {"status": overall, "components": parts}

    def _wake_overdue(self) -> None:
        """Wake what an earlier server recorded but had no time to wake."""
        now = utc_now()
        try:
            for workflow_id in self.store.workflows_to_wake(now):
                self.waker.wake(workflow_id, now)
        except BookflowError as error:
            log.warning("bookflow: overdue workflows are left to the clock: %s", error)

    def _open_puller(self) -> RemotePuller:
        # only servers share specs
        from bookflow.journey.management.pulling import RemotePuller

        return RemotePuller(
            lambda: self.management.authoring,
            self.specs,
            self.management.reparser,
            self.prompter.prompt,
            remote=self.settings.specs_remote,
            pause=self.settings.specs_pull_seconds,
        )

    def _follow_specs(self) -> None:
        self._wake_overdue()
        last: Scan | None = None
        for turn in itertools.count():
            if self._stopping.is_set():
                break
            started = time.monotonic()
            try:
                is_net = turn % LOOKS_BETWEEN == 0
                scan = self.specs.look_at_all() if is_net else self.specs.refresh(max_age=0.0)
                if scan is not last:
                    # a reminder that was just written must not wait for the clock's next turn
                    self.prompter.prompt()
                last = scan
                # nobody who writes waits until thousands of files are read
                self.management.workflows.desk.list_all()
            except (OSError, BookflowError):
                log.exception("bookflow: %s can't be read", self.settings.specs_dir)
            elapsed = time.monotonic() - started
            if elapsed > SPEC_REFRESH_SECONDS:
                log.info("bookflow: reading new and changed specs took %.1f s", elapsed)
            self._stopping.wait(SPEC_REFRESH_SECONDS)


def open_server_runtime(
    settings: Settings,
    connections: ConnectionSource,
    waker: ServerWaker,
    *,
    reparser: ServerReparser | None = None,
    pool_size: int = 8,
    tracer: Tracer = SILENCE,
) -> ServerRuntime:
    """Open what the API server needs; the reparser tells Airflow that specs have changed."""
    from bookflow.airflow_client.sealing import FernetSealer
    from bookflow.domains.booking.inbound_mapping import BookingInbound
    from bookflow.journey.inbound.desk import open_desk
    from bookflow.journey.intake import Intake
    from bookflow.journey.reminders.planning import Planner
    from bookflow.journey.reminders.prompting import Prompter
    from bookflow.spec.repository import SpecRepository

    domain = BookingDomain(settings)
    store = open_store(settings, connections, pool_size=pool_size)
    # the runtime's own thread refreshes; no request ever waits for a rescan
    specs = SpecRepository(
        settings.specs_dir,
        domain.vocabulary,
        size_limit=settings.spec_size_limit,
        max_age=float("inf"),
        listens=True,
    )
    planner = Planner(store, domain, waker)
    prompter = Prompter(_planning(settings, domain, specs, store, planner))
    intake = Intake(
        store=store,
        specs=specs,
        domain=domain,
        waker=waker,
        now=utc_now,
        prompt=prompter.prompt,
        tracer=tracer,
    )
    desk = open_desk(
        settings=settings,
        connections=connections,
        store=store,
        intake=intake,
        mapping=BookingInbound(),
        sealer=FernetSealer(),
        now=utc_now,
    )
    management = Management(
        settings,
        domain,
        specs,
        store,
        intake,
        waker,
        connections,
        utc_now,
        reparser or NoReparser(),
        prompter.prompt,
    )
    return ServerRuntime(
        settings, domain, specs, store, intake, waker, store, desk, prompter, management, reparser
    )


def _planning(
    settings: Settings,
    domain: BookingDomain,
    specs: SpecRepository,
    store: PostgresStore,
    planner: Planner,
) -> Callable[[], bool]:
    """Give what plans reminders, by the specs as this server knows them."""
    from bookflow.journey.reminders.rules import sync_rules
    from bookflow.spec.loading import LoadedWorkflow, load_workflow

    limit = settings.spec_size_limit
    synced: Scan | None = None

    def load(text: bytes, path: str) -> LoadedWorkflow:
        return load_workflow(text, file=path, vocabulary=domain.vocabulary, size_limit=limit)

    def plan() -> bool:
        nonlocal synced
        scan = specs.refresh(max_age=float("inf"))
        if scan is not synced:
            sync_rules(store, settings.specs_dir, load, utc_now(), size_limit=limit)
            synced = scan
        return planner.plan(utc_now()).reached is not None

    return plan
