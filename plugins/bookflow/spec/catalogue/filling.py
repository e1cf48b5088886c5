"""Fills the placeholders of a template: `${name}`, and `$${` for a literal `${`.

A text that is one placeholder and nothing else takes the value with its type. The text of the
file is edited scalar by scalar, so that comments and layout stay; what comes out is read again and
must be the template's data with the values put in: no value can change the structure.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from bookflow.errors import InputError
from bookflow.spec.catalogue.values import JINJA
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bookflow.spec.catalogue.shapes import Heading, Value, WorkflowTemplate

PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^{}\n]*)\}")
SIZE_LIMIT = 1_048_576
# what every reader of YAML takes for text without quotes
_PLAIN = re.compile(r"[A-Za-z][\w@./-]*(?: [\w@./-]+)*|[1-9][0-9]{0,5}[smhdw]", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_LONE_LINE = re.compile(r"^[ \t]*\$\{([^{}\n]*)\}[ \t]*\n(?:[ \t]*\n)?", re.MULTILINE)
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def fill_template(template: WorkflowTemplate, heading: Heading, values: Mapping[str, Value]) -> str:
    """Give the YAML of a workflow; raises `InputError` for a value that can't stand where it is."""
    head = {"id": heading.id, "organizer": heading.organizer, "name": heading.name}
    wanted: dict[str, Any] = {**head}
    if not heading.is_active:
        wanted["is_active"] = False
    wanted.update(fill_data(template.head.spec, values))
    lines = [f"{key}: {_write(value)}\n" for key, value in head.items()]
    if not heading.is_active:
        lines.append("is_active: false\n")
    for keep_blocks in (True, False):
        body = _fill_text(template.text, values, keep_blocks=keep_blocks)
        opening, rest = _split_opening(body)
        text = opening + "".join(lines) + rest
        if read_yaml(text, file=template.path, size_limit=SIZE_LIMIT).data == wanted:
            return text
    message = "a value can't stand where the template puts it; leave out what is unusual in it"
    raise InputError("parameters", message)


def fill_data(data: Any, values: Mapping[str, Value]) -> Any:
    """Put values into plain data; keys are left alone."""
    if isinstance(data, dict):
        return {key: fill_data(item, values) for key, item in data.items()}
    if isinstance(data, list):
        return [fill_data(item, values) for item in data]
    return fill_scalar(data, values) if isinstance(data, str) else data


def fill_scalar(text: str, values: Mapping[str, Value]) -> Value:
    """Put values into one text; raises `InputError` where that would make Jinja of a value."""
    text = _drop_empty_lines(text, values)
    whole = PLACEHOLDER.fullmatch(text)
    if whole and whole[1] is not None:
        return values[whole[1]]
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    place = position = 0
    for found in PLACEHOLDER.finditer(text):
        before = text[position : found.start()]
        put = "${" if found[1] is None else _spell(values[found[1]])
        parts += [before, put]
        place += len(before)
        if found[1] is not None:
            spans.append((place, place + len(put), found[1]))
        place += len(put)
        position = found.end()
    filled = "".join([*parts, text[position:]])
    _refuse_new_jinja(filled, spans)
    return filled


def _drop_empty_lines(text: str, values: Mapping[str, Value]) -> str:
    """Drop lines that are one placeholder with nothing to show, and the blank line below."""
    return _LONE_LINE.sub(lambda found: "" if values[found[1]] == "" else found[0], text)


def find_placeholders(data: Any) -> Iterator[tuple[str, bool]]:
    """Give the name of every placeholder, and whether it stands inside of Jinja."""
    if isinstance(data, dict):
        for item in data.values():
            yield from find_placeholders(item)
    elif isinstance(data, list):
        for item in data:
            yield from find_placeholders(item)
    elif isinstance(data, str):
        inside = [found.span() for found in _EXPRESSION.finditer(data)]
        for found in PLACEHOLDER.finditer(data):
            if found[1] is not None:
                is_inside = any(start < found.start() < end for start, end in inside)
                yield found[1], is_inside


def _refuse_new_jinja(filled: str, spans: list[tuple[int, int, str]]) -> None:
    """Refuse delimiters that a value makes together with what stands beside it."""
    for found in JINJA.finditer(filled) if spans else ():
        start = found.start()
        for left, right, name in spans:
            if start < right and start + 2 > left:
                message = (
                    f"would make `{found[1]}` where the template puts it, which would be read as "
                    "a template; end or begin it otherwise"
                )
                raise InputError(f"parameters.{name}", message)


def _spell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _fill_text(text: str, values: Mapping[str, Value], *, keep_blocks: bool) -> str:
    """Fill the scalars of the file's text, the last one first so that places stay right."""
    root = read_yaml(text, file="", size_limit=SIZE_LIMIT).root
    nodes = {node.start_mark.index: node for node in _scalars(root) if "${" in node.value}
    for start, node in sorted(nodes.items(), reverse=True):
        end = node.end_mark.index
        value = fill_scalar(node.value, values)
        if keep_blocks and node.style in ("|", ">") and isinstance(value, str):
            put = _fill_block(text[start:end], values)
        else:
            put = _write(value) + ("\n" if node.style in ("|", ">") else "")
        text = text[:start] + put + text[end:]
    return text


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Give the values of mappings and lists; aliases lead to a node that is given again."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _scalars(value)
    else:
        for item in node.value:
            yield from _scalars(item)


def _fill_block(block: str, values: Mapping[str, Value]) -> str:
    """Fill a block scalar; further lines of a value are indented like the line it stands in."""

    def put(line: str) -> Callable[[re.Match[str]], str]:
        indent = line[: len(line) - len(line.lstrip())]
        return lambda found: (
            "${" if found[1] is None else _spell(values[found[1]]).replace("\n", "\n" + indent)
        )

    head, *lines = _drop_empty_lines(block, values).splitlines(keepends=True)
    return head + "".join(PLACEHOLDER.sub(put(line), line) for line in lines)


def _write(value: Value) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # JSON is YAML; C1 controls and the like were refused before
    return json.dumps(value, ensure_ascii=False)


def _split_opening(text: str) -> tuple[str, str]:
    """Split off the comments and blank lines at the top."""
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and (not lines[count].strip() or lines[count].lstrip()[0] == "#"):
        count += 1
    return "".join(lines[:count]), "".join(lines[count:])
