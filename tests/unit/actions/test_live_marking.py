"""Where live tests may send, and how their messages are marked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bookflow.actions.live_marking import LiveMarking
from bookflow.actions.live_targets import LiveTargets
from bookflow.errors import ConfigurationError, InputError
from bookflow.ports.trials import Aims
from bookflow.records import Message
from bookflow.settings import Settings
from bookflow.spec.models import Webhook


def marking(*entries: str) -> LiveMarking:
    return LiveMarking.from_settings(Settings(test_recipients=entries))


def hook(**keys: Any) -> Webhook:
    return Webhook.model_validate({"name": "crm", "type": "webhook", **keys})


def test_setting_is_read_by_kind() -> None:
    entries = (
        "Ana@Example.COM",
        "@team.example.com",
        "*@more.example.com",
        "+1 202 555 0142",
        "https://hooks.example.com/tests/",
        "other.example.com:8443",
    )
    assert LiveTargets.parse(entries, region="US") == LiveTargets(
        emails=("Ana@example.com",),
        domains=("team.example.com", "more.example.com"),
        phones=("+12025550142",),
        urls=("https://hooks.example.com/tests/",),
        hosts=("other.example.com:8443",),
    )


@pytest.mark.parametrize(
    "entry", ["ana@", "@", "+12", "ftp://x.example", "a b", "https://a:b@x.example", "x/y", "*"]
)
def test_entry_that_is_nothing_of_these_is_refused(entry: str) -> None:
    with pytest.raises(ConfigurationError, match="BOOKFLOW_TEST_RECIPIENTS"):
        marking(entry)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://hooks.example.com/tests", True),
        ("https://hooks.example.com/tests/", True),
        ("https://HOOKS.example.com:443/tests/a?b=c", True),
        ("https://hooks.example.com/testsuite", False),
        ("https://hooks.example.com/tests/%2e%2e/live", False),
        ("https://hooks.example.com/tests/../live", False),
        ("https://hooks.example.com:444/tests/", False),
        ("http://hooks.example.com/tests/", False),
        ("https://x.hooks.example.com/tests/", False),
        ("https://hooks.example.com@evil.example/tests/", False),
        ("https://evil.example/?https://hooks.example.com/tests/", False),
        ("https://hooks.example.com\\@evil.example/tests/", False),
        ("https://hooks.example.com/tests/{{ x }}", False),
        ("https://whole.example.com/any?x=1", True),
        ("http://whole.example.com/any", True),
        ("https://whole.example.com:81/any", False),
        ("https://whole.example.com.evil.example/", False),
        ("//hooks.example.com/tests/", False),
        ("", False),
    ],
)
def test_url_is_allowed_by_prefix_or_host(url: str, is_allowed: bool) -> None:
    targets = LiveTargets.parse(
        ["https://hooks.example.com/tests/", "whole.example.com"], region="US"
    )
    assert targets.allows_url(url) is is_allowed


def test_own_address_comes_before_listed_ones() -> None:
    wired = marking("listed@example.com", "+12025550142")
    nothing = Aims()
    assert wired.take_aim(nothing, own_email="me@example.org").email == "me@example.org"
    assert wired.take_aim(nothing, own_email="no address").email == "listed@example.com"
    assert wired.take_aim(nothing, own_email=None).phone == "+12025550142"
    asked = Aims(email="ME@example.org")
    assert wired.take_aim(asked, own_email="me@example.org").email == "ME@example.org"


@pytest.mark.parametrize(
    "asked",
    [
        Aims(email="x@sub.example.com"),
        Aims(email="no address"),
        Aims(email="a@example.org\r\nBcc: b@example.org"),
        Aims(phone="+12025550143"),
        Aims(phone="12"),
        Aims(webhook_url="https://example.com/"),
    ],
)
def test_what_is_asked_for_must_be_allowed(asked: Aims) -> None:
    with pytest.raises(InputError, match="send_to"):
        marking("@example.com", "+12025550142").take_aim(asked, own_email=None)


def test_webhook_keeps_its_own_url_where_that_is_allowed() -> None:
    wired = marking("crm.example.com", "https://tests.example.com/in")
    own = hook(webhook_url="https://crm.example.com/hook")
    other = hook(webhook_url="https://live.example.com/hook", headers={"X-Token": "t", "X-A": "b"})
    aims = wired.take_aim(Aims(), own_email=None)
    assert wired.redirect(own, aims) is own
    turned = wired.redirect(other, aims)
    assert isinstance(turned, Webhook)
    assert (turned.webhook_url, turned.headers) == ("https://tests.example.com/in", {"X-A": "b"})
    assert marking().redirect(own, Aims()) is None


def test_connection_of_a_redirected_webhook_is_left_behind() -> None:
    wired = marking("https://tests.example.com/in")
    aims = wired.take_aim(Aims(), own_email=None)
    turned = wired.redirect(hook(webhook_conn_id="crm", secret_conn_id="sign"), aims)
    assert isinstance(turned, Webhook)
    assert (turned.webhook_conn_id, turned.secret_conn_id) == (None, "sign")


def test_each_channel_is_marked() -> None:
    wired = marking("tests.example.com")
    aims = Aims("me@example.org", "+12025550142")
    mail = Message("invitee", "email", "x@y.example", {"to": "x", "subject": "Hi"}, {})
    text = Message("invitee", "sms", "+12025550199", {"to": "x", "message": "Hi" * 900}, {})
    url = "https://tests.example.com/in"
    content = {"url": url, "headers": {"x-a": "b"}, "body": '{"a":1}'}
    call = Message("url", "webhook", url, content, {"headers": {"x-a": "b"}, "payload": {"a": 1}})
    marked = [wired.mark(message, aims) for message in (mail, text, call)]
    assert None not in marked
    first, second, third = (message.content for message in marked if message)
    assert (first["to"], first["subject"], first["is_test"]) == (
        "me@example.org",
        "[Test] Hi",
        True,
    )
    assert second["message"].startswith("[Test] Hi")
    assert (second["to"], len(second["message"])) == ("+12025550142", 1600)
    assert third["headers"] == {"x-a": "b", "bookflow-test": "true"}
    assert json.loads(third["body"]) == {"a": 1, "test": True}
    assert [message.address for message in marked if message] == [
        "me@example.org",
        "+12025550142",
        url,
    ]
    assert wired.mark(mail, Aims()) is None


def test_addresses_in_the_audit_are_masked() -> None:
    wired = marking()
    assert wired.mask("email", "ana.lima@example.org") == "a***@example.org"
    assert wired.mask("sms", "+12025550142") == "+12***42"
    assert wired.mask("webhook", "https://x.example/secret?token=1") == "https://x.example/…"
