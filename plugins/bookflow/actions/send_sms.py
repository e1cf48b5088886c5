"""The action `send_sms`: one text message per recipient, to a number known to be possible."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.actions.endpoint_keys import endpoint_of_connection
from bookflow.actions.masking import replace_surrogates
from bookflow.actions.phone_numbers import to_e164
from bookflow.actions.recipients import (
    CUSTOM,
    describe_role,
    enrich,
    find_people,
    is_further,
    key_of,
    make_custom,
    note_left_out,
    render_each,
    zone_of,
)
from bookflow.actions.sms_segments import count_segments
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message, Person
from bookflow.spec.templates import compile_template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bookflow.actions.action_resources import ActionResources
    from bookflow.ports import Channel, CompiledAction
    from bookflow.records import Json, Subject
    from bookflow.spec.models import SendSms
    from bookflow.spec.templates import Template

CHANNEL = "sms"
# what Twilio-compatible APIs take
TEXT_LIMIT = 1600


@dataclass(frozen=True, slots=True)
class SmsAction:
    """A compiled `send_sms`; `custom` is set for the recipient `custom` only."""

    recipient: str
    custom: Template | None
    text: Template
    resources: ActionResources
    effect: str = "deliver"

    def render(
        self, subject: Subject, context: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> list[Message]:
        """Render one text per recipient; raises `PermanentDeliveryError` or `TemplateError`."""
        del facts
        if self.custom is not None:
            person = make_custom(context, email=None, phone=self.custom.render(context))
            people = [person]
        else:
            people = find_people(self.resources.domain, subject, self.recipient)
        # most guests of a group leave no number: that is no failure
        reachable = [one for one in people if not is_further(one) or (one.phone or "").strip()]

        def render_one(person: Person) -> Message:
            return self._render_for(person, subject, context)

        messages = render_each(reachable, CHANNEL, render_one, lambda person: person.phone)
        return note_left_out(messages, len(people) - len(reachable), "phone number")

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[Channel]:
        """Open a channel to the API of connection `sms_conn_id`."""
        # half a second of imports that only a task which sends texts needs
        from bookflow.actions.outgoing_http import open_http
        from bookflow.actions.sms_channel import SmsChannel, SmsProvider

        settings = self.resources.settings
        info = self.resources.connections.get(settings.sms_conn_id)
        provider = SmsProvider.from_connection(info, public_url=settings.public_url)
        async with open_http(settings) as http:
            yield SmsChannel(http, provider, now=self.resources.now)

    def _render_for(self, person: Person, about: Subject, context: Mapping[str, Any]) -> Message:
        number = find_number(person, region=self.resources.settings.default_region)
        personal = enrich(self.resources.domain, about, context, person)
        text = replace_surrogates(self.text.render(personal)).strip()
        check_text(text)
        count = count_segments(text)
        shown = {"segments": count.segments, "encoding": count.encoding}
        return Message(
            recipient=number if person.role == CUSTOM else key_of(person),
            channel=CHANNEL,
            address=number,
            content={"to": number, "message": text, **shown},
            masked={"to": number, "message": text, **shown},
            endpoint=endpoint_of_connection("sms", self.resources.settings.sms_conn_id),
            timezone=zone_of(person),
        )


def compile_send_sms(action: SendSms, resources: ActionResources) -> CompiledAction:
    """Compile an action of a spec; raises `TemplateError`."""
    custom = action.custom_phone if action.recipient == CUSTOM else None
    return SmsAction(
        recipient=action.recipient,
        custom=None if custom is None else compile_template(custom, single_line=True),
        text=compile_template(action.message),
        resources=resources,
    )


def find_number(person: Person, *, region: str) -> str:
    """Give a person's number as E.164; raises `PermanentDeliveryError`."""
    raw = (person.phone or "").strip()
    if not raw:
        message = f"the {describe_role(person)} has no phone number"
        raise PermanentDeliveryError(message, code="no-phone")
    try:
        return to_e164(raw, region=region)
    except ValueError as error:
        message = (
            f"{raw[:60]!r}, the phone number of the {describe_role(person)}, can't be used: "
            f"{error}; write it with its country code, such as +1 202 555 0123"
        )
        raise PermanentDeliveryError(message, code="invalid-phone") from None


def check_text(text: str) -> None:
    """Refuse a text that is empty or longer than providers take."""
    if not text:
        raise PermanentDeliveryError("the text of the message is empty", code="empty-text")
    if len(text) > TEXT_LIMIT:
        message = (
            f"the text has {len(text):,} characters; at most {TEXT_LIMIT:,} can be sent: shorten "
            "the action's `message`"
        )
        raise PermanentDeliveryError(message, code="text-too-long")
