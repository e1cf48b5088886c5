"""Reads JSON Schemas for people: the type of a field in words, and an example of a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
REFERENCE = "#/components/schemas/"
DEPTH_LIMIT = 4
LINE_WIDTH = 96
_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "null": "null",
    "object": "object",
}
_FORMATS = {"date-time": "time", "date": "date", "uuid": "UUID", "email": "e-mail address"}
_LENGTHS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minimum", "maximum", ""),
)


class Shapes:
    """The named schemas of a description."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        """Take the schemas of an OpenAPI description."""
        self._schemas: Mapping[str, Schema] = description["components"]["schemas"]

    def find(self, name: str) -> Schema:
        """Give a schema by its name."""
        return self._schemas[name]

    def reachable(self, start: Any) -> set[str]:
        """Give the names of all schemas that a piece of the description leads to."""
        found: set[str] = set()
        waiting = list(references(start))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(references(self._schemas[name]))
        return found

    def description(self, schema: Schema) -> str:
        """Give what a field says of itself, or what the schema it refers to says."""
        if "description" in schema or "$ref" not in schema:
            return str(schema.get("description", ""))
        said = str(self.find(name_of(schema["$ref"])).get("description", ""))
        return said.partition("\n\n")[0]

    def example(self, schema: Schema, depth: int = 0) -> Any:
        """Give a value that fits: the schema's own example, or one made of its fields'."""
        if schema.get("examples"):
            return schema["examples"][0]
        if "example" in schema:
            return schema["example"]
        if "$ref" in schema:
            return self.example(self.find(name_of(schema["$ref"])), depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            return self.example(options[0], depth)
        return self._made_up(schema, depth)

    def _made_up(self, schema: Schema, depth: int) -> Any:
        if "properties" in schema:
            if depth >= DEPTH_LIMIT:
                return {}
            return {
                name: self.example(field, depth + 1) for name, field in schema["properties"].items()
            }
        if schema.get("type") == "array":
            return [] if depth >= DEPTH_LIMIT else [self.example(schema.get("items", {}), depth)]
        return schema.get("default", {} if schema.get("type") == "object" else None)

    def smallest_example(self, schema: Schema) -> Any:
        """Give an example of a body with no more than what is required, where that is anything."""
        if "$ref" in schema:
            return self.smallest_example(self.find(name_of(schema["$ref"])))
        if schema.get("examples") or "properties" not in schema:
            return self.example(schema)
        required = schema.get("required", ())
        kept = {name: field for name, field in schema["properties"].items() if name in required}
        return self.example({**schema, "properties": kept or schema["properties"]})


def name_of(reference: str) -> str:
    """Give the name that a reference points to."""
    return reference.removeprefix(REFERENCE)


def references(node: Any) -> Iterator[str]:
    """Give the names of the schemas that a piece refers to itself, in order."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield name_of(value)
            elif key not in ("examples", "example"):
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def say_type(schema: Schema) -> str:
    """Say in words what a schema takes; names of schemas lead to their tables."""
    if "$ref" in schema:
        return link_to(name_of(schema["$ref"]))
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        words = list(dict.fromkeys(say_type(option) for option in options))
        return " or ".join(words)
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("enum"):
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return _say_plain_type(schema) + _say_limits(schema)


def _say_plain_type(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        inner = schema.get("items", {})
        return f"list of {say_type(inner)}" if inner else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {say_type(schema['additionalProperties'])}"
    if kind == "string" and schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if isinstance(kind, list):
        return " or ".join(_NAMES.get(str(one), str(one)) for one in kind)
    return _NAMES.get(str(kind), "any value")


def _say_limits(schema: Schema) -> str:
    for low_key, high_key, unit in _LENGTHS:
        low, high = schema.get(low_key), schema.get(high_key)
        if low is None and high is None:
            continue
        bounds = f"{low:,} to {high:,}" if None not in (low, high) else _say_bound(low, high)
        return f", {bounds} {unit}".rstrip()
    return ""


def _say_bound(low: float | None, high: float | None) -> str:
    return f"at most {high:,}" if low is None else f"at least {low:,}"


def link_to(name: str) -> str:
    """Link to the table of a schema on the same page."""
    return f"[{name}](#{name.lower()})"


def say_cell(text: str) -> str:
    """Write a text into one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def show_json(value: Any, indent: str = "") -> str:
    """Write JSON for people: what fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= LINE_WIDTH or not isinstance(value, dict | list) or not value:
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        rows = [deeper + show_json(item, deeper) for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    rows = [
        f"{deeper}{json.dumps(key, ensure_ascii=False)}: {show_json(item, deeper)}"
        for key, item in value.items()
    ]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
