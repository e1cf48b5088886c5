"""What both stores decide about a batch before they write: first keys, newest snapshots, sums."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bookflow.records import ActionResult, ActionStatus, DeliveryStatus, RecordedEvent
from bookflow.store.booking_rows import event_type_row, organizer_row

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.records import ExecutionHead, NewEvent

UNFINISHED_REASON = "its task ended before this action had a result"
UNFINISHED_CODE = "unfinished"
UNFINISHED_DELIVERY = {
    DeliveryStatus.SENDING: "its task ended while it was being sent: it may have arrived",
    DeliveryStatus.RETRYING: "its task ended before it was tried again",
}
"""Why a delivery failed that its run left open, by how it stood."""
STALE_CODE = "stale"


def first_of_each_key(events: Iterable[NewEvent]) -> list[NewEvent]:
    """Leave out events whose idempotency key stood earlier in the batch."""
    seen: set[str] = set()
    kept = []
    for event in events:
        if event.idempotency_key is not None:
            if event.idempotency_key in seen:
                continue
            seen.add(event.idempotency_key)
        kept.append(event)
    return kept


def newest_snapshots(events: Iterable[NewEvent]) -> list[NewEvent]:
    """Give for each subject the event with its newest snapshot; of equals the later one."""
    newest: dict[str, NewEvent] = {}
    for event in events:
        if event.subject is None:
            continue
        known = newest.get(event.subject_id)
        if known is None or event.occurred_at >= known.occurred_at:
            newest[event.subject_id] = event
    return list(newest.values())


def organizers_of(events: Iterable[NewEvent]) -> list[dict[str, Any]]:
    """Give the newest row of each organizer."""
    rows = [organizer_row(e.subject, e.occurred_at) for e in events if e.subject is not None]
    return _newest(rows, "id")


def event_types_of(events: Iterable[NewEvent]) -> list[dict[str, Any]]:
    """Give the newest row of each event type; its slug is what tells it from others."""
    rows = [event_type_row(e.subject, e.occurred_at) for e in events if e.subject is not None]
    return _newest(rows, "slug")


def answer_for(
    event: NewEvent, winner: Mapping[str, Any] | None, heads: Sequence[ExecutionHead]
) -> RecordedEvent:
    """Answer for one event; `winner` is the row that held its key (or id) before, if one did."""
    if winner is None:
        return RecordedEvent(event.id, is_duplicate=False, executions=tuple(heads))
    if winner["fingerprint"] != event.fingerprint:
        conflict = (
            f"idempotency_key `{event.idempotency_key}` already belongs to another event "
            f"({winner['trigger']} of `{winner['booking_id']}`); use a new key for a new event"
        )
        return RecordedEvent(winner["id"], is_duplicate=False, executions=(), conflict=conflict)
    return RecordedEvent(winner["id"], is_duplicate=True, executions=tuple(heads))


def merge_results(results: Iterable[ActionResult]) -> list[ActionResult]:
    """Fold results of one batch that concern the same action of the same execution."""
    merged: dict[tuple[uuid.UUID, str], ActionResult] = {}
    for result in results:
        key = (result.execution_id, result.action)
        merged[key] = add_result(merged.get(key), result)
    return list(merged.values())


def add_result(earlier: ActionResult | None, later: ActionResult) -> ActionResult:
    """Put a try's result on top of earlier tries: attempts and durations add up, final stays."""
    if earlier is None:
        return later
    if earlier.status is not ActionStatus.RETRYING:
        return earlier
    return replace(
        later,
        attempts=earlier.attempts + later.attempts,
        started_at=min(earlier.started_at, later.started_at),
        duration_ms=earlier.duration_ms + later.duration_ms,
    )


def _newest(rows: Iterable[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = newest.get(row[key])
        if known is None or _at(row) >= _at(known):
            newest[row[key]] = row
    return list(newest.values())


def _at(row: Mapping[str, Any]) -> datetime:
    at: datetime = row["snapshot_at"]
    return at
