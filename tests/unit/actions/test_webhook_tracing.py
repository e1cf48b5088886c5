"""Webhooks tell the receiver what they are part of, where tracing is on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bookflow.actions.webhook_channel import Target, WebhookChannel
from bookflow.ports.tracing import SILENCE
from bookflow.records import Message, NewDelivery

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Post:
    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    async def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> Any:
        self.headers = headers
        return SimpleNamespace(is_success=True, to_details=dict)


class Traced:
    def span(self, name: str, **attributes: object) -> AbstractContextManager[Any]:
        return nullcontext()

    def headers(self) -> Mapping[str, str]:
        return {"traceparent": PARENT}


@pytest.mark.parametrize(
    ("tracer", "own", "expected"),
    [
        (SILENCE, {}, None),
        (Traced(), {}, PARENT),
        (Traced(), {"traceparent": "mine"}, "mine"),
    ],
    ids=["off", "on", "set by the action"],
)
def test_webhooks_carry_the_trace(tracer: Any, own: dict[str, str], expected: str | None) -> None:
    http = Post()
    channel = WebhookChannel(
        http,  # type: ignore[arg-type]
        Target(),
        (),
        now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        tracer=tracer,
    )
    content = {"url": "https://example.com/hook", "headers": own, "body": "{}"}
    message = Message("url", "webhook", "https://example.com/hook", content, {})
    key = uuid.UUID(int=7)
    asyncio.run(
        channel.send(message, NewDelivery(key, key, "call", "url", "webhook", ""), attempt=1)
    )
    assert http.headers.get("traceparent") == expected
    assert http.headers["webhook-id"] == f"msg_{key.hex}"
