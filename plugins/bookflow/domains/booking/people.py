"""Who a message about a booking can go to, and how people are called."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.records import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.records import Subject

_INVITEE = "invitee"
_PERSON_FIELDS = ("name", "email", "phone", "timezone", "locale")
_MOST = 500


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
    """Resolve `invitee`, `organizer` or `both`; anybody else: `InputError`.

    The invitee comes first, then everybody else who attends, the organizer last.
    """
    if recipient == "invitee":
        return _find_attending(subject)
    if recipient == "organizer":
        return [_organizer(subject)]
    if recipient == "both":
        return [*_find_attending(subject), _organizer(subject)]
    raise InputError("recipient", f"`{recipient:.40}` is none of invitee, organizer, both")


def _find_attending(subject: Subject) -> list[Person]:
    """Give the invitee and the further attendees of a group, each person once.

    Rows written by plain SQL may hold anything: what is no attendee is left out.
    """
    invitee = _invitee(subject)
    others: dict[str, Person] = {}
    listed = subject.get("attendees")
    for raw in listed[:_MOST] if isinstance(listed, list) else ():
        attendee = _attendee(raw, subject) if isinstance(raw, dict) else None
        if attendee is None:
            continue
        if _is_same(attendee, invitee):
            invitee = replace(
                invitee,
                email=invitee.email or attendee.email,
                phone=invitee.phone or attendee.phone,
            )
        else:
            others.setdefault(attendee.key, attendee)
    # whose data was erased is nobody any more; the rest of the group goes on
    is_nobody = not (invitee.name or invitee.email or invitee.phone)
    return list(others.values()) if others and is_nobody else [invitee, *others.values()]


def _organizer(subject: Subject) -> Person:
    organizer = subject.get("organizer") or {}
    return Person(
        role="organizer",
        name=name_in_full(organizer) or "",
        email=organizer.get("email"),
        phone=organizer.get("phone"),
        timezone=organizer.get("timezone") or "UTC",
        locale=organizer.get("locale"),
        key="organizer",
    )


def _invitee(subject: Subject) -> Person:
    invitee = subject.get("invitee") or {}
    return Person(
        role=_INVITEE,
        name=invitee.get("name") or "",
        email=invitee.get("email"),
        phone=invitee.get("phone"),
        timezone=invitee.get("timezone") or _zone_of(subject),
        locale=invitee.get("locale"),
        key=_INVITEE,
    )


def _attendee(raw: Mapping[str, Any], subject: Subject) -> Person | None:
    """Give a further attendee; None for an entry that names nobody."""
    name, email, phone, timezone, locale = (_text(raw, field) for field in _PERSON_FIELDS)
    identity = _identify(name, email, phone)
    if identity is None:
        return None
    answers = raw.get("custom_answers")
    return Person(
        role=_INVITEE,
        name=name or "",
        email=email,
        phone=phone,
        timezone=timezone or _zone_of(subject),
        locale=locale,
        key=f"{_INVITEE}:{sha256(identity.encode()).hexdigest()[:12]}",
        answers=answers if isinstance(answers, dict) else {},
    )


def _identify(name: str | None, email: str | None, phone: str | None) -> str | None:
    """Tell by what an attendee is known: e-mail, else phone, else name."""
    if email:
        return email.casefold()
    return _normalize_phone(phone) or (name.casefold() if name else None)


def _is_same(attendee: Person, invitee: Person) -> bool:
    """Tell whether the list names the invitee again: by e-mail, else by name and phone."""
    if attendee.email and invitee.email:
        return attendee.email.casefold() == invitee.email.strip().casefold()
    if attendee.name.casefold() != invitee.name.strip().casefold():
        return False
    # a bare name is taken to be the invitee of that name: there is no way to write to it anyway
    if not attendee.email and not attendee.phone:
        return True
    phone = _normalize_phone(attendee.phone)
    return phone != "" and phone == _normalize_phone(invitee.phone)


def _normalize_phone(phone: str | None) -> str:
    """Give a number's digits, with a plus where it begins with the country code.

    >>> _normalize_phone("+1 (202) 555-0142"), _normalize_phone("0049 30 12")
    ('+12025550142', '+493012')
    """
    written = (phone or "").strip()
    digits = "".join(sign for sign in written if sign.isdigit())
    if written.startswith("+") and digits:
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _zone_of(subject: Subject) -> str:
    return (subject.get("organizer") or {}).get("timezone") or "UTC"


def _text(raw: Mapping[str, Any], field: str) -> str | None:
    value = raw.get(field)
    return value.strip() or None if isinstance(value, str) else None
