"""The JSON Schema of specs, for editors: completion, descriptions and a check while typing.

It knows what a schema can say; `load_workflow` stays the judge of everything else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bookflow.spec.models import SCHEDULE, Workflow
from bookflow.spec.timing_checks import REMINDER_KEYS

if TYPE_CHECKING:
    from bookflow.spec.vocabulary import Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NULL = {"type": "null"}


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a spec in the words of a domain.

    >>> from bookflow.spec.vocabulary import TriggerInfo, Vocabulary
    >>> words = Vocabulary("demo", {}, {"contact_created": TriggerInfo("contact_created", "New")})
    >>> json_schema(words)["properties"]["trigger"]["enum"]
    ['contact_created']
    """
    schema = Workflow.model_json_schema()
    schema = {"$schema": DIALECT, **schema, "title": f"bookflow workflow ({vocabulary.domain})"}
    _name_triggers(schema["properties"]["trigger"], vocabulary)
    definitions = schema["$defs"]
    _name_fields(definitions["Rule"]["properties"]["field"], vocabulary)
    updates = definitions["UpdateBooking"]["properties"]["update_booking_fields"]
    updates["properties"] = {name: {} for name in vocabulary.updatable_fields}
    updates["additionalProperties"] = False
    _tie(schema, "trigger", SCHEDULE, ("cron", "timezone"))
    _tie_to_reminders(schema, vocabulary)
    _tie(definitions["SendEmail"], "recipient", "custom", ("custom_email",))
    _tie(definitions["SendSms"], "recipient", "custom", ("custom_phone",))
    definitions["Webhook"]["oneOf"] = [
        {"required": ["webhook_url"]},
        {"required": ["webhook_conn_id"]},
    ]
    return schema


def _name_triggers(trigger: dict[str, Any], vocabulary: Vocabulary) -> None:
    infos = vocabulary.triggers.values()
    trigger["enum"] = [info.name for info in infos]
    # yaml-language-server shows these beside the completions.
    trigger["markdownEnumDescriptions"] = [info.description for info in infos]


def _name_fields(field: dict[str, Any], vocabulary: Vocabulary) -> None:
    infos = vocabulary.fields.values()
    named = {
        "enum": [info.name for info in infos],
        "markdownEnumDescriptions": [info.description for info in infos],
    }
    opened = [
        {"type": "string", "pattern": f"^{re.escape(prefix)}.+"}
        for prefix in vocabulary.open_prefixes
    ]
    field["anyOf"] = [named, *opened, _NULL]


def _tie(schema: dict[str, Any], key: str, value: str, needed: tuple[str, ...]) -> None:
    """Require keys when another has a value, and refuse them when it hasn't."""
    schema["if"] = {"properties": {key: {"const": value}}, "required": [key]}
    schema["then"] = {"required": list(needed)}
    schema["else"] = {"properties": dict.fromkeys(needed, _NULL)}


def _tie_to_reminders(schema: dict[str, Any], vocabulary: Vocabulary) -> None:
    """Refuse the keys of reminders where the trigger is none."""
    reminders = [info.name for info in vocabulary.triggers.values() if info.anchor]
    refused = {"properties": dict.fromkeys(REMINDER_KEYS, _NULL)}
    is_reminder = {"properties": {"trigger": {"enum": reminders}}, "required": ["trigger"]}
    schema["allOf"] = [{"if": is_reminder, "else": refused}]
