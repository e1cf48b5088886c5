"""Endpoints are named without secrets and without anybody's data."""

from __future__ import annotations

from typing import Any

import pytest

from bookflow.actions.endpoint_keys import endpoint_of_url, rate_of
from bookflow.actions.registry import compile_action
from bookflow.errors import ConfigurationError
from bookflow.records import ConnectionInfo
from bookflow.settings import Rate
from bookflow.spec.models import SendEmail, SendSms, Webhook
from tests.action_stand_ins import CONTEXT, FACTS, SUBJECT, make_resources


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Example.com", "https://example.com/"),
        ("https://example.com/Hook", "https://example.com/Hook"),
        ("HTTPS://example.com:8443/hook?token=s3cret#part", "https://example.com:8443/hook"),
        ("https://me:pw@example.com/hook", "https://example.com/hook"),
        ("https://example.com/a?id={{ booking_id }}", "https://example.com/a"),
        ("https://example.com/a/{{ invitee_email }}/b", "https://example.com/a/"),
        ("https://example.com/a-{{ booking_id }}", "https://example.com/"),
        ("https://example.com{% if x %}/b{% endif %}", "https://example.com/"),
        ("https://[2001:db8::1]:80/x", "https://[2001:db8::1]:80/x"),
        ("https://[broken", ""),
    ],
)
def test_url_is_named_by_its_literal_part(url: str, key: str) -> None:
    assert endpoint_of_url(url) == key


def test_tenants_of_one_host_are_different_endpoints() -> None:
    keys = {endpoint_of_url(f"https://example.com/tenants/{name}/hook") for name in ("a", "b")}
    assert len(keys) == 2


def test_long_paths_are_bounded_and_stay_apart() -> None:
    long = "https://example.com/" + "x" * 900
    keys = {endpoint_of_url(long + end) for end in ("a", "b")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {300}


@pytest.mark.parametrize("value", [None, "", "  "])
def test_connection_without_a_rate_is_unlimited(value: Any) -> None:
    assert rate_of(ConnectionInfo("mine", extra={"rate_limit": value})) is None
    assert rate_of(ConnectionInfo("mine")) is None


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/s", Rate(10, 1)),
        (" 100 / M ", Rate(100, 60)),
        ("2000/h", Rate(2000, 3600)),
        ("50/d", Rate(50, 86_400)),
    ],
)
def test_rate_of_a_connection(text: str, rate: Rate) -> None:
    assert rate_of(ConnectionInfo("mine", extra={"rate_limit": text})) == rate


@pytest.mark.parametrize(
    "value", ["fast", "0/s", "-1/s", "10", "10/w", "1e3/s", "9999999/s", 5, {}]
)
def test_bad_rate_says_how_to_write_one(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"connection mine: .* is not a rate.* 100/m"):
        rate_of(ConnectionInfo("mine", extra={"rate_limit": value}))


def render(model: Any, spec: dict[str, Any]) -> Any:
    base = {"name": "Tell", "message": "Hello"}
    if model is SendEmail:
        base["subject"] = "Hi"
    resources = make_resources(smtp_conn_id="my_mail", sms_conn_id="my_texts")
    if model is Webhook:
        base = {"name": "Tell"}
    action = compile_action(model.model_validate({**base, **spec}), resources)
    [message] = action.render(SUBJECT, CONTEXT, FACTS)
    return message


@pytest.mark.parametrize(
    ("model", "spec", "key"),
    [
        (SendEmail, {"type": "send_email", "recipient": "invitee"}, "smtp:my_mail"),
        (SendSms, {"type": "send_sms", "recipient": "invitee"}, "sms:my_texts"),
        (Webhook, {"type": "webhook", "webhook_conn_id": "crm"}, "connection:crm"),
        (
            Webhook,
            {"type": "webhook", "webhook_url": "https://example.com/b/{{ booking_id }}?k=1"},
            "https://example.com/b/",
        ),
    ],
)
def test_message_names_its_endpoint(model: Any, spec: dict[str, Any], key: str) -> None:
    assert render(model, spec).endpoint == key
