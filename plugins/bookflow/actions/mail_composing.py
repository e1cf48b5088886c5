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
# what the library writes as it stands: no quotes, no folding, no encoding
_SIMPLE_LINE = re.compile(r"(?!Subject: $)[\x20-\x7e]{0,77}")
_SIMPLE_NAME = re.compile(r"(?:[A-Za-z0-9]+(?: [A-Za-z0-9]+)*)?")
_SIMPLE_ADDRESS = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*", re.I)
_NOT_SIMPLE = "\0"


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
    message_id = f"<{delivery.id}@{domain_of(sender.address)}>"
    return Envelope(
        sender=sender.address,
        recipient=recipient,
        data=write_simple(content, delivery, sender, message_id)
        or write_any(content, delivery, sender, message_id),
        message_id=message_id,
        is_international=is_international,
    )


def write_simple(
    content: Mapping[str, Json], delivery: NewDelivery, sender: Sender, message_id: str
) -> bytes | None:
    """Write a mail of short lines in ASCII, byte for byte as `write_any` does; None for others.

    The library parses and folds each header again: 0.02 instead of 0.77 ms of processor time.
    """
    if content.get("html") or not content["message"]:
        return None
    lines = [
        f"From: {_show_mailbox(sender.name, sender.address)}",
        f"To: {_show_mailbox(content.get('to_name', ''), content['to'])}",
        f"Subject: {fold_line(content['subject'], SUBJECT_LIMIT)}",
        f"Date: {format_datetime(datetime.fromisoformat(content['date']))}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        f"X-Bookflow-Execution: {delivery.execution_id}",
        *(["X-Bookflow-Test: true"] if content.get("is_test") else []),
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "MIME-Version: 1.0",
        "",
        *_tidy_body(content["message"]).removesuffix("\n").split("\n"),
        "",
    ]
    if not all(map(_SIMPLE_LINE.fullmatch, lines)):
        return None
    return "\r\n".join(lines).encode("ascii")


def write_any(
    content: Mapping[str, Json], delivery: NewDelivery, sender: Sender, message_id: str
) -> bytes:
    """Write a mail with the standard library, which knows how to encode and fold everything."""
    recipient = content["to"]
    is_ascii = recipient.isascii() and sender.address.isascii()
    mail = EmailMessage(policy=_PLAIN if is_ascii else _INTERNATIONAL)
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
    return mail.as_bytes()


def _show_mailbox(name: str, address: str) -> str:
    """Show an address as a header does; what would need quotes or folding is no simple line."""
    shown = fold_line(name, NAME_LIMIT)
    if not (_SIMPLE_NAME.fullmatch(shown) and _SIMPLE_ADDRESS.fullmatch(address)):
        return _NOT_SIMPLE
    return f"{shown} <{address}>" if shown else address


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
