"""Telling whether a scalar equals one of the values a rule names, by the type of its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from bookflow.spec.conditions.operators import nearest
from bookflow.spec.conditions.reading import (
    ANYTHING,
    BOOLEAN,
    DATE,
    INSTANT,
    NUMBER,
    TEXT,
    Need,
    Reader,
    compose,
    fold,
    read_boolean,
    read_date,
    read_instant,
    read_number,
    read_text,
    show,
)
from bookflow.spec.vocabulary import ContextField, FieldType

Judge = Callable[[object], bool]

_NEEDS: dict[FieldType, tuple[Need, str]] = {
    FieldType.NUMBER: (NUMBER, "give a number such as 5"),
    FieldType.BOOLEAN: (BOOLEAN, "give true or false"),
    FieldType.DATETIME: (INSTANT, "give one such as 2026-03-29T09:00:00+02:00"),
    FieldType.DATE: (DATE, "give one such as 2026-03-29"),
}


def build_membership(
    field: ContextField, values: Sequence[object], *, exact: bool
) -> tuple[Judge, Need]:
    """Build a judge of one scalar and name what it reads; ValueError where a value misfits."""
    if field.choices:
        refuse_strangers(field, values, exact=exact)
    if field.type is FieldType.ANY:
        return _AnyMembership(values, exact=exact).judge, ANYTHING
    if field.type is FieldType.TEXT:
        return _build_text(field.name, values, exact=exact), TEXT
    need, advice = _NEEDS[field.type]
    reader = need.reader
    wanted = set()
    for value in values:
        read = reader(value)
        if read is None or (field.type is FieldType.DATE and isinstance(value, datetime)):
            raise ValueError(f"`{field.name}` is {need.noun}, and {show(value)} is not; {advice}")
        wanted.add(read)
    # None is never wanted, so a value that can't be read is in no set.
    return (lambda actual: reader(actual) in wanted), need


def _build_text(name: str, values: Sequence[object], *, exact: bool) -> Judge:
    alike = compose if exact else fold
    wanted = {alike(_quoted(name, value)) for value in values}

    def judge(actual: object) -> bool:
        if type(actual) is str:
            return alike(actual) in wanted
        text = read_text(actual)
        return text is not None and alike(text) in wanted

    return judge


def _quoted(name: str, value: object) -> str:
    """Take a text or number; what YAML made of an unquoted `no` or `2026-01-01` is no text."""
    text = None if isinstance(value, bool | date) else read_text(value)
    if text is None:
        raise ValueError(f"`{name}` is a text, and {show(value)} is not; put the value in quotes")
    return text


def refuse_strangers(field: ContextField, values: Sequence[object], *, exact: bool) -> None:
    """Raise ValueError for a value that a field with few choices never has."""
    alike = compose if exact else fold
    known = {alike(choice) for choice in field.choices}
    for value in values:
        text = None if isinstance(value, bool) else read_text(value)
        if text is not None and alike(text) in known:
            continue
        meant = nearest(text or "", field.choices)
        hint = f"did you mean `{meant}`?" if meant else f"it is one of {_some(field.choices)}"
        raise ValueError(f"`{field.name}` is never {show(value)}; {hint}")


def _some(choices: Sequence[str]) -> str:
    listed = ", ".join(choices[:12])
    return listed if len(choices) <= 12 else f"{listed}, …"


class _AnyMembership:
    """Equality by what a value turns out to hold, for fields whose type nobody declared.

    A text equals a text, as text; it equals a number, boolean or date of the spec if it reads as
    that; and two texts that both name an instant are equal if the instants are.
    """

    def __init__(self, values: Sequence[object], *, exact: bool) -> None:
        self._alike = compose if exact else fold
        self._texts: set[str] = set()
        self._typed: list[tuple[Reader, set[object]]] = []
        self._numbers: set[object] = set()
        self._booleans: set[object] = set()
        self._instants: set[object] = set()
        self._dates: set[object] = set()
        strict_numbers: set[object] = set()
        strict_booleans: set[object] = set()
        strict_dates: set[object] = set()
        for value in values:
            text = read_text(value)
            if text is None:
                raise ValueError(f"{show(value)} can't be compared; give a text, number or date")
            if isinstance(value, str):
                self._texts.add(self._alike(value))
            elif isinstance(value, bool):
                strict_booleans.add(value)
            elif isinstance(value, date) and not isinstance(value, datetime):
                strict_dates.add(value)
            elif not isinstance(value, datetime):
                strict_numbers.add(read_number(value))
            self._add_readings(value)
        self._typed = [
            (reader, wanted - {None})
            for reader, wanted in (
                (read_number, strict_numbers),
                (read_boolean, strict_booleans),
                (read_instant, self._instants),
                (read_date, strict_dates),
            )
            if wanted - {None}
        ]

    def _add_readings(self, value: object) -> None:
        if isinstance(value, datetime) and read_instant(value) is None:
            raise ValueError(f"{show(value)} has no offset; write e.g. 2026-03-29T09:00:00+02:00")
        readers: tuple[tuple[Reader, set[object]], ...] = (
            (read_number, self._numbers),
            (read_boolean, self._booleans),
            (read_instant, self._instants),
        )
        for reader, wanted in readers:
            read = reader(value)
            if read is not None:
                wanted.add(read)
        day = None if isinstance(value, datetime) else read_date(value)
        if day is not None and read_instant(value) is None:
            self._dates.add(day)

    def judge(self, actual: object) -> bool:
        """Tell whether the scalar equals one of the values."""
        if isinstance(actual, str):
            return self._alike(actual) in self._texts or any(
                reader(actual) in wanted for reader, wanted in self._typed
            )
        if isinstance(actual, bool):
            return actual in self._booleans
        if isinstance(actual, datetime):
            return read_instant(actual) in self._instants
        if isinstance(actual, date):
            return actual in self._dates
        return read_number(actual) in self._numbers
