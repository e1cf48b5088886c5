"""Dispatching: changes that the database noticed by itself are matched, and workflows woken."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.ports.changes import Matched
from bookflow.records import NewExecution, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports import Domain, Waker
    from bookflow.ports.changes import Change, ChangeStore, MatchedBatch
    from bookflow.ports.clock import SpecRule
    from bookflow.records import Subject

log = logging.getLogger(__name__)

BATCH_LIMIT = 1000
DEPTH_LIMIT = 5
"""How many changes by workflows may follow from each other before a chain is stopped."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Matches changes of the database against the rules of workflows."""

    store: ChangeStore
    domain: Domain
    make_id: Callable[[], uuid.UUID] = new_id

    def dispatch_changes(
        self, now: datetime, waker: Waker, *, limit: int = BATCH_LIMIT
    ) -> MatchedBatch:
        """Match one batch in one transaction, then wake the workflows concerned.

        Fewer changes than `limit` means that none is left. A wake that a crash loses here is found
        by the clock.
        """
        batch = self.store.match_changes(self._match, now=now, limit=limit)
        for event_id, note in batch.notes.items():
            log.warning("bookflow: event %s of the database: %s", event_id, note)
        wanted = {(head.workflow_id, max(head.due_at, now)) for head in batch.executions}
        for workflow_id, due_at in sorted(wanted):
            waker.wake(workflow_id, due_at)
        return batch

    def _match(
        self,
        changes: Sequence[Change],
        subjects: Mapping[str, Subject],
        rules: Sequence[SpecRule],
    ) -> Matched:
        listening: dict[str, list[SpecRule]] = {}
        for rule in rules:
            listening.setdefault(rule.trigger, []).append(rule)
        matched = Matched()
        for change in changes:
            subject = subjects.get(change.subject_id)
            if subject is None:
                continue
            category = self.domain.category_of(subject)
            fitting = [rule for rule in listening.get(change.trigger, ()) if rule.takes(category)]
            allowed, note = guard_loops(change, fitting)
            if note:
                matched.notes[change.event_id] = note
            matched.executions.extend(self._execution(change, subject, rule) for rule in allowed)
        return matched

    def _execution(self, change: Change, subject: Subject, rule: SpecRule) -> NewExecution:
        return NewExecution(
            id=self.make_id(),
            workflow_id=rule.workflow_id,
            workflow_version=rule.version,
            event_id=change.event_id,
            subject_id=change.subject_id,
            due_at=self.domain.due_at(
                change.trigger, subject, change.occurred_at, rule.delay_minutes
            ),
        )


def guard_loops(change: Change, fitting: Sequence[SpecRule]) -> tuple[list[SpecRule], str | None]:
    """Give the rules that may start, and why others may not.

    A workflow is never started by its own change, and a chain of changes by workflows ends.
    """
    if change.depth > DEPTH_LIMIT:
        if not fitting:
            return [], None
        names = ", ".join(rule.workflow_id for rule in fitting[:10])
        return [], (
            f"workflow `{change.cause_workflow_id or 'unknown'}` made {change.trigger} of "
            f"`{change.subject_id}`, change {change.depth} in a row by workflows; a chain stops "
            f"after {DEPTH_LIMIT}, so these did not start: {names}"
        )
    allowed = [rule for rule in fitting if rule.workflow_id != change.cause_workflow_id]
    if len(allowed) == len(fitting):
        return allowed, None
    return allowed, f"workflow `{change.cause_workflow_id}` is not started by its own change"
