"""Editing YAML by ruamel: for texts whose anchors and aliases can't be edited in place."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.scalars import is_block_text, is_plain_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.spec.authoring.rendering import Layout


def round_trip(
    text: str, data: Mapping[str, Any], wanted: Mapping[str, Any], layout: Layout
) -> str | None:
    """Give the text with the wanted data, comments kept; None where ruamel reads it otherwise."""
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 2**31
    yaml.indent(mapping=layout.mapping, sequence=layout.dash + layout.item, offset=layout.dash)
    yaml.explicit_start = text.startswith("---")
    try:
        document = yaml.load(text)
        _change(document, data, wanted)
        out = io.StringIO()
        yaml.dump(document, out)
    except (YAMLError, LookupError, TypeError, ValueError, AttributeError):
        return None
    return out.getvalue()


def _change(node: Any, data: Any, wanted: Any) -> None:
    if isinstance(wanted, dict):
        for key in [key for key in data if key not in wanted]:
            del node[key]
        for key, value in wanted.items():
            if key not in data or not is_same(data[key], value):
                _set(node, key, data.get(key), value)
    else:
        for at, value in enumerate(wanted):
            if at < len(data) and not is_same(data[at], value):
                _set(node, at, data[at], value)
            elif at >= len(data):
                node.append(_styled(value))
        del node[len(wanted) :]


def _set(node: Any, key: str | int, data: Any, value: Any) -> None:
    is_shared = (
        getattr(node[key].anchor, "value", None) if hasattr(_peek(node, key), "anchor") else None
    )
    if type(data) is type(value) and isinstance(value, dict | list) and value and not is_shared:
        _change(node[key], data, value)
    else:
        node[key] = _styled(value)


def _peek(node: Any, key: str | int) -> Any:
    return node[key] if isinstance(key, int) or key in node else None


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        styled = CommentedMap()
        for key, item in value.items():
            styled[_styled(key)] = _styled(item)
        return styled
    if isinstance(value, list):
        return CommentedSeq([_styled(item) for item in value])
    if not isinstance(value, str) or is_plain_safe(value):
        return value
    return LiteralScalarString(value) if is_block_text(value) else DoubleQuotedScalarString(value)
