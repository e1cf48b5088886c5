"""The action `webhook`: one signed POST per execution, its body the same over all attempts."""

from __future__ import annotations

import json
import re
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from bookflow.actions.endpoint_keys import endpoint_of_connection, endpoint_of_url
from bookflow.actions.masking import mask_data, mask_headers, mask_url
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message
from bookflow.spec.addresses import has_template
from bookflow.spec.templates import compile_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bookflow.actions.action_resources import ActionResources
    from bookflow.ports import Channel, CompiledAction
    from bookflow.records import Json, Subject
    from bookflow.spec.models import Webhook
    from bookflow.spec.templates import DataTemplate

CHANNEL = "webhook"
RECIPIENT = "url"
BODY_LIMIT = 1_048_576
URL_LIMIT = 4_000

_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """A URL whose rendered values are percent-encoded, so that they can't change its shape.

    `mark` surrounds every value while it is rendered; nobody can guess and so forge it.
    """

    source: DataTemplate
    mark: str
    is_literal: bool

    @classmethod
    def compile(cls, text: str) -> UrlTemplate:
        """Compile a URL; raises `TemplateError`."""
        if not has_template(text):
            return cls(compile_data({"url": text}), "", is_literal=True)
        mark = secrets.token_hex(8)
        marked = _EXPRESSION.sub(lambda found: f"{mark}{found.group()}{mark}", text)
        return cls(compile_data({"url": marked}), mark, is_literal=False)

    def render(self, context: Mapping[str, Any]) -> str:
        """Render; raises `PermanentDeliveryError` for a value that would leave its place."""
        rendered = self.source.render(context)
        text = str(rendered["url"]) if isinstance(rendered, dict) else ""
        if self.is_literal:
            return text
        # literal and value alternate
        parts = text.split(self.mark)
        url = "".join(
            quote(part.encode("utf-8", "replace"), safe="") if position % 2 else part.strip()
            for position, part in enumerate(parts)
        )
        segments = urlsplit(url).path.split("/")
        if len(url) > URL_LIMIT or any(unquote(segment) in (".", "..") for segment in segments):
            message = (
                "the rendered URL is too long or climbs out of its path; check the values that "
                f"`webhook_url` takes in (it would go to {urlsplit(url).hostname})"
            )
            raise PermanentDeliveryError(message, code="http-url")
        return url


@dataclass(frozen=True, slots=True)
class WebhookAction:
    """A compiled `webhook`; the target is either `url` or the connection `conn_id`."""

    url: UrlTemplate | None
    conn_id: str | None
    secret_conn_id: str | None
    endpoint: str
    data: DataTemplate
    headers: DataTemplate
    resources: ActionResources
    effect: str = "deliver"

    def render(
        self, subject: Subject, context: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> list[Message]:
        """Render the one request; raises `PermanentDeliveryError` or `TemplateError`."""
        payload = {
            "action": facts["action"],
            "workflow_id": facts["workflow_id"],
            "workflow_name": facts["workflow_name"],
            **self.resources.domain.webhook_payload(subject, context),
            "timestamp": facts["timestamp"],
        }
        data = self.data.render(context)
        if isinstance(data, dict):
            payload.update(data)
        rendered = self.headers.render(context)
        headers = {
            name.lower(): str(value)
            for name, value in (rendered.items() if isinstance(rendered, dict) else ())
        }
        url = self.url.render(context) if self.url is not None else None
        # the URL of a connection may hold a secret: it is read when sending, and never recorded
        address = mask_url(url) if url is not None else f"connection {self.conn_id}"
        return [
            Message(
                recipient=RECIPIENT,
                channel=CHANNEL,
                address=address,
                content={"url": url, "headers": headers, "body": encode_body(payload)},
                masked={
                    "url": address,
                    "headers": mask_headers(headers),
                    "payload": mask_data(payload),
                },
                endpoint=self.endpoint,
            )
        ]

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[Channel]:
        """Open a client; raises `ConfigurationError` where target or secret are unusable."""
        # half a second of imports that only a task which calls webhooks needs
        from bookflow.actions.outgoing_http import open_http
        from bookflow.actions.webhook_channel import Target, WebhookChannel, read_signers

        settings, connections = self.resources.settings, self.resources.connections
        target = Target.from_connection(connections.get(self.conn_id)) if self.conn_id else Target()
        signers = read_signers(connections.get(self.secret_conn_id)) if self.secret_conn_id else ()
        async with open_http(settings) as http:
            yield WebhookChannel(
                http, target, signers, now=self.resources.now, tracer=self.resources.tracer
            )


def compile_webhook(action: Webhook, resources: ActionResources) -> CompiledAction:
    """Compile an action of a spec; raises `TemplateError`."""
    if action.webhook_conn_id:
        endpoint = endpoint_of_connection("connection", action.webhook_conn_id)
    else:
        endpoint = endpoint_of_url(action.webhook_url or "")
    return WebhookAction(
        url=UrlTemplate.compile(action.webhook_url) if action.webhook_url else None,
        conn_id=action.webhook_conn_id,
        secret_conn_id=action.secret_conn_id,
        endpoint=endpoint,
        data=compile_data(dict(action.webhook_data)),
        headers=compile_data(dict(action.headers), single_line=True),
        resources=resources,
    )


def encode_body(payload: Mapping[str, Json]) -> str:
    """Write a payload as JSON; raises `PermanentDeliveryError` when it can't be sent as such."""
    try:
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(body.encode())
    except UnicodeEncodeError:
        # halves of surrogate pairs can only travel escaped
        body = json.dumps(payload, separators=(",", ":"), allow_nan=False)
        size = len(body)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"the payload can't be written as JSON: {str(error)[:200]}; check `webhook_data`"
        raise PermanentDeliveryError(message, code="invalid-payload") from None
    if size > BODY_LIMIT:
        message = (
            f"the payload has {size:,} bytes; at most {BODY_LIMIT:,} are sent: shorten "
            "`webhook_data`"
        )
        raise PermanentDeliveryError(message, code="payload-too-large")
    return body
