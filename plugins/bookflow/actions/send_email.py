"""The action `send_email`: one e-mail per recipient, rendered for that recipient alone."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.actions.endpoint_keys import endpoint_of_connection
from bookflow.actions.mail_addresses import (
    domain_of,
    is_shared_domain,
    normalize_address,
    normalize_domain,
)
from bookflow.actions.masking import bound_text
from bookflow.actions.recipients import (
    CUSTOM,
    describe_role,
    enrich,
    find_people,
    key_of,
    make_custom,
    render_each,
    zone_of,
)
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message, Person
from bookflow.spec.addresses import has_template
from bookflow.spec.templates import compile_template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bookflow.actions.action_resources import ActionResources
    from bookflow.ports import Channel, CompiledAction
    from bookflow.records import Json, Subject
    from bookflow.settings import Settings
    from bookflow.spec.models import SendEmail
    from bookflow.spec.templates import Template

CHANNEL = "email"


@dataclass(frozen=True, slots=True)
class EmailAction:
    """A compiled `send_email`; `custom` is set for the recipient `custom` only."""

    recipient: str
    custom: Template | None
    is_custom_literal: bool
    subject: Template
    text: Template
    html: Template | None
    resources: ActionResources
    effect: str = "deliver"

    def render(
        self, subject: Subject, context: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> list[Message]:
        """Render one e-mail per recipient; raises `PermanentDeliveryError` or `TemplateError`."""
        if self.custom is not None:
            person = make_custom(context, email=self.custom.render(context), phone=None)
            people = [person]
        else:
            people = find_people(self.resources.domain, subject, self.recipient)

        def render_one(person: Person) -> Message:
            return self._render_for(person, subject, context, facts)

        return render_each(people, CHANNEL, render_one, lambda person: person.email)

    @asynccontextmanager
    async def open_channel(self) -> AsyncIterator[Channel]:
        """Open a channel to the server of connection `smtp_conn_id`."""
        # 70 ms of imports that only a task which sends e-mail needs
        import aiosmtplib  # noqa: F401

        from bookflow.actions.smtp_channel import open_smtp

        settings = self.resources.settings
        info = self.resources.connections.get(settings.smtp_conn_id)
        async with open_smtp(info, settings) as channel:
            yield channel

    def _render_for(
        self,
        person: Person,
        about: Subject,
        context: Mapping[str, Any],
        facts: Mapping[str, Json],
    ) -> Message:
        address = find_address(person)
        if person.role == CUSTOM and not self.is_custom_literal:
            check_allowed(address, context, self.resources.settings)
        personal = enrich(self.resources.domain, about, context, person)
        subject = self.subject.render(personal)
        text = self.text.render(personal)
        html = self.html.render(personal) if self.html is not None else None
        masked = {"to": address, "subject": bound_text(subject), "message": bound_text(text)}
        if html is not None:
            masked["html"] = bound_text(html)
        return Message(
            recipient=address if person.role == CUSTOM else key_of(person),
            channel=CHANNEL,
            address=address,
            content={
                "to": address,
                "to_name": person.name,
                "subject": subject,
                "message": text,
                "html": html,
                "date": facts["timestamp"],
            },
            masked=masked,
            endpoint=endpoint_of_connection("smtp", self.resources.settings.smtp_conn_id),
            timezone=zone_of(person),
        )


def compile_send_email(action: SendEmail, resources: ActionResources) -> CompiledAction:
    """Compile an action of a spec; raises `TemplateError`."""
    custom = action.custom_email if action.recipient == CUSTOM else None
    return EmailAction(
        recipient=action.recipient,
        custom=None if custom is None else compile_template(custom, single_line=True),
        is_custom_literal=custom is not None and not has_template(custom),
        subject=compile_template(action.subject, single_line=True),
        text=compile_template(action.message),
        html=None if action.html is None else compile_template(action.html, html=True),
        resources=resources,
    )


def find_address(person: Person) -> str:
    """Give a person's address in wire form; raises `PermanentDeliveryError`."""
    raw = (person.email or "").strip()
    if not raw:
        message = f"the {describe_role(person)} has no e-mail address"
        raise PermanentDeliveryError(message, code="no-email")
    try:
        return normalize_address(raw)
    except ValueError:
        message = (
            f"{raw[:200]!r}, the e-mail address of the {describe_role(person)}, is not a valid "
            "address; correct it, for example to ana@example.com"
        )
        raise PermanentDeliveryError(message, code="invalid-email") from None


def check_allowed(address: str, context: Mapping[str, Any], settings: Settings) -> None:
    """Refuse a computed address outside the organizer's domain and the allowed ones.

    What fills a template may come from whoever makes a booking: without this rule anybody could
    have mail sent to anybody.
    """
    domain = domain_of(address)
    own = _own_address(context)
    if own and address.lower() == own.lower():
        return
    if own and domain == domain_of(own) and not is_shared_domain(domain):
        return
    if any(_matches(domain, allowed) for allowed in settings.recipient_domains):
        return
    message = (
        f"{address} comes from a template and is neither in the organizer's own domain nor in an "
        f"allowed one; add {domain} to BOOKFLOW_RECIPIENT_DOMAINS, or write the address literally"
    )
    raise PermanentDeliveryError(message, code="recipient-not-allowed")


def _own_address(context: Mapping[str, Any]) -> str | None:
    try:
        return normalize_address(str(context.get("organizer_email") or ""))
    except ValueError:
        return None


def _matches(domain: str, allowed: str) -> bool:
    """Compare with a listed domain; `*.example.com` stands for every domain below it."""
    wildcard = allowed.startswith("*.")
    try:
        wanted = normalize_domain(allowed.removeprefix("*."))
    except ValueError:
        return False
    return domain.endswith(f".{wanted}") if wildcard else domain == wanted
