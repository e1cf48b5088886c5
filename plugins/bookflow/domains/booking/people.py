"""Who a message about a booking can go to, and how people are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.records import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Subject


def split_name(person: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Give first and last name; where both are missing, they are taken from the full name.

    The first word is the first name, the rest the last name; a single word is a first name.
    """
    first, last = person.get("first_name") or None, person.get("last_name") or None
    if first is None and last is None and (name := person.get("name")):
        head, _, rest = name.strip().partition(" ")
        return head or None, rest.strip() or None
    return first, last


def name_in_full(person: Mapping[str, Any]) -> str | None:
    """Give the full name; where it is missing, first and last name together."""
    name = person.get("name")
    if name:
        return str(name)
    parts = (person.get("first_name"), person.get("last_name"))
    return " ".join(part for part in parts if part) or None


def find_people(subject: Subject, recipient: str) -> list[Person]:
    """Resolve `invitee`, `organizer` or `both` (the invitee first); anybody else: `InputError`."""
    if recipient == "invitee":
        return [_invitee(subject)]
    if recipient == "organizer":
        return [_organizer(subject)]
    if recipient == "both":
        return [_invitee(subject), _organizer(subject)]
    raise InputError("recipient", f"`{recipient:.40}` is none of invitee, organizer, both")


def _organizer(subject: Subject) -> Person:
    organizer = subject.get("organizer") or {}
    return Person(
        role="organizer",
        name=name_in_full(organizer) or "",
        email=organizer.get("email"),
        phone=organizer.get("phone"),
        timezone=organizer.get("timezone") or "UTC",
        locale=organizer.get("locale"),
    )


def _invitee(subject: Subject) -> Person:
    invitee = subject.get("invitee") or {}
    organizer = subject.get("organizer") or {}
    return Person(
        role="invitee",
        name=invitee.get("name") or "",
        email=invitee.get("email"),
        phone=invitee.get("phone"),
        timezone=invitee.get("timezone") or organizer.get("timezone") or "UTC",
        locale=invitee.get("locale"),
    )
