"""Composing e-mails: from rendered content to the bytes that go over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING

from bookflow.actions.mail_addresses import domain_of, normalize_address
from bookflow.actions.masking import bound_text, replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Json, NewDelivery

NAME_LIMIT = 200
SUBJECT_LIMIT = 500


class _KeptClasses(HeaderRegistry):
    """The library's registry makes a new class for every header it is given; this one keeps them.

    Measured over 1,000 short mails: 0.77 instead of 1.0 ms of processor time each.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        key = name.lower()
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = super().__getitem__(name)
        return found


# 7 bit: also servers without 8BITMIME take it, and no relay re-encodes and so breaks it
_PLAIN = SMTP.clone(cte_type="7bit", header_factory=_KeptClasses())
_INTERNATIONAL = _PLAIN.clone(utf8=True)
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]+"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who an e-mail is from."""

    address: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Sender:
        """Read `Name <address>` or an address; raises `ValueError`."""
        name, address = parseaddr(text)
        return cls(normalize_address(address), fold_line(name, NAME_LIMIT))


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SMTP needs for one message; `is_international` asks for SMTPUTF8."""

    sender: str
    recipient: str
    data: bytes
    message_id: str
    is_international: bool


def compose(content: Mapping[str, Json], delivery: NewDelivery, sender: Sender) -> Envelope:
    """Compose one e-mail; the same content and delivery always give the same Message-ID."""
    recipient = content["to"]
    is_international = not (recipient.isascii() and sender.address.isascii())
    policy = _INTERNATIONAL if is_international else _PLAIN
    message_id = f"<{delivery.id}@{domain_of(sender.address)}>"
    mail = EmailMessage(policy=policy)
    mail["From"] = _make_address(sender.name, sender.address)
    mail["To"] = _make_address(content.get("to_name", ""), recipient)
    mail["Subject"] = fold_line(content["subject"], SUBJECT_LIMIT)
    mail["Date"] = format_datetime(datetime.fromisoformat(content["date"]))
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Bookflow-Execution"] = str(delivery.execution_id)
    if content.get("is_test"):
        mail["X-Bookflow-Test"] = "true"
    mail.set_content(_tidy_body(content["message"]))
    if content.get("html"):
        mail.add_alternative(_tidy_body(content["html"]), subtype="html")
    return Envelope(
        sender=sender.address,
        recipient=recipient,
        data=mail.as_bytes(),
        message_id=message_id,
        is_international=is_international,
    )


def fold_line(text: str, limit: int) -> str:
    r"""Make one line of visible characters of a text: nothing in it can end a header.

    >>> fold_line("Evil\r\nBcc: x@example.com", 100)
    'Evil Bcc: x@example.com'
    """
    clean = " ".join(_INVISIBLE.sub(" ", replace_surrogates(text)).split())
    # the standard library would decode an encoded word, and with it the line breaks inside
    clean = clean.replace("=?", "= ?")
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _make_address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=fold_line(name, NAME_LIMIT), username=local, domain=domain)


def _tidy_body(text: str) -> str:
    # NUL ends the text for some readers; the rest is the business of the encoding
    return bound_text(replace_surrogates(text).replace("\0", ""), 2_000_000)
