"""`bookflow stats`: totals from the database, or how well a running bookflow does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from bookflow.cli.options import (
    Format,
    FormatOption,
    OtherServerOption,
    PasswordOption,
    TokenOption,
    UsernameOption,
    open_server,
)
from bookflow.cli.plain_text import print_json
from bookflow.cli.query_options import PERIOD_FILTERS, with_query
from bookflow.errors import InputError


class View(StrEnum):
    """Which figures of a running bookflow."""

    OVERVIEW = "overview"
    TRENDS = "trends"
    FAILURES = "failures"
    SKIPS = "skips"
    ENDPOINTS = "endpoints"
    ACTIONS = "actions"
    WORKFLOWS = "workflows"
    COMPARE = "compare"


@with_query(PERIOD_FILTERS)
def stats(
    query: Mapping[str, Any],
    view: Annotated[
        View, typer.Argument(help=f"With --url, one of: {', '.join(View)}.")
    ] = View.OVERVIEW,
    url: OtherServerOption = None,
    username: UsernameOption = None,
    password: PasswordOption = None,
    token: TokenOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Print statistics per workflow from the bookflow database, or figures of a server.

    A period, a time zone and other filters are for servers: the database keeps totals.
    """
    if url is None:
        _print_totals(query, view, output)
        return
    from bookflow.cli.figures import print_view

    path = "/performance-stats" if view is View.OVERVIEW else f"/analytics/{view.value}"
    with open_server(url, username, password, token) as server:
        answer = server.get(path, **query)
    if output is Format.JSON:
        print_json(answer)
    else:
        print_view(view.value, answer)


def _print_totals(query: Mapping[str, Any], view: View, output: Format) -> None:
    if query or view is not View.OVERVIEW:
        given = [f"--{name.replace('_', '-')}" for name in query] or [view.value]
        message = f"{' and '.join(given)} needs --url: the database keeps totals"
        raise InputError("", message)
    from bookflow.airflow_client.connections import open_connections
    from bookflow.cli.database import print_statistics
    from bookflow.settings import Settings
    from bookflow.wiring.databases import open_existing_store

    settings = Settings.from_environment(os.environ)
    with open_existing_store(settings, open_connections(os.environ)) as store:
        rows = store.statistics()
    if output is Format.JSON:
        print_json(rows)
    else:
        print_statistics(rows)
