"""The webhook channel: posts signed by Standard Webhooks, and reads what the answers mean."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from bookflow.actions.connection_urls import headers_of, url_of
from bookflow.actions.endpoint_keys import rate_of
from bookflow.actions.outgoing_http import Answer, OutgoingHttp, read_retry_after
from bookflow.actions.recipients import raise_refusal
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports import NowSource
    from bookflow.records import ConnectionInfo, Message, NewDelivery
    from bookflow.settings import Rate

TRANSIENT_STATUSES = frozenset({408, 425, 429})
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, none itself
SECRET_BYTES = range(24, 65)


class Signer(Protocol):
    """Signs one attempt; `standardwebhooks.Webhook` is one."""

    def sign(self, msg_id: str, timestamp: datetime, data: str) -> str:
        """Give `v1,<base64>`."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """A connection's URL, headers and rate; empty where the action has a URL of its own."""

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    rate: Rate | None = None

    @classmethod
    def from_connection(cls, info: ConnectionInfo) -> Target:
        """Read a connection; raises `ConfigurationError` saying what to set."""
        return cls(url_of(info), headers_of(info), rate_of(info))


class WebhookChannel:
    """Posts webhooks; several signers sign side by side while a secret is rotated."""

    def __init__(
        self,
        http: OutgoingHttp,
        target: Target,
        signers: Sequence[Signer],
        *,
        now: NowSource,
        tracer: Tracer = SILENCE,
    ) -> None:
        """Take an open client."""
        self._http = http
        self._target = target
        self._signers = tuple(signers)
        self._now = now
        self._tracer = tracer

    @property
    def rate(self) -> Rate | None:
        """How fast the connection may be used."""
        return self._target.rate

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        """Send once; see `Channel`."""
        del attempt
        raise_refusal(message.content)
        url = message.content["url"] or self._target.url
        body: str = message.content["body"]
        webhook_id = f"msg_{delivery.id.hex}"
        answer = await self._http.post(
            url,
            content=body.encode(),
            headers={
                "content-type": "application/json",
                **self._tracer.headers(),
                **self._target.headers,
                **message.content["headers"],
                **self._sign(webhook_id, body),
            },
        )
        if not answer.is_success:
            raise self._describe(answer, url)
        return Receipt(webhook_id, answer.to_details())

    def _sign(self, webhook_id: str, body: str) -> dict[str, str]:
        moment = self._now()
        headers = {"webhook-id": webhook_id, "webhook-timestamp": str(int(moment.timestamp()))}
        if self._signers:
            headers["webhook-signature"] = " ".join(
                signer.sign(webhook_id, moment, body) for signer in self._signers
            )
        return headers

    def _describe(self, answer: Answer, url: str) -> DeliveryError:
        host = urlsplit(url).hostname
        details = answer.to_details()
        if 300 <= answer.status < 400:
            where = find_redirect_host(answer, url)
            message = (
                f"{host} answered {answer.status} and points to {where}; redirects are not "
                "followed: set the final URL"
            )
            return PermanentDeliveryError(message, code="http-redirect", details=details)
        message = f"{host} answered {answer.status}"
        code = f"http-{answer.status}"
        if answer.status in TRANSIENT_STATUSES or answer.status >= 500:
            wait = read_retry_after(answer.headers, now=self._now())
            return TransientDeliveryError(message, code=code, retry_after=wait, details=details)
        if answer.status == 410:
            message += ": the receiver is gone for good; remove the action or set a new URL"
        return PermanentDeliveryError(message, code=code, details=details)


def read_signers(info: ConnectionInfo) -> tuple[Signer, ...]:
    """Make a signer of each secret in a connection's password; raises `ConfigurationError`.

    Secrets have the form `whsec_` and base64 of 24 to 64 bytes; several stand one after another,
    separated by spaces.
    """
    # only needed where requests are signed
    from standardwebhooks import Webhook

    keys = [_decode(secret) for secret in info.password.split()]
    if not keys or any(key is None for key in keys):
        message = (
            f"connection {info.conn_id}: set its password to a Standard Webhooks secret, `whsec_` "
            "and base64 of 24 to 64 bytes (several, separated by spaces, while rotating)"
        )
        raise ConfigurationError(message)
    return tuple(Webhook(key) for key in keys if key is not None)


def find_redirect_host(answer: Answer, url: str) -> str:
    """Say where a redirect points: its host only, as the rest may hold secrets."""
    location = answer.headers.get("location", "")
    try:
        return urlsplit(urljoin(url, location)).hostname or "nowhere"
    except ValueError:
        return "an invalid URL"


def _decode(secret: str) -> bytes | None:
    if not secret.startswith(SECRET_PREFIX):
        return None
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) in SECRET_BYTES else None
