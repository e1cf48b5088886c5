"""What a spec may write under `conditions`: groups of rules, checked for shape only.

Whether fields, operators and values fit each other is `check_conditions`' business, because it
takes the vocabulary of a domain to tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bookflow.spec.conditions.operators import OPERATORS

MAX_DEPTH = 10
"""Groups inside groups, counted from the outermost."""
MAX_RULES = 500
"""Rules and nested groups in all conditions of one action."""


class Rule(BaseModel):
    """One comparison of a context field with a value, e.g. `attendee_count greater_than 5`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    field: str | None = Field(
        default=None,
        description="The context field to look at; every operator but `expression` needs one.",
        examples=["invitee_email", "attendee_count"],
    )
    operator: str = Field(
        description="How field and value compare.", json_schema_extra={"enum": list(OPERATORS)}
    )
    value: Any = Field(
        default=None,
        description=(
            "What to compare with: a list for `in_list`, `not_in_list`, `between` ([low, high]), "
            "a duration such as `24h` for `within_next` and `within_last`, the text of the "
            "expression for `expression`, nothing for `is_empty` and `is_not_empty`."
        ),
    )
    case_sensitive: bool | None = Field(
        default=None,
        description=(
            "Whether upper and lower case differ in texts; without it they differ for "
            "`regex_match` only."
        ),
    )


def _shape_of(item: object) -> str | None:
    if isinstance(item, Group):
        return "group"
    if isinstance(item, Rule):
        return "rule"
    if isinstance(item, Mapping):
        return "group" if "rules" in item else "rule"
    return None


RuleOrGroup = Annotated[
    Annotated[Rule, Tag("rule")] | Annotated["Group", Tag("group")],
    Discriminator(
        _shape_of,
        custom_error_type="condition_shape",
        custom_error_message="must be a rule {field, operator, value} or a group {operator, rules}",
    ),
]


class Group(BaseModel):
    """Rules that hold together (`AND`) or of which one must hold (`OR`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    operator: Literal["AND", "OR"] = Field(
        default="AND", description="AND: every rule must hold. OR: at least one must hold."
    )
    rules: tuple[RuleOrGroup, ...] = Field(
        description="Rules {field, operator, value}, or groups again.",
        json_schema_extra={"minItems": 1},
    )
    negate: bool = Field(default=False, description="Turn the outcome of the group around.")

    @model_validator(mode="before")
    @classmethod
    def _refuse_wrong_shapes(cls, data: Any) -> Any:
        """Stop at the limits before pydantic descends: aliases can make YAML deep or endless."""
        if isinstance(data, Mapping) and "rules" not in data and "field" in data:
            raise PydanticCustomError(
                "rule_outside_group",
                "is a rule, but a group is expected; put {operator: AND, rules: [...]} around it",
            )
        refuse_excess([data])
        return data

    @field_validator("rules", mode="before")
    @classmethod
    def _refuse_no_rules(cls, rules: Any) -> Any:
        """Refuse an empty group: it would silently mean always or never."""
        if isinstance(rules, list | tuple) and not rules:
            raise PydanticCustomError(
                "group_without_rules", "is empty; give at least one rule or remove the group"
            )
        return rules


def refuse_excess(groups: object) -> None:
    """Raise a ValueError if groups, parsed or plain, nest too deep or hold too many rules."""
    for count, depth in enumerate(_depths(groups), start=1):
        if depth > MAX_DEPTH:
            raise PydanticCustomError(
                "conditions_too_deep",
                "groups nest deeper than {limit} levels; flatten them",
                {"limit": MAX_DEPTH},
            )
        if count > MAX_RULES:
            raise PydanticCustomError(
                "conditions_too_many",
                "more than {limit} rules; use in_list or regex_match instead of many rules",
                {"limit": MAX_RULES},
            )


def _depths(groups: object) -> Iterator[int]:
    """Walk rules and inner groups, giving for each how many groups are around it or it is in."""
    waiting: list[tuple[object, int]] = [(group, 1) for group in _as_items(groups)]
    while waiting:
        node, depth = waiting.pop()
        inside = node.rules if isinstance(node, Group) else _rules_in(node)
        if inside is None:
            yield depth - 1
            continue
        if depth > 1:
            yield depth
        waiting.extend((item, depth + 1) for item in _as_items(inside)[: MAX_RULES + 1])


def _rules_in(node: object) -> object:
    return node.get("rules") if isinstance(node, Mapping) else None


def _as_items(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


Group.model_rebuild()
