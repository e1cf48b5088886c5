"""A stack with everything around it: receivers for mail, SMS and webhooks, and connections."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, TcpProxy, WebhookReceiver
from bookflow.demo.stack import AirflowStack, Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bookflow.demo.cluster import Cluster

LOOPBACK = "127.0.0.1"
SENDER = "bookings@example.com"
SMS_ACCOUNT = "AC00000000000000000000000000000000"
SMS_NUMBER = "+12025550100"
# where tests of workflows may send, as Airflow's simple users have no address
TEST_MAILBOX = "you@example.org"
TEST_PHONE = "+12025550123"


@dataclass(frozen=True, slots=True)
class Outfit:
    """A running stack and its receivers; `mailbox` is the folder they keep messages in.

    `proxies` stand in front of the receivers, by channel, where they were asked for.
    """

    stack: AirflowStack
    mail: SmtpReceiver
    sms: SmsReceiver
    webhooks: WebhookReceiver
    mailbox: Path
    proxies: Mapping[str, TcpProxy] = field(default_factory=dict)

    def received(self) -> dict[str, int]:
        """Count what arrived, by channel as deliveries name it."""
        return {
            "email": len(self.mail.messages),
            "sms": len(self.sms.messages),
            "webhook": len(self.webhooks.messages),
        }

    def arrivals(self) -> dict[str, Counter[str]]:
        """Count how often each delivery arrived, by channel and by the delivery's id in hex."""
        mails = (mail.message_id.strip("<>").partition("@")[0] for mail in self.mail.messages)
        return {
            "email": Counter(delivery.replace("-", "") for delivery in mails),
            "sms": Counter(text.key.replace("-", "") for text in self.sms.messages),
            "webhook": Counter(
                call.webhook_id.removeprefix("msg_") for call in self.webhooks.messages
            ),
        }


def _allow_loopback(environ: Mapping[str, str]) -> str:
    """Give the networks that requests may go to: ours, and what the user allows."""
    allowed = environ.get("BOOKFLOW_ALLOWED_NETWORKS", "")
    return ",".join(part for part in (f"{LOOPBACK}/32", allowed) if part)


@contextmanager
def open_outfit(
    directory: Path,
    *,
    port: int = 0,
    layout: Layout | None = None,
    environment: Mapping[str, str] | None = None,
    parallelism: int = 16,
    with_proxies: bool = False,
    cluster: Cluster | None = None,
) -> Iterator[Outfit]:
    """Start receivers and a stack wired to them; everything stops at the end.

    With proxies, the stack reaches each receiver through one that can fail as networks do. With a
    cluster, tasks run on Celery workers.
    """
    directory.mkdir(parents=True, exist_ok=True)
    mailbox = directory / "received"
    mailbox.mkdir(exist_ok=True)
    smtp_password = secrets.token_urlsafe(24)
    sms_token = secrets.token_urlsafe(24)
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with ExitStack() as running:
        mail = running.enter_context(
            SmtpReceiver(keep=mailbox / "mail.jsonl", logins={SENDER: smtp_password})
        )
        sms = running.enter_context(
            SmsReceiver(account=SMS_ACCOUNT, token=sms_token, keep=mailbox / "sms.jsonl")
        )
        webhooks = running.enter_context(
            WebhookReceiver(secret=webhook_secret, keep=mailbox / "webhooks.jsonl")
        )
        ports = {"email": mail.port, "sms": sms.port, "webhook": webhooks.port}
        proxies: dict[str, TcpProxy] = {}
        if with_proxies:
            proxies = {name: running.enter_context(TcpProxy(to)) for name, to in ports.items()}
            ports = {name: proxy.port for name, proxy in proxies.items()}
        stack = AirflowStack(
            directory,
            port=port,
            layout=layout,
            parallelism=parallelism,
            cluster=cluster,
            environment={
                "BOOKFLOW_ALLOWED_NETWORKS": _allow_loopback(os.environ),
                "BOOKFLOW_TEST_RECIPIENTS": os.environ.get("BOOKFLOW_TEST_RECIPIENTS")
                or f"{TEST_MAILBOX},{TEST_PHONE}",
                **_connections(ports, smtp_password, sms_token, webhook_secret),
                **(environment or {}),
            },
        )
        running.enter_context(stack)
        yield Outfit(stack, mail, sms, webhooks, mailbox, proxies)


def _connections(
    ports: Mapping[str, int], smtp_password: str, sms_token: str, webhook_secret: str
) -> dict[str, str]:
    smtp = {
        "conn_type": "smtp",
        "host": LOOPBACK,
        "port": ports["email"],
        "login": SENDER,
        "password": smtp_password,
        "extra": {"from_email": SENDER, "disable_ssl": True, "disable_tls": True},
    }
    twilio = {
        "conn_type": "http",
        "host": f"http://{LOOPBACK}:{ports['sms']}",
        "login": SMS_ACCOUNT,
        "password": sms_token,
        "extra": {"from": SMS_NUMBER},
    }
    crm = {"conn_type": "http", "host": f"http://{LOOPBACK}:{ports['webhook']}/crm"}
    secret = {"conn_type": "generic", "password": webhook_secret}
    return {
        "AIRFLOW_CONN_BOOKFLOW_SMTP": json.dumps(smtp),
        "AIRFLOW_CONN_BOOKFLOW_SMS": json.dumps(twilio),
        "AIRFLOW_CONN_BOOKFLOW_DEMO_CRM": json.dumps(crm),
        "AIRFLOW_CONN_BOOKFLOW_DEMO_CRM_SECRET": json.dumps(secret),
    }
