"""Intervening: people cancel executions, or have them tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import ConflictError

if TYPE_CHECKING:
    import uuid

    from bookflow.ports import NowSource, SpecSource, Waker
    from bookflow.ports.interventions import InterventionStore


@dataclass(frozen=True, slots=True)
class Interventions:
    """Carries out what people decide about executions."""

    store: InterventionStore
    specs: SpecSource
    waker: Waker
    now: NowSource

    def cancel(self, execution_id: uuid.UUID, *, reason: str, actor: str) -> None:
        """End an open execution; raises `ConflictError` for one that has ended."""
        self.store.cancel_execution(execution_id, reason=reason, actor=actor, now=self.now())

    def retry(
        self, execution_id: uuid.UUID, workflow_id: str, *, action: str | None, actor: str
    ) -> None:
        """Try an execution again at once; raises `ConflictError` where that can't be."""
        loaded = self.specs.get(workflow_id)
        if loaded is None or not loaded.workflow.is_active:
            state = "has no valid spec" if loaded is None else "is not active"
            message = f"the workflow `{workflow_id:.64}` {state}: no run would take it up"
            raise ConflictError(message)
        now = self.now()
        self.store.retry_execution(execution_id, action=action, actor=actor, now=now)
        self.waker.wake(workflow_id, now)
