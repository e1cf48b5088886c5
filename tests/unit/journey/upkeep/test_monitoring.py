from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.errors import UnavailableError
from bookflow.journey.upkeep.monitoring import (
    CLOCK,
    CONFIGURATION,
    ENDPOINT,
    FAILURES,
    SLOW,
    WAITING,
    Limits,
    Monitor,
)
from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.ports.upkeep import EndedTally, RunningTally, Severity
from bookflow.ports.validation import DagState
from bookflow.settings import Settings
from bookflow.store.memory import MemoryStore

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOOK = "https://hooks.example.com/services/T1/s3cret"
SMTP = "smtp:bookflow_smtp"


class Vitals:
    """Signs as a test sets them; everything is well at first."""

    def __init__(self) -> None:
        self.ended: list[EndedTally] = []
        self.running: list[RunningTally] = []
        self.due: dict[str, datetime] = {}
        self.ticked: datetime | None = NOW
        self.state = {"status": "healthy"}
        self.asked: list[Any] = []

    def tally_ended(
        self, since: datetime, until: datetime, *, slow_seconds: float
    ) -> list[EndedTally]:
        self.asked += [until - since, slow_seconds]
        return self.ended

    def tally_running(self, before: datetime) -> list[RunningTally]:
        return [one for one in self.running if one.since < before]

    def oldest_due(self, before: datetime) -> dict[str, datetime]:
        return {key: at for key, at in self.due.items() if at < before}

    def last_tick(self) -> datetime | None:
        return self.ticked

    def load_versions(self) -> dict[str, tuple[str, str, str]]:
        return {}

    def check(self) -> dict[str, Any]:
        return self.state


class Dags:
    def __init__(self, state: DagState | None = None) -> None:
        self.state = state

    def look_up(self, workflow_id: str) -> DagState:
        if self.state is None:
            raise UnavailableError("no answer")
        return replace(self.state, dag_id=f"bookflow-{workflow_id}")


FINE = DagState("", is_known=True)


@pytest.fixture
def vitals() -> Vitals:
    return Vitals()


def look(vitals: Vitals, *, dags: Any = None, endpoints: Any = None, **changes: Any) -> list[Any]:
    limits = replace(Limits.from_settings(Settings()), **changes)
    monitor = Monitor(vitals, endpoints or MemoryStore(), limits, dags or Dags(FINE))
    return monitor.look(NOW)


def test_all_is_well(vitals):
    assert look(vitals) == []
    assert vitals.asked == [timedelta(hours=1), 60.0]


def test_failures_above_the_limit_are_told_with_causes(vitals):
    vitals.ended = [EndedTally("welcome", 10, 6, causes=("smtp-550", "http-500"))]
    [found] = look(vitals)
    assert (found.kind, found.key, found.workflow_id) == (FAILURES, "welcome", "welcome")
    assert found.severity is Severity.WARNING
    assert "6 of 10 executions (60 %) failed in the last 60 minutes" in found.message
    assert "Most frequent causes: smtp-550, http-500." in found.message
    assert found.details["percent"] == 60.0
    assert (found.details["limit_percent"], found.details["limit_executions"]) == (50.0, 5)


@pytest.mark.parametrize(("total", "failed"), [(10, 5), (4, 4), (100, 1)])
def test_failures_up_to_the_limit_or_of_few_executions_are_none(vitals, total, failed):
    vitals.ended = [EndedTally("welcome", total, failed)]
    assert look(vitals) == []


def test_nearly_all_failing_is_critical(vitals):
    vitals.ended = [EndedTally("welcome", 10, 9)]
    assert look(vitals)[0].severity is Severity.CRITICAL


def test_slow_executions_are_told_once_whether_they_run_or_ended(vitals):
    vitals.ended = [EndedTally("welcome", 3, 0, slow=2, longest=75.4)]
    vitals.running = [RunningTally("welcome", 4, NOW - timedelta(seconds=90))]
    [found] = look(vitals)
    assert (found.kind, found.key) == (SLOW, "welcome")
    assert found.details == {
        "running": 4,
        "ended": 2,
        "longest_seconds": 90.0,
        "limit_seconds": 60.0,
    }
    assert "4 are still at work, the oldest for 90 s" in found.message
    assert "2 ended that took up to 75 s" in found.message


def test_executions_that_run_for_a_while_are_none(vitals):
    vitals.running = [RunningTally("welcome", 4, NOW - timedelta(seconds=60))]
    assert look(vitals) == []


@pytest.mark.parametrize(
    ("dags", "said"),
    [
        (Dags(FINE), "it is not paused: is the scheduler running"),
        (Dags(DagState("", is_known=True, is_paused=True)), "`bookflow-remind` is paused"),
        (Dags(DagState("")), "Airflow knows no DAG `bookflow-remind`: look at its import errors"),
        (Dags(), "Airflow could not be asked why: no answer"),
    ],
)
def test_what_waits_is_told_with_the_reason(vitals, dags, said):
    vitals.due = {"remind": NOW - timedelta(minutes=9), "fine": NOW - timedelta(minutes=4)}
    [found] = look(vitals, dags=dags)
    assert (found.kind, found.key, found.severity) == (WAITING, "remind", Severity.CRITICAL)
    assert "due for 9 minutes" in found.message
    assert said in found.message


@pytest.mark.parametrize(
    ("ticked", "said"),
    [(NOW - timedelta(minutes=4), "since 2026-03-02 11:56 UTC"), (None, "not ticked ever")],
)
def test_a_late_clock_is_critical(vitals, ticked, said):
    vitals.ticked = ticked
    [found] = look(vitals)
    assert (found.kind, found.severity) == (CLOCK, Severity.CRITICAL)
    assert said in found.message


def test_a_schema_that_is_outdated_is_told(vitals):
    vitals.state = {"status": "unhealthy", "error": "at 0008, 0011 is needed: run it"}
    [found] = look(vitals)
    assert (found.kind, found.key) == (CONFIGURATION, "database")
    assert "0011 is needed" in found.message


def trouble(key: str, channel: str, minutes: float, **changes: Any) -> MemoryStore:
    store = MemoryStore()
    at = NOW - timedelta(minutes=minutes)
    calls = CallTally(
        key,
        channel,
        workflow_id="welcome",
        failures=5,
        first_failure_at=at,
        last_failure_at=at,
        error="ida@example.org was refused",
        error_code="smtp-421",
    )
    store.record_calls([replace(calls, **changes)], CircuitRules(), now=at)
    return store


def test_an_endpoint_that_fails_for_long_is_told_without_its_path(vitals):
    [found] = look(vitals, endpoints=trouble(HOOK, "webhook", 6))
    assert (found.kind, found.key, found.severity) == (ENDPOINT, HOOK, Severity.WARNING)
    assert found.subject == "hooks.example.com keeps failing"
    assert "s3cret" not in found.message + found.subject
    assert "ida@" not in found.message
    assert "since 2026-03-02 11:54 UTC" in found.message


def test_an_endpoint_that_has_just_failed_is_left_to_its_circuit(vitals):
    assert look(vitals, endpoints=trouble(HOOK, "webhook", 4)) == []


def test_a_disabled_endpoint_is_told_at_once(vitals):
    [found] = look(vitals, endpoints=trouble(HOOK, "webhook", 0, gone="it answered 410"))
    assert found.subject == "hooks.example.com is disabled"
    assert "bookflow endpoints enable KEY" in found.message


def test_a_mail_server_that_is_down_is_critical(vitals):
    [found] = look(vitals, endpoints=trouble(SMTP, "email", 6))
    assert (found.subject, found.severity) == (f"{SMTP} keeps failing", Severity.CRITICAL)
