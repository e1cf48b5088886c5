"""Notices to owners, sent as e-mails through the same connection as those of workflows."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.actions.mail_addresses import normalize_address
from bookflow.errors import BookflowError
from bookflow.records import Message, NewDelivery

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from bookflow.actions.smtp_channel import SmtpChannel
    from bookflow.ports import ConnectionSource
    from bookflow.ports.endpoints import Notice
    from bookflow.settings import Settings

log = logging.getLogger(__name__)

CHANNEL = "email"


@dataclass(frozen=True, slots=True)
class NoticeMail:
    """Sends notices; the Message-ID of each is made from its id, so it never changes."""

    settings: Settings
    connections: ConnectionSource

    def send(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        """Send all; gives the reasons of those that failed. Raises nothing."""
        return asyncio.run(self._send_all(notices))

    async def _send_all(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        # 70 ms of imports that only a clock with something to tell needs
        from bookflow.actions.smtp_channel import open_smtp

        try:
            info = self.connections.get(self.settings.smtp_conn_id)
            async with open_smtp(info, self.settings) as channel:
                reasons = [await _send_one(channel, notice) for notice in notices]
        except BookflowError as error:
            return {notice.id: str(error) for notice in notices}
        pairs = zip(notices, reasons, strict=True)
        return {notice.id: reason for notice, reason in pairs if reason is not None}


async def _send_one(channel: SmtpChannel, notice: Notice) -> str | None:
    """Send one notice; gives the reason when that fails."""
    try:
        address = normalize_address(notice.owner)
    except ValueError:
        return "the organizer is no e-mail address"
    content = {
        "to": address,
        "subject": notice.subject,
        "message": notice.message,
        "date": notice.created_at.isoformat(),
    }
    message = Message("organizer", CHANNEL, address, content, {})
    # the same id at every attempt: receivers can tell a second one
    delivery = NewDelivery(notice.id, notice.id, "notice", "organizer", CHANNEL, address)
    try:
        await channel.send(message, delivery, attempt=notice.attempts)
    except BookflowError as error:
        return str(error)
    except Exception as error:
        log.exception("bookflow: notice %s failed unexpectedly", notice.id)
        return f"unexpected {type(error).__name__}; the task's log has the details"
    return None
