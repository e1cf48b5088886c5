"""Where the parts of a YAML text stand, as far as its nodes tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

MERGE = "<<"
_ALIAS = re.compile(r":[ \t]*\*[^\s,\]}]+")


class UnsureError(Exception):
    """A part of the text can't be edited by itself."""


def is_flow(node: yaml.Node) -> bool:
    """Tell whether a node is a collection in brackets or braces."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def is_merge(key: yaml.Node) -> bool:
    """Tell whether a key is YAML's own `<<`, which brings in the keys of another mapping."""
    return isinstance(key, yaml.ScalarNode) and key.value == MERGE and not key.style


def is_block(node: yaml.Node) -> bool:
    """Tell whether a node is a collection by indentation."""
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


class Places:
    """Looks up where the nodes of one text begin and end."""

    def __init__(self, text: str) -> None:
        """Remember the text that the nodes were read from."""
        self.text = text

    def is_at_home(self, key: yaml.Node, value: yaml.Node, limit: int) -> bool:
        """Tell a value that stands here from an alias for one that stands elsewhere."""
        return bool(key.end_mark.index <= value.start_mark.index <= limit)

    def end_of_entry(self, key: yaml.Node, value: yaml.Node, limit: int) -> int:
        """Give the index after a key's value; the next entry begins at the limit."""
        alias = _ALIAS.match(self.text, key.end_mark.index)
        if alias:
            return alias.end()
        if not self.is_at_home(key, value, limit):
            raise UnsureError
        return self.end_of(value, value.start_mark.index, limit)

    def end_of(self, node: yaml.Node, start: int, limit: int) -> int:
        """Give the index after the last character of a node, blank lines left out."""
        if isinstance(node, yaml.ScalarNode):
            return self._end_of_scalar(node)
        if is_flow(node) or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            return self.end_of_entry(last[0], last[1], limit)
        if not start <= last.start_mark.index <= limit:
            raise UnsureError
        return self.end_of(last, last.start_mark.index, limit)

    def _end_of_scalar(self, node: yaml.ScalarNode) -> int:
        start, end = node.start_mark.index, node.end_mark.index
        if node.style not in ("|", ">"):
            return int(end)
        header = self.text[start:].split("\n", 1)[0].split("#")[0]
        text = self.text[start:end]
        if "+" in header:
            return int(end) - text.endswith("\n") - text.endswith("\r\n")
        return int(start) + len(text.rstrip(" \r\n"))

    def end_of_line(self, index: int) -> int:
        """Give where the line that holds an index ends, before its break."""
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - (self.text[end - 1] == "\r" and end > index)

    def find_dashes(self, node: yaml.Node) -> tuple[int, list[int]]:
        """Give the column of a block list's dashes, and where each one stands."""
        first = node.start_mark.index
        if self.text[first : first + 1] != "-":
            raise UnsureError
        column, dashes, until = node.start_mark.column, [first], first
        pattern = re.compile(rf"^[ ]{{{column}}}-(?=\s)", re.MULTILINE)
        for at, item in enumerate(node.value):
            start = item.start_mark.index
            if at:
                found = list(pattern.finditer(self.text, until, max(start, until)))
                if not found:
                    raise UnsureError
                dashes.append(found[-1].end() - 1)
            if start < dashes[-1]:
                raise UnsureError
            until = start
        return column, dashes


def own_wishes(node: yaml.Node, data: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Give what must stand in the mapping itself: not what `<<` brings in and nobody changes."""
    written = {key.value for key, _ in node.value}
    if not any(is_merge(key) for key, _ in node.value):
        return wanted
    inherited = {key: value for key, value in data.items() if key not in written}
    if inherited.keys() - wanted.keys():
        raise UnsureError
    own = {
        key: value
        for key, value in wanted.items()
        if key in written or not is_same(value, inherited.get(key))
    }
    return own | {MERGE: None}


def find_layout(root: yaml.Node) -> Layout:
    """See how a file indents by its first list and its first nested mapping."""
    mapping, dash, item = 0, -1, 0
    for column, node in _walk_blocks(root):
        inner = node.start_mark.column
        if isinstance(node, yaml.MappingNode):
            mapping = mapping or inner - column
            continue
        dash = inner - column if dash < 0 else dash
        children = [child for child in node.value if not isinstance(child, yaml.ScalarNode)]
        if children and not item:
            item = children[0].start_mark.column - inner
    usual = Layout()
    return Layout(
        mapping if 1 <= mapping <= 9 else usual.mapping,
        dash if 0 <= dash <= 9 else usual.dash,
        item if 2 <= item <= 9 else usual.item,
    )


def _walk_blocks(root: yaml.Node) -> Iterator[tuple[int, yaml.Node]]:
    """Give the block collections that are values of keys, with the column of the key."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode) and is_block(node):
            waiting.extend(reversed(node.value))
        elif is_block(node):
            inside = [
                (key.start_mark.column, value)
                for key, value in node.value
                if is_block(value) and value.start_mark.index > key.end_mark.index
            ]
            yield from inside
            waiting.extend(value for _, value in reversed(inside))
