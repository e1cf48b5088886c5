"""Every action of every shipped spec, rendered for a booking and really sent."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.actions.action_resources import ActionResources
from bookflow.actions.registry import compile_action
from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver
from bookflow.domains.booking import BookingDomain
from bookflow.records import ConnectionInfo, Message, Receipt
from bookflow.settings import Settings
from bookflow.spec.loading import load_workflow
from tests.action_stand_ins import FACTS, StandInConnections, make_delivery
from tests.sample_specs import SAMPLE_SPECS

SPECS = SAMPLE_SPECS
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
BOOKING: dict[str, Any] = {
    "id": "b-1",
    "start_time": "2026-12-01T14:00:00+01:00",
    "end_time": "2026-12-01T14:30:00+01:00",
    "event_type": {"slug": "intro", "name": "Intro"},
    "organizer": {
        "email": "omar@clinic.example",
        "name": "Omar Haddad",
        "timezone": "Europe/Berlin",
        "phone": "+12025550199",
    },
    "invitee": {
        "name": "山田 太郎",
        "email": "taro@example.com",
        "phone": "+12025550123",
        "timezone": "Asia/Tokyo",
    },
}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_shipped_action_delivers(
    path: Path, smtp: SmtpReceiver, sms: SmsReceiver, hooks: WebhookReceiver
) -> None:
    settings = Settings(allowed_networks=("127.0.0.0/8",))
    domain = BookingDomain(settings)
    connections = StandInConnections(
        [
            ConnectionInfo(
                "bookflow_smtp",
                host="127.0.0.1",
                port=smtp.port,
                extra={"from_email": "b@x.example", "disable_ssl": True, "disable_tls": True},
            ),
            ConnectionInfo(
                "bookflow_sms",
                host=sms.url,
                login=sms.account,
                password="demo-token",
                extra={"from": "+12025550100"},
            ),
            ConnectionInfo("bookflow_demo_crm", host=hooks.url),
            ConnectionInfo("bookflow_demo_crm_secret", password=SECRET),
        ]
    )
    subject = domain.parse_subject(BOOKING, path="booking")
    context = domain.build_context(subject, now=datetime.now(UTC))
    loaded = load_workflow(path.read_bytes(), file=str(path), vocabulary=domain.vocabulary)
    expected = 0
    for action in loaded.workflow.active_actions:
        compiled = compile_action(action, ActionResources(settings, domain, connections))
        messages = compiled.render(subject, context, FACTS)
        json.dumps([[message.content, message.masked] for message in messages])
        if compiled.effect == "deliver":
            expected += len(messages)
            receipts = asyncio.run(send_all(compiled, messages))
            assert all(receipt.provider_id for receipt in receipts)
    assert len(smtp.messages) + len(sms.messages) + len(hooks.messages) == expected > 0
    assert all(request.payload["booking_id"] == "b-1" for request in hooks.messages)


async def send_all(compiled: Any, messages: list[Message]) -> list[Receipt]:
    async with compiled.open_channel() as channel:
        return [
            await channel.send(message, make_delivery(message), attempt=1) for message in messages
        ]
