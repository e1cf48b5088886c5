"""Plain data written as YAML in block style, the way people write specs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bookflow.spec.authoring.scalars import is_block_text, write_block_text, write_inline

WORKFLOW_KEYS = (
    "id", "organizer", "name", "description", "trigger", "event_types", "delay_minutes",
    "is_active", "cron", "timezone", "if_past", "if_late", "quiet_hours", "digest", "tags",
    "actions",
)  # fmt: skip
ACTION_KEYS = (
    "name", "type", "order", "is_active", "conditions", "retries", "ignore_quiet_hours",
    "recipient", "custom_email", "custom_phone", "subject", "message", "html", "webhook_url",
    "webhook_conn_id", "webhook_data", "headers", "secret_conn_id", "update_booking_fields",
)  # fmt: skip
RULE_KEYS = ("operator", "negate", "field", "value", "case_sensitive", "rules")
_LINE = 90


@dataclass(frozen=True, slots=True)
class Layout:
    """How far a file indents: keys below a key, the dash below a key, what follows the dash."""

    mapping: int = 2
    dash: int = 2
    item: int = 2


def keys_at(where: Sequence[str | int]) -> tuple[str, ...]:
    """Give the conventional order of keys at a place in a spec."""
    if not where:
        return WORKFLOW_KEYS
    if len(where) == 2 and where[0] == "actions":
        return ACTION_KEYS
    return RULE_KEYS if "conditions" in where else ()


class Renderer:
    """Writes parts of a spec; lines after the first are indented, the first is not."""

    def __init__(self, layout: Layout | None = None) -> None:
        """Write in a layout."""
        self.layout = layout or Layout()

    def with_item(self, item: int) -> Renderer:
        """Give one that leaves another space after dashes, where that is a sensible one."""
        return Renderer(replace(self.layout, item=item)) if 2 <= item <= 9 else self

    def document(self, data: Mapping[str, Any]) -> str:
        """Write a whole spec, a blank line before the list of actions."""
        parts = [
            ("\n" if key == "actions" else "")
            + write_inline(key)
            + self.after_key(value, 0, (key,))
            for key, value in _ordered(data, WORKFLOW_KEYS)
        ]
        return "\n".join(parts) + "\n"

    def entry(self, key: str, value: object, column: int, where: tuple[str | int, ...]) -> str:
        """Write a key at a column and its value."""
        return write_inline(key) + self.after_key(value, column, (*where, key))

    def after_key(
        self, value: object, column: int, where: tuple[str | int, ...], comment: str = ""
    ) -> str:
        """Write what follows a key, from its colon on; the comment goes to the first line."""
        step = self.layout.mapping
        if isinstance(value, str) and is_block_text(value):
            return ": " + write_block_text(value, column + step, step, comment)
        if is_inline(value):
            return ": " + write_flow(value) + comment
        inner = column + (self.layout.dash if isinstance(value, list) else step)
        return f":{comment}\n{' ' * inner}" + self.collection(value, inner, where)

    def item(
        self, value: object, column: int, where: tuple[str | int, ...], comment: str = ""
    ) -> str:
        """Write an item of a list whose dash stands at a column."""
        gap, step = " " * (self.layout.item - 1), self.layout.item
        if isinstance(value, str) and is_block_text(value):
            return f"-{gap}" + write_block_text(value, column + step, step, comment)
        if is_inline(value) or _is_rule(value):
            return f"-{gap}" + write_flow(value) + comment
        return f"-{gap}" + self.collection(value, column + step, where)

    def collection(self, value: object, column: int, where: tuple[str | int, ...]) -> str:
        """Write a mapping or list that begins at a column."""
        margin = "\n" + " " * column
        if isinstance(value, Mapping):
            entries = _ordered(value, keys_at(where))
            return margin.join(self.entry(key, item, column, where) for key, item in entries)
        assert isinstance(value, list)  # noqa: S101 - scalars were inline
        items = (self.item(item, column, (*where, at)) for at, item in enumerate(value))
        is_spaced = where == ("actions",)
        return ("\n" + margin if is_spaced else margin).join(items)


def is_inline(value: object) -> bool:
    """Tell whether a value belongs on the line of its key."""
    if isinstance(value, Mapping):
        return not value
    if isinstance(value, list):
        return not value or (
            not any(isinstance(item, Mapping | list) or is_block_text(item) for item in value)
            and len(write_flow(value)) <= _LINE
        )
    return True


def _is_rule(value: object) -> bool:
    """Tell whether a mapping is a rule of a condition that fits on a line."""
    return (
        isinstance(value, Mapping)
        and {"field", "operator"} <= value.keys()
        and all(is_inline(item) and not is_block_text(item) for item in value.values())
        and len(write_flow(value)) <= _LINE
    )


def write_flow(value: object) -> str:
    """Write any value on one line.

    >>> write_flow({"field": "attendee_count", "operator": "in_list", "value": [1, "2"]})
    '{field: attendee_count, operator: in_list, value: [1, "2"]}'
    """
    return _flow(value, in_flow=False)


def _flow(value: object, *, in_flow: bool) -> str:
    if isinstance(value, Mapping):
        pairs = (
            f"{write_inline(key, in_flow=True)}: {_flow(item, in_flow=True)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, in_flow=True) for item in value) + "]"
    return write_inline(value, in_flow=in_flow)


def _ordered(data: Mapping[str, Any], keys: Sequence[str]) -> list[tuple[str, Any]]:
    known = [key for key in keys if key in data]
    return [(key, data[key]) for key in [*known, *(key for key in data if key not in known)]]
