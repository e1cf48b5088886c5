"""A local webhook receiver that keeps what arrives and checks its signature."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bookflow.demo.receivers.receiving import LOCAL, Moment
from bookflow.demo.receivers.web_faults import WebReceiver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """One request; `is_verified` is None where the receiver was given no secret."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    is_verified: bool | None = None
    received_at: Moment = field(default_factory=Moment)

    @property
    def webhook_id(self) -> str:
        """The `webhook-id`, the same over all attempts of one delivery."""
        return self.headers.get("webhook-id", "")

    @property
    def payload(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "method": self.method,
            "path": self.path,
            "webhook_id": self.webhook_id,
            "headers": dict(self.headers),
            "payload": self.payload,
            "verified": self.is_verified,
            "received_at": self.received_at.wall.isoformat(),
            "monotonic": self.received_at.monotonic,
        }


class WebhookReceiver(WebReceiver[ReceivedWebhook]):
    """Takes every POST; with a secret, only those that are signed with it.

    `refused` holds requests that met a scripted fault or had a wrong signature.
    """

    def __init__(
        self, *, port: int = 0, keep: Path | None = None, secret: str | None = None
    ) -> None:
        """Describe the server."""
        super().__init__(port=port, keep=keep)
        self.refused: list[ReceivedWebhook] = []
        self._secret = secret

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://{LOCAL}:{self.port}/hook"

    async def _answer(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        received = self._describe(request, body)
        if received.is_verified is False:
            self.refused.append(received)
            return web.json_response({"error": "the signature is not valid"}, status=401)
        self._note(received)
        return web.Response(body=b'{"ok":true}', content_type="application/json")

    def _note_faulty(self, request: web.BaseRequest, body: bytes) -> None:
        self.refused.append(self._describe(request, body))

    def _describe(self, request: web.BaseRequest, body: bytes) -> ReceivedWebhook:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return ReceivedWebhook(
            method=request.method,
            path=request.raw_path,
            headers=headers,
            body=body,
            is_verified=None if self._secret is None else self._verify(body, headers),
        )

    def _verify(self, body: bytes, headers: dict[str, str]) -> bool:
        # only needed where signatures are checked
        from standardwebhooks import Webhook, WebhookVerificationError

        try:
            Webhook(self._secret or "").verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True
