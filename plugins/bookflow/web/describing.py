"""What the API's description says beyond FastAPI's own: bodies, groups, and who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bookflow.web import deps

# in the order in which people read about them
TAGS = (
    ("Workflows", "Specs are files: what writes one is a commit of its file."),
    ("Actions", "The steps of a workflow, in their order; a write is a commit of its file."),
    ("Versions", "What the file of a workflow said before, and going back to it."),
    ("Validation", "What is wrong with a spec, and what would be better."),
    ("Tests", "Trying workflows out, without or with sending."),
    ("Templates", "Good workflows to begin with."),
    ("Triggers", "What happened to bookings comes in."),
    ("Inbound", "What platforms and providers sent, accepted by its signature."),
    ("Executions", "One workflow for one event, with what each action did."),
    ("Bookings", "Everything about one booking."),
    ("Upcoming", "What your workflows are going to do, as bookings and specs stand now."),
    ("Endpoints", "Where messages go, and what is in trouble."),
    ("Analytics", "How well it goes, by workflow, action, cause and time."),
    ("Incidents", "What the monitor found, from its opening to its closing."),
    ("Audit", "Who changed what, and when."),
    ("People", "What is kept about a person."),
    ("Catalogue", "What builders and editors of specs need."),
    ("Account", "Who you are, and what you may do."),
    ("Health", "For load balancers, alarms and dashboards."),
)
PERMISSION = "x-permission"
Permission = Literal["admin", "edit", "run", "read", "signed-in", "signature"]
# the strongest first
_GUARDS: tuple[tuple[Callable[..., Any], Permission], ...] = (
    (deps.require_admin, "admin"),
    (deps.require_editing, "edit"),
    (deps.require_running, "run"),
    (deps.require_editing_some, "edit"),
    (deps.require_running_some, "run"),
    (deps.require_triggering, "run"),
    (deps.require_reading, "read"),
    (deps.authenticate, "signed-in"),
)


def list_tags() -> list[dict[str, str]]:
    """Give the groups of routes as OpenAPI has them."""
    return [{"name": name, "description": text} for name, text in TAGS]


def add_bodies(described: dict[str, Any], models: tuple[type[BaseModel], ...]) -> None:
    """Add the shapes of bodies that routes read themselves."""
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (model, "validation") for model in models
    ]
    _, definitions = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    described["components"]["schemas"].update(definitions["$defs"])


def add_permissions(described: dict[str, Any], app: FastAPI) -> None:
    """Say of each operation who may, as its guards have it.

    A route that decides in its own code says so itself, with `may` in its `openapi_extra`.
    """
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods:
                operation = described["paths"][route.path_format][method.lower()]
                operation.setdefault(PERMISSION, find_permission(route))


def find_permission(route: APIRoute) -> Permission:
    """Give what a route asks for; the signature where it asks for no login."""
    calls = set(_calls(route.dependant))
    return next((name for guard, name in _GUARDS if guard in calls), "signature")


def may(permission: Permission) -> dict[str, Any]:
    """Say who may, for the `openapi_extra` of a route whose guards don't tell."""
    return {PERMISSION: permission}


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
