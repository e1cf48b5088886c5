"""Mail server, SMS provider and webhook receiver behind a network that fails, then heals.

Each kind of fault meets every connection of a first run. Then it is healed, and runs follow each
other, at the times the store says, until nothing is open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers import (
    FaultKind,
    SmsReceiver,
    SmtpReceiver,
    TcpFault,
    TcpProxy,
    WebhookReceiver,
)
from bookflow.journey.endpoints.guarding import Gatekeeper, SendingLimits
from bookflow.journey.steps import ActSummary, WorkflowFacts, facts_of, timing_of
from bookflow.records import Finish, RunKey, utc_now
from bookflow.settings import Settings
from bookflow.wiring.workshops import Workshop
from tests.integration.conftest import Office

pytestmark = pytest.mark.database

Json = dict[str, Any]
MakeBooking = Callable[..., Json]
BOOKINGS = 3
# an open circuit lets one delivery after the other have its last try
LONGEST_RUNS = 40
SUBJECT = '"For {{ booking_id }}"'
MAIL = f"{{name: mail, type: send_email, recipient: invitee, subject: {SUBJECT}, message: m}}"
TEXT = f"{{name: text, type: send_sms, recipient: invitee, message: {SUBJECT}}}"
HOOK = "{name: hook, type: webhook, webhook_conn_id: crm}"


class Clock:
    """Real time, and what a test lets pass in addition."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def go_to(self, moment: datetime) -> None:
        self.ahead += max(moment - self(), timedelta(0))


@dataclass
class FaultyOffice(Office):
    """An office whose messages all pass through proxies, one for each channel."""

    clock: Clock = field(default_factory=Clock)
    proxies: dict[str, TcpProxy] = field(default_factory=dict)

    def open_workshop(self) -> Workshop:
        workshop = super().open_workshop()
        limits = SendingLimits.from_settings(self.settings)

        def guard(workflow: WorkflowFacts) -> Gatekeeper:
            return Gatekeeper(workshop.store, workflow, limits=limits, now=self.clock)

        actor = replace(workshop.runtime.actor, now=self.clock, make_guard=guard)
        return replace(workshop, runtime=replace(workshop.runtime, now=self.clock, actor=actor))

    def act(self, workflow_id: str, run: RunKey, action: str, *, is_last_try: bool) -> ActSummary:
        """Work on one action of a run as the tasks of the factory's DAGs do: what fails waits."""
        loaded = self.server.specs.find(workflow_id)
        wanted = next(item for item in loaded.workflow.active_actions if item.name == action)
        workshop = self.open_workshop()
        step = workshop.build_step(facts_of(loaded), wanted, timing_of(loaded))
        return workshop.runtime.act(step, run, is_last_try=is_last_try)

    def lose_patience(self) -> None:
        """Wait for no answer any longer than a test wants to."""
        self.settings = replace(self.settings, http_timeout_seconds=0.4, smtp_timeout_seconds=0.4)

    def find_patience(self) -> None:
        """Wait for answers as long as a busy machine may need."""
        self.settings = replace(self.settings, http_timeout_seconds=15, smtp_timeout_seconds=15)

    def run_once(self, workflow_id: str) -> Finish:
        """Play a whole run and give how it ended."""
        run = self.begin(workflow_id)
        actions = self.server.specs.find(workflow_id).workflow.active_actions
        for action in actions:
            self.act(workflow_id, run, action.name, is_last_try=True)
        steps = [(action.name, action.type) for action in actions]
        return self.open_workshop().runtime.finish(run, steps)

    def run_until_final(self, workflow_id: str) -> int:
        """Play runs at the times they are due until nothing is open; give how many it took."""
        for number in range(1, LONGEST_RUNS + 1):
            ended = self.run_once(workflow_id)
            if not ended.parked:
                return number
            self.clock.go_to(max(ended.wake_at) + timedelta(seconds=1))
        message = f"executions are still open after {LONGEST_RUNS} runs: {self.read()}"
        raise AssertionError(message)


@pytest.fixture
def faulty_office(
    tmp_path: Path,
    database: str,
    smtp: SmtpReceiver,
    sms: SmsReceiver,
    hooks: WebhookReceiver,
) -> Iterator[FaultyOffice]:
    specs = tmp_path / "specs"
    specs.mkdir()
    settings = Settings(
        specs_dir=specs,
        home=tmp_path / "home",
        allowed_networks=("127.0.0.0/8",),
        attempts_per_try=1,
    )
    with TcpProxy(smtp.port) as mail, TcpProxy(sms.port) as text, TcpProxy(hooks.port) as hook:
        connections = connect(database, sms, mail=mail.port, text=text.port, hook=hook.port)
        proxies = {"mail": mail, "text": text, "hook": hook}
        office = FaultyOffice(settings, connections, proxies=proxies)
        yield office
        office.close()


def connect(dsn: str, sms: SmsReceiver, **ports: int) -> EnvironmentConnections:
    local = "http://127.0.0.1"
    extra = {"from_email": "desk@example.com", "disable_tls": True, "disable_ssl": True}
    made = {
        "SMTP": {"conn_type": "smtp", "host": "127.0.0.1", "port": ports["mail"], "extra": extra},
        "SMS": {
            "conn_type": "http",
            "host": f"{local}:{ports['text']}",
            "login": sms.account,
            "password": "demo-token",
            "extra": {"from": "+12025550100"},
        },
    }
    hook = {"conn_type": "http", "host": f"{local}:{ports['hook']}/hook"}
    return EnvironmentConnections(
        {
            "AIRFLOW_CONN_BOOKFLOW_DB": dsn,
            "AIRFLOW_CONN_CRM": json.dumps(hook),
            **{f"AIRFLOW_CONN_BOOKFLOW_{name}": json.dumps(info) for name, info in made.items()},
        }
    )


@dataclass(frozen=True)
class Receivers:
    """What arrived on each channel: how often each delivery came, by booking."""

    smtp: SmtpReceiver
    sms: SmsReceiver
    hooks: WebhookReceiver

    def arrivals(self, channel: str) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for booking, key in self._keys(channel):
            found.setdefault(booking, Counter())[key] += 1
        return found

    def _keys(self, channel: str) -> list[tuple[str, str]]:
        if channel == "mail":
            return [(m.subject.removeprefix("For "), m.message_id) for m in self.smtp.messages]
        if channel == "text":
            return [(t.body.removeprefix("For "), t.key) for t in self.sms.messages]
        return [(h.payload["booking_id"], h.webhook_id) for h in self.hooks.messages]


@pytest.fixture
def receivers(smtp: SmtpReceiver, sms: SmsReceiver, hooks: WebhookReceiver) -> Receivers:
    return Receivers(smtp, sms, hooks)


# each with the words a person finds in the timeline meanwhile
BEFORE_ANYTHING_ARRIVED = {
    "refuse": TcpFault(FaultKind.REFUSE),
    "reset": TcpFault(FaultKind.RESET, after=150),
    "hang": TcpFault(FaultKind.HANG),
}
ANSWER_LOST = {
    "cut": TcpFault(FaultKind.CUT, after=3),
    "hang": TcpFault(FaultKind.HANG, after=3),
    "slow": TcpFault(FaultKind.SLOW, pace=0.1),
}
# what a client sends last, or along with it
LAST_SENT = {"mail": b"\r\n.\r\n", "text": b"Body=", "hook": b"booking_id"}
ACTIONS = {"mail": MAIL, "text": TEXT, "hook": HOOK}


@pytest.mark.parametrize("fault", BEFORE_ANYTHING_ARRIVED)
@pytest.mark.parametrize("channel", ACTIONS)
def test_message_the_network_kept_away_arrives_once_when_it_is_healed(
    faulty_office: FaultyOffice,
    receivers: Receivers,
    make_booking: MakeBooking,
    channel: str,
    fault: str,
) -> None:
    bookings = begin(faulty_office, channel, make_booking)
    faulty_office.proxies[channel].script(lasting=BEFORE_ANYTHING_ARRIVED[fault])
    assert_put_off(faulty_office, bookings)
    assert receivers.arrivals(channel) == {}
    heal(faulty_office, channel)
    arrived = receivers.arrivals(channel)
    assert arrived.keys() == set(bookings)
    assert all(list(times.values()) == [1] for times in arrived.values())


@pytest.mark.parametrize("fault", ANSWER_LOST)
@pytest.mark.parametrize("channel", ACTIONS)
def test_message_whose_answer_was_lost_comes_again_only_under_its_id(
    faulty_office: FaultyOffice,
    receivers: Receivers,
    make_booking: MakeBooking,
    channel: str,
    fault: str,
) -> None:
    bookings = begin(faulty_office, channel, make_booking)
    met = replace(ANSWER_LOST[fault], once_sent=LAST_SENT[channel])
    faulty_office.proxies[channel].script(lasting=met)
    assert_put_off(faulty_office, bookings)
    assert receivers.arrivals(channel).keys() == set(bookings), "the receivers took them"
    heal(faulty_office, channel)
    arrived = receivers.arrivals(channel)
    assert all(list(times.values()) == [2] for times in arrived.values())


@pytest.mark.parametrize("channel", ACTIONS)
def test_other_actions_go_on_while_one_port_is_closed(
    faulty_office: FaultyOffice, receivers: Receivers, make_booking: MakeBooking, channel: str
) -> None:
    faulty_office.write("all", "".join(f"  - {action}\n" for action in ACTIONS.values()))
    bookings = send(faulty_office, make_booking)
    faulty_office.proxies[channel].shut()
    ended = faulty_office.run_once("all")
    assert ended.parked == BOOKINGS
    for other in ACTIONS:
        expected = set() if other == channel else set(bookings)
        assert receivers.arrivals(other).keys() == expected
    faulty_office.proxies[channel].reopen()
    faulty_office.clock.go_to(max(ended.wake_at) + timedelta(seconds=1))
    assert faulty_office.run_until_final("all") == 1
    for each in ACTIONS:
        arrived = receivers.arrivals(each)
        assert arrived.keys() == set(bookings)
        assert all(list(times.values()) == [1] for times in arrived.values())
    assert {one["status"] for one in faulty_office.read().values()} == {"completed"}


@pytest.mark.parametrize("channel", ACTIONS)
def test_network_that_never_heals_ends_in_a_failure_that_says_so(
    faulty_office: FaultyOffice, receivers: Receivers, make_booking: MakeBooking, channel: str
) -> None:
    bookings = begin(faulty_office, channel, make_booking)
    faulty_office.proxies[channel].shut()
    assert faulty_office.run_until_final("only") > 2
    for booking in bookings:
        execution = faulty_office.read()[booking]
        assert execution["status"] == "failed"
        (entry,) = execution["execution_log"]
        assert entry["reason"].startswith("gave up after ")
        assert "127.0.0.1" in entry["reason"], "it says who could not be reached"
        assert [delivery["status"] for delivery in entry["deliveries"]] == ["failed"]
    assert receivers.arrivals(channel) == {}


def begin(office: FaultyOffice, channel: str, make_booking: MakeBooking) -> list[str]:
    office.write("only", f"  - {ACTIONS[channel]}\n")
    return send(office, make_booking)


def send(office: FaultyOffice, make_booking: MakeBooking) -> list[str]:
    bookings = [make_booking() for _ in range(BOOKINGS)]
    office.send(*bookings)
    return [booking["id"] for booking in bookings]


def assert_put_off(office: FaultyOffice, bookings: list[str]) -> None:
    """Play the run that meets the fault: everything waits, with a reason, and nothing failed."""
    office.lose_patience()
    ended = office.run_once("only")
    office.find_patience()
    assert (ended.parked, ended.failed, ended.completed) == (BOOKINGS, 0, 0)
    executions = office.read()
    for booking in bookings:
        assert executions[booking]["status"] == "pending"
        (entry,) = executions[booking]["execution_log"]
        assert entry["status"] == "retrying"
        assert "127.0.0.1" in entry["reason"], "it says who could not be reached"
    office.clock.go_to(max(ended.wake_at) + timedelta(seconds=1))


def heal(office: FaultyOffice, channel: str) -> None:
    """Let everything pass, and play what is left."""
    office.proxies[channel].script()
    assert office.run_until_final("only") == 1
    assert {one["status"] for one in office.read().values()} == {"completed"}
