"""What an SMS provider tells later about a text: delivered, or not, and why."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from bookflow.errors import NotFoundError, SignatureError
from bookflow.journey.inbound.receiving import Received
from bookflow.journey.inbound.signatures import Signed, check_twilio, read_form
from bookflow.ports.inbound import (
    SMS_STATUS_PATH,
    SMS_STATUS_SOURCE,
    DeliveryReport,
    RefusalCode,
    Verdict,
)
from bookflow.records import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.journey.inbound.access import Access
    from bookflow.journey.inbound.door import Arrival, Door
    from bookflow.journey.inbound.log import InboundLog
    from bookflow.ports import NowSource
    from bookflow.ports.inbound import InboundStore

WORD_LIMIT = 40
TEXT_LIMIT = 200
_OUTCOMES = {
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class SmsReporting:
    """Takes the status callbacks of a Twilio-compatible provider."""

    def __init__(
        self,
        *,
        door: Door,
        store: InboundStore,
        log: InboundLog,
        public_url: str,
        now: NowSource,
    ) -> None:
        """Keep the collaborators; `public_url` is what the provider was told to call."""
        self._door = door
        self._store = store
        self._log = log
        self._url = public_url.rstrip("/") + SMS_STATUS_PATH
        self._now = now

    def receive(self, arrival: Arrival, *, query: str) -> Received:
        """Take one callback; `query` is the URL's, as it was sent.

        Raises `SignatureError`, `NotFoundError` for a delivery that is not known,
        `TooManyRequestsError`, `UnavailableError` or `DatabaseUnavailableError`.
        """
        url = f"{self._url}?{query}" if query else self._url

        def check(access: Access) -> None:
            check_twilio(Signed(arrival.headers, arrival.body), access.secrets, url)

        _, request = self._door.pass_in(SMS_STATUS_SOURCE, arrival, check)
        form = _read(arrival.body)
        named = dict(parse_qsl(query, keep_blank_values=True)).get("delivery", "")
        report = self._describe(named, form)
        changed = self._store.report_delivery(report) if report else None
        request = replace(request, masked={"MessageStatus": _word(form, "MessageStatus")})
        if report is None or changed is None:
            reason = f"no delivery {named[:WORD_LIMIT]!a} is known"
            self._log.keep(replace(request, code=RefusalCode.INPUT, reason=reason))
            raise NotFoundError(reason)
        verdict = Verdict.ACCEPTED if changed else Verdict.IGNORED
        reason = f"delivery {report.delivery_id}: {report.status or 'no status'}"
        self._log.keep(replace(request, verdict=verdict, reason=reason))
        return Received(request.id, verdict, reason)

    def _describe(self, named: str, form: Mapping[str, str]) -> DeliveryReport | None:
        try:
            delivery_id = uuid.UUID(named)
        except ValueError:
            return None
        status = _word(form, "MessageStatus").lower()
        code = _word(form, "ErrorCode")
        text = _word(form, "ErrorMessage", TEXT_LIMIT)
        what = f"the SMS provider reports: {status}"
        details = "; ".join(part for part in (f"error {code}" if code else "", text) if part)
        return DeliveryReport(
            delivery_id=delivery_id,
            provider_id=_word(form, "MessageSid", 100),
            status=status,
            outcome=_OUTCOMES.get(status),
            at=self._now(),
            error_code=f"twilio-{code}" if code else f"twilio-{status}",
            error_message=f"{what} ({details})" if details else what,
        )


def _read(body: bytes) -> dict[str, str]:
    try:
        return dict(read_form(body))
    except SignatureError:
        # signed by its digest alone, a body may be anything; it then says nothing
        return {}


def _word(form: Mapping[str, str], name: str, limit: int = WORD_LIMIT) -> str:
    return _UNPRINTABLE.sub(" ", form.get(name, "")).strip()[:limit]
