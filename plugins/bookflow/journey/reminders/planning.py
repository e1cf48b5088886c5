"""Planning: which reminders come due until the next ticks, worked out from subjects and rules.

Nothing is scheduled far ahead: every tick asks anew, so that moved, cancelled and restored
bookings and edited workflows need no code of their own.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bookflow.journey.gating import find_late_reason
from bookflow.journey.reminders.anchoring import anchor_key, fingerprint_of
from bookflow.ports.clock import Anchor, Window
from bookflow.records import EventSource, ExecutionStatus, NewEvent, NewExecution, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Sequence

    from bookflow.ports import Domain, Waker
    from bookflow.ports.clock import Anchored, Candidate, ClockStore, SpecRule, Tick

log = logging.getLogger(__name__)

LOOKAHEAD = timedelta(seconds=150)
"""How far ahead of now reminders are recorded: two and a half ticks of a minute."""
LONGEST_TURN = timedelta(days=1)
"""After an outage, the time that one transaction catches up on at most."""
ORPHANED_AFTER = timedelta(hours=1)
_ORPHANED = "the workflow is not active any more"
_UNWANTED = "the workflow was edited and does not take this booking any more"


@dataclass(frozen=True, slots=True)
class Offset:
    """The rules that share a trigger and a delay: they come due at the same anchors."""

    trigger: str
    delay: int
    rules: tuple[SpecRule, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """When a reminder is due; with a `missed` reason it is too late for it."""

    at: datetime
    missed: str | None = None


@dataclass(slots=True)
class Planned:
    """What a tick recorded; `wakes` are workflows with the second they have to run at.

    It looked at due times up to `reached`. An earlier tick ended before it had made the runs for
    what is due up to `unwoken_until`.
    """

    made: int = 0
    restored: int = 0
    missed: int = 0
    orphaned: int = 0
    wakes: set[tuple[str, datetime]] = field(default_factory=set)
    reached: datetime | None = None
    unwoken_until: datetime | None = None

    def __str__(self) -> str:
        """Say it in a line for the log."""
        counts = {
            "planned": self.made,
            "planned anew": self.restored,
            "missed": self.missed,
            "without a workflow": self.orphaned,
        }
        said = [f"{count} {what}" for what, count in counts.items() if count]
        return f"reminders: {', '.join(said)}" if said else "reminders: none"


@dataclass(frozen=True, slots=True)
class Planner:
    """Records what comes due, and sees to it that runs come at those seconds."""

    store: ClockStore
    domain: Domain
    waker: Waker
    make_id: Callable[[], uuid.UUID] = new_id
    lookahead: timedelta = LOOKAHEAD

    def plan(self, now: datetime) -> Planned:
        """Plan what is due until `now` and a little more; safe to call at any time, at once too.

        What earlier ticks missed is caught up: recorded as due where it is still worth sending,
        else as cancelled with the reason.
        """
        total = Planned()
        until = now + self.lookahead
        while total.reached is None or total.reached < until:
            found = self.store.tick(lambda tick: self._turn(tick, now, until), now=now)
            if found is None:
                log.info("another tick is planning reminders")
                break
            _add(total, found)
        if total.reached is not None:
            self._wake(total, now)
            self.store.note_woken(total.reached)
        return total

    def _wake(self, planned: Planned, now: datetime) -> None:
        wakes = set(planned.wakes)
        if planned.unwoken_until is not None:
            ahead = self.store.wakes_ahead(now, planned.unwoken_until)
            wakes.update((workflow_id, round_up(at)) for workflow_id, at in ahead)
        for workflow_id, due_at in sorted(wakes):
            self.waker.wake(workflow_id, due_at)

    def _turn(self, tick: Tick, now: datetime, until: datetime) -> Planned:
        covered = tick.covered_until
        until = max(covered, min(until, covered + LONGEST_TURN))
        offsets = gather_offsets(tick.load_rules(self._triggers()), is_lost=tick.is_lost)
        drafts = self._draft(tick, offsets, now, until)
        planned = self._record(tick, drafts, now)
        self._correct(tick, offsets, planned, now)
        planned.orphaned = tick.close_orphans(
            before=now - ORPHANED_AFTER, now=now, reason=_ORPHANED
        )
        if tick.woken_until < covered:
            planned.unwoken_until = covered
        planned.reached = until
        tick.cover(until, [rule for offset in offsets for rule in offset.rules if rule.is_fresh])
        return planned

    def _triggers(self) -> list[str]:
        triggers = self.domain.vocabulary.triggers.values()
        return [trigger.name for trigger in triggers if trigger.anchor]

    def _draft(
        self, tick: Tick, offsets: Sequence[Offset], now: datetime, until: datetime
    ) -> dict[Anchor, _Draft]:
        """Judge every rule for every subject whose reminder comes due in this turn."""
        covered = tick.covered_until
        windows = [self._window(offset, covered, until, now) for offset in offsets]
        past = [self._past_window(offset, covered, now) for offset in offsets]
        drafts: dict[Anchor, _Draft] = {}
        for candidate in tick.find_candidates(windows):
            for anchor, draft in self._judge_all(offsets[candidate.place], candidate, now):
                is_new = draft.due_by_plan > covered
                if is_new or (draft.rule.is_fresh and not draft.due.missed):
                    drafts[anchor] = draft
        if not tick.is_lost:
            for candidate in tick.find_changed(past):
                for anchor, draft in self._judge_all(offsets[candidate.place], candidate, now):
                    if not draft.due.missed:
                        drafts.setdefault(anchor, draft)
        return drafts

    def _window(self, offset: Offset, covered: datetime, until: datetime, now: datetime) -> Window:
        name, shift = shift_of(self.domain, offset)
        low = covered - shift
        earliest = [
            self.domain.earliest_anchor(offset.trigger, offset.delay, rule.if_late, now)
            for rule in offset.rules
            if rule.is_fresh
        ]
        return Window(name, min([low, *earliest]), until - shift)

    def _past_window(self, offset: Offset, covered: datetime, now: datetime) -> Window:
        name, shift = shift_of(self.domain, offset)
        low = min(
            self.domain.earliest_anchor(offset.trigger, offset.delay, rule.if_late, now)
            for rule in offset.rules
        )
        # a bulk of moved subjects is past for most delays: they need not even be read
        sends_past = any(rule.if_past == "send" for rule in offset.rules)
        return Window(name, low, covered - shift, None if sends_past else shift)

    def _judge_all(
        self, offset: Offset, candidate: Candidate, now: datetime
    ) -> Iterator[tuple[Anchor, _Draft]]:
        subject = candidate.subject
        anchor_at = self.domain.anchor_of(offset.trigger, subject)
        if anchor_at is None:
            return
        planned = self.domain.due_at(offset.trigger, subject, now, offset.delay)
        category = self.domain.category_of(subject)
        subject_id = self.domain.subject_id(subject)
        for rule in offset.rules:
            if not rule.takes(category):
                continue
            due = judge(rule, candidate, planned, domain=self.domain, now=now)
            if due is not None:
                anchor = Anchor(rule.workflow_id, subject_id, anchor_at)
                yield anchor, _Draft(rule, due, planned)

    def _record(self, tick: Tick, drafts: dict[Anchor, _Draft], now: datetime) -> Planned:
        known = tick.find_anchored(list(drafts))
        moved: dict[uuid.UUID, datetime] = {}
        events: dict[tuple[str, str, datetime], NewEvent] = {}
        executions: list[NewExecution] = []
        missed: dict[uuid.UUID, str] = {}
        for anchor, draft in drafts.items():
            existing = known.get(anchor)
            if existing is not None:
                if not draft.due.missed and may_move(existing, draft.due.at, now):
                    moved[existing.id] = draft.due.at
                continue
            key = (draft.rule.trigger, anchor.subject_id, anchor.anchor_at)
            event = events.setdefault(key, self._event(*key, now))
            execution = self._execution(anchor, draft, event)
            executions.append(execution)
            if draft.due.missed:
                missed[execution.id] = draft.due.missed
        made = tick.record(list(events.values()), executions, missed) if executions else set()
        restored = tick.reschedule(moved) if moved else set()
        ids = {existing.id: anchor.workflow_id for anchor, existing in known.items()}
        wakes = {(ids[one], round_up(moved[one])) for one in restored} | {
            (new.workflow_id, round_up(new.due_at))
            for new in executions
            if new.id in made and new.id not in missed
        }
        late = len(made & missed.keys())
        return Planned(len(made) - late, len(restored), late, wakes=wakes)

    def _correct(
        self, tick: Tick, offsets: Sequence[Offset], planned: Planned, now: datetime
    ) -> None:
        """Bring what is recorded ahead in line with rules that were edited since."""
        rules = {r.workflow_id: r for offset in offsets for r in offset.rules if r.is_fresh}
        later: dict[uuid.UUID, tuple[str, datetime]] = {}
        unwanted: list[uuid.UUID] = []
        for one in tick.find_ahead(sorted(rules)) if rules else ():
            rule = rules[one.workflow_id]
            takes_it = rule.takes(self.domain.category_of(one.subject))
            if rule.trigger != one.trigger or not takes_it:
                unwanted.append(one.id)
            elif self.domain.anchor_of(rule.trigger, one.subject) == one.anchor_at:
                due_at = self.domain.due_at(rule.trigger, one.subject, now, rule.delay_minutes)
                if due_at > now and due_at != one.due_at:
                    later[one.id] = (one.workflow_id, due_at)
        if unwanted:
            tick.withdraw(unwanted, _UNWANTED)
        if later:
            moved = tick.reschedule({key: due_at for key, (_, due_at) in later.items()})
            planned.restored += len(moved)
            planned.wakes |= {(later[key][0], round_up(later[key][1])) for key in moved}

    def _event(self, trigger: str, subject_id: str, anchor_at: datetime, now: datetime) -> NewEvent:
        return NewEvent(
            id=self.make_id(),
            trigger=trigger,
            subject_id=subject_id,
            source=EventSource.CLOCK,
            occurred_at=now,
            received_at=now,
            idempotency_key=anchor_key(trigger, subject_id, anchor_at),
            fingerprint=fingerprint_of(trigger, subject_id),
        )

    def _execution(self, anchor: Anchor, draft: _Draft, event: NewEvent) -> NewExecution:
        return NewExecution(
            id=self.make_id(),
            workflow_id=anchor.workflow_id,
            workflow_version=draft.rule.version,
            event_id=event.id,
            subject_id=anchor.subject_id,
            due_at=draft.due.at,
            anchor_at=anchor.anchor_at,
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A reminder as judged; `due_by_plan` is the due time before anything else was looked at."""

    rule: SpecRule
    due: Due
    due_by_plan: datetime


def gather_offsets(rules: Sequence[SpecRule], *, is_lost: bool = False) -> list[Offset]:
    """Put rules with the same trigger and delay together; where the clock is lost, all are new."""
    found: dict[tuple[str, int], list[SpecRule]] = {}
    for rule in rules:
        fresh = replace(rule, is_fresh=True) if is_lost and not rule.is_fresh else rule
        found.setdefault((rule.trigger, rule.delay_minutes), []).append(fresh)
    return [Offset(trigger, delay, tuple(group)) for (trigger, delay), group in found.items()]


def shift_of(domain: Domain, offset: Offset) -> tuple[str, timedelta]:
    """Give the field an offset counts from, and what to add to it for the due time."""
    info = domain.vocabulary.triggers[offset.trigger]
    wait = timedelta(minutes=offset.delay)
    return str(info.anchor), -wait if info.counts_back else wait


def judge(
    rule: SpecRule, candidate: Candidate, planned: datetime, *, domain: Domain, now: datetime
) -> Due | None:
    """Say when a rule's reminder for a subject is due; None where there is to be none.

    What came due before the subject was as it is, or before the workflow was active, is past:
    skipped, or sent now, as the rule says. What is late and not past was missed.
    """
    since = max(candidate.since, rule.active_since or candidate.since)
    is_past = planned < since
    if is_past and rule.if_past != "send":
        return None
    late = find_late_reason(domain, rule.trigger, candidate.subject, planned, rule.if_late, now=now)
    if is_past:
        return None if late else Due(max(planned, now))
    return Due(planned, f"{late}; the clock was not running" if late else None)


def may_move(existing: Anchored, due_at: datetime, now: datetime) -> bool:
    """Tell whether an execution gets another due time instead of a second execution.

    One that was cancelled because the subject had changed comes back with the subject; one that
    has yet to come due follows an edited delay.
    """
    if existing.is_stale:
        return True
    is_waiting = existing.status is ExecutionStatus.PENDING and existing.rounds == 0
    return is_waiting and existing.due_at > now and existing.due_at != due_at


def round_up(instant: datetime) -> datetime:
    """Give the first whole second that is not before."""
    return datetime.fromtimestamp(math.ceil(instant.timestamp()), UTC)


def _add(total: Planned, found: Planned) -> None:
    total.made += found.made
    total.restored += found.restored
    total.missed += found.missed
    total.orphaned += found.orphaned
    total.wakes |= found.wakes
    total.reached = found.reached
    total.unwoken_until = total.unwoken_until or found.unwoken_until
