"""`bookflow workflows`: the workflows of a running bookflow, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli.addressing import build_path
from bookflow.cli.options import DryRunOption, Format, FormatOption, YesOption, confirm, with_server
from bookflow.cli.plain_text import print_json, show_line, show_text

if TYPE_CHECKING:
    from bookflow.cli.remote import Server

WORKFLOWS = "/workflows"
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The workflow.")]
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="The workflows.")]

app = typer.Typer(help="The workflows of a running bookflow.", no_args_is_help=True)


@app.command("list")
@with_server
def list_workflows(
    server: Server,
    trigger: Annotated[str | None, typer.Option(help="Only with this trigger.")] = None,
    organizer: Annotated[str | None, typer.Option(help="Only of this organizer.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only those that are active, inactive or invalid.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Only with this in name or text.")] = None,
    sort: Annotated[
        str | None, typer.Option(help="Such as name, or -updated_at: the newest first.")
    ] = None,
    event_type: Annotated[
        str | None, typer.Option(help="Only those that match this event type.")
    ] = None,
    is_active: Annotated[
        bool | None,
        typer.Option("--active/--inactive", help="Only those that say so, valid or not."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many at most.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """List workflows with how well they do."""
    from bookflow.cli.tables import print_table, show_rate

    query = {
        "trigger": trigger, "organizer": organizer, "state": state, "search": search, "sort": sort,
        "event_type": event_type, "is_active": is_active,
    }  # fmt: skip
    found = list(server.pages(WORKFLOWS, "workflows", limit=limit, **query))
    if output is Format.JSON:
        print_json(found)
        return
    rows = []
    for item in found:
        figures = _mapping(item.get("statistics"))
        rows.append(
            (
                item.get("id"), item.get("name"), item.get("trigger"), item.get("state"),
                item.get("version"), figures.get("total_executions"),
                show_rate(figures.get("success_rate")), figures.get("last_executed_at"),
            )
        )  # fmt: skip
    columns = ("id", "name", "trigger", "state", "version", "executions", "success rate", "last")
    print_table(columns, rows)


@app.command("get")
@with_server
def get_workflow(
    server: Server,
    workflow_id: IdArgument,
    commit: Annotated[
        str | None, typer.Option("--at", metavar="COMMIT", help="As it was in this commit.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Print a workflow: its file as text, all about it as JSON."""
    path = _path(workflow_id, *(("versions", commit) if commit else ()))
    found = server.get(path)
    if output is Format.JSON:
        print_json(found)
        return
    text = found.get("yaml")
    if not isinstance(text, str):
        raise server.foreign(path)
    # a pipe gets the file as it is, for a terminal it is made harmless
    sys.stdout.write(show_text(text) if sys.stdout.isatty() else text)


@app.command("apply")
@with_server
def apply_workflows(
    server: Server,
    paths: Annotated[list[Path], typer.Argument(help="Spec files or folders of them.")],
    is_dry: DryRunOption = False,
    is_check: Annotated[
        bool, typer.Option("--check", help="As --dry-run; exit with 3 where something differs.")
    ] = False,
    is_pruning: Annotated[
        bool, typer.Option("--prune", help="Delete the workflows that have no file here.")
    ] = False,
    is_agreed: YesOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Create or update workflows from files, by their id. Exits with 1 when one is refused."""
    from bookflow.cli.applying import read_local_specs
    from bookflow.cli.applying_all import Plan, apply_all, print_outcomes, summarize

    specs = read_local_specs(paths, _size_limit())
    plan = Plan.make(server, specs, is_pruning=is_pruning, is_dry=is_dry or is_check)
    if plan.superfluous and not plan.is_dry:
        names = ", ".join(show_line(one) for one in plan.superfluous)
        confirm(f"This deletes {len(plan.superfluous)} workflows: {names}.", is_agreed=is_agreed)
    outcomes = apply_all(server, plan)
    if output is Format.JSON:
        print_json(summarize(outcomes, is_dry=plan.is_dry))
    else:
        print_outcomes(outcomes, is_dry=plan.is_dry)
    if any(one.what == "failed" for one in outcomes):
        raise typer.Exit(1)
    if is_check and any(one.what != "unchanged" for one in outcomes):
        raise typer.Exit(3)


@app.command("delete")
@with_server
def delete_workflow(
    server: Server,
    workflow_id: IdArgument,
    is_dry: DryRunOption = False,
    is_agreed: YesOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Delete a workflow; its history stays, and can be restored."""
    version = _version_of(server, workflow_id)
    if not is_dry:
        confirm(f"This deletes the workflow {show_line(workflow_id)}.", is_agreed=is_agreed)
    answer = _write(server, "DELETE", workflow_id, (), version=version, is_dry=is_dry)
    _show_write(answer, "would be deleted" if is_dry else "deleted", workflow_id, output)


@app.command("history")
@with_server
def show_history(
    server: Server,
    workflow_id: IdArgument,
    commit: Annotated[
        str | None, typer.Argument(metavar="[COMMIT]", help="Show this one, with its difference.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    output: FormatOption = Format.TEXT,
) -> None:
    """List the versions of a workflow, the newest first; also of one that was deleted."""
    from bookflow.cli.tables import print_diff, print_table

    path = _path(workflow_id, "versions")
    if commit is not None:
        one = server.get(_path(workflow_id, "versions", commit))
        if output is Format.JSON:
            print_json(one)
        else:
            print_diff(str(one.get("diff") or ""))
        return
    found = list(server.pages(path, "versions", limit=limit))
    if output is Format.JSON:
        print_json(found)
        return
    columns = ("commit", "version", "when", "who", "what")
    keys = ("commit", "version", "at", "author", "message")
    print_table(columns, ([_short(key, item.get(key)) for key in keys] for item in found))


@app.command("diff")
@with_server
def compare_versions(
    server: Server,
    workflow_id: IdArgument,
    older: Annotated[str, typer.Argument(metavar="FROM", help="A commit of its history.")],
    newer: Annotated[
        str | None, typer.Argument(metavar="[TO]", help="A later one; the file as it is now else.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what changed in a workflow between two commits, or since one."""
    from bookflow.cli.tables import print_diff

    query = {"from": older, "to": newer}
    found = server.call("GET", _path(workflow_id, "diff"), query=query)
    if output is Format.JSON:
        print_json(found)
    else:
        print_diff(str(found.get("diff") or ""))


@app.command("restore")
@with_server
def restore_workflow(
    server: Server,
    workflow_id: IdArgument,
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="Where to go back to.")],
    is_dry: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Go back to an older version of a workflow; also of one that was deleted."""
    version = _version_of(server, workflow_id, or_none=True)
    answer = _write(
        server,
        "POST",
        workflow_id,
        ("restore",),
        {"commit": commit},
        version=version,
        is_dry=is_dry,
    )
    _show_write(answer, "would be restored" if is_dry else "restored", workflow_id, output)


@app.command("activate")
@with_server
def activate_workflows(
    server: Server,
    workflow_ids: IdsArgument,
    is_dry: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let workflows match events again."""
    _switch(server, workflow_ids, True, is_dry, output)


@app.command("deactivate")
@with_server
def deactivate_workflows(
    server: Server,
    workflow_ids: IdsArgument,
    is_dry: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let workflows match nothing until they are activated."""
    _switch(server, workflow_ids, False, is_dry, output)


def _switch(
    server: Server, workflow_ids: list[str], is_active: bool, is_dry: bool, output: Format
) -> None:
    answers = []
    done = "activated" if is_active else "deactivated"
    for workflow_id in dict.fromkeys(workflow_ids):
        version = _version_of(server, workflow_id)
        answers.append(
            _write(
                server, "PATCH", workflow_id, (), {"is_active": is_active},
                version=version, is_dry=is_dry,
            )
        )  # fmt: skip
        if output is Format.TEXT:
            verb = f"would be {done}" if is_dry else done
            _show_write(answers[-1], verb, workflow_id, output)
    if output is Format.JSON:
        print_json(answers)


def _write(
    server: Server,
    method: str,
    workflow_id: str,
    place: tuple[str, ...],
    body: Mapping[str, Any] | None = None,
    *,
    version: str | None,
    is_dry: bool,
) -> dict[str, Any]:
    from bookflow.cli.applying import explain_refusal
    from bookflow.cli.remote import RemoteError

    query = {"dry_run": True} if is_dry else {}
    try:
        path = _path(workflow_id, *place)
        return server.call(method, path, body, query=query, version=version)
    except RemoteError as error:
        message = explain_refusal(server, workflow_id, error)
        raise RemoteError(message, status=error.status, problem=error.problem) from None


def _show_write(answer: Mapping[str, Any], done: str, workflow_id: str, output: Format) -> None:
    from bookflow.cli.tables import print_diff

    if output is Format.JSON:
        print_json(answer)
        return
    diff = str(answer.get("diff") or "")
    print_diff(diff)
    commit = _short("commit", answer.get("commit"))
    print(show_text(f"{workflow_id}: {done}" + (f", commit {commit}" if commit else "")))


def _version_of(server: Server, workflow_id: str, *, or_none: bool = False) -> str | None:
    from bookflow.cli.remote import RemoteError

    try:
        version = server.get(_path(workflow_id)).get("version")
    except RemoteError as error:
        if or_none and error.status == 404:
            return None
        raise
    if not isinstance(version, str):
        raise server.foreign(_path(workflow_id))
    return version


def _path(*parts: str) -> str:
    return build_path("workflows", *parts)


def _short(key: str, value: object) -> object:
    return value[:10] if key == "commit" and isinstance(value, str) else value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _size_limit() -> int:
    import os

    from bookflow.settings import Settings

    return Settings.from_environment(os.environ).spec_size_limit
