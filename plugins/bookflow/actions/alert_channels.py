"""Alerts and notices by the channel that each names: e-mail, webhook, Slack-compatible webhook."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.actions.notice_mail import NoticeMail
from bookflow.errors import BookflowError
from bookflow.ports.upkeep import EMAIL, SLACK
from bookflow.records import Message, NewDelivery, utc_now

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from bookflow.actions.outgoing_http import OutgoingHttp
    from bookflow.actions.webhook_channel import WebhookChannel
    from bookflow.ports import ConnectionSource, NowSource
    from bookflow.ports.endpoints import Notice
    from bookflow.settings import Settings

log = logging.getLogger(__name__)

SLACK_TEXT_LIMIT = 3_000


@dataclass(frozen=True, slots=True)
class AlertSender:
    """Sends notices; each keeps its id over all attempts, so that receivers can tell a second."""

    settings: Settings
    connections: ConnectionSource
    now: NowSource = utc_now

    def send(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        """Send all; gives the reasons of those that failed. Raises nothing."""
        mails = [one for one in notices if one.channel == EMAIL]
        posts = [one for one in notices if one.channel != EMAIL]
        failed = NoticeMail(self.settings, self.connections).send(mails) if mails else {}
        return failed | (asyncio.run(self._post_all(posts)) if posts else {})

    async def _post_all(self, notices: Sequence[Notice]) -> dict[uuid.UUID, str]:
        # half a second of imports that only who has something to post pays for
        from bookflow.actions.outgoing_http import open_http

        failed: dict[uuid.UUID, str] = {}
        async with open_http(self.settings) as http:
            for notice in notices:
                try:
                    await self._post(http, notice)
                except BookflowError as error:
                    failed[notice.id] = str(error)
                except Exception as error:
                    log.exception("bookflow: alert %s failed unexpectedly", notice.id)
                    failed[notice.id] = f"unexpected {type(error).__name__}"
        return failed

    async def _post(self, http: OutgoingHttp, notice: Notice) -> None:
        channel = self._open_channel(http, notice)
        content = {"url": "", "body": write_body(notice), "headers": {}}
        message = Message(notice.owner, notice.channel, notice.owner, content, {})
        delivery = NewDelivery(
            notice.id, notice.id, "alert", notice.owner, notice.channel, notice.owner
        )
        await channel.send(message, delivery, attempt=notice.attempts)

    def _open_channel(self, http: OutgoingHttp, notice: Notice) -> WebhookChannel:
        from bookflow.actions.connection_urls import url_of
        from bookflow.actions.webhook_channel import Target, WebhookChannel, read_signers

        info = self.connections.get(notice.owner)
        if notice.channel == SLACK:
            # Airflow's Slack connections keep the secret end of the URL in the password
            end = f"/{info.password.lstrip('/')}" if info.password else ""
            return WebhookChannel(http, Target(f"{url_of(info)}{end}"), (), now=self.now)
        secret = info.extra.get("secret_conn_id")
        signers = read_signers(self.connections.get(secret)) if isinstance(secret, str) else ()
        return WebhookChannel(http, Target.from_connection(info), signers, now=self.now)


def write_body(notice: Notice) -> str:
    """Give the JSON that a notice is posted as."""
    if notice.channel == SLACK:
        text = f"*{_escape(notice.subject)}*\n{_escape(notice.message)}"
        return json.dumps({"text": text[:SLACK_TEXT_LIMIT]}, ensure_ascii=False)
    payload = notice.payload or {"subject": notice.subject, "message": notice.message}
    return json.dumps({"id": str(notice.id), **payload}, ensure_ascii=False, default=str)


def _escape(text: str) -> str:
    """Keep a text from being read as links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
