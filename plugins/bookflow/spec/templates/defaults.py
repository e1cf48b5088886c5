"""What a template shows where the context has nothing: texts for people, nothing otherwise."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from jinja2 import ChainableUndefined, Undefined
from jinja2.utils import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "invitee_name": "Guest",
        "organizer_name": "your host",
        "event_type_name": "your meeting",
    }
)
"""Shown where one of these fields is missing, null or blank; every other field shows as nothing."""


class MissingValue(ChainableUndefined):
    """Stands for a variable without a value: empty as text, false, zero in sums, never an error."""

    __slots__ = ()

    @property
    def default_text(self) -> str:
        """What to show instead; only whole fields have a default, not parts of a missing value."""
        if self._undefined_obj is not missing or self._undefined_name is None:
            return ""
        return DEFAULT_TEXTS.get(self._undefined_name, "")

    def __str__(self) -> str:
        """Show the default of the field."""
        return self.default_text

    def __neg__(self) -> int:  # type: ignore[override]
        """Count as zero."""
        return 0

    __pos__ = __neg__  # type: ignore[assignment]

    def __lt__(self, other: object) -> bool:  # type: ignore[override]
        """Sort before everything that has a value."""
        return not isinstance(other, Undefined)

    def __le__(self, other: object) -> bool:  # type: ignore[override]
        """Sort before everything that has a value."""
        return True

    def __gt__(self, other: object) -> bool:  # type: ignore[override]
        """Sort before everything that has a value."""
        return False

    def __ge__(self, other: object) -> bool:  # type: ignore[override]
        """Sort before everything that has a value."""
        return isinstance(other, Undefined)

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: nothing in a context can be called."""
        self._fail_with_undefined_error()


def is_blank(name: str, value: object) -> bool:
    """Tell whether a context value counts as missing, so that its default shows."""
    if value is None:
        return True
    return name in DEFAULT_TEXTS and isinstance(value, str) and not value.strip()
