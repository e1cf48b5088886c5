"""Commands of one word that talk to a running bookflow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookflow.cli.options import Format, FormatOption, with_server
from bookflow.cli.plain_text import print_json, show_text
from bookflow.cli.query_options import SinceOption, UntilOption
from bookflow.errors import InputError

if TYPE_CHECKING:
    from bookflow.cli.remote import Server


@with_server
def trigger(
    server: Server,
    name: Annotated[str, typer.Argument(help="The trigger, such as booking_created.")],
    booking: Annotated[Path | None, typer.Option(help="A booking as JSON.")] = None,
    booking_id: Annotated[str | None, typer.Option(help="The id of a known booking.")] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="The same key twice is one event.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Fire one event through the API of a running bookflow."""
    from bookflow.cli.remote import fire
    from bookflow.cli.specs import read_booking

    if (booking is None) == (booking_id is None):
        raise InputError("", "give either --booking FILE.json or --booking-id ID")
    body: dict[str, Any] = {}
    if booking is not None:
        body["booking"] = read_booking(booking)
    else:
        body["booking_id"] = booking_id
    if idempotency_key:
        body["idempotency_key"] = idempotency_key
    answer = fire(server, name, body)
    if output is Format.JSON:
        print_json(answer)
        return
    known = " (known already)" if answer["duplicate"] else ""
    print(show_text(f"event {answer['event_id']}{known}"))
    for execution in answer["executions"]:
        line = (
            f"  {execution['workflow_id']}: {execution['status']}, due {execution['due_at']} "
            f"(execution {execution['id']})"
        )
        print(show_text(line))
    if not answer["executions"]:
        print("  no active workflow listens to it")


@with_server
def audit(
    server: Server,
    actor: Annotated[str | None, typer.Option(help="Only by this user or workflow.")] = None,
    what: Annotated[
        str | None, typer.Option(help="Only such changes, as workflow.updated.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only of this workflow, booking or endpoint.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    output: FormatOption = Format.TEXT,
) -> None:
    """Print who changed what on a running bookflow, the newest first; for admins."""
    from bookflow.cli.audit_trail import print_trail

    query = {"actor": actor, "what": what, "subject": subject, "since": since, "until": until}
    found = list(server.pages("/audit", "entries", limit=limit, **query))
    if output is Format.JSON:
        print_json(found)
    else:
        print_trail(found)


@with_server
def try_many(
    server: Server,
    workflow_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="All active ones else.")
    ] = None,
    trigger: Annotated[str | None, typer.Option(help="Only those with this trigger.")] = None,
    booking: Annotated[Path | None, typer.Option(help="A booking as JSON.")] = None,
    booking_id: Annotated[str | None, typer.Option(help="The id of a known booking.")] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="Of the made-up booking, such as group; repeatable.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Pretend it is this time (ISO 8601 with offset).")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Try up to 100 workflows of a running bookflow. Sends nothing; exits with 1 when one fails."""
    from bookflow.cli.bulk_testing import build_request, has_failed, print_results

    body = build_request(
        workflow_ids or (),
        trigger=trigger, booking=booking, booking_id=booking_id, variants=variant or (), at=at,
    )  # fmt: skip
    answer = server.call("POST", "/bulk-test", body)
    if output is Format.JSON:
        print_json(answer)
    else:
        print_results(answer)
    raise typer.Exit(1 if has_failed(answer) else 0)
