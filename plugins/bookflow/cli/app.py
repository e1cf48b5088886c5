"""The `bookflow` command: check specs, try them out, fire events, keep the database current."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli import executions, performance, server_commands, templates, upkeep, workflows
from bookflow.cli.options import (
    Format,
    FormatOption,
    OtherServerOption,
    PasswordOption,
    TokenOption,
    UsernameOption,
    open_server,
)
from bookflow.cli.plain_text import print_json, show_line
from bookflow.errors import BookflowError, DatabaseUnavailableError, InputError, SpecError
from bookflow.settings import Settings

if TYPE_CHECKING:
    from bookflow.domains.booking import BookingDomain

YEARS = range(1970, 9000)

app = typer.Typer(
    name="bookflow",
    help="Automate what happens around bookings, on Apache Airflow.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The bookflow database: migrations and state.", no_args_is_help=True)
app.add_typer(db, name="db")
app.command("trigger")(server_commands.trigger)
app.command("stats")(performance.stats)
app.command("bulk-test")(server_commands.try_many)
app.command("audit")(server_commands.audit)
app.command("incidents")(upkeep.incidents)
app.command("cleanup")(upkeep.cleanup)
app.command("erase")(upkeep.erase)
app.add_typer(workflows.app, name="workflows")
app.add_typer(executions.app, name="executions")
app.add_typer(templates.app, name="templates")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; expected errors print one clear line each and exit with 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal without Unicode shows escapes instead of stopping the command
            stream.reconfigure(errors="backslashreplace")
    if arguments is None:
        _log_to_stderr()
    try:
        app(args=arguments)
    except SpecError as error:
        for issue in error.issues:
            print(f"error: {show_line(issue)}", file=sys.stderr)
        raise SystemExit(1) from None
    except BookflowError as error:
        print(f"error: {show_line(error)}", file=sys.stderr)
        raise SystemExit(1) from None


def _log_to_stderr() -> None:
    """Keep standard output for answers: Airflow, once imported, would log to it."""
    logger = logging.getLogger("bookflow")
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)
    logger.propagate = False


@app.command()
def validate(
    paths: Annotated[list[Path], typer.Argument(help="Spec files or folders of them.")],
    has_database: Annotated[
        bool,
        typer.Option("--database", help="Check event_types against the bookflow database too."),
    ] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Check workflow specs. Exits with 0 when all are valid, else with 1."""
    from bookflow.cli.spec_printing import print_report
    from bookflow.cli.specs import check_specs

    settings = _settings()
    report = check_specs(
        paths,
        _domain(settings).vocabulary,
        settings.spec_size_limit,
        event_types=_event_types(settings) if has_database else None,
    )
    if output is Format.JSON:
        print_json(report)
    else:
        print_report(report)
    raise typer.Exit(0 if report["valid"] else 1)


@app.command("test")
def try_spec(
    spec: Annotated[Path, typer.Argument(help="The workflow's spec file.")],
    booking: Annotated[Path | None, typer.Option(help="A booking as JSON.")] = None,
    is_mock: Annotated[bool, typer.Option("--mock", help="Use a made-up booking.")] = False,
    variant: Annotated[
        list[str] | None,
        typer.Option(help="With --mock: a special one, such as group or no_phone; repeatable."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Pretend it is this time (ISO 8601 with offset).")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Try a workflow out on a booking. Sends nothing, needs no Airflow and no database."""
    from bookflow.cli.spec_printing import print_trial
    from bookflow.cli.specs import choose_booking, read_spec
    from bookflow.journey.trials.trying_out import try_out
    from bookflow.wiring.workshops import compile_action

    settings = _settings()
    domain = _domain(settings)
    loaded = read_spec(spec, domain.vocabulary, settings.spec_size_limit)
    now = _read_time(at)
    answer = try_out(
        loaded,
        choose_booking(loaded, domain, booking, is_mock=is_mock, variants=variant or (), now=now),
        domain=domain,
        now=now,
        compile_action=lambda action: compile_action(
            action, settings, domain, _environment_connections()
        ),
    ).to_json()
    if output is Format.JSON:
        print_json(answer)
    else:
        print_trial(answer)


@app.command()
def schema() -> None:
    """Print the JSON Schema of workflow specs, for editors."""
    from bookflow.spec.schema import json_schema

    print_json(json_schema(_domain(_settings()).vocabulary))


@app.command()
def endpoints(
    action: Annotated[
        str | None, typer.Argument(help="`enable`, or nothing to list the endpoints.")
    ] = None,
    key: Annotated[str | None, typer.Argument(help="The endpoint to enable.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """List where messages go and what is in trouble, or enable an endpoint that works again."""
    from bookflow.cli.endpoints import enable, print_endpoints
    from bookflow.journey.endpoints.reporting import show_endpoint
    from bookflow.wiring.databases import open_existing_store

    if (action, bool(key)) not in ((None, False), ("enable", True)):
        message = "write `bookflow endpoints`, or `bookflow endpoints enable KEY`"
        raise InputError("", message)
    with open_existing_store(_settings(), _connections()) as store:
        found = store.list_endpoints() if key is None else [enable(store, key)]
    rows = [show_endpoint(one) for one in found]
    if output is Format.JSON:
        print_json(rows)
    else:
        print_endpoints(rows)


@app.command()
def upcoming(
    booking: Annotated[str | None, typer.Option(help="Only for this booking.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only of this workflow.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Up to this time (ISO 8601 with offset); 7 days ahead.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
    url: OtherServerOption = None,
    username: UsernameOption = None,
    password: PasswordOption = None,
    token: TokenOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Print what is planned: reminders and executions that wait."""
    from bookflow.cli.upcoming import ask_upcoming, find_upcoming, print_upcoming
    from bookflow.wiring.databases import open_existing_store

    end = None if until is None else _read_time(until, "--until")
    if url is not None:
        with open_server(url, username, password, token) as server:
            found = ask_upcoming(server, booking, workflow, until=end, limit=limit)
    else:
        settings, domain = _settings(), _domain(_settings())
        with open_existing_store(settings, _connections()) as store:
            found = find_upcoming(store, domain, booking, workflow, until=end, limit=limit)
    if output is Format.JSON:
        print_json(found)
    else:
        print_upcoming(found)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit when the sample is through.")] = False,
    directory: Annotated[Path, typer.Option(help="Where the demo keeps its data and logs.")] = Path(
        ".bookflow/demo"
    ),
    port: Annotated[int, typer.Option(help="Airflow's port on 127.0.0.1.")] = 8080,
) -> None:
    """Start Airflow with local receivers, fire the sample bookings, show what was delivered."""
    from bookflow.demo.showing import run_demo

    raise typer.Exit(run_demo(directory.resolve(), port=port, is_once=once))


@db.command("upgrade")
def upgrade_database(
    is_created: Annotated[
        bool, typer.Option("--create", help="Make the database itself where it is missing.")
    ] = False,
) -> None:
    """Bring the bookflow database to the newest schema."""
    from bookflow.store.creating import create_missing
    from bookflow.store.migrating import status, upgrade
    from bookflow.wiring.databases import find_dsn

    dsn = find_dsn(_settings(), _connections())
    if is_created and create_missing(dsn):
        print("made the database")
    try:
        before = status(dsn)
    except DatabaseUnavailableError as error:
        if "database" in str(error) and "does not exist" in str(error):
            message = f"{error}; `bookflow db upgrade --create` makes a database that is missing"
            raise DatabaseUnavailableError(message) from error
        raise
    upgrade(dsn)
    after = status(dsn)
    applied = f"applied {len(before.pending)}" if before.pending else "nothing to do"
    print(f"{applied}; schema is at {after.current}")


@db.command("status")
def show_database_status(output: FormatOption = Format.TEXT) -> None:
    """Show the schema revision. Exits with 1 when migrations are pending."""
    from bookflow.store.migrating import status
    from bookflow.wiring.databases import existing_dsn

    with existing_dsn(_settings(), _connections()) as dsn:
        found = status(dsn)
    if output is Format.JSON:
        print_json({"current": found.current, "head": found.head, "pending": list(found.pending)})
    elif found.pending:
        at = found.current or "no schema"
        print(f"at {at}, {len(found.pending)} pending: run `bookflow db upgrade`")
    else:
        print(f"up to date at {found.current}")
    raise typer.Exit(1 if found.pending else 0)


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


def _domain(settings: Settings) -> BookingDomain:
    from bookflow.domains.booking import BookingDomain

    return BookingDomain(settings)


def _connections() -> Any:
    from bookflow.airflow_client.connections import open_connections

    return open_connections(os.environ)


def _environment_connections() -> Any:
    from bookflow.airflow_client.connections import EnvironmentConnections

    return EnvironmentConnections(os.environ)


def _event_types(settings: Settings) -> list[str]:
    from bookflow.wiring.databases import open_existing_store

    with open_existing_store(settings, _connections()) as store:
        return store.event_type_slugs()


def _read_time(text: str | None, option: str = "--at") -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InputError(option, "must be ISO 8601 with offset, such as 2026-03-01T14:30:00+01:00")
    if instant.year not in YEARS:
        # delays and zones are added to it: no time may fall out of the calendar
        raise InputError(option, f"must be in a year from {YEARS.start} to {YEARS.stop - 1}")
    return instant
