"""Commands of upkeep: incidents, deleting what is old, erasing a person."""

from __future__ import annotations

import os
import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli.options import DryRunOption, Format, FormatOption, YesOption, confirm
from bookflow.cli.plain_text import print_json
from bookflow.cli.query_options import WorkflowOption
from bookflow.errors import InputError, NotFoundError
from bookflow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.domains.booking import BookingDomain

LISTED = 200


class IncidentState(StrEnum):
    """How an incident stands."""

    OPEN = "open"
    CLOSED = "closed"


def incidents(
    action: Annotated[
        str | None, typer.Argument(help="`close`, or nothing to list incidents.")
    ] = None,
    incident_id: Annotated[str | None, typer.Argument(help="The incident to close.")] = None,
    note: Annotated[str, typer.Option(help="Why it is over.")] = "",
    has_closed: Annotated[bool, typer.Option("--all", help="List closed ones as well.")] = False,
    state: Annotated[IncidentState, typer.Option(help="Which to list.")] = IncidentState.OPEN,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, such as failures.")] = None,
    workflow: WorkflowOption = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = LISTED,
    output: FormatOption = Format.TEXT,
) -> None:
    """List what the monitor found wrong, or close an incident by hand."""
    from bookflow.cli.tables import print_table
    from bookflow.journey.upkeep.reporting import show_incident
    from bookflow.ports.upkeep import IncidentFilter
    from bookflow.wiring.databases import open_existing_store
    from bookflow.wiring.upkeep import open_incidents

    if (action, bool(incident_id)) not in ((None, False), ("close", True)):
        message = "write `bookflow incidents`, or `bookflow incidents close ID --note WHY`"
        raise InputError("", message)
    settings = _settings()
    with open_existing_store(settings, _connections()) as store:
        if incident_id is not None:
            desk = open_incidents(store, settings)
            found: Any = [desk.close(_read_id(incident_id), actor=_actor(), note=note)]
        else:
            is_open = None if has_closed else state is IncidentState.OPEN
            wanted = IncidentFilter(is_open=is_open, kind=kind, workflow_id=workflow)
            found = store.list_incidents(wanted, limit=limit, cursor=None).items
    rows = [show_incident(one) for one in found]
    if output is Format.JSON:
        print_json(rows)
    elif not rows:
        print("no incidents" if has_closed else f"no {state.value} incidents")
    else:
        names = ("id", "severity", "subject", "opened_at", "closed_at", "note")
        print_table(names, ([row[name] for name in names] for row in rows))


def cleanup(is_dry: DryRunOption = False, output: FormatOption = Format.TEXT) -> None:
    """Delete executions, events and runs that were kept long enough, as the nightly DAG does."""
    from bookflow.wiring.databases import open_existing_store
    from bookflow.wiring.upkeep import open_cleaner

    settings = _settings()
    with open_existing_store(settings, _connections()) as store:
        cleaner = open_cleaner(store, _domain(settings), settings)
        done = cleaner.count() if is_dry else cleaner.clean()
    if output is Format.JSON:
        counts = {str(part): count for part, count in done.counts.items()}
        print_json({"dry_run": is_dry, "done": done.is_done, "counts": counts})
    else:
        print(f"{'would delete' if is_dry else 'deleted'}: {done}")


def erase(
    email: Annotated[str, typer.Option(help="The person's e-mail address.")],
    is_dry: DryRunOption = False,
    is_exact: Annotated[
        bool, typer.Option("--exact", help="Leave plus variants of the address alone.")
    ] = False,
    has_owners: Annotated[
        bool, typer.Option("--organizer", help="Erase the person as an organizer as well.")
    ] = False,
    is_agreed: YesOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Take every trace of a person out of the database; figures stay."""
    from bookflow.wiring.databases import open_existing_store
    from bookflow.wiring.upkeep import open_eraser

    if not is_dry:
        confirm(
            "Erase all that is kept about this person? It can't be undone.", is_agreed=is_agreed
        )
    settings = _settings()
    with open_existing_store(settings, _connections()) as store:
        done = open_eraser(store, _domain(settings)).erase(
            email, actor=_actor(), is_dry=is_dry, is_exact=is_exact, has_owners=has_owners
        )
    if output is Format.JSON:
        print_json(done.to_json())
        return
    print(f"{'would erase' if is_dry else 'erased'}: {_say(done.counts) or 'nothing was found'}")
    if done.cancelled:
        print(f"{'would cancel' if is_dry else 'cancelled'}: {done.cancelled} open executions")
    if done.left:
        print(f"left: {_say(done.left)}")
    if done.left.get("running executions"):
        print("what runs just now may write once more: erase again in a few minutes")


def _say(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        message = f"no incident {text[:60]} is known; `bookflow incidents` lists them"
        raise NotFoundError(message) from None


def _actor() -> str:
    from bookflow.cli.endpoints import name_user

    return f"cli:{name_user()}"


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


def _domain(settings: Settings) -> BookingDomain:
    from bookflow.domains.booking import BookingDomain

    return BookingDomain(settings)


def _connections() -> Any:
    from bookflow.airflow_client.connections import open_connections

    return open_connections(os.environ)
