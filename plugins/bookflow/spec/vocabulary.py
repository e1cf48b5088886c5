"""The words a domain gives to specs: triggers, context fields, updatable fields.

The engine knows no domain; a domain hands one `Vocabulary` to whoever loads specs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldType(StrEnum):
    """How values of a context field compare."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class ContextField:
    """One field that conditions and templates may name; `choices` lists its values if few."""

    name: str
    type: FieldType
    description: str
    example: object = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerInfo:
    """One kind of event; `anchor` is the datetime field that `delay_minutes` counts from.

    With `counts_back` the delay lies before it, else after it.
    """

    name: str
    description: str
    anchor: str | None = None
    counts_back: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a domain lets a spec say.

    `open_prefixes` are prefixes such as `custom_` under which any field name is accepted.
    `updatable_fields` maps a field that `update_booking` may set to its type.
    """

    domain: str
    fields: Mapping[str, ContextField]
    triggers: Mapping[str, TriggerInfo]
    updatable_fields: Mapping[str, FieldType] = field(default_factory=dict)
    open_prefixes: tuple[str, ...] = ()

    def has_field(self, name: str) -> bool:
        """Tell whether a spec may name this field."""
        return name in self.fields or any(
            name.startswith(prefix) and len(name) > len(prefix) for prefix in self.open_prefixes
        )

    def type_of(self, name: str) -> FieldType:
        """Give the field's type; fields under an open prefix compare by what they hold."""
        known = self.fields.get(name)
        return known.type if known else FieldType.ANY
