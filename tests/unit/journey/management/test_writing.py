"""What follows a change of a spec file, and what keeps a change from being made."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import DatabaseUnavailableError, NotFoundError, VersionConflictError
from bookflow.journey.management.writing import Change, WorkflowWriter
from bookflow.ports.audit import AuditEntry
from bookflow.settings import Settings
from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.authoring.shapes import Author, Saved
from bookflow.spec.repository import SpecRepository

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Change(Author("ada", "ada@example.com"))
SPEC: dict[str, Any] = {
    "id": "hello",
    "organizer": "olive@example.org",
    "name": "Hello",
    "trigger": "booking_created",
    "actions": [{"name": "Hi", "type": "send_sms", "recipient": "invitee", "message": "Hi"}],
}


@dataclass
class Trail:
    """The audit trail; fails while the database is away."""

    state: str = "healthy"
    entries: list[AuditEntry] = field(default_factory=list)
    is_lost: bool = False

    def check(self) -> dict[str, Any]:
        return {"status": self.state, "error": "refused"}

    def record_audit(self, entries: Sequence[AuditEntry], *, now: datetime) -> None:
        assert now == NOW
        if self.is_lost:
            raise DatabaseUnavailableError("gone")
        self.entries.extend(entries)


@dataclass
class Listener:
    """Notes what Airflow and the planner are told."""

    told: list[tuple[list[str], list[str]]] = field(default_factory=list)
    prompts: int = 0

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        self.told.append((sorted(changed), sorted(gone)))

    def prompt(self) -> None:
        self.prompts += 1


@dataclass
class Office:
    folder: Path
    trail: Trail
    listener: Listener
    specs: SpecRepository
    writer: WorkflowWriter


@pytest.fixture
def office(tmp_path: Path) -> Office:
    # as in a server: only the writer and its follower look at the folder
    specs = SpecRepository(tmp_path, BOOKING_VOCABULARY, max_age=float("inf"))
    specs.scan()
    trail, listener = Trail(), Listener()
    writer = WorkflowWriter(
        desk=AuthoringDesk(specs, BOOKING_VOCABULARY, settings=Settings(), now=lambda: NOW),
        specs=specs,
        audit=trail,
        reports=trail,  # type: ignore[arg-type] # asked for its health alone
        now=lambda: NOW,
        reparser=listener,
        prompt=listener.prompt,
    )
    return Office(tmp_path, trail, listener, specs, writer)


def triggered(office: Office) -> list[str]:
    return [loaded.workflow.id for loaded in office.specs.matching("booking_created", None)]


def test_new_workflow_matches_at_once_and_all_are_told(office: Office) -> None:
    office.writer.create(SPEC, ADA)
    assert triggered(office) == ["hello"]
    assert office.listener.told == [(["hello"], [])]
    assert office.listener.prompts == 1
    [entry] = office.trail.entries
    assert (entry.actor, entry.what, entry.subject_id) == ("ada", "workflow.created", "hello")


@pytest.mark.parametrize("method", ["delete", "deactivate"])
def test_workflow_without_a_dag_is_told_as_gone(office: Office, method: str) -> None:
    office.writer.create(SPEC, ADA)
    if method == "delete":
        office.writer.delete("hello", ADA)
    else:
        office.writer.patch("hello", {"is_active": False}, ADA)
    assert triggered(office) == []
    assert office.listener.told[-1] == (["hello"], ["hello"])


def test_dry_run_tells_nobody(office: Office) -> None:
    saved = office.writer.create(SPEC, Change(ADA.author, dry_run=True))
    assert "+id: hello" in saved.diff
    assert (office.listener.told, office.trail.entries) == ([], [])
    assert list(office.folder.glob("*.yaml")) == []


def test_refused_change_tells_nobody(office: Office) -> None:
    office.writer.create(SPEC, ADA)
    with pytest.raises(VersionConflictError):
        office.writer.patch("hello", {"name": "Hallo"}, Change(ADA.author, "000000000000"))
    assert len(office.listener.told) == 1
    assert len(office.trail.entries) == 1


def test_nothing_is_changed_that_the_audit_trail_could_not_take(office: Office) -> None:
    office.trail.state = "unhealthy"
    with pytest.raises(DatabaseUnavailableError, match=r"nothing was changed: refused"):
        office.writer.create(SPEC, ADA)
    assert list(office.folder.glob("*.yaml")) == []
    assert office.writer.create(SPEC, Change(ADA.author, dry_run=True)).diff


def test_log_keeps_what_the_trail_lacks(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.trail.is_lost = True
    with caplog.at_level(logging.ERROR):
        saved = office.writer.create(SPEC, ADA)
    assert saved.is_saved
    assert "workflow.created of hello by 'ada'" in caplog.text


def test_many_are_changed_and_told_of_once(office: Office) -> None:
    for name in ("a", "b", "c"):
        office.writer.create({**SPEC, "id": name, "name": name}, ADA)
    told = len(office.listener.told)
    wanted = ("a", "none", "b")
    outcomes = dict(office.writer.patch_many(wanted, {"is_active": False}, ADA))
    assert isinstance(outcomes["none"], NotFoundError)
    assert all(isinstance(outcomes[name], Saved) for name in ("a", "b"))
    assert triggered(office) == ["c"]
    assert office.listener.told[told:] == [(["a", "b"], ["a", "b"])]
    assert [entry.subject_id for entry in office.trail.entries[3:]] == ["a", "b"]
