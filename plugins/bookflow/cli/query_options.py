"""Filters of the API as options: each is named as the API names it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_type_hints

import typer

WorkflowOption = Annotated[str | None, typer.Option(help="Only of this workflow.")]
SinceOption = Annotated[
    str | None, typer.Option(help="Only made at or after this time (ISO 8601 with offset).")
]
UntilOption = Annotated[
    str | None, typer.Option(help="Only made before this time (ISO 8601 with offset).")
]

EXECUTION_FILTERS: Mapping[str, Any] = {
    "workflow": WorkflowOption,
    "booking": Annotated[str | None, typer.Option(help="Only for this booking.")],
    "status": Annotated[
        str | None,
        typer.Option(
            help="Only pending, running, completed, failed or cancelled ones; several with commas."
        ),
    ],
    "since": SinceOption,
    "until": UntilOption,
    "trigger": Annotated[str | None, typer.Option(help="Only of events of this kind.")],
    "event": Annotated[str | None, typer.Option(help="Only those that this event queued.")],
    "failures": Annotated[
        bool | None,
        typer.Option("--failures/--no-failures", help="Only with a failed action, or without."),
    ],
    "cause": Annotated[
        str | None,
        typer.Option(help="Only with an action that failed or was skipped for this cause."),
    ],
    "dag_id": Annotated[str | None, typer.Option(help="With --run-id: only of this run.")],
    "run_id": Annotated[str | None, typer.Option(help="With --dag-id: only of this run.")],
    "sort": Annotated[
        str | None,
        typer.Option(help="By created_at, due_at or completed_at; -due_at: the latest first."),
    ],
}
PERIOD_FILTERS: Mapping[str, Any] = {
    "period": Annotated[str | None, typer.Option(help="How long back, such as 7d; 30d else.")],
    "since": Annotated[
        str | None, typer.Option(help="Instead: from when on, a date or ISO 8601 with offset.")
    ],
    "until": Annotated[str | None, typer.Option(help="Up to before when; now else.")],
    "timezone": Annotated[
        str | None, typer.Option(help="Whose days count, such as Europe/Berlin; UTC else.")
    ],
    "unit": Annotated[str | None, typer.Option(help="Points of a trend: hour, day or week.")],
    "compare_since": Annotated[
        str | None, typer.Option(help="Begin of the period to compare with; the one before else.")
    ],
    "compare_until": Annotated[str | None, typer.Option(help="Its end.")],
    "workflow": WorkflowOption,
    "organizer": Annotated[str | None, typer.Option(help="Only of this owner's workflows.")],
    "trigger": Annotated[str | None, typer.Option(help="Only of workflows with this trigger.")],
    "limit": Annotated[int | None, typer.Option(min=1, help="Length of lists at most.")],
}


def with_query(
    options: Mapping[str, Any],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options in place of its parameter `query`, which holds what was given."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        kinds = get_type_hints(command, localns={"Server": object}, include_extras=True)
        parameters: list[inspect.Parameter] = []
        for one in inspect.signature(command).parameters.values():
            if one.name == "query":
                parameters += [_make_option(name, kind) for name, kind in options.items()]
            else:
                kind = inspect.Parameter.KEYWORD_ONLY
                parameters.append(one.replace(kind=kind, annotation=kinds[one.name]))

        @functools.wraps(command)
        def run(*given: Any, **named: Any) -> None:
            asked = {name: named.pop(name) for name in options}
            query = {name: value for name, value in asked.items() if value is not None}
            command(*given, query=query, **named)

        # Typer reads both
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def _make_option(name: str, kind: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
