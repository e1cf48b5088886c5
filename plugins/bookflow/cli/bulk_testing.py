"""What `bookflow bulk-test` asks for and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.cli.plain_text import show_text
from bookflow.cli.specs import read_booking
from bookflow.cli.tables import print_table
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FAILED = ("failed", "not_run")


def build_request(
    workflow_ids: Sequence[str],
    *,
    trigger: str | None,
    booking: Path | None,
    booking_id: str | None,
    variants: Sequence[str],
    at: str | None,
) -> dict[str, Any]:
    """Build the body; raises `InputError` for what contradicts itself."""
    if workflow_ids and trigger:
        raise InputError("--trigger", "stands beside names of workflows; give one of the two")
    if booking is not None and booking_id is not None:
        raise InputError("", "give either --booking FILE.json or --booking-id ID")
    is_real = booking is not None or booking_id is not None
    body: dict[str, Any] = {"mode": "real_data" if is_real else "mock_data"}
    if workflow_ids:
        body["workflow_ids"] = list(workflow_ids)
    else:
        body["filter"] = {"is_active": True, **({"trigger": trigger} if trigger else {})}
    if booking is not None:
        body["booking"] = read_booking(booking)
    more = {"booking_id": booking_id, "variant": list(variants) or None, "at": at}
    return body | {key: value for key, value in more.items() if value is not None}


def print_results(answer: Mapping[str, Any]) -> None:
    """Print how each workflow did, and the sum."""
    found = [item for item in answer.get("results") or () if isinstance(item, dict)]
    rows = [
        (item.get("workflow_id"), item.get("outcome"), item.get("reason"), item.get("due_at"))
        for item in found
    ]
    if rows:
        print_table(("workflow", "outcome", "reason", "due"), rows)
    totals = answer.get("totals")
    if isinstance(totals, dict):
        print(show_text(", ".join(f"{count} {name}" for name, count in totals.items() if count)))


def has_failed(answer: Mapping[str, Any]) -> bool:
    """Tell whether any workflow could not make its content, or was not tried."""
    found = answer.get("results") or ()
    return any(isinstance(item, dict) and item.get("outcome") in FAILED for item in found)
