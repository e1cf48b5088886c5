"""What `bookflow endpoints` does and prints."""

from __future__ import annotations

import difflib
import getpass
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bookflow.cli.database import PLAIN_WIDTH
from bookflow.cli.plain_text import show_text
from bookflow.errors import NotFoundError
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.ports.endpoints import Endpoint, EndpointStore


def enable(store: EndpointStore, key: str) -> Endpoint:
    """Enable one endpoint; raises `NotFoundError` with the one that was probably meant."""
    found = store.enable_endpoint(key, actor=f"cli:{name_user()}", now=utc_now())
    if found is not None:
        return found
    keys = [one.key for one in store.list_endpoints()]
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f"did you mean {near[0]}?" if near else "`bookflow endpoints` lists those there are"
    raise NotFoundError(f"no endpoint {key} is known; {hint}")


def print_endpoints(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print endpoints as a table, those in trouble with the reason."""
    if not rows:
        print("nothing was sent anywhere yet")
        return
    table = Table("endpoint", "state", "failures", "since", "next try", "reason")
    for column in table.columns:
        # a name in two lines can still be read, one cut short can't
        column.overflow = "fold"
    for row in rows:
        is_bad = row["state"] != "closed" or row["failures"]
        reason = row["disabled_reason"] or (row["last_error"] if is_bad else None)
        until = max(filter(None, (row["probe_at"], row["hold_until"])), default=None)
        table.add_row(
            Text(show_text(row["key"])),
            row["state"],
            str(row["failures"]),
            row["disabled_at"] or row["since"] or "–",
            until or "–",
            Text(show_text(reason or "–")),
        )
    # a pipe has no width of its own, and names are there to be read by scripts
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH).print(table)


def name_user() -> str:
    """Give the name of who is at the command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a user without a name, as in some containers
        return "unknown"
