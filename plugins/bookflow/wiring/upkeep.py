"""What upkeep works with, put together for servers, tasks and the command line."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.records import utc_now

if TYPE_CHECKING:
    from bookflow.domains.booking import BookingDomain
    from bookflow.journey.upkeep.cleaning import Cleaner
    from bookflow.journey.upkeep.erasing import Eraser
    from bookflow.journey.upkeep.incidents import Incidents
    from bookflow.journey.upkeep.rounds import Rounds
    from bookflow.ports import NowSource
    from bookflow.ports.validation import DagStates
    from bookflow.settings import Settings
    from bookflow.store.postgres import PostgresStore
    from bookflow.wiring.workshops import Workshop


def open_eraser(store: PostgresStore, domain: BookingDomain, *, now: NowSource = utc_now) -> Eraser:
    """Open what erases people; the keys are Airflow's own."""
    from bookflow.airflow_client.sealing import FernetSealer, keyed_digest
    from bookflow.journey.upkeep.erasing import Eraser

    return Eraser(store, domain, FernetSealer(), keyed_digest, now)


def open_incidents(
    store: PostgresStore, settings: Settings, *, now: NowSource = utc_now
) -> Incidents:
    """Open where people close incidents."""
    from bookflow.journey.upkeep.alerting import AlertDesk
    from bookflow.journey.upkeep.incidents import Incidents

    return Incidents(store, AlertDesk.from_settings(settings), now)


def open_cleaner(
    store: PostgresStore, domain: BookingDomain, settings: Settings, *, now: NowSource = utc_now
) -> Cleaner:
    """Open what deletes old rows."""
    from bookflow.journey.upkeep.cleaning import Cleaner, Kept

    return Cleaner(
        store=store,
        outlook=store,
        domain=domain,
        kept=Kept.from_settings(settings),
        now=now,
        pause=time.sleep,
        budget=timedelta(minutes=settings.cleanup_minutes),
    )


def open_rounds(
    workshop: Workshop, *, dags: DagStates | None = None, now: NowSource = utc_now
) -> Rounds:
    """Open the rounds of monitor and nightly validation, for a task process."""
    from bookflow.actions.alert_channels import AlertSender
    from bookflow.actions.target_rules import SettingRules
    from bookflow.airflow_client.dag_states import TaskDagStates
    from bookflow.journey.upkeep.rounds import Rounds
    from bookflow.journey.validation.runtime_checks import Origin, RuntimeChecker
    from bookflow.spec.loading import LoadedWorkflow, load_workflow
    from bookflow.spec.repository import SpecRepository
    from bookflow.wiring.workshops import compile_action

    settings, domain, store = workshop.settings, workshop.domain, workshop.store
    connections = workshop.connections
    states = dags or TaskDagStates()
    limit = settings.spec_size_limit
    specs = SpecRepository(settings.specs_dir, domain.vocabulary, size_limit=limit)
    checker = RuntimeChecker(
        settings=settings,
        specs=specs,
        connections=connections,
        reports=store,
        endpoints=store,
        dags=states,
        rules=SettingRules(settings),
        compile_action=lambda action: compile_action(action, settings, domain, connections),
    )

    def load(text: bytes, path: str) -> LoadedWorkflow:
        return load_workflow(text, file=path, vocabulary=domain.vocabulary, size_limit=limit)

    return Rounds(
        store=store,
        settings=settings,
        connections=connections,
        dags=states,
        sender=AlertSender(settings, connections),
        now=now,
        load=load,
        workflows=lambda: specs.scan().workflows,
        check=lambda loaded: checker.check(loaded, Origin.SAVED),
    )
