"""Data from outside before it becomes YAML: copied, bounded, and compared without mercy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.yaml_reading import MAX_DEPTH, MAX_NODES, Location, dotted_key

_LARGEST = 10**18


def copy_plain(data: object, *, file: str, size_limit: int) -> Any:
    """Give a copy of dicts, lists, texts, numbers, booleans and None.

    Raises `SpecError` for what no spec can hold, before anything else looks at the data.
    """
    return _Copying(file, size_limit).copy(data, (), 1)


class _Copying:
    def __init__(self, file: str, size_limit: int) -> None:
        self._file = file
        self._characters = size_limit
        self._values = MAX_NODES

    def copy(self, value: object, where: Location, depth: int) -> Any:
        self._values -= 1
        if self._values < 0:
            self._refuse(
                (), f"more than {MAX_NODES:,} values; split the workflow", "too-many-values"
            )
        if isinstance(value, str):
            return self._text(value, where)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            if not abs(value) < _LARGEST:
                self._refuse(where, "the number is too large to be written", "bad-value")
            return value
        if depth > MAX_DEPTH:
            self._refuse(
                where, f"lists and mappings nest deeper than {MAX_DEPTH} levels", "too-deep"
            )
        if isinstance(value, list | tuple):
            return [self.copy(item, (*where, at), depth + 1) for at, item in enumerate(value)]
        if isinstance(value, Mapping):
            return {
                self._key(key, where): self.copy(item, (*where, str(key)), depth + 1)
                for key, item in value.items()
            }
        kind = type(value).__name__
        return self._refuse(where, f"a value of type {kind} can't be written", "bad-value")

    def _text(self, text: str, where: Location) -> str:
        self._characters -= len(text)
        if self._characters < 0:
            self._refuse((), "the workflow is larger than a file may be; shorten it", "too-large")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            self._refuse(where, "the text holds half a character; remove it", "control-character")
        return str(text)

    def _key(self, key: object, where: Location) -> str:
        if not isinstance(key, str):
            self._refuse(where, "a key must be a text", "bad-key")
        return self._text(str(key), where)

    def _refuse(self, where: Location, message: str, code: str) -> NoReturn:
        raise SpecError([SpecIssue(self._file, 0, 0, dotted_key(where), message, None, code)])


def is_same(one: object, other: object) -> bool:
    """Tell whether data is equal in value and kind: True is not 1, and 1 is not 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and one == other
