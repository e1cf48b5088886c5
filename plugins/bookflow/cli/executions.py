"""`bookflow executions`: the log of a running bookflow, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli.addressing import build_path
from bookflow.cli.options import Format, FormatOption, with_server
from bookflow.cli.plain_text import print_json, show_text
from bookflow.cli.query_options import EXECUTION_FILTERS, with_query

if TYPE_CHECKING:
    from bookflow.cli.remote import Server

EXECUTIONS = "/executions"
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The execution.")]
app = typer.Typer(help="What became of events, on a running bookflow.", no_args_is_help=True)


class ExportFormat(StrEnum):
    """How executions are exported."""

    CSV = "csv"
    JSONL = "jsonl"


class Detail(StrEnum):
    """What an export holds beside executions."""

    ACTIONS = "actions"


@app.command("list")
@with_server
@with_query(EXECUTION_FILTERS)
def list_executions(
    server: Server,
    query: Mapping[str, Any],
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    output: FormatOption = Format.TEXT,
) -> None:
    """List executions, the newest first unless --sort says otherwise."""
    from bookflow.cli.tables import print_table

    found = list(server.pages(EXECUTIONS, "executions", limit=limit, **query))
    if output is Format.JSON:
        print_json(found)
        return
    keys = ("id", "workflow_id", "booking_id", "status", "due_at", "completed_at", "error_message")
    columns = ("id", "workflow", "booking", "status", "due", "completed", "error")
    print_table(columns, ([item.get(key) for key in keys] for item in found))


@app.command("get")
@with_server
def get_execution(
    server: Server, execution_id: IdArgument, output: FormatOption = Format.TEXT
) -> None:
    """Print one execution: what each action did, why, and where it was delivered."""
    found = server.get(build_path("executions", execution_id))
    if output is Format.JSON:
        print_json(found)
    else:
        _print_execution(found)


@app.command("retry")
@with_server
def retry_execution(
    server: Server,
    execution_id: IdArgument,
    action: Annotated[str | None, typer.Option(help="Only this failed action.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Try the failed actions of an execution again."""
    body = {} if action is None else {"action": action}
    _decide(server, execution_id, "retry", body, output)


@app.command("cancel")
@with_server
def cancel_execution(
    server: Server,
    execution_id: IdArgument,
    reason: Annotated[str | None, typer.Option(help="Shown with it.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """End an execution that is pending or running."""
    body = {} if reason is None else {"reason": reason}
    _decide(server, execution_id, "cancel", body, output)


@app.command("export")
@with_server
@with_query(EXECUTION_FILTERS)
def export_executions(
    server: Server,
    query: Mapping[str, Any],
    kind: Annotated[
        ExportFormat, typer.Option("--as", help="One row or one JSON object for each.")
    ] = ExportFormat.CSV,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output else.")
    ] = None,
    include: Annotated[Detail | None, typer.Option(help="Also what became of each action.")] = None,
) -> None:
    """Write executions as CSV or JSON lines, as many as there are."""
    from bookflow.cli.exporting import export

    asked = {**query, "format": kind.value, "include": None if include is None else include.value}
    export(server, f"{EXECUTIONS}/export", asked, target)


def _decide(
    server: Server, execution_id: str, what: str, body: Mapping[str, Any], output: Format
) -> None:
    found = server.call("POST", build_path("executions", execution_id, what), body)
    if output is Format.JSON:
        print_json(found)
    else:
        print(show_text(f"execution {found.get('id')}: {found.get('status')}"))


def _print_execution(found: Mapping[str, Any]) -> None:
    from bookflow.cli.tables import print_fields, print_table

    keys = (
        "id", "workflow_id", "workflow_version", "booking_id", "trigger", "status", "due_at",
        "next_attempt_at", "started_at", "completed_at", "error_message", "dag_id", "run_id",
    )  # fmt: skip
    print_fields({key: found.get(key) for key in keys if found.get(key) is not None})
    log = [item for item in found.get("execution_log") or () if isinstance(item, Mapping)]
    if not log:
        return
    print()
    rows = [
        (item.get("action"), item.get("type"), item.get("status"), item.get("reason"),
         item.get("attempts"), _deliveries(item))
        for item in log
    ]  # fmt: skip
    print_table(("action", "type", "status", "reason", "attempts", "delivered to"), rows)


def _deliveries(item: Mapping[str, Any]) -> str:
    found = [one for one in item.get("deliveries") or () if isinstance(one, Mapping)]
    return ", ".join(f"{one.get('address')} ({one.get('status')})" for one in found)
