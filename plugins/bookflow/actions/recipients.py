"""Recipients: who gets a message, with the context that is rendered for each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bookflow.actions.masking import bound_text
from bookflow.errors import PermanentDeliveryError, TemplateError
from bookflow.records import Message, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bookflow.ports import Domain
    from bookflow.records import Json, Subject

ADDRESS_LIMIT = 320
CUSTOM = "custom"


def find_people(domain: Domain, subject: Subject, recipient: str) -> list[Person]:
    """Resolve a recipient that is not `custom`; raises `PermanentDeliveryError` for nobody."""
    people = domain.people(subject, recipient)
    if not people:
        message = f"the {domain.vocabulary.domain} has no recipient `{recipient}`"
        raise PermanentDeliveryError(message, code="no-recipient")
    return people


def make_custom(context: Mapping[str, Any], *, email: str | None, phone: str | None) -> Person:
    """Describe a recipient given by address alone: reads as a colleague of the organizer."""
    return Person(
        role=CUSTOM,
        email=email,
        phone=phone,
        timezone=context.get("organizer_timezone"),
        locale=context.get("organizer_locale"),
    )


def describe_role(person: Person) -> str:
    """Name a person in an error."""
    if person.role == CUSTOM:
        return "custom recipient"
    return "attendee" if is_further(person) else person.role


def is_further(person: Person) -> bool:
    """Tell whether somebody is a further attendee of a group rather than the one who booked."""
    return key_of(person) != person.role


def key_of(person: Person) -> str:
    """Give what tells a person apart from the others of an action."""
    return person.key or person.role


def zone_of(person: Person) -> str | None:
    """Give the zone of the person's day; nobody knows it of a bare address."""
    return None if person.role == CUSTOM else person.timezone


def enrich(
    domain: Domain, subject: Subject, context: Mapping[str, Any], person: Person
) -> dict[str, Any]:
    """Give what a message to the person may show, and add who is being written to."""
    return {
        **domain.context_for(subject, context, person),
        "recipient_name": person.name or None,
        "recipient_role": person.role,
        "recipient_timezone": person.timezone,
        "recipient_locale": person.locale,
    }


def render_each(
    people: list[Person],
    channel: str,
    render: Callable[[Person], Message],
    addressed: Callable[[Person], str | None],
) -> list[Message]:
    """Render for everybody; one unreachable person never costs another their message.

    An unreachable person among reachable ones becomes a message that fails when it is sent, so
    that the reason is recorded; so does one whose own data a template can't cope with. Raises
    when there is nobody else.
    """
    messages: list[Message] = []
    first: PermanentDeliveryError | TemplateError | None = None
    for person in people:
        try:
            messages.append(render(person))
        except (PermanentDeliveryError, TemplateError) as error:
            first = first or error
            messages.append(_refused(person, channel, addressed(person), error))
    if first is not None and all("refusal" in message.content for message in messages):
        raise first
    return messages


def note_left_out(messages: list[Message], count: int, lacking: str) -> list[Message]:
    """Tell readers, beside the first message, how many further attendees get none and why."""
    if not count:
        return messages
    who = "1 further attendee has" if count == 1 else f"{count} further attendees have"
    first, *rest = messages
    return [replace(first, masked={**first.masked, "left_out": f"{who} no {lacking}"}), *rest]


def raise_refusal(content: Mapping[str, Json]) -> None:
    """Raise what made a message unsendable, if anything did."""
    refusal = content.get("refusal")
    if refusal:
        raise PermanentDeliveryError(refusal["reason"], code=refusal["code"])


def _refused(
    person: Person,
    channel: str,
    address: str | None,
    error: PermanentDeliveryError | TemplateError,
) -> Message:
    shown = bound_text(address or "", ADDRESS_LIMIT)
    reason = str(error)
    code = error.code if isinstance(error, PermanentDeliveryError) else "invalid-content"
    return Message(
        recipient=key_of(person),
        channel=channel,
        address=shown,
        content={"refusal": {"code": code, "reason": reason}},
        masked={"to": shown, "problem": reason},
    )
