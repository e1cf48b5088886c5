"""The timeline of one booking: everything planned, sent, skipped or failed, with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookflow.journey.gating import find_stale_reason
from bookflow.records import ActionStatus, ExecutionStatus
from bookflow.spec.conditions import compile_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bookflow.ports import Domain, SpecSource
    from bookflow.records import Subject

_KINDS = {
    ActionStatus.COMPLETED: "sent",
    ActionStatus.SKIPPED: "skipped",
    ActionStatus.FAILED: "failed",
    ActionStatus.RETRYING: "retrying",
    ActionStatus.WAITING: "waiting",
}
CANCELLED_CODE = "cancelled"
"""Of deliveries that were called off, which is no failure."""
_DELIVERY_KINDS = {
    "sent": "sent",
    "delivered": "sent",
    "failed": "failed",
    "retrying": "retrying",
    "sending": "retrying",
    "waiting": "waiting",
}


def build_entries(
    executions: Iterable[Mapping[str, Any]],
    specs: SpecSource,
    *,
    subject: Subject | None = None,
    domain: Domain | None = None,
) -> list[dict[str, Any]]:
    """Give the entries of a timeline in order of time.

    `executions` are those of the report store, with their `execution_log`. With the `subject` as
    it is now and its `domain`, what is planned also says why it will be skipped.
    """
    entries: list[dict[str, Any]] = []
    for execution in executions:
        loaded = specs.get(execution["workflow_id"])
        base = {
            "workflow_id": execution["workflow_id"],
            "workflow_name": loaded.workflow.name if loaded else execution["workflow_id"],
            "execution_id": execution["id"],
            "trigger": execution.get("trigger"),
        }
        log = execution.get("execution_log") or []
        for item in log:
            entries.extend(_of_action(base, item))
        if execution["status"] in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING):
            done = {item["action"] for item in log}
            entries.extend(_planned(base, execution, loaded, done, subject, domain))
        elif execution["status"] == ExecutionStatus.CANCELLED and not _says_why(execution, log):
            reason = execution.get("error_message")
            at = execution.get("completed_at")
            kind = execution.get("kind", "cancelled")
            entries.append({**base, "kind": kind, "at": at, "reason": reason})
    return sorted(entries, key=lambda entry: (entry["at"] or "", entry["execution_id"] or ""))


def _of_action(base: Mapping[str, Any], item: Mapping[str, Any]) -> list[dict[str, Any]]:
    kind = _KINDS[ActionStatus(item["status"])]
    if kind == "sent" and item["type"] == "update_booking":
        kind = "updated"
    common = {
        **base,
        "action": item["action"],
        "type": item["type"],
        "rendered": item.get("rendered"),
    }
    deliveries = item.get("deliveries") or []
    if not deliveries:
        at, reason = item.get("started_at"), item.get("reason")
        when = _when(kind, at, item.get("next_attempt_at"))
        return [{**common, "kind": kind, **when, "recipient": None, "reason": reason}]
    entries = []
    for delivery in deliveries:
        kind_of_one = _DELIVERY_KINDS.get(delivery["status"], kind)
        if kind_of_one == "failed" and delivery.get("error_code") == CANCELLED_CODE:
            kind_of_one = "cancelled"
        at = delivery.get("settled_at") or item.get("started_at")
        entries.append(
            {
                **common,
                "kind": kind_of_one,
                **_when(kind_of_one, at, delivery.get("next_attempt_at")),
                "recipient": delivery["recipient"],
                "address": delivery["address"],
                "reason": delivery.get("error_message"),
                "delivery_id": delivery["id"],
            }
        )
    return entries


def _when(kind: str, at: str | None, next_attempt_at: str | None) -> dict[str, Any]:
    """Say when it was and when it goes on; what waits stands at the time it waits for."""
    if kind == "waiting":
        at = next_attempt_at or at
    return {"at": at, "next_attempt_at": next_attempt_at}


def _says_why(execution: Mapping[str, Any], log: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether the actions of a cancelled execution say themselves why it was."""
    return execution.get("error_message") in {item.get("reason") for item in log}


def _planned(
    base: Mapping[str, Any],
    execution: Mapping[str, Any],
    loaded: Any,
    done: set[str],
    subject: Subject | None,
    domain: Domain | None,
) -> list[dict[str, Any]]:
    if loaded is None:
        reason = "the workflow's spec no longer exists; nothing will be sent"
        return [{**base, "kind": "planned", "at": execution["due_at"], "reason": reason}]
    return [
        {
            **base,
            "kind": "planned",
            "at": execution.get("next_attempt_at") or execution["due_at"],
            "action": action.name,
            "type": action.type,
            "recipient": getattr(action, "recipient", None),
            "reason": _skip_reason(action, execution, subject, domain),
        }
        for action in loaded.workflow.active_actions
        if action.name not in done
    ]


def _skip_reason(
    action: Any, execution: Mapping[str, Any], subject: Subject | None, domain: Domain | None
) -> str | None:
    if domain is None or subject is None:
        return None
    conditions = compile_conditions(action.conditions, domain.vocabulary)
    anchor = execution.get("anchor_at")
    stale = find_stale_reason(
        domain,
        execution["trigger"],
        subject,
        conditions,
        anchor_at=datetime.fromisoformat(anchor) if anchor else None,
    )
    return f"will be skipped: {stale}" if stale else None
