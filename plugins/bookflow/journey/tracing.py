"""The store's part of a task as spans; only where tracing is on is it wrapped at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bookflow.ports import RunStore
    from bookflow.ports.tracing import Tracer
    from bookflow.records import Claim, Finish, RunKey

TRACED = ("load_jobs", "claim_deliveries", "settle", "apply_updates", "release")


class TracedStore:
    """A `RunStore` whose steps are spans: `claim`, `settle`, `finish` and what lies between."""

    def __init__(self, store: RunStore, tracer: Tracer) -> None:
        """Wrap a store; what is no step of a run is passed on as it is."""
        self._store = store
        self._tracer = tracer

    def claim(self, workflow_id: str, run: RunKey, **more: Any) -> Claim:
        """Claim, and tell how many executions the run holds."""
        with self._tracer.span(
            "claim", workflow_id=workflow_id, dag_id=run.dag_id, run_id=run.run_id
        ) as span:
            claim = self._store.claim(workflow_id, run, **more)
            span.note(executions=claim.count, has_more=claim.has_more)
            return claim

    def finish(self, run: RunKey, actions: Any, **more: Any) -> Finish:
        """Settle the run's executions, and tell how they ended."""
        with self._tracer.span("finish", dag_id=run.dag_id, run_id=run.run_id) as span:
            finish = self._store.finish(run, actions, **more)
            span.note(
                completed=finish.completed,
                failed=finish.failed,
                cancelled=finish.cancelled,
                parked=finish.parked,
            )
            return finish

    def __getattr__(self, name: str) -> Any:
        """Pass on whatever else a store can do."""
        found = getattr(self._store, name)
        if name not in TRACED:
            return found

        def step(*args: Any, **more: Any) -> Any:
            with self._tracer.span(name):
                return found(*args, **more)

        return step
