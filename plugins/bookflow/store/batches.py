"""What both stores decide about a batch before they write: first keys, newest snapshots, sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.records import ActionResult, DeliveryStatus, Hold, RecordedEvent
from bookflow.store.booking_rows import event_type_row, organizer_row

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.records import ExecutionHead, Json, NewDelivery, NewEvent, SubjectUpdate

UNFINISHED_REASON = "its task ended before this action had a result"
UNFINISHED_CODE = "unfinished"
STRANDED_REASON = "its run ended before all of its actions had a result"
UNFINISHED_DELIVERY = {
    DeliveryStatus.SENDING: "its task ended while it was being sent: it may have arrived",
    DeliveryStatus.RETRYING: "its task ended before it was tried again",
    DeliveryStatus.WAITING: "its task ended before it was sent",
}
"""Why a delivery failed that its run left open, by how it stood."""
STALE_CODES = ("stale", "late")
"""What a skip is called that means nothing should happen any more."""
CANCELLED_CODE = "cancelled"
RETIRED_REASON = "the workflow no longer has this action"
LEFT_OUT_REASON = "the action no longer writes to this recipient"
DIGEST_CODE = "digest"
DIGEST_REASON = "gathered with others for the same recipient"
IN_FLIGHT_CODE = "in-flight"
IN_FLIGHT_REASON = "another task is sending it"
CUT_OFF_LIMIT = 6
"""In so many runs a task may be cut off before an execution fails."""
CAUSE_LIMIT = 200
CUT_OFF_PAUSE = timedelta(seconds=10)


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


def implied_changes(events: Iterable[NewEvent]) -> list[tuple[NewEvent, dict[str, Json]]]:
    """Give for each subject what events without a snapshot set on it, with the last such event.

    What a snapshot that is not older says later in the batch counts instead.
    """
    ordered = sorted(events, key=lambda event: event.occurred_at)
    changes: dict[str, tuple[NewEvent, dict[str, Json]]] = {}
    for event in ordered:
        if event.subject is not None:
            changes.pop(event.subject_id, None)
        elif event.implied:
            _, earlier = changes.get(event.subject_id, (event, {}))
            changes[event.subject_id] = (event, {**earlier, **event.implied})
    return list(changes.values())


def cause_of(update: SubjectUpdate) -> str:
    """Say who made an update, as `bookings.changed_by` has it."""
    return f"execution:{update.execution_id}/{update.action}"


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
    if earlier.status.is_final:
        return earlier
    return replace(
        later,
        attempts=earlier.attempts + later.attempts,
        started_at=min(earlier.started_at, later.started_at),
        duration_ms=earlier.duration_ms + later.duration_ms,
    )


def closings_of(results: Iterable[ActionResult]) -> list[dict[str, Any]]:
    """Say of which actions nothing may stay open, since when and why."""
    return [
        {
            "execution_id": result.execution_id,
            "action": result.action,
            "reason": result.reason or LEFT_OUT_REASON,
            "at": result.started_at + timedelta(milliseconds=result.duration_ms),
        }
        for result in results
        if result.status.is_final
    ]


def ending_of(result: ActionResult) -> tuple[str | None, datetime | None]:
    """Give cause and time of a final result; nothing for one that goes on."""
    if not result.status.is_final:
        return None, None
    cause = result.cause or result.error_code
    at = result.started_at + timedelta(milliseconds=result.duration_ms)
    return cause[:CAUSE_LIMIT] if cause else None, at


def wants_window(delivery: NewDelivery) -> bool:
    """Tell whether a delivery, if it is new, waits for the window of its digest."""
    return bool(delivery.digest_key and delivery.digest_window > 0 and delivery.hold is None)


def hold_of(verdict: str, row: Mapping[str, Any], hold: Hold | None) -> Hold | None:
    """Say why a known delivery was not claimed; `hold` is the one that came with it."""
    match verdict:
        case "held":
            return hold
        case "early":
            until: datetime = row["not_before"]
            reason = row["error_message"] or "its time has not come"
            return Hold(until.astimezone(UTC), reason, row["error_code"] or "early")
        case "in_flight":
            until = row["lease_until"]
            return Hold(until.astimezone(UTC), IN_FLIGHT_REASON, IN_FLIGHT_CODE)
    return None


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
