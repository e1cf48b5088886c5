"""Bookings, rules and a clock to be turned by hand, on either store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bookflow.domains.booking import BookingDomain
from bookflow.journey.reminders.planning import Planned, Planner
from bookflow.ports.clock import SpecRule
from bookflow.records import RunKey
from bookflow.settings import Settings
from tests.contract.conftest import NOW, Scene, make_booking, make_result, minutes

DOMAIN = BookingDomain(Settings())
HOUR = timedelta(hours=1)
LONG_AGO = NOW - timedelta(days=30)


class RecordingWaker:
    def __init__(self) -> None:
        self.calls: list[tuple[str, datetime]] = []

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        self.calls.append((workflow_id, due_at))


@dataclass
class Desk(Scene):
    """Bookings, rules and a clock to be turned by hand."""

    waker: RecordingWaker = field(default_factory=RecordingWaker)

    @property
    def planner(self) -> Planner:
        return Planner(self.store, DOMAIN, self.waker)

    def rule(self, workflow_id: str = "remind", **changes: Any) -> None:
        values: dict[str, Any] = {
            "path": f"{workflow_id}.yaml",
            "signature": "1",
            "workflow_id": workflow_id,
            "version": "v1",
            "trigger": "before_meeting",
            "delay_minutes": 60,
            "says_active": True,
            "is_active": True,
            "active_since": LONG_AGO,
            "is_fresh": True,
        }
        rule = SpecRule(**(values | changes))
        self.store.rewrite_rules(lambda rules: {**rules, rule.path: rule})

    def edit(self, workflow_id: str = "remind", **changes: Any) -> None:
        path = f"{workflow_id}.yaml"
        self.store.rewrite_rules(lambda rules: {**rules, path: replace(rules[path], **changes)})

    def put(self, start: datetime, at: datetime = NOW, key: str = "b-1", **changes: Any) -> None:
        """Make or change a booking at a time, half an hour long."""
        values = {"start_time": start, "end_time": start + HOUR / 2, "created_at": None, **changes}
        event = self.event(make_booking(key, **values), occurred_at=at, received_at=at)
        self.record(event)

    def tick(self, at: datetime = NOW) -> Planned:
        return self.planner.plan(at)

    def tick_until(self, begin: datetime, end: datetime) -> None:
        """Tick each minute, as the clock's DAG does."""
        while begin <= end:
            self.tick(begin)
            begin += minutes(1)

    def reminders(self, key: str = "b-1") -> list[dict[str, Any]]:
        found = self.store.subject_executions(key)
        return [item for item in found if item["trigger"] in ("before_meeting", "after_meeting")]

    def due(self, key: str = "b-1") -> list[datetime]:
        return [datetime.fromisoformat(item["due_at"]) for item in self.reminders(key)]

    def run(self, at: datetime, status: str = "completed", **changes: Any) -> None:
        """Claim what is due and end it; as stale with the error code that the gate gives."""
        run = RunKey("bookflow-remind", at.isoformat())
        self.store.claim("remind", run, limit=100, now=at)
        for job in self.store.load_jobs(run, "mail"):
            result = make_result(job.execution_id, status, started_at=at, **changes)
            self.store.settle([result], [])
        self.store.finish(run, [("mail", "send_email")], now=at)

    def run_stale(self, at: datetime) -> None:
        self.run(at, "skipped", error_code="stale", reason="gone")
