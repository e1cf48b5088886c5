"""E-mails over real sockets: what arrives, and how each failure is told."""

from __future__ import annotations

import asyncio
import datetime
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bookflow.actions.registry import compile_action
from bookflow.demo.receivers import SmtpFault, SmtpReceiver
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.ports import CompiledAction
from bookflow.records import ConnectionInfo, Message, NewDelivery, Person, Receipt
from bookflow.spec.models import SendEmail
from tests.action_stand_ins import (
    CONTEXT,
    FACTS,
    SUBJECT,
    StandInDomain,
    make_delivery,
    make_resources,
)

PLAIN: dict[str, Any] = {"disable_ssl": True, "disable_tls": True}


def make_action(
    port: int,
    *,
    domain: StandInDomain | None = None,
    extra: dict[str, Any] | None = None,
    login: str = "",
    password: str = "",
    settings: dict[str, Any] | None = None,
    **spec: Any,
) -> CompiledAction:
    info = ConnectionInfo(
        "bookflow_smtp",
        host="127.0.0.1",
        port=port,
        login=login,
        password=password,
        extra={"from_email": "Clinic <bookings@clinic.example>", **PLAIN, **(extra or {})},
    )
    base = {
        "name": "Tell",
        "type": "send_email",
        "recipient": "invitee",
        "subject": "Hello {{ recipient_name }}",
        "message": "See you, {{ recipient_name }}.",
    }
    action = SendEmail.model_validate({**base, **spec})
    return compile_action(action, make_resources(info, domain=domain, **(settings or {})))


async def send_all(
    action: CompiledAction, parcels: Sequence[tuple[Message, NewDelivery]]
) -> list[Receipt | BaseException]:
    async with action.open_channel() as channel:
        return await asyncio.gather(
            *(channel.send(message, delivery, attempt=1) for message, delivery in parcels),
            return_exceptions=True,
        )


def render_one(action: CompiledAction) -> tuple[Message, NewDelivery]:
    (message,) = action.render(SUBJECT, CONTEXT, FACTS)
    return message, make_delivery(message)


def send_one(action: CompiledAction) -> Receipt:
    (outcome,) = asyncio.run(send_all(action, [render_one(action)]))
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def failure_of(action: CompiledAction) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send_one(action)
    return caught.value


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for 127.0.0.1 that nobody has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]


def test_an_email_arrives_whole(smtp: SmtpReceiver) -> None:
    action = make_action(smtp.port, html="<p>{{ recipient_name }}</p>")
    message, delivery = render_one(action)
    (receipt,) = asyncio.run(send_all(action, [(message, delivery)]))
    assert isinstance(receipt, Receipt)
    (mail,) = smtp.wait_for(1)
    assert receipt.provider_id == mail.message_id == f"<{delivery.id}@clinic.example>"
    assert receipt.details["status"] == 250
    assert (mail.sender, mail.recipients) == ("bookings@clinic.example", ("ana@example.com",))
    assert mail.subject == "Hello Ana Lima"
    assert mail.text == "See you, Ana Lima.\n"
    assert mail.html == "<p>Ana Lima</p>\n"
    assert ("X-Bookflow-Execution", str(delivery.execution_id)) in mail.headers
    assert ("Auto-Submitted", "auto-generated") in mail.headers


def test_no_header_can_be_injected_through_names(smtp: SmtpReceiver) -> None:
    person = Person("invitee", "Evil\r\nBcc: x@y.z", "ana@example.com")
    send_one(make_action(smtp.port, domain=StandInDomain(person)))
    (mail,) = smtp.wait_for(1)
    assert mail.recipients == ("ana@example.com",)
    assert mail.mail["Bcc"] is None
    assert mail.subject == "Hello Evil Bcc: x@y.z"


def test_a_body_cannot_end_the_message_early(smtp: SmtpReceiver) -> None:
    text = "a\n.\nQUIT\n..b\n.\r\nMAIL FROM:<x@y.z>\nend"
    send_one(make_action(smtp.port, message=text))
    (mail,) = smtp.wait_for(1)
    assert mail.text == text.replace("\r\n", "\n") + "\n"


@pytest.mark.parametrize(
    ("name", "address", "envelope"),
    [
        ("山田 太郎", "taro@example.com", "taro@example.com"),
        ("Müller, Jürgen", "j@bücher.example", "j@xn--bcher-kva.example"),
        ("Пример", "пример@пример.example", "пример@xn--e1afmkfd.example"),
    ],
)
def test_names_and_addresses_in_any_script(
    smtp: SmtpReceiver, name: str, address: str, envelope: str
) -> None:
    domain = StandInDomain(Person("invitee", name, address))
    send_one(make_action(smtp.port, domain=domain, subject="Für {{ recipient_name }} ✅"))
    (mail,) = smtp.wait_for(1)
    assert mail.recipients == (envelope,)
    assert mail.mail["To"].addresses[0].display_name == name
    assert mail.subject == f"Für {name} ✅"


def test_an_international_address_needs_a_server_that_knows_them() -> None:
    domain = StandInDomain(Person("invitee", "Ana", "añа@example.com"))
    with SmtpReceiver(utf8=False) as receiver:
        error = failure_of(make_action(receiver.port, domain=domain))
    assert (error.code, error.is_transient) == ("smtp-utf8", False)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("reply", "code", "kind"),
    [
        ("451 4.7.1 try again later", "smtp-451", TransientDeliveryError),
        ("452 mailbox full", "smtp-452", TransientDeliveryError),
        ("421 closing", "smtp-421", TransientDeliveryError),
        ("550 5.1.1 no such user", "smtp-550", PermanentDeliveryError),
        ("554 refused", "smtp-554", PermanentDeliveryError),
    ],
)
def test_what_the_server_refuses(
    smtp: SmtpReceiver, stage: str, reply: str, code: str, kind: type[DeliveryError]
) -> None:
    smtp.script(SmtpFault(reply, stage=stage))
    error = failure_of(make_action(smtp.port))
    assert type(error) is kind
    assert error.code == code
    # the server's words are in quotation marks, which logs leave out
    assert re.sub(r"^(\d+(?: \d\.\d\.\d)?) (.*)", r"\1 “\2”", reply) in str(error)
    assert smtp.messages == []


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_lost_connection_is_transient(smtp: SmtpReceiver, stage: str) -> None:
    smtp.script(lasting=SmtpFault(stage=stage, drop=True))
    error = failure_of(make_action(smtp.port))
    assert (error.code, error.is_transient) == ("smtp-disconnected", True)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_server_that_hangs_is_given_up_in_time(smtp: SmtpReceiver, stage: str) -> None:
    smtp.script(SmtpFault(stage=stage, hang=True))
    started = time.monotonic()
    error = failure_of(make_action(smtp.port, settings={"smtp_timeout_seconds": 0.3}))
    assert (error.code, error.is_transient) == ("smtp-timeout", True)
    assert time.monotonic() - started < 3


def test_a_server_that_never_greets_is_given_up_in_time(closed_port: int) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        error = failure_of(make_action(port, extra={"timeout": "0.3"}))
    assert (error.code, error.is_transient) == ("smtp-timeout", True)


def test_a_server_that_refuses_connections_is_transient(closed_port: int) -> None:
    error = failure_of(make_action(closed_port))
    assert (error.code, error.is_transient) == ("smtp-connect", True)
    assert f"127.0.0.1:{closed_port}" in str(error)


def test_one_refused_message_does_not_disturb_the_others(smtp: SmtpReceiver) -> None:
    smtp.script(None, SmtpFault("550 no"), None, SmtpFault("451 later", stage="data"), None)
    action = make_action(smtp.port, settings={"smtp_connections": 1})
    outcomes = asyncio.run(send_all(action, [render_one(action) for _ in range(5)]))
    codes = [getattr(outcome, "code", "sent") for outcome in outcomes]
    assert codes == ["sent", "smtp-550", "sent", "smtp-451", "sent"]
    assert len(smtp.wait_for(3)) == 3
    assert smtp.connections == 1


def test_connections_are_kept_and_bounded(smtp: SmtpReceiver) -> None:
    action = make_action(smtp.port, settings={"smtp_connections": 4})
    parcels = [render_one(action) for _ in range(500)]
    outcomes = asyncio.run(send_all(action, parcels))
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    assert len({mail.message_id for mail in smtp.wait_for(500)}) == 500
    assert smtp.connections <= 4


def test_idle_connections_that_the_server_closed_are_replaced(smtp: SmtpReceiver) -> None:
    action = make_action(smtp.port, settings={"smtp_connections": 1})

    async def send_twice() -> None:
        async with action.open_channel() as channel:
            await channel.send(*render_one(action), attempt=1)
            await asyncio.to_thread(smtp.drop_connections)
            await channel.send(*render_one(action), attempt=1)
            smtp.script(SmtpFault("421 idle for too long", stage="mail"))
            await channel.send(*render_one(action), attempt=1)

    asyncio.run(send_twice())
    assert len(smtp.wait_for(3)) == 3
    assert smtp.connections == 3


def test_login() -> None:
    with SmtpReceiver(logins={"clinic": "right"}) as receiver:
        send_one(make_action(receiver.port, login="clinic", password="right"))
        assert len(receiver.wait_for(1)) == 1


def test_a_refused_login_is_not_tried_again_with_every_message() -> None:
    with SmtpReceiver(logins={"clinic": "right"}) as receiver:
        action = make_action(
            receiver.port, login="clinic", password="wrong", settings={"smtp_connections": 1}
        )
        outcomes = asyncio.run(send_all(action, [render_one(action) for _ in range(20)]))
        assert {getattr(outcome, "code", "") for outcome in outcomes} == {"smtp-535"}
        assert all(isinstance(outcome, PermanentDeliveryError) for outcome in outcomes)
        assert "correct login and password of connection bookflow_smtp" in str(outcomes[0])
        assert "wrong" not in str(outcomes[0])
        # one login asks by two mechanisms at most
        assert receiver.login_attempts <= 2


@pytest.mark.parametrize("from_start", [False, True])
def test_tls_with_and_without_verification(tls: ssl.SSLContext, *, from_start: bool) -> None:
    secure = {"disable_ssl": not from_start, "disable_tls": False}
    with SmtpReceiver(tls=tls, tls_from_start=from_start) as receiver:
        error = failure_of(make_action(receiver.port, extra=secure))
        assert (error.code, error.is_transient) == ("smtp-tls", False)
        send_one(make_action(receiver.port, extra={**secure, "ssl_context": "none"}))
        assert len(receiver.wait_for(1)) == 1


def test_mail_is_not_sent_in_the_open_where_tls_is_wanted(smtp: SmtpReceiver) -> None:
    error = failure_of(make_action(smtp.port, extra={"disable_tls": "false"}))
    assert (error.code, error.is_transient) == ("smtp-tls", False)
    assert "disable_tls" in str(error)
    assert smtp.messages == []


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        (ConnectionInfo("bookflow_smtp"), "set its host"),
        (ConnectionInfo("bookflow_smtp", host="127.0.0.1"), "set the extra `from_email`"),
        (ConnectionInfo("bookflow_smtp", host="127.0.0.1", login="a@example.com",
                        extra={"timeout": "soon"}), "must be seconds"),
    ],
)  # fmt: skip
def test_an_unusable_connection_says_what_to_set(info: ConnectionInfo, problem: str) -> None:
    action = SendEmail.model_validate(
        {"name": "a", "type": "send_email", "recipient": "invitee", "subject": "s", "message": "m"}
    )
    compiled = compile_action(action, make_resources(info))
    with pytest.raises(ConfigurationError, match=f"connection bookflow_smtp: .*{problem}"):
        send_one(compiled)


def test_a_refused_recipient_fails_alone(smtp: SmtpReceiver) -> None:
    domain = StandInDomain(Person("invitee", "Ana", None))
    action = make_action(smtp.port, domain=domain, recipient="both")
    messages = action.render(SUBJECT, CONTEXT, FACTS)
    parcels = [(message, make_delivery(message)) for message in messages]
    refused, sent = asyncio.run(send_all(action, parcels))
    assert isinstance(refused, PermanentDeliveryError)
    assert refused.code == "no-email"
    assert isinstance(sent, Receipt)
    assert smtp.wait_for(1)[0].recipients == ("omar@clinic.example",)
