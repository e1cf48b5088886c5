"""A booking as it comes from outside: strict models, and errors that name field and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from bookflow.domains.booking.values import (
    LINE_LIMIT,
    LINK_LIMIT,
    PROSE_LIMIT,
    Problem,
    check_answers,
    explain_status,
    find_link_fault,
    measure_answers,
    quote_value,
    read_status,
)
from bookflow.domains.booking.zones import find_zone, suggest_zone
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

ID_LIMIT = 128
PHONE_LIMIT = 64
EMAIL_LIMIT = 254
ATTENDEES_LIMIT = 500
GROUP_ANSWERS_SIZE_LIMIT = 262_144
KEYS_LIMIT = 100
PROBLEMS_LIMIT = 20
FIRST_YEAR, LAST_YEAR = 2000, 2100

_TIME_EXAMPLE = "write it like 2026-03-01T14:30:00+01:00 or 2026-03-01T13:30:00Z"

# Patterns are Rust regexes: linear in time whatever the text. Cc are control characters, among
# them NUL, which PostgreSQL can't store.
_LINE = r"^[^\p{Cc}\u2028\u2029]*$"
_PROSE = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$"
_SLUG = r"^[a-z0-9][a-z0-9_-]*$"
_LOCALE = r"^(?:[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4})?$"
_EMAIL_WORD = r"[^\s\p{C}@.\"(),:;<>\[\]\\]+"
_EMAIL_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?"
_EMAIL_ADDRESS = rf"{_EMAIL_WORD}(?:\.{_EMAIL_WORD})*@{_EMAIL_LABEL}(?:\.{_EMAIL_LABEL})+"
_EMAIL = rf"^{_EMAIL_ADDRESS}$"
_EMAIL_OR_EMPTY = rf"^(?:{_EMAIL_ADDRESS})?$"

_PARTS = ("event_type", "organizer", "invitee")

_EMAIL_FAULT = "is not an e-mail address; write it like ada@example.com"
_PATTERN_FAULTS = {
    _LINE: "must be a single line without control characters",
    _PROSE: "holds control characters; send plain text",
    _SLUG: "must be lower-case letters, digits, - and _, such as intro-call",
    _LOCALE: "is not a language tag; write it like de or pt-BR",
    _EMAIL: _EMAIL_FAULT,
    _EMAIL_OR_EMPTY: _EMAIL_FAULT,
}


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{message}", {"message": message})


def _read_instant(value: object) -> datetime:
    if isinstance(value, str) and 10 < len(value) <= 40:
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise _refuse(f"is not an ISO 8601 time; {_TIME_EXAMPLE}") from None
    if not isinstance(value, datetime):
        raise _refuse(f"must be a time in ISO 8601 with offset; {_TIME_EXAMPLE}")
    if value.utcoffset() is None:
        raise _refuse(f"has no offset, so it names no point in time; {_TIME_EXAMPLE}")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise _refuse(f"is in the year {value.year}; expected {FIRST_YEAR} to {LAST_YEAR}")
    return value.astimezone(UTC)


def _read_status(value: object) -> str:
    status = read_status(value)
    if status is None:
        raise _refuse(explain_status(value))
    return status


def _check_zone(name: str) -> str:
    if name and find_zone(name) is None:
        raise PydanticCustomError("zone", "is not an IANA time zone", {"name": name})
    return name


def _explain_zone(name: str) -> str:
    # only for the problems that are told: a guess takes milliseconds, a group may have 500
    near = suggest_zone(name)
    hint = f"did you mean `{near}`?" if near else "write it like Europe/Berlin"
    return f"{quote_value(name)} is not an IANA time zone; {hint}"


def _check_link(link: str) -> str:
    fault = find_link_fault(link) if link else None
    if fault:
        raise _refuse(fault)
    return link


_Instant = Annotated[datetime, PlainValidator(_read_instant)]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_LIMIT, pattern=_LINE)]
_OptionalId = Annotated[str, StringConstraints(max_length=ID_LIMIT, pattern=_LINE)]
_Line = Annotated[str, StringConstraints(max_length=LINE_LIMIT, pattern=_LINE)]
_Prose = Annotated[str, StringConstraints(max_length=PROSE_LIMIT, pattern=_PROSE)]
_Slug = Annotated[str, StringConstraints(min_length=1, max_length=ID_LIMIT, pattern=_SLUG)]
_Locale = Annotated[str, StringConstraints(max_length=35, pattern=_LOCALE)]
_Email = Annotated[str, StringConstraints(min_length=1, max_length=EMAIL_LIMIT, pattern=_EMAIL)]
_OptionalEmail = Annotated[str, StringConstraints(max_length=EMAIL_LIMIT, pattern=_EMAIL_OR_EMPTY)]
_Phone = Annotated[str, StringConstraints(max_length=PHONE_LIMIT, pattern=_LINE)]
_Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_check_zone)]
_Link = Annotated[str, StringConstraints(max_length=LINK_LIMIT), AfterValidator(_check_link)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class EventTypePayload(_Part):
    """What kind of meeting was booked."""

    id: _OptionalId | None = None
    slug: _Slug
    name: _Line | None = None
    description: _Prose | None = None
    duration: Annotated[int, Field(ge=0, le=527_040)] | None = None
    location_type: _Line | None = None
    max_attendees: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class OrganizerPayload(_Part):
    """Whose calendar was booked."""

    id: _OptionalId | None = None
    email: _Email
    name: _Line | None = None
    first_name: _Line | None = None
    last_name: _Line | None = None
    timezone: _Zone | None = None
    company: _Line | None = None
    phone: _Phone | None = None
    locale: _Locale | None = None


class InviteePayload(_Part):
    """Who booked; a phone number is kept as given and checked when it is used."""

    name: _Line | None = None
    email: _OptionalEmail | None = None
    phone: _Phone | None = None
    timezone: _Zone | None = None
    locale: _Locale | None = None


class AttendeePayload(InviteePayload):
    """Somebody who attends, with answers of their own."""

    # checked apart, since any name may stand there
    custom_answers: Any = None


class BookingPayload(_Part):
    """A booking in the shape of the API. What stands under `metadata` is not kept."""

    id: _Id
    status: Annotated[str, PlainValidator(_read_status)] = "confirmed"
    start_time: _Instant
    end_time: _Instant
    event_type: EventTypePayload
    organizer: OrganizerPayload
    invitee: InviteePayload
    attendees: Annotated[list[AttendeePayload], Field(max_length=ATTENDEES_LIMIT)] | None = None
    cancellation_reason: _Prose | None = None
    meeting_link: _Link | None = None
    meeting_id: _Line | None = None
    meeting_password: _Line | None = None
    # checked apart, since any name may stand there
    custom_answers: Any = None
    created_at: _Instant | None = None
    metadata: Any = None


def read_booking(raw: Mapping[str, Any], *, path: str) -> dict[str, Any]:
    """Validate a booking and give it as nested dicts: times in UTC, every key, empty as None.

    Raises `InputError` with up to `PROBLEMS_LIMIT` problems, their fields below `path`.
    """
    if not isinstance(raw, Mapping):
        raise InputError(path, "must be an object with id, start_time, end_time and so on")
    _check_sizes(raw, path)
    answers, problems = check_answers(raw.get("custom_answers"), f"{path}.custom_answers")
    group_answers, group_problems = _check_group_answers(raw.get("attendees"), path)
    problems += group_problems
    try:
        booking = BookingPayload.model_validate(raw if isinstance(raw, dict) else dict(raw))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        found = [_describe(item, path) for item in details[:PROBLEMS_LIMIT]]
        raise _as_error(found + problems) from None
    if booking.end_time <= booking.start_time:
        problems.insert(0, (f"{path}.end_time", "must be after start_time"))
    if problems:
        raise _as_error(problems)
    return _as_subject(booking, answers, group_answers)


def _check_group_answers(
    attendees: object, path: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Check each attendee's answers; together they may take `GROUP_ANSWERS_SIZE_LIMIT`."""
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    listed = attendees[:ATTENDEES_LIMIT] if isinstance(attendees, list) else []
    for position, attendee in enumerate(listed):
        raw = attendee.get("custom_answers") if isinstance(attendee, Mapping) else None
        where = f"{path}.attendees[{position}].custom_answers"
        answers, faults = check_answers(raw, where)
        found.append(answers)
        problems += faults
    if sum(map(measure_answers, found)) > GROUP_ANSWERS_SIZE_LIMIT:
        what = f"hold more than {GROUP_ANSWERS_SIZE_LIMIT:,} characters of answers in all"
        problems.append((f"{path}.attendees", what))
    return found, problems


def _check_sizes(raw: Mapping[str, Any], path: str) -> None:
    """Refuse objects with absurdly many keys at once: describing each would take seconds."""
    parts = [raw, *map(raw.get, _PARTS)]
    attendees = raw.get("attendees")
    if isinstance(attendees, list):
        parts += attendees[:ATTENDEES_LIMIT]
    for place, part in enumerate(parts):
        if isinstance(part, Mapping) and len(part) > KEYS_LIMIT:
            names = ["", *(f".{name}" for name in _PARTS)]
            name = names[place] if place < len(names) else f".attendees[{place - len(names)}]"
            what = f"has {len(part):,} keys; more than {KEYS_LIMIT} is no booking"
            raise InputError(f"{path}{name}", what)


def _as_subject(
    booking: BookingPayload, answers: dict[str, Any], group_answers: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    event_type, organizer = booking.event_type, booking.organizer
    return {
        "id": booking.id,
        "status": booking.status,
        "start_time": booking.start_time,
        "end_time": booking.end_time,
        "event_type": {
            "id": event_type.id or event_type.slug,
            "slug": event_type.slug,
            "name": event_type.name or None,
            "description": event_type.description or None,
            "duration": event_type.duration,
            "location_type": event_type.location_type or None,
            "max_attendees": event_type.max_attendees,
        },
        "organizer": {
            "id": organizer.id or organizer.email.lower(),
            "email": organizer.email,
            "name": organizer.name or None,
            "first_name": organizer.first_name or None,
            "last_name": organizer.last_name or None,
            "timezone": organizer.timezone or None,
            "company": organizer.company or None,
            "phone": organizer.phone or None,
            "locale": organizer.locale or None,
        },
        "invitee": _as_person(booking.invitee),
        "attendees": [
            {**_as_person(attendee), "custom_answers": own}
            for attendee, own in zip(booking.attendees or (), group_answers, strict=True)
        ],
        "cancellation_reason": booking.cancellation_reason or None,
        "meeting_link": booking.meeting_link or None,
        "meeting_id": booking.meeting_id or None,
        "meeting_password": booking.meeting_password or None,
        "custom_answers": answers,
        "created_at": booking.created_at,
    }


def _as_person(person: InviteePayload) -> dict[str, Any]:
    return {
        "name": person.name or None,
        "email": person.email or None,
        "phone": person.phone or None,
        "timezone": person.timezone or None,
        "locale": person.locale or None,
    }


def _as_error(problems: Sequence[Problem]) -> InputError:
    (field, message), *more = problems[:PROBLEMS_LIMIT]
    return InputError(field, message, more=more)


def _describe(error: ErrorDetails, path: str) -> Problem:
    loc = error["loc"]
    if error["type"] == "extra_forbidden":
        return _join(path, loc), _explain_unknown(loc)
    return _join(path, loc), _explain(error["type"], error.get("ctx", {}), error["msg"])


def _explain(kind: str, facts: Mapping[str, Any], fallback: str) -> str:
    """Say a fault of pydantic's in the words of the API."""
    if kind in _PLAIN_FAULTS:
        return _PLAIN_FAULTS[kind]
    if kind == "refused":
        return str(facts["message"])
    if kind == "zone":
        return _explain_zone(facts["name"])
    if kind == "string_pattern_mismatch":
        return _PATTERN_FAULTS[facts["pattern"]]
    if kind == "string_too_long":
        return f"is longer than {facts['max_length']:,} characters"
    if kind == "too_long":
        return f"has more than {facts['max_length']:,} entries"
    if kind == "greater_than_equal":
        return f"must be at least {facts['ge']:,}"
    if kind == "less_than_equal":
        return f"must be at most {facts['le']:,}"
    return fallback


_PLAIN_FAULTS = {
    "missing": "is required",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "string_unicode": "holds broken Unicode; send plain text",
    "model_type": "must be an object",
    "invalid_key": "the names of keys must be text",
    "list_type": "must be a list",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a whole number of reasonable size",
}


def _explain_unknown(loc: Sequence[int | str]) -> str:
    model = _MODELS.get(str(loc[0]), BookingPayload) if len(loc) > 1 else BookingPayload
    names = {name: name for name in model.model_fields}
    if model is BookingPayload:
        # people write invitee_email, as in specs, where the API nests
        names |= {f"{part}_{name}": f"{part}.{name}" for part, name in _list_nested()}
    near = difflib.get_close_matches(str(loc[-1])[:40], names, n=1)
    what = quote_value(loc[-1])
    if near:
        return f"{what} is not a field here; did you mean `{names[near[0]]}`?"
    if model is BookingPayload:
        return f"{what} is not a field of a booking; put data of your own under `metadata`"
    return f"{what} is not a field here; known: {', '.join(names)}"


def _list_nested() -> Iterator[tuple[str, str]]:
    for part in ("event_type", "organizer", "invitee"):
        for name in _MODELS[part].model_fields:
            yield part, name


_MODELS: dict[str, type[BaseModel]] = {
    "event_type": EventTypePayload,
    "organizer": OrganizerPayload,
    "invitee": InviteePayload,
    "attendees": AttendeePayload,
}


def _join(path: str, loc: Sequence[int | str]) -> str:
    parts = (f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in loc)
    return (path + "".join(parts)).removeprefix(".")


def _shown(step: str) -> str:
    return step if step.isascii() and step.isidentifier() else quote_value(step).strip("`")
