"""Checks of a spec against the words of a domain: trigger, fields, templates, updates.

They read the plain data as well as the models, so that a slip in one key hides none in another.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bookflow.spec.addresses import carries_credentials
from bookflow.spec.conditions import Group, check_conditions
from bookflow.spec.conditions.models import MAX_DEPTH
from bookflow.spec.conditions.operators import nearest
from bookflow.spec.models import SCHEDULE, Workflow, find_name_clashes
from bookflow.spec.problems import MOST_PROBLEMS, Problem, did_you_mean, shown
from bookflow.spec.templates import check_template
from bookflow.spec.timing_checks import check_timing
from bookflow.spec.vocabulary import ContextField, FieldType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bookflow.errors import ConditionError
    from bookflow.spec.vocabulary import Vocabulary
    from bookflow.spec.yaml_reading import Location

RECIPIENT_FIELDS: dict[str, ContextField] = {
    item.name: item
    for item in (
        ContextField("recipient_name", FieldType.TEXT, "Name of the person written to", "Ana"),
        ContextField("recipient_role", FieldType.TEXT, "Role of that person", "invitee"),
        ContextField("recipient_timezone", FieldType.TEXT, "Their time zone", "Europe/Berlin"),
        ContextField("recipient_locale", FieldType.TEXT, "Their locale", "de"),
    )
}
"""What templates of messages may name besides the fields of the domain."""

_MOST_RULES = 100
_MESSAGE_TYPES = frozenset({"send_email", "send_sms"})
_TEMPLATE_KEYS: dict[str, tuple[str, ...]] = {
    "send_email": ("subject", "message", "html", "custom_email"),
    "send_sms": ("message", "custom_phone"),
    "webhook": ("webhook_url", "webhook_data", "headers"),
    "update_booking": ("update_booking_fields",),
}


def check_words(
    data: Mapping[str, Any], workflow: Workflow | None, vocabulary: Vocabulary
) -> list[Problem]:
    """List what the vocabulary doesn't know; `workflow` is None if it has other faults."""
    return list(islice(_find_unknown_words(data, workflow, vocabulary), MOST_PROBLEMS))


def _find_unknown_words(
    data: Mapping[str, Any], workflow: Workflow | None, vocabulary: Vocabulary
) -> Iterator[Problem]:
    yield from _check_trigger(data.get("trigger"), vocabulary)
    yield from check_timing(data, vocabulary)
    actions = data.get("actions")
    if not isinstance(actions, list):
        return
    for_messages = replace(vocabulary, fields={**vocabulary.fields, **RECIPIENT_FIELDS})
    for position, action in enumerate(actions[: Workflow.MOST_ACTIONS]):
        if not isinstance(action, dict):
            continue
        where: Location = ("actions", position)
        groups = workflow.actions[position].conditions if workflow is not None else None
        if groups is None or groups:
            yield from _check_conditions(action.get("conditions"), groups, where, vocabulary)
        kind = str(action.get("type"))
        words = for_messages if kind in _MESSAGE_TYPES else vocabulary
        yield from _check_templates(action, kind, where, words)
        if kind == "update_booking":
            yield from _check_updates(action.get("update_booking_fields"), where, vocabulary)


def check_list(data: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with the actions as a whole; models refuse the same, but later."""
    actions = data.get("actions")
    if not isinstance(actions, list) or not actions:
        return []
    mappings = [action if isinstance(action, dict) else {} for action in actions]
    names = [mapping.get("name") for mapping in mappings]
    problems = [
        Problem(("actions", position, "name"), message, None, "name-clash")
        for position, message in find_name_clashes(names[: Workflow.MOST_ACTIONS])
    ]
    if all(mapping.get("is_active") is False for mapping in mappings):
        message = "needs at least one active action"
        problems.append(Problem(("actions",), message, None, "no-active-action"))
    return problems


def find_warnings(data: Mapping[str, Any]) -> list[Problem]:
    """List what works but should be done another way."""
    found = _find_unfired_trigger(data["trigger"])
    for position, action in enumerate(data["actions"]):
        for name in action.get("headers") or ():
            if carries_credentials(name):
                message = (
                    f"the header {shown(name)} usually carries a secret, and specs are no place "
                    "for secrets; put it into an Airflow connection and name it in webhook_conn_id"
                )
                spot = ("actions", position, "headers", name)
                found.append(Problem(spot, message, None, "credential-header", at_key=True))
    return found


def _find_unfired_trigger(trigger: str) -> list[Problem]:
    """Warn of the trigger that this version accepts but does not fire."""
    if trigger != SCHEDULE:
        return []
    message = (
        "bookflow does not keep schedules yet: the workflow runs only when its DAG is triggered "
        "by hand"
    )
    return [Problem(("trigger",), message, None, "not-fired")]


def _check_trigger(trigger: object, vocabulary: Vocabulary) -> list[Problem]:
    if not isinstance(trigger, str) or not trigger.strip() or trigger in vocabulary.triggers:
        return []
    names = tuple(vocabulary.triggers)
    candidate = nearest(trigger, names)
    message = did_you_mean(f"{shown(trigger)} is not a trigger", candidate)
    if candidate is None:
        message += f"; must be one of {', '.join(names)}"
    return [Problem(("trigger",), message, candidate, "unknown-trigger")]


def _check_conditions(
    raw: object, groups: tuple[Group, ...] | None, where: Location, vocabulary: Vocabulary
) -> Iterator[Problem]:
    here = (*where, "conditions")
    if groups is not None:
        for error in check_conditions(groups, vocabulary):
            yield _from_condition_error(error, here, _steps(error.path))
        return
    for inside, group, is_wrapped in _valid_parts(raw, ()):
        for error in check_conditions([group], vocabulary):
            # The path of a rule saved from a broken group begins with the group made around it.
            steps = _steps(error.path)[3 if is_wrapped else 1 :]
            yield _from_condition_error(error, here, (*inside, *steps))


def _valid_parts(raw: object, inside: Location) -> Iterator[tuple[Location, Group, bool]]:
    """Give whole groups where they are sound, else their sound rules, each in a group made here."""
    for position, item in enumerate(raw[:_MOST_RULES] if isinstance(raw, list) else ()):
        where = (*inside, position)
        is_wrapped = bool(inside) or not (isinstance(item, dict) and "rules" in item)
        try:
            group = Group.model_validate({"rules": [item]} if is_wrapped else item)
            yield where, group, is_wrapped
        except ValidationError:
            if isinstance(item, dict) and len(where) < 2 * MAX_DEPTH:
                yield from _valid_parts(item.get("rules"), (*where, "rules"))


def _from_condition_error(error: ConditionError, here: Location, inside: Location) -> Problem:
    return Problem((*here, *inside), str(error), error.suggestion, "condition")


def _steps(path: str) -> Location:
    return tuple(int(step) if step.isdigit() else step for step in path.split(".") if step)


def _check_templates(
    action: Mapping[str, Any], kind: str, where: Location, vocabulary: Vocabulary
) -> Iterator[Problem]:
    for key in _TEMPLATE_KEYS.get(kind, ()):
        for location, text in _texts(action.get(key), (*where, key)):
            for error in check_template(text, html=key == "html", vocabulary=vocabulary):
                message = str(error)
                yield Problem(location, message, _named_in(message), "template", line=error.line)


def _texts(value: object, location: Location) -> Iterator[tuple[Location, str]]:
    """Walk the texts that hold a placeholder, statement or comment."""
    if isinstance(value, str):
        if "{{" in value or "{%" in value or "{#" in value:
            yield location, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*location, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _texts(item, (*location, position))


def _named_in(message: str) -> str | None:
    _, asked, rest = message.rpartition("did you mean `")
    return rest.partition("`")[0] if asked else None


def _check_updates(fields: object, where: Location, vocabulary: Vocabulary) -> Iterator[Problem]:
    known = tuple(vocabulary.updatable_fields)
    for name in fields if isinstance(fields, dict) else ():
        if name not in vocabulary.updatable_fields:
            candidate = nearest(name, known)
            message = did_you_mean(f"{shown(name)} is not a field that can be updated", candidate)
            if candidate is None:
                message += f"; must be one of {', '.join(known)}"
            spot = (*where, "update_booking_fields", name)
            yield Problem(spot, message, candidate, "unknown-field", at_key=True)
