"""A local SMS provider in the shape of Twilio's API that keeps what arrives."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from base64 import b64encode
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bookflow.actions.sms_segments import count_segments
from bookflow.demo.receivers.receiving import LOCAL, Moment
from bookflow.demo.receivers.web_faults import WebFault, WebReceiver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

REPORT_SECONDS = 10.0
UNREACHABLE = "30003"
DEMO_ACCOUNT = "AC" + "0" * 32
BODY_LIMIT = 1600

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """One text message as the provider took it."""

    sid: str
    to: str
    sender: str
    body: str
    segments: int
    key: str = ""
    callback: str = ""
    received_at: Moment = field(default_factory=Moment)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "num_segments": self.segments,
            "idempotency_key": self.key,
            "received_at": self.received_at.wall.isoformat(),
            "monotonic": self.received_at.monotonic,
        }


class SmsReceiver(WebReceiver[ReceivedText]):
    """Takes texts for one account; refuses what the real API would refuse, in its words.

    A text that asks for status callbacks gets one, signed, for each status in `reports`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keep: Path | None = None,
        account: str = DEMO_ACCOUNT,
        token: str = "demo-token",  # noqa: S107 - of a server on 127.0.0.1 that only keeps texts
        reports: tuple[str, ...] = (),
    ) -> None:
        """Describe the server."""
        super().__init__(port=port, keep=keep)
        self.account = account
        self.reports = reports
        self._token = token
        self._reporting: set[asyncio.Task[None]] = set()
        self._authorization = "Basic " + b64encode(f"{account}:{token}".encode()).decode()

    @property
    def url(self) -> str:
        """What stands for the provider's host."""
        return f"http://{LOCAL}:{self.port}"

    @staticmethod
    def refusal(
        status: int, code: int, message: str = "refused", *, retry_after: str | None = None
    ) -> WebFault:
        """Make a fault that answers in the provider's form."""
        headers = {"content-type": "application/json"}
        if retry_after is not None:
            headers["retry-after"] = retry_after
        body = web.json_response(_error(status, code, message)).body
        return WebFault(
            status=status, headers=headers, body=body if isinstance(body, bytes) else b""
        )

    async def _answer(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        given = request.headers.get("authorization", "")
        if not compare_digest(given.encode(), self._authorization.encode()):
            return _refuse(401, 20003, "Authenticate")
        path = f"/2010-04-01/Accounts/{self.account}/Messages.json"
        if request.method != "POST" or request.path != path:
            return _refuse(404, 20404, "The requested resource was not found")
        form = {
            name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()
        }
        to, text = form.get("To", ""), form.get("Body", "")
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        problem = _find_problem(to, sender, text)
        if problem is not None:
            return _refuse(400, *problem)
        received = ReceivedText(
            sid=f"SM{len(self.messages) + 1:032x}",
            to=to,
            sender=sender,
            body=text,
            segments=count_segments(text).segments,
            key=request.headers.get("idempotency-key", ""),
            callback=form.get("StatusCallback", ""),
        )
        self._note(received)
        if received.callback and self.reports:
            task = asyncio.create_task(self._report(received))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)
        answer = {
            "sid": received.sid,
            "account_sid": self.account,
            "status": "queued",
            "to": to,
            "from": sender,
            "body": text,
            "num_segments": str(received.segments),
            "error_code": None,
            "error_message": None,
            "date_created": received.received_at.wall.isoformat(),
        }
        return web.json_response(answer, status=201)

    async def _report(self, text: ReceivedText) -> None:
        async with ClientSession(timeout=ClientTimeout(total=REPORT_SECONDS)) as session:
            for status in self.reports:
                form = {"MessageSid": text.sid, "MessageStatus": status, "To": text.to}
                if status in ("failed", "undelivered"):
                    form["ErrorCode"] = UNREACHABLE
                signature = sign_callback(text.callback, form, self._token)
                headers = {"X-Twilio-Signature": signature}
                try:
                    async with session.post(text.callback, data=form, headers=headers) as answer:
                        if answer.status >= 300:
                            log.warning("the callback was answered with %d", answer.status)
                except (ClientError, TimeoutError) as error:
                    log.warning("the callback did not get through: %s", error)


def sign_callback(url: str, form: Mapping[str, str], token: str) -> str:
    """Sign a callback as the real provider does."""
    text = url + "".join(name + value for name, value in sorted(form.items()))
    # the provider's own choice; HMAC-SHA1 is not broken
    return b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _find_problem(to: str, sender: str, text: str) -> tuple[int, str] | None:
    if not _NUMBER.fullmatch(to):
        return 21211, f"The 'To' number {to} is not a valid phone number."
    if not sender:
        return 21603, "A 'From' phone number is required."
    if not text:
        return 21602, "Message body is required."
    if len(text) > BODY_LIMIT:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    return None


def _error(status: int, code: int, message: str) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}


def _refuse(status: int, code: int, message: str) -> web.Response:
    return web.json_response(_error(status, code, message), status=status)
