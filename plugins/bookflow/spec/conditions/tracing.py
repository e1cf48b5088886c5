"""What an evaluation found, rule by rule, for logs, the API and people."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule: what it asked for, what was there, the outcome, and why where that isn't plain."""

    field: str | None
    operator: str
    expected: object
    actual: object
    holds: bool
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """Give {field, operator, expected, actual, holds} and, where there is one, the reason."""
        entry: dict[str, object] = {
            "field": self.field,
            "operator": self.operator,
            "expected": self.expected,
            "actual": self.actual,
            "holds": self.holds,
        }
        if self.reason is not None:
            entry["reason"] = self.reason
        return entry


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """One group with the traces of everything in it."""

    operator: str
    negate: bool
    holds: bool
    rules: tuple[RuleTrace | GroupTrace, ...]

    def to_json(self) -> dict[str, object]:
        """Give {operator, holds, rules} and, where it is set, negate."""
        entry: dict[str, object] = {"operator": self.operator}
        if self.negate:
            entry["negate"] = True
        return entry | {"holds": self.holds, "rules": [rule.to_json() for rule in self.rules]}


@dataclass(frozen=True, slots=True)
class Trace:
    """The outcome of all conditions and how it came about; values in it are JSON-safe."""

    holds: bool
    groups: tuple[GroupTrace, ...]

    def to_json(self) -> list[dict[str, object]]:
        """Give one entry per group, in the order of the spec."""
        return [group.to_json() for group in self.groups]

    def why_not(self) -> str:
        """Say in one line which rule decided against; empty when the conditions hold."""
        decisive = next((group for group in self.groups if not group.holds), None)
        return _limit(_why_not(decisive)) if decisive else ""

    def cause(self) -> str:
        """Name the first rule that decided against, without the value that it saw."""
        decisive = next((group for group in self.groups if not group.holds), None)
        return _limit(_cause(decisive), 120) if decisive else ""


def _cause(item: RuleTrace | GroupTrace) -> str:
    if isinstance(item, RuleTrace):
        return _limit(f"{item.field or ''} {item.operator} {_plain(item.expected)}".strip(), 100)
    if item.negate:
        return f"not ({f' {item.operator.lower()} '.join(_cause(rule) for rule in item.rules)})"
    return _cause(next((rule for rule in item.rules if not rule.holds), item.rules[0]))


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(entry) for entry in value)
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _why_not(item: RuleTrace | GroupTrace) -> str:
    if isinstance(item, RuleTrace):
        wanted = "" if item.expected is None else f" {_show(item.expected)}"
        what = f"{item.field} " if item.field else ""
        return f"{what}{item.operator}{wanted}, but it is {_show(item.actual)}"
    if item.negate:
        return f"what must not hold does: {' and '.join(_name(rule) for rule in item.rules)}"
    failing = [rule for rule in item.rules if not rule.holds]
    if item.operator == "AND" or len(failing) == 1:
        return _why_not(failing[0])
    return "; ".join(_why_not(rule) for rule in failing)


def _name(item: RuleTrace | GroupTrace) -> str:
    if isinstance(item, GroupTrace):
        return f"({f' {item.operator.lower()} '.join(_name(rule) for rule in item.rules)})"
    wanted = "" if item.expected is None else f" {_show(item.expected)}"
    return f"{item.field or ''} {item.operator}{wanted}".strip()


def _show(value: object) -> str:
    return "missing" if value is None else _limit(json.dumps(value, ensure_ascii=False), 60)


def _limit(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
