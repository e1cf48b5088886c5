"""Templates inside structures: webhook data, headers, update values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import TemplateError
from bookflow.spec.templates.budget import NESTING_LIMIT
from bookflow.spec.templates.checking import check_template
from bookflow.spec.templates.rendering import Template, clean_context, compile_template
from bookflow.spec.templates.state import RenderState

if TYPE_CHECKING:
    from bookflow.spec.vocabulary import Vocabulary

LEAF_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class DataTemplate:
    """A compiled structure; keeps its shape, and the JSON type of a lone `{{ expression }}`."""

    value: object
    variables: frozenset[str]
    keeps_types: bool = True

    def render(self, context: Mapping[str, object]) -> object:
        """Render every text in it; moments become ISO 8601. Raises TemplateError with the path."""
        state = RenderState(clean_context(context), is_iso=True)
        return _map_leaves(self.value, lambda leaf: self._render_leaf(leaf, state))

    def _render_leaf(self, leaf: object, state: RenderState) -> object:
        if not isinstance(leaf, Template):
            return leaf if isinstance(leaf, (bool, int, str, type(None))) else state.to_json(leaf)
        if self.keeps_types and leaf.is_expression:
            return state.to_json(leaf.evaluate_in(state))
        return leaf.render_in(state)


def compile_data(value: object, *, single_line: bool = False) -> DataTemplate:
    """Compile every text of a structure; `single_line` keeps all results one-line texts (headers).

    >>> compile_data({"seats": "{{ attendee_count }}"}).render({"attendee_count": 3})
    {'seats': 3}
    """
    variables: set[str] = set()

    def compile_leaf(leaf: object) -> object:
        if not isinstance(leaf, str):
            return leaf
        template = compile_template(leaf, single_line=single_line)
        variables.update(template.variables)
        return template

    compiled = _map_leaves(value, compile_leaf)
    return DataTemplate(compiled, frozenset(variables), keeps_types=not single_line)


def render_data(value: object, context: Mapping[str, object]) -> object:
    """Compile and render a structure in one go; compile once where it is rendered often."""
    return compile_data(value).render(context)


def check_data(value: object, *, vocabulary: Vocabulary) -> list[tuple[str, TemplateError]]:
    """List everything wrong in a structure as (dotted path, error), e.g. `deal.tags.0`."""
    try:
        return [
            (path, error)
            for path, leaf in _walk_leaves(value)
            if isinstance(leaf, str)
            for error in check_template(leaf, vocabulary=vocabulary)
        ]
    except TemplateError as error:
        return [("", error)]


def _walk_leaves(value: object) -> Iterator[tuple[str, object]]:
    leaves: list[tuple[str, object]] = []

    def keep(leaf: object, path: str) -> object:
        leaves.append((path, leaf))
        return None

    _Mapper(keep).map(value, "", 0)
    return iter(leaves)


def _map_leaves(value: object, change: Callable[[object], object]) -> object:
    def change_at(leaf: object, path: str) -> object:
        try:
            return change(leaf)
        except TemplateError as error:
            if not path:
                raise
            raise type(error)(f"{path}: {error}", line=error.line) from None

    return _Mapper(change_at).map(value, "", 0)


class _Mapper:
    """Rebuilds a structure leaf by leaf, within bounds of depth and size."""

    def __init__(self, change: Callable[[object, str], object]) -> None:
        self._change = change
        self._leaf_count = 0

    def map(self, value: object, path: str, depth: int) -> object:
        if depth > NESTING_LIMIT:
            raise TemplateError(f"the data is nested more than {NESTING_LIMIT} deep")
        if isinstance(value, Mapping):
            return {
                key if isinstance(key, str) else str(key): self.map(
                    item, f"{path}.{key}" if path else str(key), depth + 1
                )
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [
                self.map(item, f"{path}.{position}" if path else str(position), depth + 1)
                for position, item in enumerate(value)
            ]
        self._leaf_count += 1
        if self._leaf_count > LEAF_LIMIT:
            raise TemplateError(f"the data has more than {LEAF_LIMIT:,} values")
        return self._change(value, path)
