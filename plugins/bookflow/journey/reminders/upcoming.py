"""Upcoming: what is planned for bookings, by the same question that the clock asks.

Reminders that the clock will record are worked out anew whenever somebody asks; executions that
are recorded and wait for their time stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.journey.reminders.planning import gather_offsets, judge, shift_of
from bookflow.ports.clock import Anchor, PendingFilter, Window
from bookflow.records import ExecutionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bookflow.journey.reminders.planning import Offset
    from bookflow.ports import Domain, IntakeStore, NowSource
    from bookflow.ports.clock import Candidate, ClockStore, SpecRule
    from bookflow.records import Subject

DEFAULT_SPAN = timedelta(days=7)
LONGEST_SPAN = timedelta(days=90)
FURTHEST = timedelta(days=3653)
MOST_ITEMS = 500
# asked step by step, so that the first page of many costs no more than it shows
_STEPS = (timedelta(hours=1), timedelta(hours=12), timedelta(days=3), timedelta(days=14))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose plans are asked for; `workflow_ids` limits to what the user may see."""

    until: datetime
    workflow_id: str | None = None
    subject_id: str | None = None
    workflow_ids: frozenset[str] | None = None
    limit: int = 50

    def includes(self, workflow_id: str) -> bool:
        """Tell whether plans of this workflow are asked for."""
        if self.workflow_id not in (None, workflow_id):
            return False
        return self.workflow_ids is None or workflow_id in self.workflow_ids


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The plans in order of time, JSON-ready, and whether there are more than asked for."""

    items: list[dict[str, Any]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """Answers what is planned; `name_of` gives a workflow's name by its id."""

    clock: ClockStore
    subjects: IntakeStore
    domain: Domain
    name_of: Callable[[str], str | None]
    now: NowSource

    def ask(self, wanted: Wanted) -> Upcoming:
        """Give what is planned from now on, the nearest first."""
        pending = self._pending(wanted)
        found = [*pending, *self._planned(wanted, self.now())]
        found.sort(key=lambda pair: (pair[0], pair[1]["workflow_id"], pair[1]["booking_id"]))
        items = [item for _, item in found[: wanted.limit]]
        return Upcoming(items, len(found) > wanted.limit)

    def coming(self, subject_id: str) -> list[dict[str, Any]]:
        """Give what the clock has yet to record for a subject, as executions without an id."""
        now = self.now()
        wanted = Wanted(now + FURTHEST, subject_id=subject_id, limit=MOST_ITEMS)
        return [
            {**item, "id": None, "status": ExecutionStatus.PENDING, "execution_log": []}
            for _, item in self._planned(wanted, now)[:MOST_ITEMS]
        ]

    def left_out(self, subject_id: str) -> list[dict[str, Any]]:
        """Give the reminders a subject gets none of because it came too late for them.

        As executions without an id, cancelled at the time they would have been due.
        """
        now = self.now()
        offsets = gather_offsets(self.clock.load_rules(self._triggers()))
        windows = [
            Window(shift_of(self.domain, offset)[0], now - FURTHEST, now + FURTHEST)
            for offset in offsets
        ]
        found: dict[Anchor, dict[str, Any]] = {}
        for candidate in self.clock.find_candidates(windows, subject_id=subject_id):
            subject = candidate.subject
            offset = offsets[candidate.place]
            anchor_at = self.domain.anchor_of(offset.trigger, subject)
            due_at = self.domain.due_at(offset.trigger, subject, now, offset.delay)
            if anchor_at is None or due_at >= candidate.since:
                continue
            category = self.domain.category_of(subject)
            for rule in offset.rules:
                if rule.if_past == "skip" and rule.takes(category):
                    anchor = Anchor(rule.workflow_id, subject_id, anchor_at)
                    found[anchor] = self._left_out(rule, subject_id, due_at, candidate.since)
        known = self.clock.find_anchored(list(found))
        return [item for anchor, item in found.items() if anchor not in known]

    def _left_out(
        self, rule: SpecRule, subject_id: str, due_at: datetime, since: datetime
    ) -> dict[str, Any]:
        reason = (
            f"was due at {due_at.isoformat()}, before the booking was as it is "
            f"({since.isoformat()}): left out by `if_past: skip`"
        )
        item = self._item(rule.workflow_id, subject_id, rule.trigger, due_at, reason)
        status = ExecutionStatus.CANCELLED
        at = {"completed_at": since.isoformat(), "error_message": reason}
        return {**item, **at, "id": None, "status": status, "kind": "skipped", "execution_log": []}

    def _triggers(self) -> list[str]:
        triggers = self.domain.vocabulary.triggers.values()
        return [trigger.name for trigger in triggers if trigger.anchor]

    def _pending(self, wanted: Wanted) -> list[tuple[datetime, dict[str, Any]]]:
        asked = PendingFilter(
            wanted.until, wanted.workflow_id, wanted.subject_id, wanted.workflow_ids
        )
        rows = self.clock.list_pending(asked, limit=wanted.limit + 1)
        subjects = self.subjects.load_subjects(sorted({row["subject_id"] for row in rows}))
        found = []
        for row in rows:
            subject = subjects.get(row["subject_id"])
            reason = self._objection(row["trigger"], subject, row["anchor_at"])
            if reason is None and row["wake_at"] != row["due_at"]:
                reason = f"put off until {row['wake_at'].isoformat()}"
            item = self._item(
                row["workflow_id"], row["subject_id"], row["trigger"], row["due_at"], reason
            )
            item.update(status="pending", execution_id=str(row["id"]))
            found.append((row["wake_at"], item))
        return found

    def _objection(
        self, trigger: str, subject: Subject | None, anchor_at: datetime | None
    ) -> str | None:
        """Say what speaks against it as things stand."""
        if subject is None:
            return "the booking no longer exists"
        stale = self.domain.stale_reason(trigger, subject)
        current = self.domain.anchor_of(trigger, subject)
        if stale or anchor_at is None or current is None or current == anchor_at:
            return stale
        return f"the meeting was moved to {current.isoformat()}"

    def _planned(self, wanted: Wanted, now: datetime) -> list[tuple[datetime, dict[str, Any]]]:
        rules = [
            rule
            for rule in self.clock.load_rules(self._triggers())
            if wanted.includes(rule.workflow_id)
        ]
        offsets = gather_offsets(rules)
        found: list[tuple[datetime, dict[str, Any]]] = []
        for until in _horizons(wanted, now):
            found = self._look(offsets, wanted, now, until)
            if len(found) > wanted.limit:
                break
        return sorted(found, key=lambda pair: pair[0])

    def _look(
        self, offsets: Sequence[Offset], wanted: Wanted, now: datetime, until: datetime
    ) -> list[tuple[datetime, dict[str, Any]]]:
        shifts = [shift_of(self.domain, offset) for offset in offsets]
        windows = [Window(name, now - shift, until - shift) for name, shift in shifts]
        candidates = self.clock.find_candidates(
            windows, subject_id=wanted.subject_id, limit=wanted.limit + 1
        )
        planned = {
            anchor: (due_at, rule, candidate)
            for candidate in candidates
            for anchor, due_at, rule in self._judge(offsets[candidate.place], candidate, now)
        }
        known = self.clock.find_anchored(list(planned))
        found = []
        for anchor, (due_at, rule, candidate) in planned.items():
            existing = known.get(anchor)
            if existing is not None and not existing.is_stale:
                continue
            reason = self.domain.stale_reason(rule.trigger, candidate.subject)
            item = self._item(anchor.workflow_id, anchor.subject_id, rule.trigger, due_at, reason)
            found.append((due_at, {**item, "status": "planned", "execution_id": None}))
        return found

    def _judge(
        self, offset: Offset, candidate: Candidate, now: datetime
    ) -> Iterator[tuple[Anchor, datetime, SpecRule]]:
        subject = candidate.subject
        anchor_at = self.domain.anchor_of(offset.trigger, subject)
        if anchor_at is None:
            return
        planned = self.domain.due_at(offset.trigger, subject, now, offset.delay)
        category = self.domain.category_of(subject)
        for rule in offset.rules:
            due = judge(rule, candidate, planned, domain=self.domain, now=now)
            if due is not None and rule.takes(category):
                anchor = Anchor(rule.workflow_id, self.domain.subject_id(subject), anchor_at)
                yield anchor, due.at, rule

    def _item(
        self,
        workflow_id: str,
        subject_id: str,
        trigger: str,
        due_at: datetime,
        reason: str | None,
    ) -> dict[str, Any]:
        return {
            "workflow_id": workflow_id,
            "workflow_name": self.name_of(workflow_id) or workflow_id,
            "booking_id": subject_id,
            "trigger": trigger,
            "due_at": due_at.isoformat(),
            "reason": reason,
        }


def read_until(until: datetime | None, now: datetime) -> datetime:
    """Give the end of the span asked for; raises `InputError` for one that can't be meant."""
    if until is None:
        return now + DEFAULT_SPAN
    if until <= now:
        raise InputError("until", "lies in the past; what is planned lies ahead")
    if until > now + LONGEST_SPAN:
        raise InputError("until", f"lies more than {LONGEST_SPAN.days} days ahead")
    return until


def _horizons(wanted: Wanted, now: datetime) -> list[datetime]:
    if wanted.subject_id is not None:
        return [wanted.until]
    nearer = [now + step for step in _STEPS if now + step < wanted.until]
    return [*nearer, wanted.until]
