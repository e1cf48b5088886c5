"""What an evaluation found, rule by rule, for logs, the API and people."""

from __future__ import annotations

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
