"""Incidents are opened once, alerted once and closed once: the same decisions in both stores."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from bookflow.errors import ConflictError, InputError, NotFoundError
from bookflow.journey.upkeep.alerting import CLOSED, OPENED, AlertDesk
from bookflow.journey.upkeep.incidents import Incidents
from bookflow.ports.upkeep import Finding, IncidentFilter, Severity
from bookflow.records import new_id
from tests.contract.conftest import NOW, minutes

OPS = ("email", "ops@example.com")
HOOK = ("webhook", "ops_hook")
KINDS = ("failures", "clock")
LATE = Finding("clock", "clock", "the clock is late", "Start the scheduler.", Severity.CRITICAL)


class Watch:
    """Checks that find what they are told, at times they are told."""

    def __init__(self, store: Any, places: Any = (OPS,), clear_minutes: float = 10) -> None:
        self.store = store
        self.at = NOW
        self.incidents = Incidents(
            store,
            AlertDesk(places, "https://airflow.example.com"),
            lambda: self.at,
            clear_after=timedelta(minutes=clear_minutes),
        )

    def look(self, *findings: Finding, after: float = 0, kinds: Any = KINDS) -> Any:
        self.at += minutes(after)
        return self.incidents.note(findings, kinds=kinds)

    def alerts(self) -> list[Any]:
        return self.store.claim_notices(now=self.at, again_at=self.at + minutes(5), limit=50)

    def send(self) -> list[tuple[str, str]]:
        claimed = self.alerts()
        self.store.settle_notices([one.id for one in claimed], {}, now=self.at)
        return [(one.kind, one.owner) for one in claimed]

    def listed(self, **wanted: Any) -> Any:
        return self.store.list_incidents(IncidentFilter(**wanted), limit=50, cursor=None).items


@pytest.fixture
def watch(store: Any) -> Watch:
    return Watch(store)


def page_of(incident_id: Any) -> str:
    return f"https://airflow.example.com/plugin/workflows/health/incidents/{incident_id}"


def failing(workflow: str = "welcome", **changes: Any) -> Finding:
    values = {"workflow_id": workflow, "owner": "hana@example.com", **changes}
    return Finding("failures", workflow, f"{workflow} keeps failing", "Look at it.", **values)


def test_an_incident_is_opened_once_and_keeps_what_was_found(watch):
    watch.look(failing(details={"failed": 6, "total": 10}))
    watch.look(failing(details={"failed": 9, "total": 10}, severity=Severity.CRITICAL), after=5)
    [found] = watch.listed()
    assert (found.kind, found.key, found.workflow_id) == ("failures", "welcome", "welcome")
    assert (found.opened_at, found.last_seen_at) == (NOW, NOW + minutes(5))
    assert found.details == {"failed": 9, "total": 10}
    assert (found.severity, found.closed_at, found.notified_at) == (Severity.CRITICAL, None, None)
    assert watch.store.get_incident(found.id) == found
    assert watch.store.get_incident(new_id()) is None


def test_one_alert_goes_out_and_its_time_is_known(watch):
    watch.look(LATE)
    watch.look(LATE, after=5)
    [alert] = watch.alerts()
    assert (alert.kind, alert.channel, alert.owner) == (OPENED, "email", "ops@example.com")
    assert alert.subject == "[bookflow] critical: the clock is late"
    watch.store.settle_notices([alert.id], {}, now=watch.at)
    [found] = watch.listed()
    assert found.notified_at == NOW + minutes(5)
    assert watch.send() == []


def test_each_channel_is_told_and_programs_get_data(store):
    watch = Watch(store, places=(OPS, HOOK))
    watch.look(failing())
    mail, hook = sorted(watch.alerts(), key=lambda one: one.channel)
    assert mail.payload is None
    assert (hook.owner, hook.payload["type"], hook.payload["kind"]) == (
        "ops_hook",
        OPENED,
        "failures",
    )
    [found] = watch.listed()
    assert page_of(found.id) in mail.message
    assert hook.payload["url"] == page_of(found.id)
    assert hook.payload["incident_id"] == str(found.id) == str(hook.incident_id)


def test_the_owner_is_told_only_where_the_finding_says_so(watch):
    watch.look(failing(), failing("remind", tells_owner=True))
    told = sorted(watch.send())
    assert [owner for _, owner in told] == ["hana@example.com", OPS[1], OPS[1]]
    watch.look(after=5)
    watch.look(after=10)
    assert sorted(watch.send()) == [(CLOSED, owner) for _, owner in told]


def test_it_closes_only_when_it_stayed_away_for_a_while(watch):
    watch.look(LATE)
    watch.look(after=5)
    watch.look(LATE, after=5)
    watch.look(after=5)
    watch.look(after=9)
    [found] = watch.listed()
    assert (found.closed_at, found.clear_since) == (None, NOW + minutes(15))
    watch.look(after=1)
    [found] = watch.listed()
    assert (found.closed_at, found.closed_by) == (NOW + minutes(25), "monitor")
    assert found.note == "no check has found it since 2026-03-02 12:15 UTC"
    # coming and going was one incident, with one alert
    assert watch.send() == []


def test_passing_is_told_to_those_who_were_told_of_it(watch):
    watch.look(LATE)
    assert watch.send() == [(OPENED, "ops@example.com")]
    watch.look(after=5)
    watch.look(after=10)
    [alert] = watch.alerts()
    assert (alert.kind, alert.subject) == (CLOSED, "[bookflow] over: the clock is late")
    assert "from 2026-03-02 12:00 UTC to 2026-03-02 12:15 UTC" in alert.message
    assert page_of(alert.incident_id) in alert.message


def test_what_passed_before_anybody_was_told_is_not_told_at_all(watch):
    watch.look(LATE)
    watch.look(after=5)
    watch.look(after=10)
    assert [one.closed_at is None for one in watch.listed()] == [False]
    assert watch.send() == []


def test_an_alert_that_may_be_under_way_is_followed_by_its_end(watch):
    watch.look(LATE)
    [claimed] = watch.alerts()
    watch.look(after=1)
    watch.look(after=10)
    assert watch.send() == [(CLOSED, "ops@example.com")]
    watch.store.settle_notices([claimed.id], {}, now=watch.at)


def test_after_it_closed_it_is_a_new_incident(store):
    watch = Watch(store, clear_minutes=0)
    watch.look(LATE)
    watch.send()
    watch.look(after=1)
    watch.look(LATE, after=1)
    newest, oldest = watch.listed()
    assert newest.id != oldest.id
    assert (newest.closed_at, oldest.closed_at) == (None, NOW + minutes(1))
    assert sorted(watch.send()) == [(CLOSED, OPS[1]), (OPENED, OPS[1])]


def test_only_kinds_that_were_looked_for_are_closed(store):
    watch = Watch(store, clear_minutes=0)
    watch.look(LATE, failing())
    watch.look(after=5, kinds=("clock",))
    assert {one.kind: one.closed_at is None for one in watch.listed()} == {
        "clock": False,
        "failures": True,
    }


def test_people_close_with_a_note(watch):
    watch.look(LATE)
    watch.send()
    [found] = watch.listed()
    closed = watch.incidents.close(found.id, actor="ada", note="restarted the scheduler")
    assert (closed.closed_by, closed.note) == ("ada", "restarted the scheduler")
    [found] = watch.listed()
    assert (found.closed_at, found.note) == (NOW, "restarted the scheduler")
    assert watch.send() == [(CLOSED, "ops@example.com")]
    with pytest.raises(ConflictError, match="closed already"):
        watch.incidents.close(found.id, actor="ada", note="")
    with pytest.raises(NotFoundError, match="no incident"):
        watch.incidents.close(new_id(), actor="ada", note="")


def test_two_monitors_at_once_open_one_incident(store):
    watches = [Watch(store) for _ in range(4)]
    findings = [failing(f"w{number}") for number in range(5)]
    threads = [threading.Thread(target=watch.look, args=findings) for watch in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(one.key for one in watches[0].listed()) == [f"w{n}" for n in range(5)]
    assert len(watches[0].send()) == 5


def test_who_sees_some_workflows_sees_what_names_nobody_elses(watch):
    watch.look(failing("mine"), failing("alien"), LATE, kinds=())
    for kind, key in (("configuration", "connection:crm"), ("endpoint", "smtp:mail")):
        watch.look(Finding(kind, key, "gone", "Add it."), kinds=())
    seen = watch.listed(workflow_ids=frozenset({"mine"}))
    assert sorted(one.key for one in seen) == ["clock", "mine"]
    assert len(watch.listed()) == 5


def test_lists_are_filtered_and_paged(watch):
    for number in range(5):
        watch.look(failing(f"w{number}"), after=1, kinds=())
    watch.look(LATE, after=1, kinds=())
    assert [one.key for one in watch.listed(kind="clock")] == ["clock"]
    assert [one.key for one in watch.listed(workflow_id="w3")] == ["w3"]
    # what names nobody is everybody's
    seen = watch.listed(workflow_ids=frozenset({"w1", "w2"}))
    assert [one.key for one in seen] == ["clock", "w2", "w1"]
    assert [one.key for one in watch.listed(workflow_ids=frozenset())] == ["clock"]
    assert watch.listed(is_open=False) == []
    assert len(watch.listed(is_open=True)) == 6
    keys, cursor = [], None
    for _ in range(3):
        page = watch.store.list_incidents(IncidentFilter(), limit=2, cursor=cursor)
        keys += [one.key for one in page.items]
        cursor = page.next_cursor
    assert (keys, cursor) == (["clock", "w4", "w3", "w2", "w1", "w0"], None)
    with pytest.raises(InputError, match="not a cursor"):
        watch.store.list_incidents(IncidentFilter(), limit=2, cursor="junk")
    assert not watch.listed(kind="\0")


def test_open_ones_are_counted_by_kind_and_severity(watch):
    watch.look(LATE, failing(), failing("remind"))
    assert watch.store.count_open_incidents() == {
        ("clock", Severity.CRITICAL): 1,
        ("failures", Severity.WARNING): 2,
    }


def test_texts_that_no_database_holds_are_kept_without_what_it_can_not_hold(watch):
    watch.look(failing(details={"name": "a\0b"}, owner="x\ud800"))
    [found] = watch.listed()
    assert found.details == {"name": "a\N{REPLACEMENT CHARACTER}b"}
    assert found.owner == "x\N{REPLACEMENT CHARACTER}"
