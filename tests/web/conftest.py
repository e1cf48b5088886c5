"""A real Airflow front: its auth manager, login and token middleware around our app."""

from __future__ import annotations

import json
import os
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.domains.booking import BookingDomain
from bookflow.domains.booking.inbound_mapping import BookingInbound
from bookflow.errors import InputError
from bookflow.journey.inbound.desk import InboundDesk, open_desk
from bookflow.journey.intake import Intake
from bookflow.journey.intervening import Interventions
from bookflow.journey.reminders.upcoming import Forecast
from bookflow.journey.timeline import build_entries
from bookflow.ports.reports import ExecutionFilter, ExecutionOrder, ExecutionPage
from bookflow.records import (
    ExecutionHead,
    ExecutionStatus,
    NewEvent,
    NewExecution,
    RecordedEvent,
)
from bookflow.settings import Settings
from bookflow.spec.repository import SpecRepository
from bookflow.store.memory import MemoryStore
from bookflow.wiring.management import Management
from tests.recorded_requests import CAL_SECRET, CALENDLY_KEY, STANDARD_SECRET
from tests.web.workflow_scene import BYE, HELLO, WorkflowScene

with warnings.catch_warnings():
    # it asks for httpx2, which Airflow 3.3 does not come with
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROLES = ("viewer", "user", "op", "admin")


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point Airflow at a database of its own, whether or not it was imported before."""
    home = tmp_path_factory.mktemp("airflow")
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps({role: f"secret of {role}" for role in ROLES}))
    patch = pytest.MonkeyPatch()
    settings = {
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple."
        "simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{r}:{r}" for r in ROLES),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret for tests that is long enough for its digest"
        * 2,
        "AIRFLOW__API__SECRET_KEY": "another secret for tests",
    }
    if "AIRFLOW_HOME" not in os.environ:
        settings["AIRFLOW_HOME"] = str(home)
    for name, value in settings.items():
        patch.setenv(name, value)
    yield home
    patch.undo()


@pytest.fixture(scope="session")
def airflow_database(airflow_home: Path) -> Iterator[Any]:
    from airflow import settings
    from airflow.models import import_all_models
    from airflow.models.base import Base

    settings.configure_vars()
    settings.reconfigure_orm()
    import_all_models()
    Base.metadata.create_all(settings.engine)
    yield settings
    settings.dispose_orm(do_log=False)


@pytest.fixture(scope="session")
def front(airflow_database: Any) -> Callable[[FastAPI], FastAPI]:
    """Mount an app as Airflow's API server does, without its other pages."""
    from airflow.api_fastapi.app import init_auth_manager, lifespan
    from airflow.api_fastapi.core_api.app import init_config, init_middlewares
    from airflow.api_fastapi.core_api.routes.public.auth import auth_router

    def build(app: FastAPI, root_path: str = "") -> FastAPI:
        root = FastAPI(lifespan=lifespan, root_path=root_path)
        root.mount("/bookflow", app)
        init_auth_manager(root)
        root.include_router(auth_router, prefix="/api/v2")
        init_middlewares(root)
        init_config(root)
        return root

    return build


@pytest.fixture
def dags(airflow_database: Any) -> Iterator[Callable[..., None]]:
    """Let Airflow know DAGs; those of a team are hidden from users outside of it."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.team import Team, dag_bundle_team_association_table
    from airflow.utils.session import create_session
    from sqlalchemy import delete, insert

    def wipe() -> None:
        with create_session() as session:
            session.execute(delete(dag_bundle_team_association_table))
            for model in (DagModel, DagBundleModel, Team):
                session.execute(delete(model))

    def add(*dag_ids: str, team: str | None = None) -> None:
        bundle = f"bundle-{team}"
        with create_session() as session:
            session.merge(DagBundleModel(name=bundle))
            if team:
                session.merge(Team(name=team))
                session.flush()
                session.execute(
                    insert(dag_bundle_team_association_table).values(
                        dag_bundle_name=bundle, team_name=team
                    )
                )
            session.flush()
            session.add_all(DagModel(dag_id=dag_id, bundle_name=bundle) for dag_id in dag_ids)

    wipe()
    yield add
    wipe()


@dataclass
class ListedSpecs:
    workflows: dict[str, Any] = field(default_factory=dict)

    def add(
        self, workflow_id: str, trigger: str, name: str = "", actions: Sequence[str] = ()
    ) -> None:
        workflow = SimpleNamespace(
            id=workflow_id,
            name=name or workflow_id.title(),
            trigger=trigger,
            delay_minutes=0,
            is_active=True,
            active_actions=tuple(
                SimpleNamespace(name=action, type="send_email", recipient="invitee")
                for action in actions
            ),
        )
        self.workflows[workflow_id] = SimpleNamespace(workflow=workflow, version="v1")

    def refresh(self, max_age: float | None = None) -> Any:
        return SimpleNamespace(workflows=self.workflows, errors={})

    def matching(self, trigger: str, category: str | None) -> Iterator[Any]:
        return (item for item in self.workflows.values() if item.workflow.trigger == trigger)

    def get(self, workflow_id: str) -> Any:
        return self.workflows.get(workflow_id)


@dataclass
class Shelf:
    """Keeps events, and executions as a report store would give them."""

    bookings: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, tuple[NewEvent, RecordedEvent]] = field(default_factory=dict)
    executions: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[ExecutionFilter, int]] = field(default_factory=list)
    orders: list[ExecutionOrder] = field(default_factory=list)
    received: list[NewEvent] = field(default_factory=list)
    failure: Exception | None = None

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        self._fail()
        return {key: self.bookings[key] for key in ids if key in self.bookings}

    def record_events(
        self, events: Sequence[NewEvent], executions: Sequence[NewExecution]
    ) -> list[RecordedEvent]:
        self._fail()
        return [self._record(event, executions) for event in events]

    def _record(self, event: NewEvent, executions: Sequence[NewExecution]) -> RecordedEvent:
        self.received.append(event)
        known = self.events.get(event.idempotency_key or "")
        if known and known[0].fingerprint != event.fingerprint:
            return replace(known[1], conflict="the idempotency key was used for another event")
        if known:
            return replace(known[1], is_duplicate=True)
        heads = tuple(
            ExecutionHead(one.id, one.workflow_id, ExecutionStatus.PENDING, one.due_at)
            for one in executions
            if one.event_id == event.id
        )
        outcome = RecordedEvent(event.id, False, heads)
        if event.idempotency_key:
            self.events[event.idempotency_key] = (event, outcome)
        return outcome

    def list_executions(
        self,
        wanted: ExecutionFilter,
        *,
        limit: int,
        cursor: str | None,
        order: ExecutionOrder = ExecutionOrder.NEWEST,
    ) -> ExecutionPage:
        self._fail()
        self.asked.append((wanted, limit))
        self.orders.append(order)
        if cursor is not None and not cursor.isdecimal():
            raise InputError("cursor", "was not made here; start again without one")
        start = int(cursor or 0)
        found = [item for item in self.executions if self._fits(item, wanted)]
        rest = found[start : start + limit]
        more = str(start + limit) if len(found) > start + limit else None
        heads = [{k: v for k, v in item.items() if k != "execution_log"} for item in rest]
        return ExecutionPage(heads, more)

    def _fits(self, item: Mapping[str, Any], wanted: ExecutionFilter) -> bool:
        return (
            wanted.workflow_id in (None, item["workflow_id"])
            and wanted.subject_id in (None, item["booking_id"])
            and wanted.status in (None, item["status"])
            and (wanted.run is None or wanted.run.run_id == item["run_id"])
            and (wanted.workflow_ids is None or item["workflow_id"] in wanted.workflow_ids)
        )

    def get_execution(self, execution_id: uuid.UUID) -> dict[str, Any] | None:
        self._fail()
        return next((one for one in self.executions if one["id"] == str(execution_id)), None)

    def subject_executions(self, subject_id: str) -> list[dict[str, Any]]:
        self._fail()
        return [one for one in self.executions if one["booking_id"] == subject_id]

    def statistics(self) -> list[dict[str, Any]]:
        return []

    def check(self) -> dict[str, Any]:
        return {"status": "unhealthy" if self.failure else "healthy", "latency_ms": 0.5}

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


class Bell:
    """A waker that can be started."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        self.calls.append(f"wake {workflow_id}")


class Reverser:
    """Seals by reversing."""

    def seal(self, body: bytes) -> bytes | None:
        return body[::-1]

    def unseal(self, sealed: bytes) -> bytes | None:
        return sealed[::-1]


class Desk:
    """A runtime over a shelf: the real intake and domain, no files, no database."""

    def __init__(self, store: Any = None) -> None:
        self.settings = Settings()
        self.domain = BookingDomain(self.settings)
        self.specs = ListedSpecs()
        self.shelf = store or Shelf()
        self.reports = self.shelf
        self.waker = Bell()
        self.endpoints = MemoryStore()
        self.planned = MemoryStore()
        self.calls: list[str] = []
        self.intake = Intake(
            store=self.shelf,
            specs=self.specs,
            domain=self.domain,
            waker=self.waker,
            now=lambda: NOW,
        )
        self.connections = EnvironmentConnections(
            {
                f"AIRFLOW_CONN_{name}": json.dumps({"password": secret})
                for name, secret in (
                    ("BOOKFLOW_INBOUND_CAL_COM", CAL_SECRET),
                    ("BOOKFLOW_INBOUND_CALENDLY", CALENDLY_KEY),
                    ("BOOKFLOW_INBOUND_STANDARD_WEBHOOKS", STANDARD_SECRET),
                    ("BOOKFLOW_SMS", "sms token"),
                )
            }
        )
        self.inbound = self.open_inbound()
        self.management = Management(
            self.settings,
            self.domain,
            self.specs,  # type: ignore[arg-type] # a list instead of files
            self.shelf,
            self.intake,
            self.waker,
            self.connections,
            lambda: NOW,
        )

    def open_inbound(self) -> InboundDesk:
        """Open it anew, after the settings or the store were changed."""
        store = MemoryStore() if isinstance(self.shelf, Shelf) else self.shelf
        return open_desk(
            settings=self.settings,
            connections=self.connections,
            store=store,
            intake=self.intake,
            mapping=BookingInbound(),
            sealer=Reverser(),
            now=lambda: NOW,
        )

    @property
    def forecast(self) -> Forecast:
        store = self.shelf if isinstance(self.shelf, MemoryStore) else self.planned
        return Forecast(store, self.shelf, self.domain, self._name_of, lambda: NOW)

    def _name_of(self, workflow_id: str) -> str | None:
        loaded = self.specs.get(workflow_id)
        return loaded.workflow.name if loaded else None

    @property
    def interventions(self) -> Interventions:
        return Interventions(self.shelf, self.specs, self.waker, lambda: NOW)

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def timeline(self, booking_id: str) -> dict[str, Any] | None:
        booking = self.shelf.load_subjects([booking_id]).get(booking_id)
        executions = self.shelf.subject_executions(booking_id)
        if booking is None and not executions:
            return None
        coming = self.forecast.coming(booking_id) if booking else []
        entries = build_entries([*executions, *coming], self.specs)
        return {"booking_id": booking_id, "booking": booking, "entries": entries}

    def health(self) -> dict[str, Any]:
        state = self.shelf.check()
        return {"status": state["status"], "components": {"database": state}}


class Workbench(Desk):
    """A runtime over real spec files in a folder, and the store in memory unless one is given."""

    def __init__(self, folder: Path, store: Any = None) -> None:
        super().__init__(store or MemoryStore())
        if store is not None:
            self.endpoints = self.planned = store
        self.settings = replace(self.settings, specs_dir=folder)
        self.specs: Any = SpecRepository(folder, self.domain.vocabulary, max_age=0.0)
        self.intake = Intake(
            store=self.shelf,
            specs=self.specs,
            domain=self.domain,
            waker=self.waker,
            now=lambda: NOW,
        )
        self.management = Management(
            self.settings,
            self.domain,
            self.specs,
            self.shelf,
            self.intake,
            self.waker,
            self.connections,
            lambda: NOW,
        )


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    """Give a runtime whose folder of specs is empty, `workbench.settings.specs_dir`."""
    folder = tmp_path / "specs"
    folder.mkdir()
    return Workbench(folder)


@pytest.fixture(scope="session")
def shared_app(front: Callable[..., FastAPI]) -> Iterator[tuple[FastAPI, Callable[..., Any]]]:
    """Give one app for many tests, and how to sign in to it: building one takes half a second."""
    from bookflow.web.app import create_app

    app = create_app(Desk)
    root = front(app)
    clients: dict[str, TestClient] = {}

    def sign_in(role: str) -> TestClient:
        if role not in clients:
            client = TestClient(root, follow_redirects=False)
            client.__enter__()
            credentials = {"username": role, "password": f"secret of {role}"}
            token = client.post("/auth/token", json=credentials).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            clients[role] = client
        return clients[role]

    yield app, sign_in
    for client in clients.values():
        client.__exit__(None, None, None)


@pytest.fixture
def scene(
    shared_app: tuple[FastAPI, Callable[..., Any]], dags: Callable[..., None], workbench: Workbench
) -> WorkflowScene:
    """Give a client who may edit, over a folder with `hello` and, not active, `bye`."""
    from bookflow.web.lifecycle import RuntimeKeeper
    from bookflow.web.limits import RequestLimits
    from bookflow.web.visibility import VisibilityCache

    app, sign_in = shared_app
    app.state.limits = RequestLimits()
    app.state.keeper = RuntimeKeeper(lambda: workbench)
    app.state.visibilities = VisibilityCache()
    scene = WorkflowScene(sign_in("user"), workbench, sign_in)
    scene.put_file(HELLO)
    scene.put_file(BYE)
    return scene


@pytest.fixture
def make_desk() -> Callable[..., Desk]:
    return Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.specs.add("welcome", "booking_created", name="Welcome mail", actions=["Confirm"])
    return desk


@pytest.fixture
def open_client(
    front: Callable[..., FastAPI], dags: Callable[..., None]
) -> Iterator[Callable[..., TestClient]]:
    """Open clients of an app, each signed in with a role; None is nobody."""
    from bookflow.web.app import create_app

    opened: list[TestClient] = []

    def build(
        runtime: Any, role: str | None = "admin", *, root_path: str = "", retry_seconds: float = 2.0
    ) -> TestClient:
        open_runtime = runtime if callable(runtime) else lambda: runtime
        app = create_app(open_runtime, retry_seconds=retry_seconds)
        client = TestClient(
            front(app, root_path),
            base_url="http://testserver",
            follow_redirects=False,
        )
        client.__enter__()
        opened.append(client)
        if role:
            credentials = {"username": role, "password": f"secret of {role}"}
            answer = client.post(f"{root_path}/auth/token", json=credentials)
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    yield build
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def make_booking() -> Callable[..., dict[str, Any]]:
    def make(**changes: Any) -> dict[str, Any]:
        booking: dict[str, Any] = {
            "id": "bk-1",
            "status": "confirmed",
            "start_time": "2026-03-02T14:30:00+01:00",
            "end_time": "2026-03-02T15:00:00+01:00",
            "event_type": {"id": "et-1", "slug": "intro", "name": "Intro call"},
            "organizer": {"id": "o-1", "email": "olive@example.org", "name": "Olive Host"},
            "invitee": {"name": "Ada Sample", "email": "ada@example.com"},
        }
        booking.update(changes)
        return booking

    return make


@pytest.fixture
def make_execution() -> Callable[..., dict[str, Any]]:
    def make(number: int = 1, **changes: Any) -> dict[str, Any]:
        execution: dict[str, Any] = {
            "id": str(uuid.UUID(int=number)),
            "workflow_id": "welcome",
            "workflow_version": "v1",
            "event_id": str(uuid.UUID(int=900 + number)),
            "booking_id": "bk-1",
            "trigger": "booking_created",
            "occurred_at": "2026-03-01T12:00:00+00:00",
            "status": "completed",
            "due_at": "2026-03-01T12:00:00+00:00",
            "next_attempt_at": None,
            "rounds": 1,
            "created_at": "2026-03-01T12:00:00+00:00",
            "started_at": "2026-03-01T12:00:01+00:00",
            "completed_at": "2026-03-01T12:00:02+00:00",
            "error_message": None,
            "actions_executed": 1,
            "actions_failed": 0,
            "actions_skipped": 1,
            "dag_id": "bookflow-welcome",
            "run_id": "manual__1",
            "execution_log": [
                {
                    "action": "Confirm",
                    "type": "send_email",
                    "status": "completed",
                    "reason": None,
                    "error_code": None,
                    "conditions": [
                        {
                            "operator": "AND",
                            "holds": True,
                            "rules": [
                                {
                                    "field": "invitee_domain",
                                    "operator": "equals",
                                    "expected": "example.com",
                                    "actual": "example.com",
                                    "holds": True,
                                }
                            ],
                        }
                    ],
                    "rendered": {"subject": "Hello Ada", "message": "See you\nsoon"},
                    "attempts": 1,
                    "started_at": "2026-03-01T12:00:01+00:00",
                    "duration_ms": 12.5,
                    "deliveries": [
                        {
                            "id": str(uuid.UUID(int=500 + number)),
                            "recipient": "invitee",
                            "channel": "email",
                            "address": "ada@example.com",
                            "status": "sent",
                            "attempts": 1,
                            "rounds": 0,
                            "next_attempt_at": None,
                            "digest_id": None,
                            "provider_id": None,
                            "error_code": None,
                            "error_message": None,
                            "details": {},
                            "created_at": "2026-03-01T12:00:01+00:00",
                            "sent_at": "2026-03-01T12:00:02+00:00",
                        }
                    ],
                },
                {
                    "action": "Text",
                    "type": "send_sms",
                    "status": "skipped",
                    "reason": "conditions not met",
                    "error_code": "conditions",
                    "conditions": [
                        {
                            "operator": "OR",
                            "negate": True,
                            "holds": False,
                            "rules": [
                                {
                                    "field": "has_phone",
                                    "operator": "is_empty",
                                    "expected": None,
                                    "actual": None,
                                    "holds": True,
                                }
                            ],
                        }
                    ],
                    "rendered": None,
                    "attempts": 0,
                    "started_at": "2026-03-01T12:00:02+00:00",
                    "duration_ms": 0.1,
                    "deliveries": [],
                },
            ],
        }
        execution.update(changes)
        return execution

    return make
