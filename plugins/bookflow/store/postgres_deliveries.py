"""Deliveries and results in PostgreSQL: claimed, put off, kept alive, settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.records import DeliveryState, DeliveryStatus, Hold
from bookflow.store.batches import (
    DIGEST_CODE,
    DIGEST_REASON,
    UNFINISHED_DELIVERY,
    closings_of,
    ending_of,
    hold_of,
    merge_results,
    wants_window,
)
from bookflow.store.json_text import dump_json
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence

    from bookflow.records import ActionResult, DeliveryOutcome, NewDelivery
    from bookflow.store.connecting import Link


def claim_deliveries(
    link: Link, wanted: Sequence[NewDelivery], now: datetime, lease: timedelta
) -> dict[uuid.UUID, DeliveryState]:
    """Claim a batch; see `ports.RunStore`."""
    holds = {d.id: d.hold for d in wanted if d.hold is not None}
    windows = _find_windows(link, [d for d in wanted if wants_window(d)], now)
    new_holds = {**windows, **holds}
    at = {"now": now, "lease_until": now + lease}
    rows = [_new_row(delivery, new_holds.get(delivery.id)) for delivery in wanted]
    states: dict[uuid.UUID, DeliveryState] = {}
    for row in _ask(link, "insert_deliveries", {**at, "rows": dump_json(rows)}):
        key, since = row["id"], row["trying_since"].astimezone(UTC)
        states[key] = DeliveryState(key, None, 0, trying_since=since, hold=new_holds.get(key))
    known = [delivery for delivery in wanted if delivery.id not in states]
    if known:
        ids = [delivery.id for delivery in known]
        rows = [_known_row(delivery) for delivery in known]
        for row in _ask(link, "reclaim_deliveries", {**at, "ids": ids, "rows": dump_json(rows)}):
            states[row["id"]] = _state_of(row, holds.get(row["id"]))
    return states


def renew_leases(link: Link, ids: Iterable[uuid.UUID], until: datetime) -> None:
    """Say that deliveries are still being sent."""
    _ask(link, "renew_leases", {"ids": sorted(ids), "until": until}, has_answer=False)


def settle(
    link: Link, results: Sequence[ActionResult], deliveries: Sequence[DeliveryOutcome]
) -> None:
    """Record outcomes; see `ports.RunStore`."""
    merged = merge_results(results)
    open_ones = {result.execution_id for result in merged if not result.status.is_final}
    if open_ones:
        # before deliveries are locked, as a cancellation does it; and as a statement of its own:
        # what the next ones read is then up to date
        _ask(link, "lock_executions", {"ids": sorted(open_ones)})
    if deliveries:
        rows = [_outcome_row(outcome) for outcome in deliveries]
        _ask(link, "settle_deliveries", {"rows": dump_json(rows)}, has_answer=False)
    if merged:
        rows = [_result_row(result) for result in merged]
        _ask(link, "upsert_results", {"rows": dump_json(rows)}, has_answer=False)
        close_deliveries(link, closings_of(merged))


def close_deliveries(link: Link, closings: Sequence[Mapping[str, Any]]) -> None:
    """End what is still open of actions that have ended; see `batches.closings_of`."""
    if not closings:
        return
    asked = {
        "rows": dump_json(closings),
        "code": "cancelled",
        "sending": UNFINISHED_DELIVERY[DeliveryStatus.SENDING],
    }
    _ask(link, "close_deliveries", asked, has_answer=False)


def _find_windows(
    link: Link, gathered: Sequence[NewDelivery], now: datetime
) -> dict[uuid.UUID, Hold]:
    """Put new deliveries of digests off to the end of the open window, or open one."""
    if not gathered:
        return {}
    found = _ask(link, "find_deliveries", {"ids": [delivery.id for delivery in gathered]})
    known = {row["id"] for row in found}
    fresh = [delivery for delivery in gathered if delivery.id not in known]
    keys = sorted({delivery.digest_key for delivery in fresh if delivery.digest_key})
    if not keys:
        return {}
    # the lock is a statement of its own: what the next one reads is then up to date
    _ask(link, "lock_digests", {"keys": keys})
    rows = _ask(link, "open_windows", {"keys": keys, "now": now})
    ends = {row["digest_key"]: row["ends_at"].astimezone(UTC) for row in rows}
    windows = {}
    for delivery in fresh:
        until = ends.setdefault(
            delivery.digest_key, now + timedelta(seconds=delivery.digest_window)
        )
        windows[delivery.id] = Hold(until, DIGEST_REASON, DIGEST_CODE)
    return windows


def _new_row(delivery: NewDelivery, hold: Hold | None) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "execution_id": str(delivery.execution_id),
        "action": delivery.action,
        "recipient": delivery.recipient,
        "channel": delivery.channel,
        "address": delivery.address,
        "endpoint": delivery.endpoint,
        "digest_key": delivery.digest_key,
        **_hold_row(hold),
    }


def _known_row(delivery: NewDelivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "address": delivery.address,
        "endpoint": delivery.endpoint,
        **_hold_row(delivery.hold),
    }


def _hold_row(hold: Hold | None) -> dict[str, Any]:
    if hold is None:
        return {"hold_until": None, "hold_code": None, "hold_reason": None}
    return {"hold_until": hold.until, "hold_code": hold.code, "hold_reason": hold.reason}


def _state_of(row: Mapping[str, Any], hold: Hold | None) -> DeliveryState:
    since = row["trying_since"]
    return DeliveryState(
        id=row["id"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        rounds=row["rounds"],
        trying_since=since.astimezone(UTC) if since else None,
        hold=hold_of(row["verdict"], row, hold),
        digest_id=row["digest_id"],
    )


def _outcome_row(outcome: DeliveryOutcome) -> dict[str, Any]:
    return {
        "id": str(outcome.id),
        "status": outcome.status.value,
        "attempts": outcome.attempts,
        "at": outcome.at,
        "provider_id": outcome.provider_id,
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
        "details": outcome.details,
        "not_before": outcome.not_before,
        "digest_id": str(outcome.digest_id) if outcome.digest_id else None,
    }


def _result_row(result: ActionResult) -> dict[str, Any]:
    cause, ended_at = ending_of(result)
    return {
        "execution_id": str(result.execution_id),
        "action": result.action,
        "type": result.type,
        "status": result.status.value,
        "reason": result.reason,
        "error_code": result.error_code,
        "cause": cause,
        "conditions": result.conditions,
        "rendered": result.rendered,
        "attempts": result.attempts,
        "started_at": result.started_at,
        "ended_at": ended_at,
        "duration_ms": result.duration_ms,
        "resume_at": result.resume_at,
    }


def _ask(
    link: Link, name: str, params: Mapping[str, Any], *, has_answer: bool = True
) -> list[dict[str, Any]]:
    cursor = link.execute(load_queries("deliveries")[name].sql, params)
    return cursor.fetchall() if has_answer else []
