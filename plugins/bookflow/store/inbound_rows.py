"""What both stores decide about inbound requests and about reports of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.inbound import InboundRequest, RefusalCode, Verdict
from bookflow.records import DeliveryStatus
from bookflow.store.json_text import clean_text, iso, through_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.ports.inbound import DeliveryReport

STATUS_KEY = "provider_status"
_OPEN = (DeliveryStatus.RETRYING, DeliveryStatus.WAITING)
_RANKS = {
    name: rank
    for rank, name in enumerate(
        ("accepted", "scheduled", "queued", "sending", "sent", "delivered", "read")
    )
}


def end_by_report(row: Mapping[str, Any], report: DeliveryReport) -> dict[str, Any] | None:
    """Give the new values of a delivery that ends by a report; None where it stays as it is."""
    status = DeliveryStatus(row["status"])
    if not _ends(status, row["provider_id"], report):
        return None
    is_delivered = report.outcome is DeliveryStatus.DELIVERED
    was_sent = is_delivered or status is DeliveryStatus.SENDING
    return {
        "status": report.outcome,
        # its sender's own settlement, which counts the attempt, comes too late
        "attempts": row["attempts"] + (status is DeliveryStatus.SENDING),
        "provider_id": report.provider_id or row["provider_id"],
        "error_code": None if is_delivered else report.error_code,
        "error_message": None if is_delivered else report.error_message,
        "details": {**(row["details"] or {}), STATUS_KEY: report.status},
        "sent_at": row["sent_at"] or (report.at if was_sent else None),
        "settled_at": report.at,
    }


def note_report(row: Mapping[str, Any], report: DeliveryReport) -> dict[str, Any] | None:
    """Give the details with the provider's last word; None where they stay as they are."""
    details = row["details"] or {}
    known = details.get(STATUS_KEY) or details.get("status")
    is_older = _RANKS.get(report.status, -1) <= _RANKS.get(str(known), -1)
    is_other = bool(row["provider_id"]) and row["provider_id"] != report.provider_id
    return None if is_older or is_other else {**details, STATUS_KEY: report.status}


def _ends(status: DeliveryStatus, provider_id: str | None, report: DeliveryReport) -> bool:
    if report.outcome is None or status is DeliveryStatus.DELIVERED:
        return False
    if report.outcome is DeliveryStatus.DELIVERED:
        return True
    # a failure says nothing of a message sent since, nor of one that is to be tried again
    is_other = bool(provider_id) and provider_id != report.provider_id
    return status is not DeliveryStatus.FAILED and status not in _OPEN and not is_other


def shape_request(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request's JSON as lists show it; `replayable` tells whether its body is kept."""
    return {
        "id": str(row["id"]),
        "source": row["source"],
        "received_at": iso(row["received_at"]),
        "verdict": str(row["verdict"]),
        "code": None if row["code"] is None else str(row["code"]),
        "reason": row["reason"],
        "event_id": None if row["event_id"] is None else str(row["event_id"]),
        "trigger": row["trigger"],
        "booking_id": row["booking_id"],
        "dedup_key": row["dedup_key"],
        "remote": row["remote"],
        "size": row["size"],
        "replayable": bool(row["is_sealed"]),
        "replay_of": None if row["replay_of"] is None else str(row["replay_of"]),
        "actor": row["actor"],
    }


def to_request(row: Mapping[str, Any]) -> InboundRequest:
    """Give the record of a row."""
    return InboundRequest(
        id=row["id"],
        source=row["source"],
        received_at=row["received_at"],
        verdict=Verdict(row["verdict"]),
        code=None if row["code"] is None else RefusalCode(row["code"]),
        reason=row["reason"],
        event_id=row["event_id"],
        trigger=row["trigger"],
        subject_id=row["booking_id"],
        dedup_key=row["dedup_key"],
        remote=row["remote"],
        headers=row["headers"],
        masked=row["masked"],
        sealed=None if row["sealed"] is None else bytes(row["sealed"]),
        size=row["size"],
        replay_of=row["replay_of"],
        actor=row["actor"],
    )


def request_row(request: InboundRequest) -> dict[str, Any]:
    """Give the row of a record, its text without what no database holds."""
    row = {
        "id": request.id,
        "source": request.source,
        "received_at": request.received_at,
        "verdict": request.verdict.value,
        "code": None if request.code is None else request.code.value,
        "reason": request.reason,
        "event_id": request.event_id,
        "trigger": request.trigger,
        "booking_id": request.subject_id,
        "dedup_key": request.dedup_key,
        "remote": request.remote,
        "headers": through_json(request.headers),
        "masked": through_json(request.masked),
        "sealed": request.sealed,
        "size": request.size,
        "replay_of": request.replay_of,
        "actor": request.actor,
    }
    return {
        name: clean_text(value) if isinstance(value, str) else value for name, value in row.items()
    }
