"""Editing a text of YAML in place: what does not change keeps every character.

The nodes of our own reader say where each part stands. A changed part is written anew at its
place, the smaller the better; `UnsureError` means that nothing smaller than all can be.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from bookflow.spec.authoring.flow_splicing import FlowSplicing
from bookflow.spec.authoring.node_places import (
    Places,
    UnsureError,
    find_layout,
    is_block,
    is_flow,
    is_merge,
    own_wishes,
)
from bookflow.spec.authoring.pairing import pair_items
from bookflow.spec.authoring.pieces import Gap, Piece, join_pieces
from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import Renderer, keys_at
from bookflow.spec.authoring.scalars import is_block_text, write_block_text, write_inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.spec.yaml_reading import Location, YamlDocument

_COMMENT = re.compile(r"\s*#.*")
_HEADER = re.compile(r"[|>][-+0-9]{0,2}([ \t]+#[^\r\n]*)?[ \t]*\r?\n?")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a value stands: its key's or dash's column, what is around it, how far it may go."""

    head: Gap
    rest: str
    limit: int
    column: int
    where: Location


_Written = tuple[str, str, str]
"""What stands before a value, the value, and the rest of its last line."""


def splice(document: YamlDocument, wanted: dict[str, Any]) -> str:
    """Give the document's text, saying what is wanted; raises `UnsureError`."""
    return _Splicing(document).edit(wanted)


class _Splicing:
    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self._text = document.text
        self._newline = "\r\n" if "\r\n" in document.text else "\n"
        self._renderer = Renderer(find_layout(document.root))
        self._places = Places(document.text)
        self._flow = FlowSplicing(self._places)

    def edit(self, wanted: dict[str, Any]) -> str:
        root, text = self._document.root, self._text
        start, limit = root.start_mark.index, len(text)
        end = self._places.end_of(root, start, limit)
        line_end = self._places.end_of_line(end)
        spot = _Spot(Gap(""), text[end:line_end], limit, 0, ())
        before, body, rest = self._value(root, self._document.data, wanted, spot)
        return text[:start] + before + body + rest + text[line_end:]

    def _value(self, node: yaml.Node, data: Any, wanted: Any, spot: _Spot) -> _Written:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, wanted, spot)
        if type(data) is not type(wanted) or not wanted or not data:
            raise UnsureError
        if is_flow(node):
            return self._head_text(spot.head), self._flow.edit(node, data, wanted), spot.rest
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, data, wanted, spot)
        return self._sequence(node, data, wanted, spot)

    def _cut(self, spans: list[tuple[int, int]], column: int, spot: _Spot) -> list[Piece]:
        """Cut a collection into entries, each with the comments that belong to it."""
        gaps = [
            Gap.read(self._text[end:start]) for (_, end), (start, _) in itertools.pairwise(spans)
        ]
        leads = [gap.take_lead(column) for gap in [spot.head, *gaps]]
        gaps.append(Gap(spot.rest))
        return [
            Piece(self._text[start:end], lead, gap.rest, gap.lines)
            for (start, end), lead, gap in zip(spans, leads, gaps, strict=True)
        ]

    def _mapping(self, node: yaml.Node, data: Any, wanted: Any, spot: _Spot) -> _Written:
        entries = node.value
        column = entries[0][0].start_mark.column
        own = own_wishes(node, data, wanted)
        starts = [key.start_mark.index for key, _ in entries]
        limits = [*starts[1:], spot.limit]
        spans = [
            (start, self._places.end_of_entry(key, value, limit))
            for start, (key, value), limit in zip(starts, entries, limits, strict=True)
        ]
        pieces: dict[str, Piece] = {}
        cut = self._cut(spans, column, spot)
        for piece, (key, value), limit in zip(cut, entries, limits, strict=True):
            name = key.value
            if name not in own:
                _inherit_tail(pieces, spot.head, piece)
                continue
            if not is_merge(key) and not is_same(data[name], own[name]):
                inside = _Spot(Gap(""), piece.rest, limit, column, (*spot.where, name))
                self._change_entry(piece, key, value, data[name], own[name], inside)
            pieces[name] = piece
        self._insert_entries(pieces, own, column, spot.where)
        return join_pieces(spot.head, list(pieces.values()), column, self._newline)

    def _change_entry(
        self, piece: Piece, key: yaml.Node, value: yaml.Node, data: Any, wanted: Any, spot: _Spot
    ) -> None:
        key_text = self._text[key.start_mark.index : key.end_mark.index]
        try:
            if not self._places.is_at_home(key, value, spot.limit):
                raise UnsureError
            head = Gap.read(self._text[key.end_mark.index : value.start_mark.index])
            before, body, rest = self._value(value, data, wanted, replace(spot, head=head))
            piece.text, piece.rest = key_text + before + body, rest
        except UnsureError:
            comment = "" if is_block(value) or not _COMMENT.fullmatch(piece.rest) else piece.rest
            text = self._renderer.after_key(wanted, spot.column, spot.where, comment)
            piece.text, piece.rest = key_text + self._broken(text), ""

    def _insert_entries(
        self, pieces: dict[str, Piece], own: dict[str, Any], column: int, where: Location
    ) -> None:
        order = keys_at(where)
        for name in sorted(own.keys() - pieces.keys(), key=_place_in(order)):
            piece = Piece(self._broken(self._renderer.entry(name, own[name], column, where)))
            names = list(pieces)
            at = _find_place(names, name, order)
            if at:
                above = pieces[names[at - 1]]
                piece.tail, above.tail = above.tail, []
            pieces[name] = piece
            for later in names[at:]:
                pieces[later] = pieces.pop(later)

    def _sequence(self, node: yaml.Node, data: Any, wanted: Any, spot: _Spot) -> _Written:
        column, dashes = self._places.find_dashes(node)
        limits = [*dashes[1:], spot.limit]
        spans = [
            (dash, self._places.end_of(item, item.start_mark.index, limit))
            for dash, item, limit in zip(dashes, node.value, limits, strict=True)
        ]
        old = self._cut(spans, column, spot)
        usual = [""] if spot.where == ("actions",) else []
        between = old[0].tail if len(old) > 1 else usual
        space = [line for line in between if not line.strip()]
        old[-1].tail = list(space)
        first = node.value[0].start_mark
        step = first.column - column if first.line == node.start_mark.line else 0
        renderer = self._renderer.with_item(step)
        pieces, pairs = [], pair_items(data, wanted)
        for at, place in enumerate(pairs):
            inside = (*spot.where, at)
            if place is None:
                text = renderer.item(wanted[at], column, inside)
                pieces.append(Piece(self._broken(text), tail=list(space)))
                continue
            piece = old[place]
            if not is_same(data[place], wanted[at]):
                head = Gap.read(self._text[dashes[place] : node.value[place].start_mark.index])
                at_item = _Spot(head, piece.rest, limits[place], column, inside)
                self._change_item(piece, node.value[place], data[place], wanted[at], at_item)
            pieces.append(piece)
        for place, piece in enumerate(old):
            if place not in pairs and piece.has_note:
                pieces[-1].tail = [*pieces[-1].tail, *piece.tail]
        return join_pieces(spot.head, pieces, column, self._newline)

    def _change_item(
        self, piece: Piece, item: yaml.Node, data: Any, wanted: Any, spot: _Spot
    ) -> None:
        try:
            before, body, rest = self._value(item, data, wanted, spot)
            piece.text, piece.rest = before + body, rest
        except UnsureError:
            comment = piece.rest if isinstance(item, yaml.ScalarNode) else ""
            text = self._renderer.item(wanted, spot.column, spot.where, comment)
            piece.text, piece.rest = self._broken(text), ""

    def _scalar(self, node: yaml.ScalarNode, wanted: Any, spot: _Spot) -> _Written:
        if isinstance(wanted, dict | list):
            raise UnsureError
        if node.style in ("|", ">"):
            return self._block_scalar(node, wanted, spot)
        if is_block_text(wanted):
            raise UnsureError
        before = self._head_text(spot.head)
        if before.endswith((":", "-")):
            before += " "
        style = node.style if isinstance(wanted, str) else None
        return before, write_inline(wanted, style=style), spot.rest

    def _block_scalar(self, node: yaml.ScalarNode, wanted: Any, spot: _Spot) -> _Written:
        before, start = self._head_text(spot.head), node.start_mark.index
        header = _HEADER.match(self._text, start)
        if header is None:
            raise UnsureError
        comment = header[1] or ""
        if not is_block_text(wanted):
            return before, write_inline(wanted) + comment, spot.rest
        end = self._places.end_of(node, start, len(self._text))
        lines = self._text[header.end() : end].split("\n")
        margin = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), 0)
        step = margin - spot.column
        if step < 1 or node.value[:1] in (" ", "\t", "\n", ""):
            step = self._renderer.layout.mapping
        text = write_block_text(wanted, spot.column + step, step, comment)
        return before, self._broken(text), spot.rest

    def _head_text(self, head: Gap) -> str:
        if not head.has_break:
            return head.rest
        return self._newline.join([head.rest, *head.lines, head.margin])

    def _broken(self, text: str) -> str:
        """Break lines as the file does."""
        return text.replace("\n", self._newline)


def _inherit_tail(pieces: dict[str, Piece], head: Gap, dropped: Piece) -> None:
    """Keep notes and space that stood below a dropped entry."""
    if pieces:
        above = next(reversed(pieces.values()))
        if dropped.has_note or not above.tail:
            above.tail = [*above.tail, *dropped.tail]
    elif dropped.has_note and head.has_break:
        head.lines += dropped.tail


def _place_in(order: tuple[str, ...]) -> Callable[[str], tuple[int, str]]:
    return lambda name: (order.index(name) if name in order else len(order), name)


def _find_place(names: list[str], name: str, order: tuple[str, ...]) -> int:
    """Say before which key a new one goes: after the last of those that usually precede it."""
    if name not in order:
        return len(names)
    earlier = set(order[: order.index(name)])
    return max((at + 1 for at, other in enumerate(names) if other in earlier), default=0)
