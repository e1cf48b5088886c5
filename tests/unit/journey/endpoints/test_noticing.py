"""Owners of workflows are told about their endpoints, once each."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bookflow.journey.endpoints.noticing import Noticing, endpoint_chores, is_address, wait_after
from bookflow.journey.reminders.ticking import tick
from bookflow.ports.endpoints import CallTally, CircuitRules, Notice, PermitRequest
from bookflow.settings import Rate
from bookflow.store.memory import MemoryStore
from tests.unit.journey.conftest import StillClock

HOOK = "https://example.com/hook"
SMTP = "smtp:bookflow_smtp"


@dataclass
class Desk:
    """A clock that ticks, and what went out by e-mail."""

    clock: StillClock = field(default_factory=StillClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    sent: list[Notice] = field(default_factory=list)
    trouble: str | None = None

    def send(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        if self.trouble:
            return {notice.id: self.trouble for notice in notices}
        self.sent.extend(notices)
        return {}

    def tick(self, **later: float) -> str:
        self.clock.forward(**later)
        return Noticing(self.store, self, self.clock).tick()

    def see(self, key: str = HOOK, **changes: Any) -> None:
        values: dict[str, Any] = {"owner": "hana@example.com", "workflow_id": "welcome"}
        calls = CallTally(key, "webhook" if key == HOOK else "email", **{**values, **changes})
        self.store.record_calls([calls], CircuitRules(), now=self.clock.instant)

    def fail(self, key: str = SMTP, **changes: Any) -> None:
        now = self.clock.instant
        times = {"first_failure_at": now, "last_failure_at": now, "failures": 5}
        self.see(key, **{**times, "error": "did not answer", **changes})

    def recover(self, key: str = SMTP) -> None:
        self.see(key, answered_at=self.clock.instant, succeeded_at=self.clock.instant)

    @property
    def subjects(self) -> list[str]:
        return [notice.subject for notice in self.sent]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_nothing_to_tell_sends_nothing(desk: Desk) -> None:
    desk.recover()
    assert desk.tick() == ""
    assert desk.sent == []


def test_owner_of_a_disabled_endpoint_is_told_once(desk: Desk) -> None:
    desk.see(gone="it answered 410")
    assert desk.tick() == "1 notices sent, 0 to be tried again"
    assert desk.tick(minutes=10) == ""
    [notice] = desk.sent
    assert notice.owner == "hana@example.com"
    assert notice.subject == f"bookflow calls {HOOK} no more"
    for part in ("it answered 410", "`welcome`", f"bookflow endpoints enable {HOOK}", "retry"):
        assert part in notice.message


def test_mail_server_is_told_of_after_an_hour(desk: Desk) -> None:
    desk.fail()
    assert desk.tick(minutes=60) == ""
    desk.tick(minutes=1)
    [notice] = desk.sent
    assert notice.subject == f"bookflow can't send through {SMTP}"
    assert "since 2026-03-02 12:00 UTC" in notice.message
    assert "connection `bookflow_smtp`" in notice.message


def test_webhook_that_is_down_is_told_of_only_when_it_is_disabled(desk: Desk) -> None:
    desk.fail(HOOK)
    desk.tick(hours=5)
    assert desk.sent == []


def test_recovery_is_told_once(desk: Desk) -> None:
    desk.fail()
    desk.tick(minutes=61)
    desk.recover()
    desk.tick(minutes=1)
    desk.tick(minutes=1)
    assert desk.subjects[1:] == [f"bookflow: {SMTP} works again"]


def test_endpoint_enabled_by_hand_is_told_of(desk: Desk) -> None:
    desk.see(gone="it answered 410")
    desk.tick()
    desk.store.enable_endpoint(HOOK, actor="olga", now=desk.clock.instant)
    desk.tick(minutes=1)
    assert desk.subjects[1:] == [f"bookflow: {HOOK} is called again"]


def test_notice_that_could_not_go_out_is_replaced_by_that_of_the_recovery(desk: Desk) -> None:
    desk.fail()
    desk.trouble = "the mail server is away"
    desk.tick(minutes=61)
    desk.trouble = None
    desk.recover()
    desk.tick(minutes=30)
    desk.tick(hours=9)
    assert desk.subjects == [f"bookflow: {SMTP} works again"]


def test_new_incident_of_the_same_endpoint_is_told_again(desk: Desk) -> None:
    for _ in range(2):
        desk.see(gone="it answered 410")
        desk.tick(minutes=1)
        desk.store.enable_endpoint(HOOK, actor="olga", now=desk.clock.instant)
        desk.tick(minutes=1)
    assert len(set(desk.subjects)) == 2
    assert len({notice.id for notice in desk.sent}) == 4


def test_failed_notice_is_tried_ten_times_with_growing_waits(desk: Desk) -> None:
    desk.see(gone="it answered 410")
    desk.trouble = "no: 'secret' of ida@example.org"
    tries = sum("tried again" in desk.tick(minutes=1) for _ in range(24 * 60))
    assert tries == 10
    [kept] = desk.store._room.notices.values()
    assert kept.error_message == "no: '…' of …@…"
    assert [wait_after(count) for count in (1, 2, 3, 9)] == [
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(hours=1),
    ]


@pytest.mark.parametrize("owner", ["team-7", "", "a b@example.com", "@example.com"])
def test_organizer_without_an_address_is_only_logged_for(
    desk: Desk, owner: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.see(gone="it answered 410", owner=owner)
    with caplog.at_level(logging.ERROR):
        desk.tick()
        desk.tick(minutes=1)
    assert desk.sent == []
    assert caplog.text.count("no more; told to the organizer is no e-mail address") == 1
    desk.store.enable_endpoint(HOOK, actor="olga", now=desk.clock.instant)
    desk.tick(minutes=1)
    assert desk.sent == []


def test_log_names_no_address(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.see(gone="it answered 410")
    with caplog.at_level(logging.DEBUG):
        desk.tick()
    assert "told to …@…" in caplog.text
    assert "hana" not in caplog.text


def test_clock_tells_owners_and_forgets_idle_limits_twice_an_hour(desk: Desk) -> None:
    desk.see(gone="it answered 410")
    now = desk.clock.instant
    request = PermitRequest("recipient:x", Rate(1, 1), 1, now)
    desk.store.take_permits([request], now=now)
    chores = endpoint_chores(desk.store, desk.store, desk, desk.clock)
    desk.clock.forward(minutes=1)
    tick(chores)
    assert len(desk.sent) == 1
    assert len(desk.store._room.limits) == 1
    desk.clock.forward(minutes=29)
    tick(chores)
    assert desk.store._room.limits == {}


def test_addresses_are_told_from_other_ids() -> None:
    assert is_address("hana@example.com")
    assert not is_address("hana@localhost")
