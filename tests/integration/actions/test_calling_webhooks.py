"""Webhooks over real sockets: what arrives, and how each failure is told."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bookflow.actions.action_resources import ActionResources
from bookflow.actions.registry import compile_action
from bookflow.demo.receivers import WebFault, WebhookReceiver
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.ports import CompiledAction
from bookflow.records import ConnectionInfo, NewDelivery, Receipt
from bookflow.spec.models import Webhook
from tests.action_stand_ins import CONTEXT, FACTS, SUBJECT, make_delivery, make_resources

OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
SECRET = "whsec_" + base64.b64encode(b"n" * 24).decode()


def make_action(
    hooks: WebhookReceiver,
    *infos: ConnectionInfo,
    now: Callable[[], datetime] | None = None,
    settings: dict[str, Any] | None = None,
    **spec: Any,
) -> CompiledAction:
    base: dict[str, Any] = {"name": "Call", "type": "webhook"}
    if "webhook_conn_id" not in spec:
        base["webhook_url"] = hooks.url
    resources = make_resources(*infos, **(settings or {}))
    if now is not None:
        resources = ActionResources(
            resources.settings, resources.domain, resources.connections, now
        )
    return compile_action(Webhook.model_validate({**base, **spec}), resources)


def send_one(action: CompiledAction, delivery: NewDelivery | None = None) -> Receipt:
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)

    async def send() -> Receipt:
        async with action.open_channel() as channel:
            return await channel.send(message, delivery or make_delivery(message), attempt=1)

    return asyncio.run(send())


def failure_of(action: CompiledAction) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send_one(action)
    return caught.value


def with_secret(password: str) -> ConnectionInfo:
    return ConnectionInfo("crm_secret", password=password)


def test_a_webhook_arrives_whole(hooks: WebhookReceiver) -> None:
    action = make_action(hooks, headers={"X-Source": "{{ invitee_name }} ✅"})
    delivery = make_delivery()
    receipt = send_one(action, delivery)
    (request,) = hooks.wait_for(1)
    assert receipt.provider_id == request.webhook_id == f"msg_{delivery.id.hex}"
    assert receipt.details["status"] == 200
    assert receipt.details["body"] == '{"ok":true}'
    assert request.method == "POST"
    assert request.payload["invitee_name"] == "Ana Lima"
    assert request.payload["action"] == FACTS["action"]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("bookflow/")
    assert request.headers["x-source"] == "Ana Lima ✅"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert "webhook-signature" not in request.headers


def test_id_and_body_stay_the_same_and_the_timestamp_moves() -> None:
    started = datetime.now(UTC)
    # each attempt looks at the clock once to sign, and once more to read a Retry-After
    moments = iter([started, started, started + timedelta(seconds=60)])
    with WebhookReceiver(secret=SECRET) as hooks:
        hooks.script(WebFault(status=503))
        action = make_action(
            hooks, with_secret(SECRET), now=lambda: next(moments), secret_conn_id="crm_secret"
        )
        (message,) = action.render(SUBJECT, CONTEXT, FACTS)
        delivery = make_delivery(message)

        async def send_twice() -> None:
            async with action.open_channel() as channel:
                with pytest.raises(TransientDeliveryError):
                    await channel.send(message, delivery, attempt=1)
                await channel.send(message, delivery, attempt=2)

        asyncio.run(send_twice())
        (second,) = hooks.wait_for(1)
        (first,) = hooks.refused
    assert first.is_verified
    assert second.is_verified
    assert (first.webhook_id, first.body) == (second.webhook_id, second.body)
    moved = int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"])
    assert moved == 60


@pytest.mark.parametrize("password", [SECRET, f"{OLD_SECRET} {SECRET}", f"{SECRET}  {OLD_SECRET}"])
def test_signatures_verify_also_while_a_secret_is_rotated(password: str) -> None:
    with WebhookReceiver(secret=SECRET) as hooks:
        send_one(make_action(hooks, with_secret(password), secret_conn_id="crm_secret"))
        (request,) = hooks.wait_for(1)
    assert request.is_verified
    assert len(request.headers["webhook-signature"].split(" ")) == len(password.split())


def test_a_wrong_signature_is_noticed_by_the_receiver() -> None:
    with WebhookReceiver(secret=SECRET) as hooks:
        action = make_action(hooks, with_secret(OLD_SECRET), secret_conn_id="crm_secret")
        assert failure_of(action).code == "http-401"
        assert [request.is_verified for request in hooks.refused] == [False]


@pytest.mark.parametrize(
    "password",
    [
        "",
        "secret",
        "whsec_",
        "whsec_!!!!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        f"{SECRET} other",
    ],
)
def test_an_unusable_secret_is_a_configuration_error(hooks: WebhookReceiver, password: str) -> None:
    action = make_action(hooks, with_secret(password), secret_conn_id="crm_secret")
    with pytest.raises(
        ConfigurationError, match="connection crm_secret: set its password"
    ) as caught:
        send_one(action)
    assert "other" not in str(caught.value)
    assert hooks.connections == 0


def test_a_connection_gives_url_headers_and_credentials(hooks: WebhookReceiver) -> None:
    info = ConnectionInfo(
        "crm", host="127.0.0.1", port=hooks.port, conn_type="http", schema="in/box",
        login="ana", password="pw", extra={"headers": {"X-Tenant": "7"}},
    )  # fmt: skip
    receipt = send_one(make_action(hooks, info, webhook_conn_id="crm"))
    (request,) = hooks.wait_for(1)
    assert request.path == "/in/box"
    assert request.headers["authorization"] == "Basic YW5hOnB3"
    assert request.headers["x-tenant"] == "7"
    assert "YW5hOnB3" not in str(receipt)


def test_values_stay_in_their_place_in_the_url(hooks: WebhookReceiver) -> None:
    url = hooks.url + "/{{ organizer_name }}?q={{ v }}&p=1"
    compiled = make_action(hooks, webhook_url=url)
    context = {**CONTEXT, "organizer_name": "a/b c", "v": "x&p=2#f%2F+y=z"}
    (message,) = compiled.render(SUBJECT, context, FACTS)

    async def send() -> None:
        async with compiled.open_channel() as channel:
            await channel.send(message, make_delivery(message), attempt=1)

    asyncio.run(send())
    assert hooks.wait_for(1)[0].path == "/hook/a%2Fb%20c?q=x%26p%3D2%23f%252F%2By%3Dz&p=1"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(hooks: WebhookReceiver, status: int) -> None:
    hooks.script(WebFault(status=status))
    assert send_one(make_action(hooks)).details["status"] == status


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_statuses_that_may_pass(hooks: WebhookReceiver, status: int) -> None:
    hooks.script(WebFault(status=status, body=b"later"))
    error = failure_of(make_action(hooks))
    assert type(error) is TransientDeliveryError
    assert error.code == f"http-{status}"
    assert error.retry_after is None
    assert error.details["body"] == "later"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_statuses_that_stay(hooks: WebhookReceiver, status: int) -> None:
    hooks.script(WebFault(status=status))
    error = failure_of(make_action(hooks))
    assert type(error) is PermanentDeliveryError
    assert error.code == f"http-{status}"


NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sat, 21 Nov 2026 09:31:00", None),
        ("99999999999", 86_400.0),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after(hooks: WebhookReceiver, text: str, seconds: float | None) -> None:
    hooks.script(WebFault(status=429, headers={"Retry-After": text}))
    error = failure_of(make_action(hooks, now=lambda: NOW))
    assert isinstance(error, TransientDeliveryError)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(hooks: WebhookReceiver, status: int) -> None:
    with WebhookReceiver() as inside:
        hooks.script(WebFault(status=status, headers={"Location": f"{inside.url}?token=abc"}))
        error = failure_of(make_action(hooks))
        assert inside.connections == 0
    assert (error.code, error.is_transient) == ("http-redirect", False)
    assert "points to 127.0.0.1; redirects are not followed" in str(error)
    assert "abc" not in str(error) + str(error.details)


@pytest.mark.parametrize("location", [None, "", "http://[bad", "/elsewhere"])
def test_odd_redirects(hooks: WebhookReceiver, location: str | None) -> None:
    headers = {} if location is None else {"Location": location}
    hooks.script(WebFault(status=302, headers=headers))
    assert failure_of(make_action(hooks)).code == "http-redirect"


@pytest.mark.parametrize(
    "fault",
    [
        WebFault(hang=True),
        WebFault(delay=30.0),
        WebFault(drip=True),
        WebFault(status=500, drip=True),
    ],
)
def test_a_receiver_that_hangs_or_drips_is_given_up_in_time(
    hooks: WebhookReceiver, fault: WebFault
) -> None:
    hooks.script(fault)
    started = time.monotonic()
    error = failure_of(make_action(hooks, settings={"http_timeout_seconds": 0.4}))
    assert (error.code, error.is_transient) == ("http-timeout", True)
    assert "within 0.4 s" in str(error)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("status", [200, 400])
def test_of_a_huge_answer_only_the_beginning_is_read(hooks: WebhookReceiver, status: int) -> None:
    hooks.script(WebFault(status=status, size=10_000_000))
    action = make_action(hooks)
    started = time.monotonic()
    details = send_one(action).details if status == 200 else failure_of(action).details
    assert details["body"] == "x" * 1024
    assert time.monotonic() - started < 3
    assert hooks.bytes_sent < 10_000_000


def test_hostile_headers_are_bounded_and_masked(hooks: WebhookReceiver) -> None:
    many = {f"x-{number}": "y" * 2_000 for number in range(30)}
    hooks.script(WebFault(headers={"Set-Cookie": "session=abc", "Authorization": "abc", **many}))
    headers = send_one(make_action(hooks)).details["headers"]
    assert headers["set-cookie"] == headers["authorization"] == "***"
    assert len(str(headers)) < 25_000


def test_one_receivers_cookies_never_reach_the_next_request(hooks: WebhookReceiver) -> None:
    hooks.script(WebFault(headers={"Set-Cookie": "a=b; Path=/"}))
    action = make_action(hooks)
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)

    async def send_twice() -> None:
        async with action.open_channel() as channel:
            for number in (1, 2):
                await channel.send(message, make_delivery(message), attempt=number)

    asyncio.run(send_twice())
    assert "cookie" not in hooks.wait_for(1)[0].headers
    assert hooks.connections == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (WebFault(reset=True), "http-disconnected"),
        (WebFault(raw=b"220 mail.example.com ESMTP\r\n"), "http-protocol"),
        (
            WebFault(raw=b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 100_000 + b"\r\n\r\n"),
            "http-protocol",
        ),
        (WebFault(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort"), "http-disconnected"),
    ],
)
def test_broken_answers_are_transient(hooks: WebhookReceiver, fault: WebFault, code: str) -> None:
    hooks.script(fault)
    error = failure_of(make_action(hooks))
    assert (error.code, error.is_transient) == (code, True)


def test_a_group_of_500(hooks: WebhookReceiver) -> None:
    action = make_action(hooks, settings={"concurrency": 16})
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)
    deliveries = [make_delivery(message) for _ in range(500)]

    async def send_all() -> None:
        async with action.open_channel() as channel:
            await asyncio.gather(*(channel.send(message, d, attempt=1) for d in deliveries))

    asyncio.run(send_all())
    arrived = {request.webhook_id for request in hooks.wait_for(500)}
    assert arrived == {f"msg_{delivery.id.hex}" for delivery in deliveries}
    assert hooks.connections <= 16


def test_waiting_for_a_free_slot_is_not_the_receivers_fault(hooks: WebhookReceiver) -> None:
    hooks.script(lasting=WebFault(delay=0.2))
    settings = {"concurrency": 2, "http_timeout_seconds": 0.6}
    action = make_action(hooks, settings=settings)
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)

    async def send_all() -> list[Receipt]:
        async with action.open_channel() as channel:
            sends = (channel.send(message, make_delivery(message), attempt=1) for _ in range(12))
            return await asyncio.gather(*sends)

    assert len(asyncio.run(send_all())) == 12
