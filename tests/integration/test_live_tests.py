"""Live tests on real receivers: marked, to allowed places only, and nothing of them is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebFault, WebhookReceiver
from bookflow.errors import InputError
from bookflow.journey.trials.subjects import TrialMode, TrialRequest
from bookflow.ports.reports import ExecutionFilter
from bookflow.ports.trials import Aims

pytestmark = pytest.mark.database

ACTIONS = """\
  - name: mail
    type: send_email
    recipient: both
    subject: "Hello {{ recipient_name }}"
    message: "About {{ event_type_name }}"
  - name: text
    type: send_sms
    recipient: invitee
    message: "Hi {{ invitee_name }}"
  - name: crm
    type: webhook
    webhook_conn_id: crm
    headers: {X-Api-Key: "abc", X-Team: "blue"}
    webhook_data: {segment: team}
  - name: end
    type: update_booking
    update_booking_fields: {status: cancelled}
"""
LIVE = TrialRequest(TrialMode.LIVE)
OWN = "hana@example.com"


@pytest.fixture
def test_at(
    open_office: Callable[..., Any], database: str, hooks: WebhookReceiver
) -> Callable[..., Any]:
    """Give a function that carries a live test out in an office with these test recipients."""

    def carry_out(
        *allowed: str,
        aims: Aims | None = None,
        own: str | None = OWN,
        actions: str = ACTIONS,
        request: TrialRequest = LIVE,
        **settings: Any,
    ) -> Any:
        office = open_office(database, test_recipients=allowed, **settings)
        crm = {"conn_type": "http", "host": hooks.url, "password": "secret of the crm"}
        environ = {**office.connections.environ, "AIRFLOW_CONN_CRM": json.dumps(crm)}
        office.connections = EnvironmentConnections(environ)
        office.write("hello", actions)
        management = office.server.management
        tester = management.live_tests
        answer = tester.test(
            office.server.specs.find("hello"), request, aims or Aims(), actor="ada", own_email=own
        )
        return office, answer

    return carry_out


def sent(answer: Any) -> list[tuple[str, str, str]]:
    return [(one["action"], one["address"], one["status"]) for one in answer["deliveries"]]


def audit_of(database: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            b"SELECT actor, what, subject_id, after FROM bookflow.audit ORDER BY id"
        )
        return found.fetchall()


def test_everything_goes_marked_to_allowed_places_and_nothing_is_recorded(
    test_at: Callable[..., Any],
    database: str,
    smtp: SmtpReceiver,
    sms: SmsReceiver,
    hooks: WebhookReceiver,
) -> None:
    office, answer = test_at("+12025550142", hooks.url)
    assert sent(answer) == [
        ("mail", OWN, "sent"),
        ("mail", OWN, "sent"),
        ("text", "+12025550142", "sent"),
        ("crm", hooks.url, "sent"),
    ]
    first, _ = smtp.wait_for(2)
    assert first.recipients == (OWN,)
    assert first.subject == "[Test] Hello Ada Sample"
    assert first.mail["X-Bookflow-Test"] == "true"
    [text] = sms.wait_for(1)
    assert (text.to, text.body) == ("+12025550142", "[Test] Hi Ada Sample")
    [hook] = hooks.wait_for(1)
    assert hook.headers["bookflow-test"] == "true"
    assert (hook.payload["test"], hook.payload["segment"]) == (True, "team")
    # what the connection holds is meant for another place
    assert "authorization" not in hook.headers
    assert "x-api-key" not in hook.headers
    assert hook.headers["x-team"] == "blue"
    statuses = {one["name"]: one["status"] for one in answer["actions"]}
    assert statuses == dict.fromkeys(("mail", "text", "crm", "end"), "would_run")
    assert (
        office.server.reports.list_executions(ExecutionFilter(), limit=9, cursor=None).items == []
    )
    [(actor, what, subject, after)] = audit_of(database)
    assert (actor, what, subject) == ("user:ada", "workflow.live_test", "hello")
    assert [one["address"] for one in after["deliveries"]] == [
        "h***@example.com",
        "h***@example.com",
        "+12***42",
        f"http://127.0.0.1:{hooks.port}/…",
    ]


def test_channels_without_an_allowed_place_are_left_out_with_the_setting(
    test_at: Callable[..., Any], smtp: SmtpReceiver, sms: SmsReceiver, hooks: WebhookReceiver
) -> None:
    _, answer = test_at()
    assert [status for _, _, status in sent(answer)] == ["sent", "sent", "not_sent", "not_sent"]
    reasons = [one["reason"] for one in answer["deliveries"][2:]]
    assert all("BOOKFLOW_TEST_RECIPIENTS" in reason for reason in reasons)
    assert len(smtp.wait_for(2)) == 2
    assert not sms.messages
    assert not hooks.messages


@pytest.mark.parametrize(
    "aims",
    [
        Aims(email="stranger@example.net"),
        Aims(phone="+12025550199"),
        Aims(webhook_url="https://hooks.example.com/tests/../live"),
        Aims(webhook_url="https://hooks.example.com.evil.example/tests/a"),
        Aims(webhook_url="https://hooks.example.com/testsuite"),
        Aims(webhook_url="http://hooks.example.com/tests/a"),
        Aims(webhook_url="https://a@hooks.example.com/tests/a"),
        Aims(email="x@sub.allowed.example"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_sent(
    test_at: Callable[..., Any], database: str, smtp: SmtpReceiver, aims: Aims
) -> None:
    with pytest.raises(InputError, match="BOOKFLOW_TEST_RECIPIENTS"):
        test_at("+12025550142", "https://hooks.example.com/tests/", "@allowed.example", aims=aims)
    assert audit_of(database) == []
    assert not smtp.messages


def test_asked_for_places_are_used_where_they_are_allowed(
    test_at: Callable[..., Any], hooks: WebhookReceiver, smtp: SmtpReceiver
) -> None:
    aims = Aims("Team@Allowed.example", None, f"{hooks.url}/sub?x=1")
    _, answer = test_at("@allowed.example", f"127.0.0.1:{hooks.port}", aims=aims, own=None)
    assert sent(answer)[0] == ("mail", "Team@allowed.example", "sent")
    [hook] = hooks.wait_for(1)
    assert hook.path == "/hook/sub?x=1"


def test_address_guard_and_failures_hold_for_live_tests_too(
    test_at: Callable[..., Any], hooks: WebhookReceiver
) -> None:
    _, answer = test_at(hooks.url, allowed_networks=(), request=replace(LIVE, only=("crm",)))
    [delivery] = answer["deliveries"]
    assert delivery["status"] == "failed"
    assert "BOOKFLOW_ALLOWED_NETWORKS" in delivery["reason"]
    assert not hooks.messages


def test_receiver_that_fails_is_tried_once_and_told(
    test_at: Callable[..., Any], hooks: WebhookReceiver
) -> None:
    hooks.script(lasting=WebFault(status=503))
    _, answer = test_at(hooks.url, request=replace(LIVE, only=("crm",)))
    [delivery] = answer["deliveries"]
    assert (delivery["status"], delivery["details"]["status"]) == ("failed", 503)
    assert len(hooks.refused) == 1


def test_quiet_hours_do_not_delay_a_test_but_are_told(
    test_at: Callable[..., Any], smtp: SmtpReceiver
) -> None:
    office, _ = test_at(request=replace(LIVE, only=("mail",)))
    smtp.clear()
    quiet = 'quiet_hours: {start: "00:00", end: "23:59"}\n'
    office.write("hello", ACTIONS, quiet)
    loaded = office.server.specs.find("hello")
    request = replace(LIVE, only=("mail",))
    tester = office.server.management.live_tests
    answer = tester.test(loaded, request, Aims(), actor="ada", own_email=OWN)
    assert answer["actions"][0]["status"] == "waits"
    assert [status for _, _, status in sent(answer)] == ["sent", "sent"]


def test_test_that_takes_too_long_ends_with_what_was_sent(
    test_at: Callable[..., Any], hooks: WebhookReceiver, smtp: SmtpReceiver
) -> None:
    office, _ = test_at(request=replace(LIVE, only=("mail",)))
    hooks.script(lasting=WebFault(delay=30.0))
    tester = replace(
        office.server.management.live_tests,
        seconds=0.3,
        marker=replace(
            office.server.management.live_tests.marker,
            targets=replace(office.server.management.live_tests.marker.targets, urls=(hooks.url,)),
        ),
    )
    loaded = office.server.specs.find("hello")
    request = replace(LIVE, only=("crm",))
    answer = tester.test(loaded, request, Aims(), actor="ada", own_email=OWN)
    [delivery] = answer["deliveries"]
    assert delivery["status"] == "not_sent"
    assert "0.3 s" in delivery["reason"]
