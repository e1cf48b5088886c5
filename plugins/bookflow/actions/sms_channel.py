"""The SMS channel: posts to a Twilio-compatible API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bookflow.actions.connection_urls import basic_credentials, url_of
from bookflow.actions.endpoint_keys import rate_of
from bookflow.actions.masking import bound_text, quote_answer
from bookflow.actions.outgoing_http import Answer, OutgoingHttp, read_retry_after
from bookflow.actions.recipients import raise_refusal
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.ports.inbound import SMS_STATUS_PATH
from bookflow.records import Receipt

if TYPE_CHECKING:
    import uuid

    from bookflow.ports import NowSource
    from bookflow.records import ConnectionInfo, Message, NewDelivery
    from bookflow.settings import Rate

DEFAULT_HOST = "https://api.twilio.com"
ANSWER_BYTES = 16_384
RATE_LIMITED = 20429
KEPT_FIELDS = ("status", "num_segments", "error_code", "error_message")


@dataclass(frozen=True, slots=True)
class SmsProvider:
    """An account at a Twilio-compatible API."""

    url: str
    authorization: str
    sender: str = ""
    messaging_service: str = ""
    status_callback: str = ""
    own_callback: str = ""
    rate: Rate | None = None

    @classmethod
    def from_connection(cls, info: ConnectionInfo, *, public_url: str = "") -> SmsProvider:
        """Read a connection; raises `ConfigurationError` saying what to set.

        `public_url` is where the provider reaches us, for the extra `status_callbacks`.
        """
        if not info.login or not info.password:
            message = (
                f"connection {info.conn_id}: set its login to the account's SID and its password "
                "to the account's token"
            )
            raise ConfigurationError(message)
        sender = str(info.extra.get("from") or "")
        service = str(info.extra.get("messaging_service_sid") or "")
        if not sender and not service:
            message = (
                f"connection {info.conn_id}: set the extra `from` to the number to send from, or "
                "`messaging_service_sid`"
            )
            raise ConfigurationError(message)
        base = url_of(info, default_host=DEFAULT_HOST)
        return cls(
            url=f"{base}/2010-04-01/Accounts/{quote(info.login, safe='')}/Messages.json",
            authorization=basic_credentials(info.login, info.password),
            sender=sender,
            messaging_service=service,
            status_callback=str(info.extra.get("status_callback") or ""),
            own_callback=_find_own_callback(info, public_url),
            rate=rate_of(info),
        )

    def make_form(self, to: str, text: str, delivery_id: uuid.UUID) -> bytes:
        """Give the request's body; a callback that the connection names comes before ours."""
        form = {"To": to, "Body": text}
        if self.messaging_service:
            form["MessagingServiceSid"] = self.messaging_service
        else:
            form["From"] = self.sender
        if self.status_callback:
            form["StatusCallback"] = self.status_callback
        elif self.own_callback:
            form["StatusCallback"] = f"{self.own_callback}?delivery={delivery_id}"
        return urlencode(form).encode("ascii")


class SmsChannel:
    """Sends texts through one account."""

    def __init__(self, http: OutgoingHttp, provider: SmsProvider, *, now: NowSource) -> None:
        """Take an open client."""
        self._http = http
        self._provider = provider
        self._now = now

    @property
    def rate(self) -> Rate | None:
        """How fast the account may be used."""
        return self._provider.rate

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        """Send once; see `Channel`."""
        del attempt
        raise_refusal(message.content)
        answer = await self._http.post(
            self._provider.url,
            content=self._provider.make_form(
                message.content["to"], message.content["message"], delivery.id
            ),
            headers={
                "authorization": self._provider.authorization,
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
                "idempotency-key": str(delivery.id),
            },
            kept_bytes=ANSWER_BYTES,
        )
        parsed = _parse(answer)
        if not answer.is_success:
            raise self._describe(answer, parsed)
        details: dict[str, Any] = {"http_status": answer.status}
        details |= {name: parsed[name] for name in KEPT_FIELDS if parsed.get(name) is not None}
        sid = parsed.get("sid")
        return Receipt(sid[:100] if isinstance(sid, str) else None, keep_scalars(details))

    def _describe(self, answer: Answer, parsed: dict[str, Any]) -> DeliveryError:
        number = parsed.get("code")
        is_numbered = isinstance(number, int) and not isinstance(number, bool)
        code = f"twilio-{number}" if is_numbered else f"http-{answer.status}"
        said = parsed.get("message")
        text = quote_answer(str(said), 300) if said else "no reason given"
        message = f"the SMS provider answered {answer.status}: {text}"
        details = answer.to_details()
        is_limited = answer.status == 429 or number == RATE_LIMITED
        if is_limited or answer.status == 408 or answer.status >= 500:
            wait = read_retry_after(answer.headers, now=self._now())
            return TransientDeliveryError(message, code=code, retry_after=wait, details=details)
        return PermanentDeliveryError(message, code=code, details=details)


def _find_own_callback(info: ConnectionInfo, public_url: str) -> str:
    # a connection written as a URI has texts for extras
    is_wanted = str(info.extra.get("status_callbacks") or "").lower() in ("true", "1", "yes")
    return public_url.rstrip("/") + SMS_STATUS_PATH if is_wanted and public_url else ""


def keep_scalars(details: dict[str, Any]) -> dict[str, Any]:
    """Keep of a provider's answer only short plain values."""
    return {
        name: bound_text(value, 200) if isinstance(value, str) else value
        for name, value in details.items()
        if isinstance(value, str | int)
    }


def _parse(answer: Answer) -> dict[str, Any]:
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
