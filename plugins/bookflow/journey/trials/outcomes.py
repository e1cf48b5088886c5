"""What a trial found: per action what it would do, for whom, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bookflow.journey.gating import SHOWN_MESSAGES, show_messages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.journey.steps import Step
    from bookflow.records import Hold, Json, Message


class TrialStatus(StrEnum):
    """What an action would do; one that `waits` would be sent later than the execution runs."""

    WOULD_RUN = "would_run"
    WAITS = "waits"
    SKIPPED = "skipped"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class ForeseenMessage:
    """One message as it would be sent, and what it would wait for."""

    message: Message
    hold: Hold | None = None

    @property
    def refusal(self) -> str | None:
        """Why this one alone can't be sent, such as an attendee without an address."""
        refusal = self.message.content.get("refusal")
        return str(refusal["reason"]) if refusal else None

    def to_json(self, runs_at: datetime) -> dict[str, Any]:
        """Give it for people: masked, with the time it would go out."""
        sends_at = None if self.refusal else self.hold.until if self.hold else runs_at
        return {
            "recipient": self.message.recipient,
            "channel": self.message.channel,
            "address": self.message.address,
            "sends_at": _iso(sends_at),
            "waits_for": self.hold.code if self.hold else None,
            "reason": self.refusal or (self.hold.reason if self.hold else None),
            "content": dict(self.message.masked),
        }


@dataclass(frozen=True, slots=True)
class TriedAction:
    """One action of a trial. `deadline` is the last moment it is worth sending.

    `step` is what would carry it out, None where it could not be compiled.
    """

    name: str
    type: str
    status: TrialStatus
    due_at: datetime
    runs_at: datetime
    reason: str | None = None
    conditions: Json = None
    messages: tuple[ForeseenMessage, ...] = ()
    deadline: datetime | None = None
    step: Step | None = None

    def to_json(self) -> dict[str, Any]:
        """Give it as the API and the command line show it."""
        held = [one.hold for one in self.messages if one.hold]
        latest = max(held, key=lambda hold: hold.until, default=None)
        return {
            "name": self.name,
            "type": self.type,
            "status": self.status.value,
            "reason": self.reason,
            "conditions": self.conditions or [],
            "rendered": show_messages([one.message for one in self.messages]),
            "timing": {
                "due_at": self.due_at.isoformat(),
                "runs_at": self.runs_at.isoformat(),
                "deadline": _iso(self.deadline),
                "waits_until": _iso(latest.until) if latest else None,
                "waits_for": latest.code if latest else None,
            },
            "messages": [one.to_json(self.runs_at) for one in self.messages[:SHOWN_MESSAGES]],
            "more_messages": max(0, len(self.messages) - SHOWN_MESSAGES),
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """A workflow tried on one subject; actions are judged even where it would not match.

    `runs_at` is when the execution would run: when it is due, or at once where that is past.
    """

    workflow_id: str
    workflow_version: str
    trigger: str
    subject_id: str
    reason: str | None
    due_at: datetime
    runs_at: datetime
    actions: tuple[TriedAction, ...] = ()
    duration_ms: float = 0.0
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """Count actions by status, and messages that would be sent."""
        counts = Counter(action.status for action in self.actions)
        going = (TrialStatus.WOULD_RUN, TrialStatus.WAITS)
        messages = sum(
            one.refusal is None
            for action in self.actions
            if action.status in going and action.step and action.step.action.effect == "deliver"
            for one in action.messages
        )
        return {**{status.value: counts[status] for status in TrialStatus}, "messages": messages}

    def to_json(self) -> dict[str, Any]:
        """Give it as the API and the command line show it."""
        return {
            "workflow": self.workflow_id,
            "workflow_version": self.workflow_version,
            "trigger": self.trigger,
            "booking_id": self.subject_id,
            "matches": self.reason is None,
            "reason": self.reason,
            "due_at": self.due_at.isoformat(),
            "runs_at": self.runs_at.isoformat(),
            "actions": [action.to_json() for action in self.actions],
            "totals": self.totals,
            "duration_ms": self.duration_ms,
            **self.extra,
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
