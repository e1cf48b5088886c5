"""What is wrong with a spec, in plain English, at a location of the data.

pydantic's errors speak of types and inputs; these speak of keys, lists and quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bookflow.spec.conditions.models import Group, Rule
from bookflow.spec.conditions.operators import nearest
from bookflow.spec.models import ACTION_TYPES, Workflow
from bookflow.spec.timing import Digest, QuietHours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    from bookflow.spec.yaml_reading import Location


MOST_PROBLEMS = 100
"""More problems than this say nothing new, and finding what each meant takes time."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong; `line` counts from 1 inside a text value, 0 where that says nothing."""

    location: Location
    message: str
    suggestion: str | None = None
    code: str = "invalid"
    line: int = 0
    at_key: bool = False


_PARTS: dict[str, type[BaseModel]] = {"quiet_hours": QuietHours, "digest": Digest}
"""The keys of a workflow that hold keys of their own."""
_UNION_TAGS = frozenset({*ACTION_TYPES, "rule", "group"})

_KEY_SYNONYMS = {
    "on": "trigger", "event": "trigger", "when": "trigger", "steps": "actions",
    "owner": "organizer", "title": "name", "delay": "delay_minutes", "active": "is_active",
    "enabled": "is_active", "if": "conditions", "condition": "conditions", "to": "recipient",
    "recipients": "recipient", "body": "message", "text": "message", "url": "webhook_url",
    "conn_id": "webhook_conn_id", "data": "webhook_data", "payload": "webhook_data",
    "fields": "update_booking_fields", "email": "custom_email", "phone": "custom_phone",
    "schedule": "cron", "retry": "retries", "op": "operator", "not": "negate",
    "begin": "start", "from": "start", "until": "end", "stop": "end", "late": "if_late",
    "past": "if_past", "quiet": "quiet_hours", "do_not_disturb": "quiet_hours",
    "gather": "digest", "bundle": "digest", "every": "window", "duration": "window",
}  # fmt: skip
_TYPE_SYNONYMS = {
    "email": "send_email", "mail": "send_email", "e-mail": "send_email", "sms": "send_sms",
    "text": "send_sms", "http": "webhook", "call": "webhook", "call_webhook": "webhook",
    "update": "update_booking", "update_record": "update_booking",
}  # fmt: skip


def did_you_mean(statement: str, candidate: str | None) -> str:
    """Add the near miss to a statement, the way every bookflow error does."""
    return f"{statement}; did you mean `{candidate}`?" if candidate else statement


def shown(value: object, limit: int = 60) -> str:
    """Quote a value from outside so that it can't break or fill an error."""
    text = str(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: limit + 1])
    return f"`{text[:limit]}…`" if len(text) > limit else f"`{text}`"


def explain_validation_error(error: ValidationError, data: Mapping[str, Any]) -> list[Problem]:
    """Turn pydantic's errors about a workflow into problems; `data` is what was validated."""
    told = (
        _explain(detail, data)
        for detail in error.errors(include_url=False)
        if not _is_echo(detail, data)
    )
    return list(islice(told, MOST_PROBLEMS))


def _is_echo(detail: ErrorDetails, data: Mapping[str, Any]) -> bool:
    """Spot `too_short` about a list whose items were all refused, each with its own error."""
    if detail["type"] != "too_short":
        return False
    value = _value_at(data, _plain_location(detail["loc"]))
    return isinstance(value, list | dict) and len(value) > 0


def _explain(detail: ErrorDetails, data: Mapping[str, Any]) -> Problem:
    location = _plain_location(detail["loc"])
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(location, data)
    if kind == "missing":
        return Problem(location, "is required", code="missing")
    if kind.startswith("union_tag"):
        return _wrong_action_type(location, given)
    if kind == "literal_error":
        return _wrong_choice(location, given, context)
    if kind == "string_pattern_mismatch":
        return _wrong_id(location, given)
    if kind == "header":
        return Problem((*location, str(context["key"])), detail["msg"], code="header", at_key=True)
    if kind == "name_clash":
        place = (*location, int(context["position"]), "name")
        return Problem(place, str(context["problem"]), code="name-clash")
    words = _WORDS.get(kind)
    message = words(given, context) if words else detail["msg"]
    return Problem(location, message, code=kind.replace("_", "-"))


def _plain_location(location: Sequence[str | int]) -> Location:
    """Drop the union tags that pydantic puts behind list positions."""
    return tuple(
        step
        for place, step in enumerate(location)
        if not (step in _UNION_TAGS and place and isinstance(location[place - 1], int))
    )


def _value_at(data: object, location: Iterable[str | int]) -> object:
    for step in location:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _unknown_key(location: Location, data: Mapping[str, Any]) -> Problem:
    key, parent = str(location[-1]), location[:-1]
    around = _value_at(data, parent)
    place, known = _keys_allowed(parent, around)
    owner = _owner_of(key) if len(parent) == 2 and parent[0] == "actions" else None
    if owner is not None:
        message = f"{shown(key)} belongs to {owner}, not to {place}; remove it"
        return Problem(location, message, None, "unknown-key", at_key=True)
    missing = tuple(name for name in known if not isinstance(around, dict) or name not in around)
    synonym = _KEY_SYNONYMS.get(key.lower())
    if synonym in known and synonym not in missing:
        message = f"{shown(key)} is not a key of {place}, and `{synonym}` is there; remove it"
        return Problem(location, message, None, "unknown-key", at_key=True)
    candidate = synonym if synonym in missing else nearest(key, missing)
    message = did_you_mean(f"{shown(key)} is not a key of {place}", candidate)
    if candidate is None:
        message += f"; its keys are {', '.join(known)}"
    return Problem(location, message, candidate, "unknown-key", at_key=True)


def _owner_of(key: str) -> str | None:
    """Say where a key that an action can't have belongs; None where it belongs nowhere."""
    owners = [name for name, model in ACTION_TYPES.items() if key in model.model_fields]
    if owners:
        return f"{' and '.join(owners)} actions"
    return "the workflow" if key in _PARTS or key in ("if_past", "if_late") else None


def _keys_allowed(parent: Location, around: object) -> tuple[str, tuple[str, ...]]:
    if not parent:
        return "a workflow", tuple(Workflow.model_fields)
    if len(parent) == 1 and parent[0] in _PARTS:
        return f"`{parent[0]}`", tuple(_PARTS[str(parent[0])].model_fields)
    if len(parent) == 2 and parent[0] == "actions" and isinstance(around, dict):
        kind = str(around.get("type"))
        return f"a {kind} action", tuple(ACTION_TYPES[kind].model_fields)
    if isinstance(around, dict) and ("rules" in around or parent[-2] == "conditions"):
        return "a group", tuple(Group.model_fields)
    return "a rule", tuple(Rule.model_fields)


def _wrong_action_type(location: Location, given: object) -> Problem:
    names = tuple(ACTION_TYPES)
    kind = given.get("type") if isinstance(given, dict) else None
    place = (*location, "type")
    if kind is None:
        return Problem(place, f"is required; one of {', '.join(names)}", None, "missing")
    candidate = None
    if isinstance(kind, str):
        candidate = _TYPE_SYNONYMS.get(kind.lower()) or nearest(kind, names)
    message = did_you_mean(f"{shown(kind)} is not a type of action", candidate)
    if candidate is None:
        message += f"; must be one of {', '.join(names)}"
    return Problem(place, message, candidate, "unknown-action-type")


def _wrong_choice(location: Location, given: object, context: Mapping[str, Any]) -> Problem:
    choices = tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    candidate = nearest(given, choices) if isinstance(given, str) else None
    listed = ", ".join(choices)
    statement = f"{shown(given)} is not allowed here, must be one of {listed}"
    return Problem(location, did_you_mean(statement, candidate), candidate, "unknown-choice")


def _wrong_id(location: Location, given: object) -> Problem:
    slug = re.sub(r"[^a-z0-9]+", "-", str(given)[:200].lower()).strip("-")[:64]
    statement = f"{shown(given)} must be 1 to 64 lower-case letters, digits and hyphens"
    return Problem(location, did_you_mean(statement, slug or None), slug or None, "bad-id")


def _not_a_text(given: object, _context: Mapping[str, Any]) -> str:
    if given is None:
        return "must be a text"
    if isinstance(given, int | float):
        return f'must be a text; put it in quotes: "{str(given)[:60].lower()}"'
    kind = "list" if isinstance(given, list) else "mapping"
    return f"must be a text, not a {kind}; a text that begins with `[` or `{{` needs quotes"


def _not_a_list(given: object, _context: Mapping[str, Any]) -> str:
    example = f", such as [{shown(given).strip('`')}]" if isinstance(given, str | int) else ""
    return f"must be a list{example}"


def _not_a_mapping(given: object, _context: Mapping[str, Any]) -> str:
    return f"must be a mapping of keys to values, not {shown(given)}"


def _no_whole_number(given: object, _context: Mapping[str, Any]) -> str:
    return f"must be a whole number, not {shown(given)}"


_WORDS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "string_type": _not_a_text,
    "tuple_type": _not_a_list,
    "list_type": _not_a_list,
    "dict_type": _not_a_mapping,
    "mapping_type": _not_a_mapping,
    "model_type": _not_a_mapping,
    "model_attributes_type": _not_a_mapping,
    "int_type": _no_whole_number,
    "int_parsing": _no_whole_number,
    "int_from_float": _no_whole_number,
    "bool_type": lambda given, _: f"must be true or false, not {shown(given)}",
    "bool_parsing": lambda given, _: f"must be true or false, not {shown(given)}",
    "greater_than_equal": lambda given, says: f"must be at least {says['ge']}, not {shown(given)}",
    "less_than_equal": lambda given, says: f"must be at most {says['le']}, not {shown(given)}",
    "string_too_short": lambda _, says: f"must have at least {says['min_length']} character",
    "string_too_long": lambda given, says: (
        f"must have at most {says['max_length']:,} characters; it has {len(given):,}"
    ),
    "too_short": lambda _, says: f"must hold at least {says['min_length']}; it is empty",
    "too_long": lambda given, says: (
        f"must hold at most {says['max_length']}; it holds {len(given)}"
    ),
}
