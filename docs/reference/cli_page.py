"""Writes the page about the command line from the commands themselves."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import TYPE_CHECKING, Any

from docs.reference.shapes import say_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_OPTIONS = {"url", "username", "password", "token"}
INTRODUCTION = """\
# The command line

`make api-docs` writes this page from the commands; edit `cli/`, not the page. `bookflow COMMAND \
--help` says the same in the terminal.

## Where commands work

Some commands work on files alone (`validate`, `test`, `schema`), some on bookflow's database \
(`stats`, `endpoints`, `upcoming`, `db`), and those with `--url` ask a running bookflow over its \
[API](using-the-api.md). These sign in as an Airflow user, with that user's rights:

```
export BOOKFLOW_URL=https://airflow.example.com BOOKFLOW_USERNAME=editor BOOKFLOW_PASSWORD=…
bookflow workflows list
```

`--url` (`BOOKFLOW_URL`) is where Airflow's API server is, `http://localhost:8080` where absent. \
`--username` and `--password` (`BOOKFLOW_USERNAME`, `BOOKFLOW_PASSWORD`) name an Airflow user; \
`--token` (`BOOKFLOW_TOKEN`) stands in for both. A token is kept in memory and never written to \
disk. Where the server asks for patience (429 and 503 with `Retry-After`) a command waits and \
tries again, up to five times.

## What commands print

Tables for people; in a pipe without colours and as wide as they need to be. `--format json` \
prints what the API answers, for scripts. Progress shows on standard error, and only in a \
terminal. What came from outside is printed with its control characters escaped.

| exit code | when |
|---|---|
| 0 | it is done |
| 1 | something is invalid, was refused or could not be reached; standard error says what |
| 2 | the command was called wrongly |
| 3 | `bookflow workflows apply --check` found a difference |

## Specs from files

`bookflow workflows apply` makes the server's workflows those of your files, by their ids: a file \
that is new there is created, one that differs is updated, with the difference shown, and one that \
does not differ costs no request. Each is a commit of its own on the server, by your Airflow user. \
A file that is refused stops no other. A workflow that somebody changes in the same moment is left \
alone, and the error says who did what. Nothing is deleted without `--prune`, which deletes every \
workflow you see that has no file among those given.

```
bookflow workflows apply workflow_specs --dry-run
bookflow workflows apply workflow_specs
```

In CI, `bookflow validate workflow_specs` needs no server, and `bookflow workflows apply \
workflow_specs --check` tells whether the server has what the branch has.

[pre-commit](https://pre-commit.com) checks specs before they are committed, with this in \
`.pre-commit-config.yaml` (`bookflow-validate-system` takes the command that is on the path \
instead of installing its own; `files` names other folders than `workflow_specs`):

```
repos:
  - repo: URL-OF-THIS-REPOSITORY
    rev: TAG-OR-COMMIT
    hooks:
      - id: bookflow-validate
```

## Completion

`bookflow --install-completion` lets bash, zsh, fish and PowerShell complete commands and options; \
`bookflow --show-completion` prints what it would install.

"""


def write_cli_page() -> str:
    """Give the whole page."""
    import typer.main

    from bookflow.cli.app import app

    root: Any = typer.main.get_command(app)
    parts = [INTRODUCTION]
    parts.extend(_write_command(words, command) for words, command in _walk(("bookflow",), root))
    return "\n".join(parts)


def _walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        if hasattr(inner, "commands"):
            yield from _walk((*words, name), inner)
        else:
            yield (*words, name), inner


def _write_command(words: tuple[str, ...], command: Any) -> str:
    parameters = [one for one in command.params if one.name != "help" and not one.hidden]
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    options = [one for one in parameters if one.param_type_name == "option"]
    usage = " ".join([*words, *(_usage(one) for one in arguments)])
    parts = [
        f"## {' '.join(words)}",
        f"`{usage}`",
        " ".join(inspect.cleandoc(command.help).split()),
    ]
    rows = [_write_argument(one) for one in arguments if one.help]
    has_server = {one.name for one in options} >= SERVER_OPTIONS
    own = [one for one in options if not (has_server and one.name in SERVER_OPTIONS)]
    rows += [_write_option(one) for one in own]
    if has_server:
        names = "`--url`, `--username`, `--password`, `--token`"
        rows.append(f"| {names} | [Which server](#where-commands-work), and who asks. |")
    if rows:
        parts.append("\n".join(["| | |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _usage(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    if name.startswith("["):
        return str(name)
    shown = name if name.endswith("...") or argument.nargs == 1 else f"{name}..."
    return shown if argument.required else f"[{shown}]"


def _write_argument(argument: Any) -> str:
    name = (argument.metavar or argument.name.upper()).strip("[]").removesuffix("...")
    return f"| `{name}` | {say_cell(argument.help)} |"


def _write_option(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    said = say_cell(option.help or "")
    choices = (
        [one.value for one in type(option.default)] if isinstance(option.default, Enum) else []
    )
    more = [" or ".join(f"`{choice}`" for choice in choices)] if choices else []
    if option.required:
        more.append("required")
    if option.default not in (None, False, (), []) and not callable(option.default):
        more.append(f"default `{getattr(option.default, 'value', option.default)}`")
    if option.envvar:
        more.append(f"from `{option.envvar}`")
    details = f" ({'; '.join(more)})" if more else ""
    return f"| {names} | {said}{details} |"
