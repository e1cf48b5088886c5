"""What the command `bookflow upcoming` reads and prints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookflow.cli.plain_text import show_text
from bookflow.errors import NotFoundError
from bookflow.journey.reminders.upcoming import Forecast, Wanted, read_until
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.cli.remote import Server
    from bookflow.domains.booking import BookingDomain
    from bookflow.store.postgres import PostgresStore

PLAIN_WIDTH = 1000


def find_upcoming(
    store: PostgresStore,
    domain: BookingDomain,
    booking: str | None,
    workflow: str | None,
    *,
    until: datetime | None,
    limit: int,
) -> dict[str, Any]:
    """Give what is planned in the shape of the API; raises `NotFoundError`, `InputError`."""
    if booking is not None and not store.load_subjects([booking]):
        raise NotFoundError(f"no booking `{booking:.128}` is known")
    now = utc_now()
    end = read_until(until, now)
    names = {
        rule.workflow_id: rule.name for rule in store.load_rules([*domain.vocabulary.triggers])
    }
    forecast = Forecast(store, store, domain, names.get, lambda: now)
    wanted = Wanted(end, workflow_id=workflow, subject_id=booking, limit=limit)
    found = forecast.ask(wanted)
    return {"upcoming": found.items, "until": end.isoformat(), "has_more": found.has_more}


def ask_upcoming(
    server: Server,
    booking: str | None,
    workflow: str | None,
    *,
    until: datetime | None,
    limit: int,
) -> dict[str, Any]:
    """Give what a running bookflow has planned; raises `RemoteError`."""
    end = None if until is None else until.isoformat()
    answer = server.get("/upcoming", booking=booking, workflow=workflow, until=end, limit=limit)
    items = answer.get("upcoming")
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise server.foreign("/upcoming")
    return answer


def print_upcoming(answer: Mapping[str, Any]) -> None:
    """Print what is planned as a table, the nearest first."""
    if not answer["upcoming"]:
        print(f"nothing is planned until {show_text(answer.get('until'))}")
        return
    table = Table("due", "workflow", "booking", "trigger", "status", "reason")
    for column in table.columns:
        column.overflow = "fold"
    for item in answer["upcoming"]:
        names = ("due_at", "workflow_id", "booking_id", "trigger", "status", "reason")
        table.add_row(*(Text(show_text(item.get(name) or "–")) for name in names))
    # a pipe has no width of its own, and names are there to be read by scripts
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH).print(table)
    if answer.get("has_more"):
        print(f"there is more until {show_text(answer.get('until'))}; ask for it with --limit")
