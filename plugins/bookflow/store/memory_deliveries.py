"""Deliveries in memory: the decisions of `queries/deliveries.sql`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bookflow.records import DeliveryState, DeliveryStatus, Hold
from bookflow.store.batches import (
    CANCELLED_CODE,
    DIGEST_CODE,
    DIGEST_REASON,
    UNFINISHED_DELIVERY,
    hold_of,
    wants_window,
)
from bookflow.store.json_text import through_json

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bookflow.records import DeliveryOutcome, NewDelivery

_Row = dict[str, Any]

_ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)


def find_windows(
    rows: Mapping[uuid.UUID, _Row], wanted: Iterable[NewDelivery], now: datetime
) -> dict[uuid.UUID, Hold]:
    """Put new deliveries of digests off to the end of the open window, or open one."""
    windows = {}
    ends: dict[str | None, datetime] = {}
    for delivery in wanted:
        if delivery.id in rows or not wants_window(delivery):
            continue
        key = delivery.digest_key
        if key not in ends:
            opened = [row["not_before"] for row in rows.values() if _is_gathering(row, key, now)]
            ends[key] = min(opened, default=now + timedelta(seconds=delivery.digest_window))
        windows[delivery.id] = Hold(ends[key], DIGEST_REASON, DIGEST_CODE)
    return windows


def claim_one(
    rows: dict[uuid.UUID, _Row],
    delivery: NewDelivery,
    window: Hold | None,
    now: datetime,
    lease_until: datetime,
) -> DeliveryState:
    """Claim one delivery or put it off; tells how it stood before."""
    row = rows.get(delivery.id)
    if row is None:
        hold = delivery.hold or window
        row = rows[delivery.id] = _new_row(delivery, now)
        _begin(row, hold, lease_until)
        return DeliveryState(delivery.id, None, 0, trying_since=row["trying_since"], hold=hold)
    verdict = _judge(row, delivery.hold, now)
    state = DeliveryState(
        id=delivery.id,
        status=row["status"],
        attempts=row["attempts"],
        rounds=row["rounds"],
        trying_since=row["trying_since"],
        hold=hold_of(verdict, row, delivery.hold),
        digest_id=row["digest_id"],
    )
    if verdict == "claimed":
        row.update(address=delivery.address, endpoint=delivery.endpoint)
        row.update(status=DeliveryStatus.SENDING, not_before=None, lease_until=lease_until)
    elif verdict == "held":
        since = row["trying_since"]
        _begin(row, delivery.hold, lease_until)
        row["trying_since"] = since if row["attempts"] else row["trying_since"]
    return state


def name_digests(
    rows: Mapping[uuid.UUID, _Row], states: Mapping[uuid.UUID, DeliveryState]
) -> dict[uuid.UUID, DeliveryState]:
    """Let messages of one digest that go out together be known by the first of them."""
    first: dict[str, uuid.UUID] = {}
    named = dict(states)
    # a digest that was sent without a message carries it no more
    sent = {row["digest_id"] for row in rows.values() if row["status"] in _ARRIVED}
    for key in sorted(states):
        row, state = rows[key], states[key]
        is_claimed = row["status"] is DeliveryStatus.SENDING and state.hold is None
        if not is_claimed or state.status is None or row["digest_key"] is None:
            continue
        if row["digest_id"] is None or row["digest_id"] in sent:
            row["digest_id"] = first.setdefault(row["digest_key"], key)
        named[key] = replace(state, digest_id=row["digest_id"])
    return named


def settle_delivery(row: _Row, outcome: DeliveryOutcome) -> None:
    """Record how a delivery went; a final one stays, others can only become final."""
    status: DeliveryStatus = row["status"]
    if status.is_final or (status is not DeliveryStatus.SENDING and not outcome.status.is_final):
        return
    is_sent = outcome.status in _ARRIVED
    is_waiting = outcome.status is DeliveryStatus.WAITING
    row.update(
        status=outcome.status,
        attempts=row["attempts"] + outcome.attempts,
        rounds=row["rounds"] + (outcome.status is DeliveryStatus.RETRYING),
        provider_id=outcome.provider_id or row["provider_id"],
        error_code=outcome.error_code,
        error_message=through_json(outcome.error_message),
        details=through_json(outcome.details),
        not_before=outcome.not_before,
        lease_until=None,
        digest_id=outcome.digest_id or row["digest_id"],
        sent_at=outcome.at if is_sent else None,
        settled_at=row["settled_at"] if is_waiting else outcome.at,
    )


def close_open(rows: Iterable[_Row], reason: str, at: datetime) -> None:
    """End deliveries that are still open, since nothing goes on with them."""
    for row in rows:
        status: DeliveryStatus = row["status"]
        if status.is_final:
            continue
        is_lost = status is DeliveryStatus.SENDING
        message = f"{UNFINISHED_DELIVERY[status]}; {reason}" if is_lost else reason
        row.update(
            status=DeliveryStatus.FAILED,
            error_code=CANCELLED_CODE,
            error_message=through_json(message),
            not_before=None,
            lease_until=None,
            settled_at=at,
        )


def _is_gathering(row: _Row, key: str | None, now: datetime) -> bool:
    is_open = row["status"] is DeliveryStatus.WAITING and row["digest_id"] is None
    return is_open and row["digest_key"] == key and row["not_before"] > now


def _new_row(delivery: NewDelivery, now: datetime) -> _Row:
    return {
        "id": delivery.id,
        "execution_id": delivery.execution_id,
        "action": delivery.action,
        "recipient": delivery.recipient,
        "channel": delivery.channel,
        "address": delivery.address,
        "endpoint": delivery.endpoint,
        "digest_key": delivery.digest_key,
        "digest_id": None,
        "attempts": 0,
        "rounds": 0,
        "provider_id": None,
        "error_code": None,
        "error_message": None,
        "details": None,
        "trying_since": now,
        "created_at": now,
        "sent_at": None,
        "settled_at": None,
    }


def _begin(row: _Row, hold: Hold | None, lease_until: datetime) -> None:
    if hold is None:
        row.update(status=DeliveryStatus.SENDING, not_before=None, lease_until=lease_until)
        return
    row.update(
        status=DeliveryStatus.WAITING,
        not_before=hold.until,
        lease_until=None,
        trying_since=hold.until,
        error_code=hold.code,
        error_message=through_json(hold.reason),
    )


def _judge(row: _Row, hold: Hold | None, now: datetime) -> str:
    status: DeliveryStatus = row["status"]
    if status.is_final:
        return "final"
    if status is DeliveryStatus.SENDING:
        if row["lease_until"] is not None and row["lease_until"] > now:
            return "in_flight"
    elif row["not_before"] is not None and row["not_before"] > now:
        return "early"
    return "held" if hold else "claimed"
