"""Digests: several rendered messages for one recipient become one."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from bookflow.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.records import Json, Message
    from bookflow.spec.timing import Digest

log = logging.getLogger(__name__)

EMAIL, SMS = "email", "sms"
SMS_LIMIT = 1_600
"""Characters that providers take."""
EMAIL_LIMIT = 1_000_000
"""Characters of a gathered e-mail's text, and of its HTML."""
SUBJECT_LIMIT = 500
SHOWN_LIMIT = 20_000
"""Characters of the gathered text that people are shown beside a delivery."""

TEXT_SEPARATOR = "\n\n----------------------------------------\n\n"
HTML_SEPARATOR = "\n<hr>\n"
_BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def digest_key_of(workflow_id: str, action: str, message: Message) -> str | None:
    """Name the digest that a message belongs to; None for what is never gathered.

    Whoever reads the key learns no address: it holds a digest of it.
    """
    if message.channel not in (EMAIL, SMS) or "refusal" in message.content:
        return None
    whom = f"{workflow_id}\n{action}\n{message.channel}\n{message.address.casefold()}"
    return f"{workflow_id}/{sha256(whom.encode()).hexdigest()[:32]}"


def merge_messages(messages: Sequence[Message], digest: Digest, channel: str) -> Message:
    """Make one message of several for the same recipient; one alone stays as it is.

    What all channels need to know (recipient, address, date) is the first one's.
    """
    first = messages[0]
    if len(messages) == 1:
        return first
    if channel == SMS:
        return _merge_texts(messages)
    if channel == EMAIL:
        return _merge_mails(messages, digest)
    raise ValueError(f"messages of the channel {channel} can't be gathered")


def _merge_texts(messages: Sequence[Message]) -> Message:
    texts = [str(message.content["message"]) for message in messages]
    # three dots: the one sign … would make every text of the message twice as dear
    merged = join_whole(texts, "\n", limit=SMS_LIMIT, more="... and {} more")
    first = messages[0]
    content = {"to": first.content["to"], "message": merged}
    return replace(first, content=content, masked={**content, "digest_count": len(messages)})


def _merge_mails(messages: Sequence[Message], digest: Digest) -> Message:
    first = messages[0]
    subject = _make_subject(messages, digest)
    texts = [str(message.content["message"]) for message in messages]
    text = join_whole(texts, TEXT_SEPARATOR, limit=EMAIL_LIMIT)
    htmls = [str(message.content.get("html") or "") for message in messages]
    html = _join_html(htmls) if all(htmls) else None
    masked: dict[str, Json] = {
        "to": first.content["to"],
        "subject": subject,
        "message": text[:SHOWN_LIMIT],
        "digest_count": len(messages),
    }
    if html is not None:
        masked["html"] = html[:SHOWN_LIMIT]
    content = {**first.content, "subject": subject, "message": text, "html": html}
    return replace(first, content=content, masked=masked)


def _make_subject(messages: Sequence[Message], digest: Digest) -> str:
    content = messages[0].content
    if digest.subject is not None:
        context = {"digest_count": len(messages), "recipient_name": content.get("to_name")}
        subject = _render_subject(digest.subject, context)
        if subject:
            return subject
    first = str(content["subject"])
    return f"{first[: SUBJECT_LIMIT - 40]} (and {len(messages) - 1} more)"


def _render_subject(source: str, context: Mapping[str, object]) -> str:
    """Render; a subject that can't be rendered costs nobody the message."""
    # only digests with a subject of their own need it
    from bookflow.spec.templates import compile_template

    try:
        return compile_template(source, single_line=True).render(context)[:SUBJECT_LIMIT]
    except TemplateError as error:
        log.warning(
            "bookflow: the digest's subject can't be rendered, the default is used: %s", error
        )
        return ""


def join_whole(
    texts: Sequence[str], separator: str, *, limit: int, more: str = "… and {} more"
) -> str:
    """Join as many whole texts as fit; where some do not, the end says how many.

    >>> join_whole(["one", "two", "three"], "|", limit=20)
    'one|two|three'
    >>> join_whole(["one", "two", "three", "four"], "|", limit=16)
    'one|… and 3 more'
    """
    size = sum(map(len, texts)) + len(separator) * (len(texts) - 1)
    tail = ""
    count = len(texts)
    while count > 1 and size + len(tail) > limit:
        count -= 1
        size -= len(texts[count]) + len(separator)
        tail = separator + more.format(len(texts) - count)
    if size + len(tail) > limit:
        return texts[0][: limit - len(tail)] + tail
    return separator.join(texts[:count]) + tail


def _join_html(parts: Sequence[str]) -> str:
    """Put what stands in the others' bodies behind the first's."""
    first, *others = parts
    inner = [found[1] if (found := _BODY.search(part)) else part for part in others]
    ends = list(_BODY_END.finditer(first))
    head, tail = (first[: ends[-1].start()], first[ends[-1].start() :]) if ends else (first, "")
    return join_whole([head, *inner], HTML_SEPARATOR, limit=EMAIL_LIMIT) + tail
