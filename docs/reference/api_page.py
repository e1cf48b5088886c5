"""Writes the reference of the API for people from its OpenAPI description."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docs.reference.shapes import Shapes, say_cell, say_type, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROOT = "/bookflow"
INTRODUCTION = """\
# API reference

`make api-docs` writes this page from the code; edit the routes, not the page. \
[Using the API](using-the-api.md) says how to sign in, what the words below *who* mean, how \
errors, pages, keys and versions work; [a tour](api-tour.md) goes through all of it with curl. \
The curl lines below take `$URL`, such as `http://localhost:8080`, and `$TOKEN` from there.
"""
WHO = {
    "admin": "admin",
    "edit": "edit",
    "run": "run",
    "read": "read",
    "signed-in": "anybody signed in",
    "signature": "a valid signature",
}
JSON_BODY = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The heading it stands under."""
        return str(self.data["summary"])

    @property
    def tag(self) -> str:
        """The group it belongs to."""
        return str(self.data.get("tags", ["Other"])[0])

    @property
    def who(self) -> str:
        """Who may."""
        return WHO[self.data["x-permission"]]

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """What its path, query and headers hold."""
        return list(self.data.get("parameters", []))


def write_api_page(description: Mapping[str, Any]) -> str:
    """Give the whole page, the same for the same description."""
    shapes = Shapes(description)
    operations = list_operations(description)
    usual = _find_usual_texts(operations)
    parts = [INTRODUCTION, *_write_index(operations)]
    names = sorted(shapes.reachable([one.data for one in operations]))
    shown: set[str] = set()
    texts = {tag["name"]: tag["description"] for tag in description.get("tags", [])}
    for tag in sorted({one.tag for one in operations}, key=_order(texts)):
        # two headings with one text have one anchor
        heading = f"{tag} routes" if tag in names else tag
        parts.append("\n\n".join(filter(None, [f"## {heading}", texts.get(tag)])) + "\n")
        group = (one for one in operations if one.tag == tag)
        parts.extend(_write_operation(one, shapes, usual, shown) for one in group)
    parts.append("## Objects\n\nThe fields of bodies and answers.\n")
    parts.extend(_write_object(name, shapes) for name in names)
    return "\n".join(parts)


def list_operations(description: Mapping[str, Any]) -> list[Operation]:
    """Give every operation, by path as it reads, GET first."""
    methods = ("get", "post", "put", "patch", "delete")
    return [
        Operation(method.upper(), path, operations[method])
        for path, operations in sorted(description["paths"].items())
        for method in methods
        if method in operations
    ]


def _order(known: Mapping[str, str]) -> Callable[[str], tuple[int, str]]:
    ranks = {name: rank for rank, name in enumerate(known)}
    return lambda tag: (ranks.get(tag, len(ranks)), tag)


def _write_index(operations: Iterable[Operation]) -> Iterator[str]:
    rows = [f"| `{one.method} {ROOT}{one.path}` | {one.who} | {_link(one)} |" for one in operations]
    yield "## Routes\n"
    yield "| route | who | what |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _link(operation: Operation) -> str:
    anchor = re.sub(r"[^\w -]", "", operation.title.lower()).replace(" ", "-")
    return f"[{operation.title}](#{anchor})"


def _write_operation(
    operation: Operation, shapes: Shapes, usual: Mapping[str, str], shown: set[str]
) -> str:
    parts = [
        f"### {operation.title}",
        f"`{operation.method} {ROOT}{operation.path}` · who: {operation.who}",
        _prose(operation.data.get("description", "")),
        _write_parameters(operation),
        _write_body(operation),
        _write_answers(operation, usual),
        _write_example(operation, shapes, shown),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _prose(text: str) -> str:
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        part if part.lstrip().startswith(("-", "|", "```")) else " ".join(part.split())
        for part in paragraphs
    )


def _write_parameters(operation: Operation) -> str:
    if not operation.parameters:
        return ""
    rows = []
    for one in operation.parameters:
        schema = one["schema"]
        place = one["in"] + (", required" if one.get("required") and one["in"] != "path" else "")
        name = one["name"].title() if one["in"] == "header" else one["name"]
        meaning = say_cell(one.get("description", "")) + _say_default(schema)
        rows.append(f"| `{name}` | {place} | {say_cell(_without_null(schema))} | {meaning} |")
    return "| parameter | in | type | meaning |\n|---|---|---|---|\n" + "\n".join(rows)


def _without_null(schema: Mapping[str, Any]) -> str:
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return say_type({"anyOf": options}) if options else say_type(schema)


def _say_default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    if default is None or default in ("", [], {}):
        return ""
    return f" Default: `{json.dumps(default, ensure_ascii=False)}`."


def _write_body(operation: Operation) -> str:
    body = operation.data.get("requestBody")
    if not body:
        return ""
    ways = []
    for kind, content in body["content"].items():
        schema = content.get("schema", {})
        said = say_type(schema)
        ways.append(f"`{kind}`" if said == "any value" else f"{said} as `{kind}`")
    need = "" if body.get("required") else " (may be left out)"
    said = f" {' '.join(body['description'].split())}" if body.get("description") else ""
    return f"Body{need}: {', or '.join(ways)}.{said}"


def _write_answers(operation: Operation, usual: Mapping[str, str]) -> str:
    lines, plain = [], []
    for code, answer in sorted(operation.data["responses"].items()):
        text = " ".join(answer["description"].split())
        if code >= "400" and usual[code] == text:
            plain.append(code)
            continue
        lines.append(f"- {code}: {text}{_say_content(answer)}{_say_headers(answer)}")
    if plain:
        lines.append(f"- {', '.join(plain)}: [as everywhere](using-the-api.md#errors)")
    return "\n".join(lines)


def _say_content(answer: Mapping[str, Any]) -> str:
    kinds = []
    for kind, content in answer.get("content", {}).items():
        said = say_type(content.get("schema", {}))
        if kind == "application/problem+json":
            continue
        name = "" if said in ("any value", "text") else f"{said} "
        kinds.append(name.strip() if kind == JSON_BODY and name else f"{name}as `{kind}`")
    return f" {', or '.join(kinds)}" if kinds else ""


def _say_headers(answer: Mapping[str, Any]) -> str:
    headers = answer.get("headers", {})
    return "".join(f" `{name}`: {one['description']}" for name, one in headers.items())


def _find_usual_texts(operations: Iterable[Operation]) -> dict[str, str]:
    """Give for each status that is a problem what most operations say of it."""
    counts: dict[str, Counter[str]] = {}
    for operation in operations:
        for code, answer in operation.data["responses"].items():
            text = " ".join(answer["description"].split())
            counts.setdefault(code, Counter())[text] += 1
    return {
        code: min(texts, key=lambda text: (-texts[text], text)) for code, texts in counts.items()
    }


def _write_example(operation: Operation, shapes: Shapes, shown: set[str]) -> str:
    """Show the request, and the answer where its kind was not shown before."""
    request = "\n".join(["```", *_curl_lines(operation, shapes), "```"])
    for code, answer in sorted(operation.data["responses"].items()):
        content = answer.get("content", {}).get(JSON_BODY, {})
        schema = content.get("schema")
        if code < "300" and (schema or "example" in content):
            answered = content.get("example", shapes.example(schema or {}))
            kind = json.dumps(schema)
            if answered not in (None, {}) and kind not in shown:
                shown.add(kind)
                return f"{request}\n\n```json\n{show_json(answered)}\n```"
    return request


def _curl_lines(operation: Operation, shapes: Shapes) -> list[str]:
    method = [] if operation.method == "GET" else [f"--request {operation.method}"]
    path, query = _shown_path(operation, shapes), _shown_query(operation, shapes)
    lines = [" ".join(["curl", *method, f'"$URL{ROOT}{path}{query}"'])]
    is_signed = operation.data["x-permission"] == "signature"
    if not is_signed:
        lines.append('--header "Authorization: Bearer $TOKEN"')
    for one in operation.parameters:
        if one["in"] == "header" and one.get("required"):
            header = f"{one['name'].title()}: {shapes.example(one['schema'])}"
            lines.append(f"--header {shlex.quote(header)}")
    if not is_signed:
        lines.extend(_body_lines(operation, shapes))
    return " \\\n    ".join(lines).split("\n")


def _body_lines(operation: Operation, shapes: Shapes) -> Iterator[str]:
    content = operation.data.get("requestBody", {}).get("content", {}).get(JSON_BODY)
    if content is not None:
        sent = content.get("example") or shapes.smallest_example(content.get("schema", {}))
        yield '--header "Content-Type: application/json"'
        yield f"--data {shlex.quote(json.dumps(sent, ensure_ascii=False))}"


def _shown_path(operation: Operation, shapes: Shapes) -> str:
    path = operation.path
    for one in operation.parameters:
        if one["in"] == "path":
            value = quote(str(shapes.example(one["schema"])), safe="")
            path = path.replace(f"{{{one['name']}}}", value)
    return path


def _shown_query(operation: Operation, shapes: Shapes) -> str:
    pairs = [
        f"{one['name']}={quote(str(shapes.example(one['schema'])), safe=':')}"
        for one in operation.parameters
        if one["in"] == "query" and one.get("required")
    ]
    return f"?{'&'.join(pairs)}" if pairs else ""


def _write_object(name: str, shapes: Shapes) -> str:
    schema = shapes.find(name)
    text = " ".join(schema.get("description", "").split())
    head = f"### {name}\n" + (f"\n{text}\n" if text else "")
    if "properties" not in schema:
        return f"{head}\n{say_type(schema)}\n"
    required = schema.get("required", ())
    rows = [
        f"| `{field}`{' (required)' if field in required else ''} | {say_cell(say_type(shape))} "
        f"| {say_cell(shapes.description(shape))}{_say_default(shape)} |"
        for field, shape in schema["properties"].items()
    ]
    table = "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])
    return f"{head}\n{table}\n"
