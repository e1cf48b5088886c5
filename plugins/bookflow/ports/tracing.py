"""Spans: what took how long, as part of what. Their attributes hold no personal data."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

Attribute: TypeAlias = "str | int | float | bool"


class Span(Protocol):
    """Something under way."""

    def note(self, **attributes: Attribute) -> None:
        """Add what is known by now."""
        ...


class Tracer(Protocol):
    """Tells a tracing system what is done."""

    def span(self, name: str, **attributes: Attribute) -> AbstractContextManager[Span]:
        """Begin a span of `bookflow.<name>` that ends with the block, in error if that raises."""
        ...

    def headers(self) -> Mapping[str, str]:
        """Give the headers that tell a called system what its work is part of."""
        ...


class _NoSpan:
    def note(self, **attributes: Attribute) -> None:
        """Take no notice."""


class _Silence:
    _span = nullcontext(_NoSpan())

    def span(self, name: str, **attributes: Attribute) -> AbstractContextManager[Span]:
        del name, attributes
        return self._span

    def headers(self) -> Mapping[str, str]:
        return {}


SILENCE: Tracer = _Silence()
"""The tracer where tracing is off."""
