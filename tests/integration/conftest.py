"""The journey as wired for production, on PostgreSQL and real receivers, without Airflow."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver
from bookflow.journey.intake import Incoming
from bookflow.journey.steps import ActSummary, facts_of
from bookflow.records import RunKey
from bookflow.settings import Settings
from bookflow.wiring.servers import ServerRuntime, open_server_runtime
from bookflow.wiring.workshops import Workshop, open_workshop

SPEC = """\
id: {id}
organizer: hana@example.com
name: Workflow {id}
trigger: booking_created
{more}actions:
{actions}
"""
MAIL = """\
  - {name: mail, type: send_email, recipient: invitee, subject: "Hi {{ invitee_name }}", message: m}
"""
TEXT = """\
  - {name: text, type: send_sms, recipient: invitee, message: "Hi {{ invitee_name }}"}
"""


class RecordingWaker:
    """Notes who is to be woken; the tests run the runs themselves."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, datetime]] = []

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        self.calls.append((workflow_id, due_at))

    def check(self) -> dict[str, Any]:
        return {"status": "healthy"}


@dataclass
class Office:
    """Specs in a folder, a server that takes events in, and task processes that work them off."""

    settings: Settings
    connections: EnvironmentConnections
    waker: RecordingWaker = field(default_factory=RecordingWaker)
    _server: ServerRuntime | None = None
    _workshops: list[Workshop] = field(default_factory=list)
    _runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def server(self) -> ServerRuntime:
        if self._server is None:
            self._server = open_server_runtime(self.settings, self.connections, self.waker)
        return self._server

    def open_workshop(self) -> Workshop:
        workshop = open_workshop(self.settings, self.connections, self.waker)
        self._workshops.append(workshop)
        return workshop

    def write(self, workflow_id: str, actions: str = MAIL, more: str = "") -> None:
        text = SPEC.format(id=workflow_id, actions=actions.rstrip("\n"), more=more)
        self.put(f"{workflow_id}.yaml", text)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.settings.specs_dir / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.server.specs.scan()
        return path

    def send(self, *bookings: Any, **changes: Any) -> list[Any]:
        """Take bookings in as one batch of events; give the answers in order."""
        items = [Incoming("booking_created", subject=one, **changes) for one in bookings]
        return self.server.intake.receive(items)

    def begin(self, workflow_id: str) -> RunKey:
        """Claim what is due in a new run."""
        run = RunKey(f"bookflow-{workflow_id}", f"run-{next(self._runs)}")
        self.open_workshop().runtime.claim(facts_of(self.server.specs.find(workflow_id)), run, {})
        return run

    def act(self, workflow_id: str, run: RunKey, action: str, *, is_last_try: bool) -> ActSummary:
        """Work on one action of a run in a task process of its own."""
        loaded = self.server.specs.find(workflow_id)
        wanted = next(item for item in loaded.workflow.active_actions if item.name == action)
        workshop = self.open_workshop()
        step = workshop.build_step(facts_of(loaded), wanted)
        return workshop.runtime.act(step, run, is_last_try=is_last_try)

    def run(self, workflow_id: str) -> dict[str, dict[str, Any]]:
        """Play a whole run, every action once; give its executions by booking."""
        run = self.begin(workflow_id)
        actions = self.server.specs.find(workflow_id).workflow.active_actions
        for action in actions:
            self.act(workflow_id, run, action.name, is_last_try=True)
        steps = [(action.name, action.type) for action in actions]
        self.open_workshop().runtime.finish(run, steps)
        return self.read()

    def read(self) -> dict[str, dict[str, Any]]:
        """Give every execution with its log, by booking."""
        from bookflow.ports.reports import ExecutionFilter

        page = self.server.reports.list_executions(ExecutionFilter(), limit=1000, cursor=None)
        found: dict[str, dict[str, Any]] = {}
        for item in page.items:
            for execution in self.server.reports.subject_executions(item["booking_id"]):
                found[item["booking_id"]] = execution
        return found

    def close(self) -> None:
        for workshop in self._workshops:
            workshop.close()
        if self._server is not None:
            self._server.stop()


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture
def sms() -> Iterator[SmsReceiver]:
    with SmsReceiver() as receiver:
        yield receiver


@pytest.fixture
def hooks() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def open_office(
    tmp_path: Path, smtp: SmtpReceiver, sms: SmsReceiver
) -> Iterator[Callable[..., Office]]:
    """Open an office on a database; settings may be changed."""
    opened: list[Office] = []

    def make(dsn: str, **changes: Any) -> Office:
        specs = tmp_path / f"specs-{len(opened)}"
        specs.mkdir()
        settings = {
            "specs_dir": specs,
            "home": tmp_path / "home",
            "allowed_networks": ("127.0.0.0/8",),
            "http_timeout_seconds": 1.0,
            "smtp_timeout_seconds": 2.0,
            "backoff_seconds": 0.05,
            "attempts_per_try": 2,
            **changes,
        }
        mail = {"conn_type": "smtp", "host": "127.0.0.1", "port": smtp.port}
        mail["extra"] = {"from_email": "desk@example.com", "disable_tls": True, "disable_ssl": True}
        text = {"conn_type": "http", "host": sms.url, "login": sms.account}
        text |= {"password": "demo-token", "extra": {"from": "+12025550100"}}
        connections = EnvironmentConnections(
            {
                "AIRFLOW_CONN_BOOKFLOW_DB": dsn,
                "AIRFLOW_CONN_BOOKFLOW_SMTP": json.dumps(mail),
                "AIRFLOW_CONN_BOOKFLOW_SMS": json.dumps(text),
            }
        )
        office = Office(Settings(**settings), connections)
        opened.append(office)
        return office

    yield make
    for office in opened:
        office.close()


@pytest.fixture
def office(open_office: Callable[..., Office], database: str) -> Office:
    return open_office(database)


@pytest.fixture
def make_booking() -> Callable[..., dict[str, Any]]:
    """Make bookings b-1, b-2 …; `invitee` is merged, everything else replaced."""
    numbers = itertools.count(1)

    def make(**changes: Any) -> dict[str, Any]:
        number = next(numbers)
        invitee = {
            "name": f"Ida {number}",
            "email": f"ida{number}@example.org",
            "phone": "+12025550142",
            **changes.pop("invitee", {}),
        }
        booking = {
            "id": f"b-{number}",
            "start_time": "2026-03-05T14:00:00+01:00",
            "end_time": "2026-03-05T14:30:00+01:00",
            "event_type": {"slug": "intro", "name": "Intro call"},
            "organizer": {"email": "hana@example.com", "timezone": "Europe/Berlin"},
            "invitee": invitee,
        }
        booking.update(changes)
        return booking

    return make
