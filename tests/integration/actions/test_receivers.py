"""The receivers themselves: what they keep, and how they are run."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import urllib.request
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver
from bookflow.demo.receivers.__main__ import parse_arguments


def send_mail(port: int, subject: str = "Hello") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", subject
    mail["Message-ID"] = "<1@example.com>"
    mail.set_content("Grüße\n")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail)


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - a receiver of this test
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        content: bytes = answer.read()
        return content


def test_messages_are_kept_in_files(tmp_path: Path) -> None:
    with SmtpReceiver(keep=tmp_path / "deep" / "mail.jsonl") as smtp:
        send_mail(smtp.port, "Hello ✅")
        smtp.wait_for(1)
    with WebhookReceiver(keep=tmp_path / "webhook.jsonl") as hooks:
        post(hooks.url, b'{"a": 1}', {"webhook-id": "msg_1"})
    mail = json.loads((tmp_path / "deep" / "mail.jsonl").read_text())
    assert mail["message_id"] == "<1@example.com>"
    assert (mail["from"], mail["to"]) == ("a@example.com", ["b@example.com"])
    assert (mail["subject"], mail["text"]) == ("Hello ✅", "Grüße\n")
    hook = json.loads((tmp_path / "webhook.jsonl").read_text())
    assert (hook["webhook_id"], hook["payload"]) == ("msg_1", {"a": 1})


def test_waiting_ends_in_an_error_that_says_how_many_came(smtp: SmtpReceiver) -> None:
    send_mail(smtp.port)
    with pytest.raises(TimeoutError, match="1 of 2 messages arrived within"):
        smtp.wait_for(2, timeout=0.1)
    smtp.clear()
    assert smtp.messages == []


def test_a_taken_port_is_an_error_and_a_receiver_starts_again(hooks: WebhookReceiver) -> None:
    other = WebhookReceiver(port=hooks.port)
    with pytest.raises(OSError, match="address already in use"):
        other.start()
    port = hooks.port
    hooks.stop()
    hooks.start()
    assert hooks.port == port
    post(hooks.url, b"{}", {})
    assert len(hooks.wait_for(1)) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "12", "From": "+1", "Body": "x"}, 21211),
        ({"To": "+12025550123", "Body": "x"}, 21603),
        ({"To": "+12025550123", "From": "+1"}, 21602),
        ({"To": "+12025550123", "From": "+1", "Body": "x" * 1601}, 21617),
    ],
)
def test_the_sms_receiver_refuses_as_the_real_one_does(
    sms: SmsReceiver, form: dict[str, str], code: int
) -> None:
    credentials = b64encode(f"{sms.account}:demo-token".encode()).decode()
    url = f"{sms.url}/2010-04-01/Accounts/{sms.account}/Messages.json"
    with pytest.raises(HTTPError) as caught:
        post(url, urlencode(form).encode(), {"Authorization": f"Basic {credentials}"})
    with caught.value as answer:
        assert json.loads(answer.read())["code"] == code
    assert sms.messages == []


def test_as_a_process_it_says_its_ports_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bookflow.demo.receivers", "--smtp-port", "0",
               "--sms-port", "0", "--webhook-port", "0", "--keep", str(tmp_path)]  # fmt: skip
    environ = {**os.environ, "PYTHONPATH": "plugins"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        assert set(ports) == {"smtp", "sms", "webhook"}
        send_mail(ports["smtp"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert json.loads((tmp_path / "mail.jsonl").read_text())["subject"] == "Hello"


def test_a_process_without_ports_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([])
    assert "give at least one of --smtp-port" in capsys.readouterr().err
