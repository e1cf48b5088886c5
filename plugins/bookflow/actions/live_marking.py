"""Live tests: their messages go to allowed places only, and whoever reads one sees it is a test."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.actions.live_targets import SETTING, LiveTargets
from bookflow.actions.mail_addresses import normalize_address
from bookflow.actions.masking import is_secret_name
from bookflow.actions.phone_numbers import to_e164
from bookflow.actions.sms_segments import count_segments
from bookflow.errors import InputError
from bookflow.ports.trials import Aims
from bookflow.spec.models import Webhook

if TYPE_CHECKING:
    from bookflow.records import Message
    from bookflow.settings import Settings
    from bookflow.spec.models import Action

PREFIX = "[Test] "
WEBHOOK_HEADER = "bookflow-test"
_EMAIL, _SMS, _WEBHOOK = "email", "sms", "webhook"
_TEXT_LIMIT = 1_600
_WHATS = {
    _EMAIL: "your Airflow user has no e-mail address, and {setting} lists none",
    _SMS: "{setting} lists no phone number",
    _WEBHOOK: "{setting} lists no URL, nor the host of the workflow's own",
}


@dataclass(frozen=True, slots=True)
class LiveMarking:
    """The `LiveMarker` for the built-in channels."""

    targets: LiveTargets
    region: str

    @classmethod
    def from_settings(cls, settings: Settings) -> LiveMarking:
        """Read the setting; raises `ConfigurationError`."""
        region = settings.default_region
        return cls(LiveTargets.parse(settings.test_recipients, region=region), region)

    def take_aim(self, asked: Aims, *, own_email: str | None) -> Aims:
        """Choose where messages go; see `ports.trials`."""
        return Aims(
            email=self._aim_mail(asked.email, _read_own(own_email)),
            phone=self._aim_text(asked.phone),
            webhook_url=self._aim_webhook(asked.webhook_url),
            keeps_own_url=asked.webhook_url is None,
        )

    def redirect(self, action: Action, aims: Aims) -> Action | None:
        """Give a webhook that calls the aim; other actions stay as they are."""
        if not isinstance(action, Webhook):
            return action
        own = action.webhook_url
        if own and aims.keeps_own_url and self.targets.allows_url(own):
            return action
        if aims.webhook_url is None:
            return None
        # whoever stands behind the aim must not get what is meant for another
        headers = {name: text for name, text in action.headers.items() if not is_secret_name(name)}
        changes = {"webhook_url": aims.webhook_url, "webhook_conn_id": None, "headers": headers}
        return action.model_copy(update=changes)

    def mark(self, message: Message, aims: Aims) -> Message | None:
        """Mark a message as a test and address it to the aim; None where there is none."""
        if message.channel == _EMAIL and aims.email:
            return _mark_mail(message, aims.email)
        if message.channel == _SMS and aims.phone:
            return _mark_text(message, aims.phone)
        if message.channel == _WEBHOOK:
            url = message.content.get("url")
            return _mark_webhook(message) if url and self.targets.allows_url(url) else None
        return None

    def explain(self, channel: str) -> str:
        """Say why nothing goes out by this channel, and which setting would allow it."""
        why = _WHATS.get(channel, "live tests don't send by this channel").format(setting=SETTING)
        return f"not sent: {why}; add an allowed place to {SETTING}"

    def mask(self, channel: str, address: str) -> str:
        """Give an address as the audit may keep it."""
        if channel == _EMAIL:
            local, _, domain = address.rpartition("@")
            return f"{local[:1]}***@{domain}"
        if channel == _SMS:
            return f"{address[:3]}***{address[-2:]}"
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"

    def _aim_mail(self, asked: str | None, own: str | None) -> str | None:
        if asked is None:
            return own or next(iter(self.targets.emails), None)
        try:
            address = normalize_address(asked)
        except ValueError:
            raise InputError("send_to.email", "is not an e-mail address") from None
        if not self.targets.allows_email(address, own):
            message = (
                "is neither your own address nor an allowed one; an admin can add it, or its "
                f"domain as @example.com, to {SETTING}"
            )
            raise InputError("send_to.email", message)
        return address

    def _aim_text(self, asked: str | None) -> str | None:
        if asked is None:
            return next(iter(self.targets.phones), None)
        try:
            number = to_e164(asked, region=self.region)
        except ValueError as error:
            raise InputError("send_to.phone", f"can't be used: {error}") from None
        if not self.targets.allows_phone(number):
            message = f"is not an allowed number; an admin can add it to {SETTING}"
            raise InputError("send_to.phone", message)
        return number

    def _aim_webhook(self, asked: str | None) -> str | None:
        if asked is None:
            return next(iter(self.targets.urls), None)
        if not self.targets.allows_url(asked):
            message = (
                "is not an allowed URL; an admin can add it, what it begins with, or its host, to "
                f"{SETTING}"
            )
            raise InputError("send_to.webhook_url", message)
        return asked


def _read_own(address: str | None) -> str | None:
    try:
        return normalize_address(address or "")
    except ValueError:
        return None


def _mark_mail(message: Message, address: str) -> Message:
    content = {
        **message.content,
        "to": address,
        "to_name": "",
        "subject": PREFIX + str(message.content["subject"]),
        "is_test": True,
    }
    masked = {**message.masked, "to": address, "subject": content["subject"]}
    return replace(message, address=address, content=content, masked=masked)


def _mark_text(message: Message, number: str) -> Message:
    text = (PREFIX + str(message.content["message"]))[:_TEXT_LIMIT]
    count = count_segments(text)
    shown = {"segments": count.segments, "encoding": count.encoding}
    content = {"to": number, "message": text, **shown}
    return replace(message, address=number, content=content, masked=content)


def _mark_webhook(message: Message) -> Message:
    payload = {**json.loads(message.content["body"]), "test": True}
    headers = {**message.content["headers"], WEBHOOK_HEADER: "true"}
    # the payload came from a body of bounded size, so it can be written again
    body = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    shown = dict(message.masked)
    shown["headers"] = {**shown.get("headers", {}), WEBHOOK_HEADER: "true"}
    shown["payload"] = {**shown.get("payload", {}), "test": True}
    return replace(
        message, content={**message.content, "headers": headers, "body": body}, masked=shown
    )
