"""Recipients: who gets a message, with the context that is rendered for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.actions.masking import bound_text
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bookflow.ports import Domain
    from bookflow.records import Json, Subject

ADDRESS_LIMIT = 320


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
        role="custom",
        email=email,
        phone=phone,
        timezone=context.get("organizer_timezone"),
        locale=context.get("organizer_locale"),
    )


def describe_role(person: Person) -> str:
    """Name a person in an error."""
    return "custom recipient" if person.role == "custom" else person.role


def enrich(context: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Add who is being written to."""
    return {
        **context,
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
    that the reason is recorded. Raises when nobody is reachable.
    """
    messages: list[Message] = []
    first: PermanentDeliveryError | None = None
    for person in people:
        try:
            messages.append(render(person))
        except PermanentDeliveryError as error:
            first = first or error
            messages.append(_refused(person, channel, addressed(person), error))
    if first is not None and all("refusal" in message.content for message in messages):
        raise first
    return messages


def raise_refusal(content: Mapping[str, Json]) -> None:
    """Raise what made a message unsendable, if anything did."""
    refusal = content.get("refusal")
    if refusal:
        raise PermanentDeliveryError(refusal["reason"], code=refusal["code"])


def _refused(
    person: Person, channel: str, address: str | None, error: PermanentDeliveryError
) -> Message:
    shown = bound_text(address or "", ADDRESS_LIMIT)
    reason = str(error)
    return Message(
        recipient=person.role,
        channel=channel,
        address=shown,
        content={"refusal": {"code": error.code, "reason": reason}},
        masked={"to": shown, "problem": reason},
    )
