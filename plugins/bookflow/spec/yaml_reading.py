"""Reading YAML from outside: plain data, and the line and column of every part of it.

The dialect is YAML 1.2's core schema, minus what surprises people: `on`, `yes`, `12:30`, `007`,
`2025-01-31` and `+12025550123` stay texts. Tags that build objects, duplicate keys, recursion
and alias bombs are refused before anything is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from yaml._yaml import CParser

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.yaml_wording import explain_syntax_error

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NODES = 20_000
"""Values in a file, aliases counted as often as they are used."""
MAX_DEPTH = 50
"""Lists and mappings inside each other."""

Location = tuple[str | int, ...]
"""The way from the top of a document to a part of it: keys and list positions."""

_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER = re.compile(
    r"-?(?:(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?"
)
_MAY_BE_NUMBER = frozenset("-.0123456789")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG_PREFIX = "tag:yaml.org,2002:"
_PLAIN, _OTHER = "plain", "other"
# libyaml composes by recursion on the C stack, so depth has to be known to be sane before.
_MANY_OPENERS = 600
_DEEP_INDENT = re.compile(r"^[ \t\-?:]{200,}", re.MULTILINE)


class _Parser(CParser):
    """libyaml without PyYAML's resolver: tags only tell plain scalars from all else."""

    def resolve(self, kind: type[yaml.Node], _value: object, implicit: Any) -> str:
        return _PLAIN if kind is yaml.ScalarNode and implicit[0] else _OTHER

    def descend_resolver(self, *_where: object) -> None:
        """Do nothing: no tag depends on the path."""

    def ascend_resolver(self) -> None:
        """Do nothing: no tag depends on the path."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a file says, and where."""

    data: dict[str, Any]
    root: yaml.MappingNode
    text: str

    def place_of(self, location: Sequence[str | int], *, at_key: bool = False) -> tuple[int, int]:
        """Give line and column, from 1, of the deepest part of the location that is there."""
        node, key = self._find(location)
        is_blank = isinstance(node, yaml.ScalarNode) and not node.value and not node.style
        chosen = key if key is not None and (at_key or is_blank) else node
        return chosen.start_mark.line + 1, chosen.start_mark.column + 1

    def place_in_text(self, location: Sequence[str | int], line: int) -> tuple[int, int]:
        """Give the place of a line, counted from 1, inside a text value of the document."""
        node, _ = self._find(location)
        if line < 1 or getattr(node, "style", None) != "|":
            return self.place_of(location)
        row = node.start_mark.line + line
        lines = self.text.splitlines()
        written = lines[row] if row < len(lines) else ""
        return row + 1, len(written) - len(written.lstrip()) + 1

    def _find(self, location: Sequence[str | int]) -> tuple[yaml.Node, yaml.Node | None]:
        node: yaml.Node = self.root
        key: yaml.Node | None = None
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            key, node = found
        return node, key


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        if isinstance(step, int) and step < len(node.value):
            return None, node.value[step]
        return None
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == step:
            return key, value
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == "<<":
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                found = _child(source, step)
                if found is not None:
                    return found
    return None


def read_yaml(content: str | bytes, *, file: str, size_limit: int) -> YamlDocument:
    """Read one mapping; raises `SpecError` with everything that is wrong with the YAML.

    >>> read_yaml("on: 12:30", file="a.yaml", size_limit=100).data
    {'on': '12:30'}
    """
    text = _decode(content, file, size_limit)
    _refuse_deep_nesting(text, file)
    parser = _Parser(text)
    try:
        root = parser.get_single_node()
    except yaml.YAMLError as error:
        raise SpecError([explain_syntax_error(error, text, file)]) from None
    finally:
        parser.dispose()
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        raise SpecError([_issue(file, "the file is empty; it must hold a workflow", code="empty")])
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        message = (
            f"the file holds {kind}; it must be a mapping with keys such as `id` and `actions`"
        )
        raise SpecError([_issue(file, message, node=root, code="not-a-mapping")])
    conversion = _Conversion(file)
    data, _, _ = conversion.collection(root, (), 1)
    if conversion.issues:
        raise SpecError(conversion.issues)
    return YamlDocument(data, root, text)


def _decode(content: str | bytes, file: str, size_limit: int) -> str:
    # A text has at least as many bytes as characters, so a huge one need not be encoded.
    size = len(content)
    if isinstance(content, str) and size <= size_limit and not content.isascii():
        size = len(content.encode("utf-8", "surrogatepass"))
    if size > size_limit:
        message = f"the file has {size:,} bytes; at most {size_limit:,} are read"
        raise SpecError([_issue(file, message, code="too-large")])
    if isinstance(content, bytes):
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            column = error.start - content.rfind(b"\n", 0, error.start)
            message = "the file is not UTF-8 text; save it in the encoding UTF-8"
            raise SpecError(
                [SpecIssue(file, line, column, "", message, None, "encoding")]
            ) from None
    else:
        text = content
    text = text.removeprefix("\ufeff")
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        message = f"the character U+{ord(found.group()):04X} is not allowed; remove it"
        raise SpecError([SpecIssue(file, line, column, "", message, None, "control-character")])
    return text


def _refuse_deep_nesting(text: str, file: str) -> None:
    if text.count("[") + text.count("{") < _MANY_OPENERS and not _DEEP_INDENT.search(text):
        return
    parser, depth = _Parser(text), 0
    try:
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise SpecError([_too_deep(file, event)])
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        raise SpecError([explain_syntax_error(error, text, file)]) from None
    finally:
        parser.dispose()


class _Conversion:
    """Turns nodes into plain data, noting every issue on the way."""

    def __init__(self, file: str) -> None:
        self.issues: list[SpecIssue] = []
        self._file = file
        self._open: set[int] = set()
        self._done: dict[int, tuple[Any, int, int]] = {}

    def collection(self, node: yaml.Node, where: Location, depth: int) -> tuple[Any, int, int]:
        """Give the plain list or mapping, how many values it holds, how deep it nests."""
        known = self._done.get(id(node))
        if known is None:
            if id(node) in self._open:
                self._fail(node, where, "an alias points to what it stands in", "recursive-alias")
            if depth > MAX_DEPTH:
                raise SpecError([*self.issues, _too_deep(self._file, node)])
            if node.tag not in (_OTHER, _TAG_PREFIX + "map", _TAG_PREFIX + "seq"):
                self._note_tag(node, where)
            self._open.add(id(node))
            is_list = isinstance(node, yaml.SequenceNode)
            known = (self._list if is_list else self._mapping)(node, where, depth)
            self._open.discard(id(node))
            self._done[id(node)] = known
        elif depth + known[2] - 1 > MAX_DEPTH:
            raise SpecError([*self.issues, _too_deep(self._file, node)])
        if known[1] > MAX_NODES:
            message = f"more than {MAX_NODES:,} values, aliases counted each time; split the file"
            self._fail(node, where, message, "too-many-values")
        return known

    def _list(self, node: yaml.Node, where: Location, depth: int) -> tuple[list[Any], int, int]:
        items, size, height = [], 1, 0
        for position, child in enumerate(node.value):
            if isinstance(child, yaml.ScalarNode):
                items.append(self._scalar(child, (*where, position)))
                size += 1
            else:
                value, inner, below = self.collection(child, (*where, position), depth + 1)
                items.append(value)
                size, height = size + inner, max(height, below)
        return items, size, height + 1

    def _mapping(
        self, node: yaml.Node, where: Location, depth: int
    ) -> tuple[dict[str, Any], int, int]:
        data: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: dict[str, Any] = {}
        size, height = 1, 0
        for key_node, child in node.value:
            key = self._key(key_node, where)
            if key is None:
                continue
            spot = (*where, key)
            if key in lines:
                message = f"`{_cut(key)}` stands twice here, first in line {lines[key]}; keep one"
                self._note(key_node, spot, message, "duplicate-key")
                continue
            lines[key] = key_node.start_mark.line + 1
            if isinstance(child, yaml.ScalarNode):
                data[key] = self._scalar(child, spot)
                size += 1
            else:
                data[key], inner, below = self.collection(child, spot, depth + 1)
                size, height = size + inner, max(height, below)
            if key == "<<" and key_node.tag == _PLAIN:
                merged = self._merged(child, spot, data.pop(key))
        return ({**merged, **data} if merged else data), size, height + 1

    def _key(self, node: yaml.Node, where: Location) -> str | None:
        if isinstance(node, yaml.ScalarNode):
            value = self._scalar(node, where)
            return value if isinstance(value, str) else node.value
        message = "a key must be a text; put a value that begins with `{{`, `{` or `[` in quotes"
        self._note(node, where, message, "bad-key")
        return None

    def _merged(self, node: yaml.Node, where: Location, value: Any) -> dict[str, Any]:
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            self._note(node, where, "`<<` takes a mapping or a list of mappings", "bad-merge")
            return {}
        return {key: item for source in reversed(sources) for key, item in source.items()}

    def _scalar(self, node: yaml.ScalarNode, where: Location) -> Any:
        text: str = node.value
        tag = node.tag
        if tag is _PLAIN:
            if text in _CONSTANTS:
                return _CONSTANTS[text]
            if text[0] in _MAY_BE_NUMBER and _NUMBER.fullmatch(text):
                return int(text) if text.lstrip("-").isdigit() else float(text)
            return text
        if tag is not _OTHER and tag != _TAG_PREFIX + "str":
            return self._tagged(node, where)
        if node.style == '"' and (found := _CONTROL.search(text)):
            message = f"the character U+{ord(found.group()):04X} is not allowed; remove it"
            self._note(node, where, message, "control-character")
        return text

    def _tagged(self, node: yaml.ScalarNode, where: Location) -> Any:
        kinds = {"int": int, "float": (int, float), "bool": bool, "null": type(None)}
        kind = kinds.get(node.tag.removeprefix(_TAG_PREFIX))
        if kind is None:
            self._note_tag(node, where)
            return None
        plain = yaml.ScalarNode(_PLAIN, node.value, node.start_mark)
        value = self._scalar(plain, where)
        if not isinstance(value, kind):  # type: ignore[arg-type]  # a table of classes
            name = node.tag.removeprefix(_TAG_PREFIX)
            self._note(node, where, f"`{_cut(node.value)}` is not what `!!{name}` says", "bad-tag")
        return value

    def _note_tag(self, node: yaml.Node, where: Location) -> None:
        shown = _cut(node.tag.replace(_TAG_PREFIX, "!!"))
        self._note(node, where, f"the tag `{shown}` is not allowed; remove it", "bad-tag")

    def _note(self, node: yaml.Node, where: Location, message: str, code: str) -> None:
        if len(self.issues) < 100:
            self.issues.append(_issue(self._file, message, node=node, where=where, code=code))

    def _fail(self, node: yaml.Node, where: Location, message: str, code: str) -> None:
        found = _issue(self._file, message, node=node, where=where, code=code)
        raise SpecError([*self.issues, found])


def dotted_key(location: Sequence[str | int]) -> str:
    """Write a location the way people do.

    >>> dotted_key(("actions", 1, "name"))
    'actions[1].name'
    """
    key = ""
    for step in location:
        if isinstance(step, int):
            key += f"[{step}]"
        else:
            key += f".{_cut(step)}" if key else _cut(step)
    return key


def _too_deep(file: str, node: yaml.Node | yaml.Event) -> SpecIssue:
    message = f"lists and mappings nest deeper than {MAX_DEPTH} levels; flatten them"
    return _issue(file, message, node=node, code="too-deep")


def _issue(
    file: str, message: str, *, node: yaml.Node | yaml.Event | None = None,
    where: Location = (), code: str,
) -> SpecIssue:  # fmt: skip
    line, column = (0, 0)
    if node is not None and node.start_mark is not None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
    return SpecIssue(file, line, column, dotted_key(where), message, None, code)


def _cut(text: str) -> str:
    """Keep hostile names from filling or breaking an error."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:60])
    return shown + "…" if len(text) > 60 else shown
