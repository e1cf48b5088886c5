"""The composition root: puts store, domain, specs, actions and journey together.

Nothing here runs on import; each `open_…` makes what one kind of process needs.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bookflow.domains.booking import BookingDomain
from bookflow.errors import BookflowError, ConfigurationError, MissingConnectionError
from bookflow.journey.acting import Actor
from bookflow.journey.running import TaskRuntime
from bookflow.journey.sending import RetryPolicy
from bookflow.journey.steps import Step, WorkflowFacts
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bookflow.journey.intake import Intake
    from bookflow.ports import (
        CompiledAction,
        ConnectionSource,
        ReportStore,
        ServerWaker,
        Waker,
    )
    from bookflow.records import ConnectionInfo
    from bookflow.settings import Settings
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action
    from bookflow.spec.repository import SpecRepository
    from bookflow.store.postgres import PostgresStore

log = logging.getLogger(__name__)

SPEC_REFRESH_SECONDS = 2.0
EMBEDDED_DATABASE = "bookflow"


def dsn_of(info: ConnectionInfo) -> str:
    """Turn an Airflow connection into a PostgreSQL URL; a host that is a path means a socket."""
    login = quote(info.login, safe="")
    if info.password:
        login += ":" + quote(info.password, safe="")
    options = {key: str(value) for key, value in info.extra.items() if isinstance(value, str | int)}
    host = ""
    if info.host.startswith("/") or not info.host:
        if info.host:
            options["host"] = info.host
    else:
        host = f"[{info.host}]" if ":" in info.host else info.host
        if info.port:
            host += f":{info.port}"
    query = f"?{urlencode(options)}" if options else ""
    at = "@" if login else ""
    return f"postgresql://{login}{at}{host}/{quote(info.schema, safe='')}{query}"


def find_dsn(settings: Settings, connections: ConnectionSource) -> str:
    """Give the database's URL: the connection's where there is one, else the embedded server's.

    Starts the embedded server where it is needed and not yet running. A connection that is there
    but can't be read raises: events must not end up in another database than the one meant.
    """
    try:
        return dsn_of(connections.get(settings.database_conn_id))
    except MissingConnectionError as error:
        log.info("bookflow: %s; using the embedded PostgreSQL", error)
    # only processes on the embedded server pay for this import
    from bookflow.store.embedded import ensure_database, start_embedded

    return ensure_database(start_embedded(_embedded_directory(settings)), EMBEDDED_DATABASE)


@contextmanager
def existing_dsn(settings: Settings, connections: ConnectionSource) -> Iterator[str]:
    """Give the URL of a database that is there already, for commands that only read.

    Makes nothing; an embedded server that does not run is started, and stopped at the end. Raises
    `ConfigurationError` when there is neither a connection nor an embedded server.
    """
    try:
        dsn = dsn_of(connections.get(settings.database_conn_id))
    except MissingConnectionError:
        dsn = ""
    if dsn:
        yield dsn
        return
    # only processes on the embedded server pay for this import
    from bookflow.store.embedded import borrow_embedded, has_data, with_database

    directory = _embedded_directory(settings)
    if not has_data(directory):
        variable = f"AIRFLOW_CONN_{settings.database_conn_id.upper()}"
        message = (
            f"there is no database to read: no connection `{settings.database_conn_id}`, and no "
            f"embedded PostgreSQL in {directory}; set {variable}, name the folder of a demo in "
            "BOOKFLOW_HOME, or make a database with `bookflow db upgrade`"
        )
        raise ConfigurationError(message)
    with borrow_embedded(directory) as server:
        yield with_database(server, EMBEDDED_DATABASE)


def _embedded_directory(settings: Settings) -> Path:
    return settings.home.expanduser() / "postgres"


def open_store(
    settings: Settings, connections: ConnectionSource, *, pool_size: int = 0
) -> PostgresStore:
    """Open the store; `pool_size` 0 is one connection, opened when it is first needed."""
    from bookflow.store.postgres import PostgresStore

    return PostgresStore.open(find_dsn(settings, connections), pool_size=pool_size)


@contextmanager
def open_existing_store(
    settings: Settings, connections: ConnectionSource
) -> Iterator[PostgresStore]:
    """Open the store of a database that is there already, for commands that only read."""
    from bookflow.store.postgres import PostgresStore

    with existing_dsn(settings, connections) as dsn:
        store = PostgresStore.open(dsn, pool_size=0)
        try:
            yield store
        finally:
            store.close()


def compile_action(
    action: Action, settings: Settings, domain: BookingDomain, connections: ConnectionSource
) -> CompiledAction:
    """Compile one action of a spec through the registry of action types."""
    from bookflow.actions.action_resources import ActionResources
    from bookflow.actions.registry import compile_action as compile_registered

    return compile_registered(action, ActionResources(settings, domain, connections))


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a task process works with: the journey and everything to compile its actions."""

    runtime: TaskRuntime
    settings: Settings
    domain: BookingDomain
    connections: ConnectionSource
    store: PostgresStore

    def close(self) -> None:
        """Close the connection to the database."""
        self.store.close()

    def build_step(self, facts: WorkflowFacts, action: Action) -> Step:
        """Compile one action with its conditions."""
        from bookflow.spec.conditions import compile_conditions

        return Step(
            workflow=facts,
            name=action.name,
            type=action.type,
            conditions=compile_conditions(action.conditions, self.domain.vocabulary),
            action=compile_action(action, self.settings, self.domain, self.connections),
        )


def open_workshop(settings: Settings, connections: ConnectionSource, waker: Waker) -> Workshop:
    """Open what a task process needs; the database is connected to on first use."""
    store = open_store(settings, connections)
    domain = BookingDomain(settings)
    actor = Actor(
        store=store,
        domain=domain,
        now=utc_now,
        policy=RetryPolicy(
            attempts=settings.attempts_per_try,
            base=settings.backoff_seconds,
            limit=settings.backoff_limit_seconds,
        ),
        concurrency=settings.concurrency,
    )
    runtime = TaskRuntime(
        store=store,
        intake_store=store,
        domain=domain,
        waker=waker,
        now=utc_now,
        actor=actor,
        batch_size=settings.batch_size,
    )
    return Workshop(runtime, settings, domain, connections, store)


def facts_of(loaded: LoadedWorkflow) -> WorkflowFacts:
    """Give what records say of a loaded workflow."""
    return WorkflowFacts(loaded.workflow.id, loaded.workflow.name, loaded.version)


@dataclass(slots=True)
class ServerRuntime:
    """What the API server works with; `start` begins to follow the spec files."""

    settings: Settings
    domain: BookingDomain
    specs: SpecRepository
    reports: ReportStore
    intake: Intake
    waker: ServerWaker
    store: PostgresStore
    _stopping: threading.Event = field(default_factory=threading.Event)
    _follower: threading.Thread | None = None

    def start(self) -> None:
        """Follow the spec files from now on, in the background."""
        self._follower = threading.Thread(
            target=self._follow_specs, name="bookflow-specs", daemon=True
        )
        self._follower.start()

    def stop(self) -> None:
        """Stop following and close the store."""
        self._stopping.set()
        if self._follower is not None:
            self._follower.join(timeout=5)
        self.store.close()

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
        entries = build_entries(executions, self.specs, subject=booking, domain=self.domain)
        return {"booking_id": booking_id, "booking": booking, "entries": entries}

    def health(self) -> dict[str, Any]:
        """Tell the state of each part; `degraded` works, `unhealthy` loses or delays messages."""
        # only servers tell their health
        from bookflow.spec.loading import show_path

        database = self.store.check()
        scan = self.specs.refresh(max_age=float("inf"))
        specs = {
            "status": "degraded" if scan.errors else "healthy",
            "workflows": len(scan.workflows),
            "invalid": [show_path(str(path)) for path in sorted(scan.errors)][:20],
        }
        waker = self.waker.check()
        states = {database["status"], specs["status"], waker["status"]}
        overall = next((s for s in ("unhealthy", "degraded") if s in states), "healthy")
        return {
            "status": overall,
            "components": {"database": database, "specs": specs, "waker": waker},
        }

    def _wake_overdue(self) -> None:
        """Wake what an earlier server recorded but had no time to wake."""
        now = utc_now()
        try:
            for workflow_id in self.store.workflows_to_wake(now):
                self.waker.wake(workflow_id, now)
        except BookflowError as error:
            log.warning("bookflow: overdue workflows are left to the clock: %s", error)

    def _follow_specs(self) -> None:
        self._wake_overdue()
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self.specs.refresh(max_age=0.0)
            except (OSError, BookflowError):
                log.exception("bookflow: %s can't be read", self.settings.specs_dir)
            elapsed = time.monotonic() - started
            if elapsed > SPEC_REFRESH_SECONDS:
                log.info("bookflow: reading new and changed specs took %.1f s", elapsed)
            self._stopping.wait(SPEC_REFRESH_SECONDS)


def open_server_runtime(
    settings: Settings, connections: ConnectionSource, waker: ServerWaker, *, pool_size: int = 8
) -> ServerRuntime:
    """Open what the API server needs."""
    from bookflow.journey.intake import Intake
    from bookflow.spec.repository import SpecRepository

    domain = BookingDomain(settings)
    store = open_store(settings, connections, pool_size=pool_size)
    # the runtime's own thread refreshes; no request ever waits for a rescan
    specs = SpecRepository(
        settings.specs_dir,
        domain.vocabulary,
        size_limit=settings.spec_size_limit,
        max_age=float("inf"),
    )
    intake = Intake(store=store, specs=specs, domain=domain, waker=waker, now=utc_now)
    return ServerRuntime(settings, domain, specs, store, intake, waker, store)
