"""Options that many commands share, and the server that commands over the API talk to."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from bookflow.errors import InputError

if TYPE_CHECKING:
    from bookflow.cli.remote import Server

LOCAL_URL = "http://localhost:8080"


class Format(StrEnum):
    """How a command prints its answer."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; save nothing.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
UrlOption = Annotated[
    str, typer.Option(envvar="BOOKFLOW_URL", help="Where Airflow's API server is.")
]
OtherServerOption = Annotated[
    str | None, typer.Option("--url", help="Ask a running bookflow instead of the database.")
]
UsernameOption = Annotated[
    str | None, typer.Option(envvar="BOOKFLOW_USERNAME", help="Name of an Airflow user.")
]
PasswordOption = Annotated[
    str | None, typer.Option(envvar="BOOKFLOW_PASSWORD", help="That user's password.")
]
TokenOption = Annotated[
    str | None, typer.Option(envvar="BOOKFLOW_TOKEN", help="Instead of name and password.")
]
_SHARED: dict[str, tuple[Any, Any]] = {
    "url": (UrlOption, LOCAL_URL),
    "username": (UsernameOption, None),
    "password": (PasswordOption, None),
    "token": (TokenOption, None),
}


def with_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a server, and the open server as its first argument."""
    # the client, and httpx with it, is imported only by a command that runs
    kinds = get_type_hints(command, localns={"Server": object}, include_extras=True)
    own = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=kinds[one.name])
        for one in list(inspect.signature(command).parameters.values())[1:]
    ]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _SHARED.items()
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        access = {name: given.pop(name) for name in _SHARED}
        with open_server(**access) as server:
            command(server, **given)

    parameters = [*own, *shared]
    # Typer reads both
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def open_server(
    url: str, username: str | None = None, password: str | None = None, token: str | None = None
) -> Server:
    """Open the server that the options name; use it in a `with`."""
    from bookflow.cli.remote import Credentials, Server

    return Server(url, Credentials(username, password, token))


def confirm(question: str, *, is_agreed: bool) -> None:
    """Ask before what can't be taken back; who can't be asked has to say `--yes`."""
    import sys

    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise InputError("", f"{question} Say so with --yes.")
    typer.confirm(question, abort=True, err=True)
