"""`bookflow templates`: workflows to begin with, on a running bookflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli.addressing import build_path
from bookflow.cli.options import DryRunOption, Format, FormatOption, with_server
from bookflow.cli.plain_text import print_json, show_line, show_text
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.cli.remote import Server

TemplateArgument = Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template's id.")]
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}

app = typer.Typer(help="Workflows to begin with.", no_args_is_help=True)


@app.command("list")
@with_server
def list_templates(
    server: Server,
    category: Annotated[
        str | None, typer.Option(help="Only booking, reminder, follow_up or feedback.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Only with this in name or text.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """List the templates, shipped ones and your organization's own."""
    from bookflow.cli.tables import print_table

    answer = server.get("/templates", category=category, search=search)
    if output is Format.JSON:
        print_json(answer)
        return
    keys = ("id", "category", "name", "trigger", "source", "usage_count")
    found = [item for item in answer.get("templates") or () if isinstance(item, dict)]
    columns = ("id", "category", "name", "trigger", "source", "used")
    print_table(columns, ([item.get(key) for key in keys] for item in found))


@app.command("show")
@with_server
def show_template(
    server: Server, template: TemplateArgument, output: FormatOption = Format.TEXT
) -> None:
    """Print what a template takes, and the workflow it makes."""
    from bookflow.cli.tables import print_table

    found = server.get(build_path("templates", template))
    if output is Format.JSON:
        print_json(found)
        return
    print(show_text(f"{found.get('id')}: {found.get('name')}\n{found.get('description')}\n"))
    keys = ("name", "type", "default", "label")
    rows = [[item.get(key) for key in keys] for item in _parameters(found)]
    if rows:
        print_table(("parameter", "type", "default", "meaning"), rows)
    print(show_text(found.get("preview") or ""), end="")


@app.command("create")
@with_server
def create_from_template(
    server: Server,
    template: TemplateArgument,
    workflow_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the new workflow.")],
    organizer: Annotated[str, typer.Option(help="Who owns the workflow.")],
    name: Annotated[str | None, typer.Option(help="Its name; the template's else.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter's value; repeatable."),
    ] = None,
    is_inactive: Annotated[
        bool, typer.Option("--inactive", help="It matches nothing until it is activated.")
    ] = False,
    is_dry: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Make a workflow from a template."""
    given = _read_values(values or (), template, server)
    body = {
        "id": workflow_id, "organizer": organizer, "name": name, "parameters": given,
        "is_active": not is_inactive,
    }  # fmt: skip
    path = build_path("templates", template, "create")
    query = {"dry_run": True} if is_dry else {}
    answer = server.call("POST", path, body, query=query)
    if output is Format.JSON:
        print_json(answer)
        return
    print(show_text(answer.get("yaml") or ""), end="")
    print(show_text(f"{workflow_id}: {'would be created' if is_dry else 'created'}"))


def _read_values(given: Sequence[str], template: str, server: Server) -> dict[str, Any]:
    pairs = [one.partition("=") for one in given]
    for name, mark, _ in pairs:
        if not (name and mark):
            raise InputError("--set", "must be NAME=VALUE, such as --set ahead=48h")
    if not pairs:
        return {}
    found = server.get(build_path("templates", template))
    types = {str(item.get("name")): item.get("type") for item in _parameters(found)}
    return {name: _read_value(name, text, types.get(name)) for name, _, text in pairs}


def _read_value(name: str, text: str, kind: object) -> object:
    """Read a value as its parameter has it; what does not fit is left for the server to refuse."""
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    if kind == "number":
        try:
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        except ValueError:
            raise InputError(f"--set {show_line(name)}", "must be a number") from None
    return text


def _parameters(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = template.get("parameters")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
