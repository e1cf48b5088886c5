"""What a route can be asked, a command can ask: a filter that the API gains the CLI gains too."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from bookflow.cli.app import app
from bookflow.web.app import create_app

pytestmark = pytest.mark.airflow

# pages are turned by the command itself
TURNED = {"cursor"}
COMMANDS = {
    "GET /executions": "executions list",
    "GET /executions/export": "executions export",
    "GET /upcoming": "upcoming",
    "GET /audit": "audit",
    "GET /workflows": "workflows list",
    "POST /workflows": "workflows apply",
    "PUT /workflows/{workflow_id}": "workflows apply",
    "PATCH /workflows/{workflow_id}": "workflows activate",
    "DELETE /workflows/{workflow_id}": "workflows delete",
    "GET /workflows/{workflow_id}/versions": "workflows history",
    "GET /workflows/{workflow_id}/diff": "workflows diff",
    "POST /workflows/{workflow_id}/restore": "workflows restore",
    "GET /templates": "templates list",
    "POST /templates/{template_id}/create": "templates create",
    "GET /performance-stats": "stats",
    "GET /analytics/trends": "stats",
    "GET /analytics/failures": "stats",
    "GET /analytics/skips": "stats",
    "GET /analytics/endpoints": "stats",
    "GET /analytics/actions": "stats",
    "GET /analytics/workflows": "stats",
    "GET /analytics/compare": "stats",
    "GET /incidents": "incidents",
}
OTHERWISE_NAMED = {
    "GET /executions/export": {"format": "as"},
    "GET /workflows": {"is_active": "active"},
    "GET /incidents": {"workflow_id": "workflow"},
}
# why there is no command
WITHOUT = {
    "POST /workflows/{workflow_id}/duplicate": "a copy of a file, applied",
    "POST /workflows/{workflow_id}/actions": "an edit of the file, applied",
    "POST /workflows/{workflow_id}/reorder": "an edit of the file, applied",
    "PUT /workflows/{workflow_id}/actions/{name}": "an edit of the file, applied",
    "DELETE /workflows/{workflow_id}/actions/{name}": "an edit of the file, applied",
    "POST /workflows/bulk": "activate and deactivate take several ids",
    "GET /workflows/{workflow_id}/execution-summary": "stats --workflow",
    "GET /me": "for pages",
    "GET /bookings": "for pages that let one choose",
    "GET /deliveries": "executions get tells those of one; many are for pages",
    "GET /analytics/activity": "for the small charts of a page",
    "GET /inbound-requests": "for the page of admins",
    "POST /inbound/sms-status": "for providers",
}


def list_questions() -> dict[str, set[str]]:
    """Give the query parameters of every route that has any."""
    paths = create_app(lambda: None).openapi()["paths"]  # type: ignore[arg-type,return-value]
    asked = {
        f"{method.upper()} {path.removeprefix('/api/v1')}": {
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
        }
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    return {route: names for route, names in asked.items() if names}


def list_words(command: str) -> set[str]:
    """Give the options of a command by name, and its arguments as help shows them."""
    found: Any = typer.main.get_command(app)
    for word in command.split():
        found = found.commands[word]
    options = {
        name.removeprefix("--").replace("-", "_")
        for one in found.params
        for name in (*one.opts, *one.secondary_opts)
    }
    shown = {(one.metavar or "").strip("[]").lower() for one in found.params}
    return options | shown


def test_every_route_with_filters_has_its_command_or_a_reason() -> None:
    assert set(list_questions()) == set(COMMANDS) | set(WITHOUT)


@pytest.mark.parametrize(("route", "command"), COMMANDS.items())
def test_a_command_asks_whatever_its_route_can_be_asked(route: str, command: str) -> None:
    renamed = OTHERWISE_NAMED.get(route, {})
    wanted = {renamed.get(name, name) for name in list_questions()[route] - TURNED}
    assert wanted - list_words(command) == set()
