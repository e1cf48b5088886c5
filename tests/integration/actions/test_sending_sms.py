"""Texts over real sockets: what arrives, and how each failure is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bookflow.actions.registry import compile_action
from bookflow.demo.receivers import SmsReceiver, WebFault
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.ports import CompiledAction
from bookflow.records import ConnectionInfo, Receipt
from bookflow.spec.models import SendSms
from tests.action_stand_ins import CONTEXT, FACTS, SUBJECT, make_delivery, make_resources

TOKEN = "demo-token"


def make_action(
    receiver: SmsReceiver,
    *,
    token: str = TOKEN,
    extra: dict[str, Any] | None = None,
    message: str = "Hi {{ recipient_name }}",
    **settings: Any,
) -> CompiledAction:
    info = ConnectionInfo(
        "bookflow_sms",
        host=receiver.url,
        login=receiver.account,
        password=token,
        extra={"from": "+12025550100"} if extra is None else extra,
    )
    action = SendSms(name="Text", type="send_sms", recipient="invitee", message=message)
    return compile_action(action, make_resources(info, **settings))


def send_one(action: CompiledAction, times: int = 1) -> Receipt:
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)
    delivery = make_delivery(message)

    async def send() -> Receipt:
        async with action.open_channel() as channel:
            for number in range(1, times):
                with pytest.raises(DeliveryError):
                    await channel.send(message, delivery, attempt=number)
            return await channel.send(message, delivery, attempt=times)

    return asyncio.run(send())


def failure_of(action: CompiledAction) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send_one(action)
    return caught.value


def test_a_text_arrives_whole(sms: SmsReceiver) -> None:
    receipt = send_one(make_action(sms, message="Grüße & bis später, {{ recipient_name }} 😀"))
    (text,) = sms.wait_for(1)
    assert receipt.provider_id == text.sid
    assert receipt.details == {"http_status": 201, "status": "queued", "num_segments": "1"}
    assert (text.to, text.sender) == ("+12025550123", "+12025550100")
    assert text.body == "Grüße & bis später, Ana Lima 😀"
    assert text.segments == 1


def test_a_messaging_service_may_stand_for_the_sender(sms: SmsReceiver) -> None:
    send_one(
        make_action(
            sms, extra={"messaging_service_sid": "MG1", "status_callback": "https://x.example"}
        )
    )
    assert sms.wait_for(1)[0].sender == "MG1"


@pytest.mark.parametrize(
    ("extra", "callback"),
    [
        ({}, ""),
        ({"status_callbacks": False}, ""),
        ({"status_callbacks": "false"}, ""),
        ({"status_callbacks": True}, "own"),
        ({"status_callbacks": "true"}, "own"),
        ({"status_callbacks": True, "status_callback": "https://x.example"}, "https://x.example"),
    ],
)
def test_callback_is_asked_for_where_the_connection_says_so(
    sms: SmsReceiver, extra: dict[str, Any], callback: str
) -> None:
    action = make_action(
        sms, extra={"from": "+12025550100", **extra}, public_url="https://flow.example.com/"
    )
    send_one(action)
    (text,) = sms.wait_for(1)
    own = "https://flow.example.com/bookflow/api/v1/inbound/sms-status?delivery="
    assert text.callback == (f"{own}{text.key}" if callback == "own" else callback)


def test_all_attempts_carry_the_same_key(sms: SmsReceiver) -> None:
    sms.script(sms.refusal(503, 20503))
    action = make_action(sms)
    send_one(action, times=2)
    assert len(sms.wait_for(1)[0].key) == 36


@pytest.mark.parametrize(
    ("status", "number", "kind"),
    [
        (429, 20429, TransientDeliveryError),
        (400, 20429, TransientDeliveryError),
        (500, 20500, TransientDeliveryError),
        (503, 20503, TransientDeliveryError),
        (400, 21211, PermanentDeliveryError),
        (400, 21610, PermanentDeliveryError),
        (403, 20003, PermanentDeliveryError),
    ],
)
def test_what_the_provider_refuses(
    sms: SmsReceiver, status: int, number: int, kind: type[DeliveryError]
) -> None:
    sms.script(sms.refusal(status, number, "for a reason"))
    error = failure_of(make_action(sms))
    assert type(error) is kind
    assert error.code == f"twilio-{number}"
    assert f"answered {status}: “for a reason”" in str(error)
    assert error.details["status"] == status


def test_the_wait_that_the_provider_asks_for_is_kept(sms: SmsReceiver) -> None:
    sms.script(sms.refusal(429, 20429, retry_after="7"))
    error = failure_of(make_action(sms))
    assert isinstance(error, TransientDeliveryError)
    assert error.retry_after == 7.0


@pytest.mark.parametrize(
    ("fault", "code", "is_transient"),
    [
        (WebFault(status=502, body=b"<html>bad gateway"), "http-502", True),
        (WebFault(status=404, body=b'["a list"]'), "http-404", False),
        (WebFault(status=302, headers={"location": "http://127.0.0.1/"}), "http-302", False),
        (WebFault(reset=True), "http-disconnected", True),
        (WebFault(hang=True), "http-timeout", True),
    ],
)
def test_answers_that_are_not_the_providers(
    sms: SmsReceiver, fault: WebFault, code: str, *, is_transient: bool
) -> None:
    sms.script(fault)
    error = failure_of(make_action(sms, http_timeout_seconds=0.5))
    assert (error.code, error.is_transient) == (code, is_transient)


def test_an_accepted_text_counts_as_sent_whatever_the_answer_says(sms: SmsReceiver) -> None:
    sms.script(WebFault(status=201, body=b"fine"))
    receipt = send_one(make_action(sms))
    assert receipt.provider_id is None
    assert receipt.details == {"http_status": 201}


def test_wrong_credentials_fail_without_showing_them(sms: SmsReceiver) -> None:
    error = failure_of(make_action(sms, token="wrong-token"))
    assert (error.code, error.is_transient) == ("twilio-20003", False)
    assert "wrong-token" not in str(error) + str(error.details)


def test_the_providers_host_goes_through_the_guard(sms: SmsReceiver) -> None:
    error = failure_of(make_action(sms, allowed_networks=()))
    assert (error.code, error.is_transient) == ("address-refused", False)
    assert sms.connections == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"login": ""}, "set its login"),
        ({"password": ""}, "set its login"),
        ({"extra": {}}, "set the extra `from`"),
    ],
)
def test_an_unusable_connection_says_what_to_set(changes: dict[str, Any], problem: str) -> None:
    given: dict[str, Any] = {"login": "AC1", "password": "t", "extra": {"from": "+12025550100"}}
    info = ConnectionInfo("bookflow_sms", **{**given, **changes})
    action = SendSms(name="Text", type="send_sms", recipient="invitee", message="m")
    with pytest.raises(ConfigurationError, match=f"connection bookflow_sms: {problem}"):
        send_one(compile_action(action, make_resources(info)))
