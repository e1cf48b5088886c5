"""Starting a workflow for one booking, now, whatever its trigger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConflictError, InputError, NotFoundError
from bookflow.journey.by_hand import HandDrafter
from bookflow.journey.reminders.anchoring import KEY_LIMIT
from bookflow.records import EventSource

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from bookflow.ports import Domain, IntakeStore, NowSource, SpecSource, Waker


@dataclass(frozen=True, slots=True)
class Started:
    """The execution that a start made, or that the same key made before."""

    execution_id: uuid.UUID
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Starter:
    """Queues one execution of one workflow, with an event `manual` of its own."""

    store: IntakeStore
    specs: SpecSource
    domain: Domain
    waker: Waker
    now: NowSource
    prompt: Callable[[], None] = lambda: None

    def start(
        self, workflow_id: str, given: Mapping[str, Any], *, key: str | None, actor: str
    ) -> Started:
        """Queue it for the `booking` or `booking_id` given; the same key again changes nothing.

        Raises `NotFoundError`, `InputError`, or `ConflictError` for a workflow that is not active
        and for a key that was used for something else.
        """
        loaded = self.specs.get(workflow_id)
        if loaded is None:
            raise NotFoundError(f"no valid workflow `{workflow_id:.64}` is known")
        if not loaded.workflow.is_active:
            message = f"the workflow `{workflow_id:.64}` is not active: no run would take it up"
            raise ConflictError(message)
        _check(given, key)
        now = self.now()
        event, execution = HandDrafter(self.store, self.domain).draft(
            (loaded.workflow.id, loaded.version),
            given,
            path="",
            source=EventSource.API,
            key=key,
            now=now,
            actor=actor,
            # the same key for another workflow is another wish
            fingerprint=f"execute:{workflow_id}",
        )
        [recorded] = self.store.record_events([event], [execution])
        if recorded.conflict:
            raise ConflictError(recorded.conflict)
        self.waker.wake(workflow_id, now)
        if event.subject is not None:
            self.prompt()
        return Started(recorded.executions[0].id, recorded.is_duplicate)


def _check(given: Mapping[str, Any], key: str | None) -> None:
    if (given.get("booking") is None) == (given.get("booking_id") is None):
        raise InputError("booking", "give either booking or booking_id")
    if key is not None and (not key.strip() or len(key) > KEY_LIMIT or "\0" in key):
        raise InputError("idempotency_key", f"must be text of 1 to {KEY_LIMIT} characters")
