"""Editing lists in brackets and mappings in braces, each comma where it was."""

from __future__ import annotations

import itertools
from typing import Any

import yaml

from bookflow.spec.authoring.node_places import Places, UnsureError, is_merge, own_wishes
from bookflow.spec.authoring.pairing import pair_items
from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import write_flow
from bookflow.spec.authoring.scalars import write_inline

_Spans = list[tuple[int, int]]


class FlowSplicing:
    """Writes flow collections of one text anew, unchanged parts as they stand."""

    def __init__(self, places: Places) -> None:
        """Edit the text of the places."""
        self._places = places
        self._text = places.text

    def edit(self, node: yaml.Node, data: Any, wanted: Any) -> str:
        """Give the collection saying what is wanted; neither is empty."""
        spans = self._find_spans(node)
        text = self._text
        gaps = [text[one[1] : other[0]] for one, other in itertools.pairwise(spans)]
        is_mapping = isinstance(node, yaml.MappingNode)
        write = self._write_entries if is_mapping else self._write_items
        written = write(node, spans, data, wanted)
        usual = gaps[0] if gaps and "#" not in gaps[0] else ", "
        gaps = [*gaps, *[usual] * len(written)]
        inside = written[0] + "".join(map("".join, zip(gaps, written[1:], strict=False)))
        opening = text[node.start_mark.index : spans[0][0]]
        return opening + inside + text[spans[-1][1] : node.end_mark.index]

    def _find_spans(self, node: yaml.Node) -> _Spans:
        spans, until, limit = [], node.start_mark.index, node.end_mark.index
        for child in node.value:
            if isinstance(node, yaml.MappingNode):
                key, value = child
                start = key.start_mark.index
                end = self._places.end_of_entry(key, value, limit)
            else:
                start = child.start_mark.index
                end = self._places.end_of(child, start, limit)
            if not until <= start <= end <= limit:
                raise UnsureError
            spans.append((start, end))
            until = end
        return spans

    def _write_entries(self, node: yaml.Node, spans: _Spans, data: Any, wanted: Any) -> list[str]:
        own = own_wishes(node, data, wanted)
        written = {}
        for (key, value), (start, end) in zip(node.value, spans, strict=True):
            name = key.value
            if name not in own:
                continue
            if is_merge(key) or is_same(data[name], own[name]):
                written[name] = self._text[start:end]
            elif key.end_mark.index < value.start_mark.index <= end:
                before = self._text[start : value.start_mark.index]
                gap = "" if before[-1].isspace() else " "
                written[name] = before + gap + self._write_value(value, data[name], own[name])
        missing = {name: write_flow({name: own[name]})[1:-1] for name in own if name not in written}
        return [*written.values(), *missing.values()]

    def _write_items(self, node: yaml.Node, spans: _Spans, data: Any, wanted: Any) -> list[str]:
        written = []
        for item, place in zip(wanted, pair_items(data, wanted), strict=True):
            if place is None:
                written.append(write_flow([item])[1:-1])
            elif is_same(data[place], item):
                written.append(self._text[slice(*spans[place])])
            else:
                written.append(self._write_value(node.value[place], data[place], item))
        return written

    def _write_value(self, node: yaml.Node, data: Any, wanted: Any) -> str:
        if isinstance(node, yaml.ScalarNode) and not isinstance(wanted, dict | list):
            style = node.style if isinstance(wanted, str) else None
            return write_inline(wanted, in_flow=True, style=style)
        if type(data) is type(wanted) and data and wanted:
            return self.edit(node, data, wanted)
        return write_flow(wanted)
