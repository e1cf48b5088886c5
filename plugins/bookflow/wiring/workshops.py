"""What a task process works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.domains.booking import BookingDomain
from bookflow.journey.acting import Actor
from bookflow.journey.retrying import RetrySchedule
from bookflow.journey.running import TaskRuntime
from bookflow.journey.sending import RetryPolicy
from bookflow.journey.steps import Step, Timing, WorkflowFacts, build_step
from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import utc_now
from bookflow.wiring.databases import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.journey.sending import Guard
    from bookflow.ports import CompiledAction, ConnectionSource, RunStore, Waker
    from bookflow.ports.endpoints import EndpointStore
    from bookflow.settings import Settings
    from bookflow.spec.models import Action
    from bookflow.store.postgres import PostgresStore


def compile_action(
    action: Action,
    settings: Settings,
    domain: BookingDomain,
    connections: ConnectionSource,
    tracer: Tracer = SILENCE,
) -> CompiledAction:
    """Compile one action of a spec through the registry of action types."""
    from bookflow.actions.action_resources import ActionResources
    from bookflow.actions.registry import compile_action as compile_registered

    resources = ActionResources(settings, domain, connections, tracer=tracer)
    return compile_registered(action, resources)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a task process works with: the journey and everything to compile its actions."""

    runtime: TaskRuntime
    settings: Settings
    domain: BookingDomain
    connections: ConnectionSource
    store: PostgresStore
    tracer: Tracer = SILENCE

    def close(self) -> None:
        """Close the connection to the database."""
        self.store.close()

    def build_step(
        self, facts: WorkflowFacts, action: Action, timing: Timing | None = None
    ) -> Step:
        """Compile one action with its conditions.

        With a `timing` the step may wait: what can't be sent now is put off to a later run.
        """
        return build_step(
            facts,
            action,
            timing,
            vocabulary=self.domain.vocabulary,
            compile_action=lambda item: compile_action(
                item, self.settings, self.domain, self.connections, self.tracer
            ),
        )


def open_workshop(
    settings: Settings, connections: ConnectionSource, waker: Waker, tracer: Tracer = SILENCE
) -> Workshop:
    """Open what a task process needs; the database is connected to on first use."""
    store = open_store(settings, connections)
    domain = BookingDomain(settings)
    run_store = trace_store(store, tracer)
    actor = Actor(
        store=run_store,
        domain=domain,
        now=utc_now,
        policy=RetryPolicy(
            attempts=settings.attempts_per_try,
            base=settings.backoff_seconds,
            limit=settings.backoff_limit_seconds,
        ),
        concurrency=settings.concurrency,
        schedule=RetrySchedule.of(settings),
        make_guard=make_guards(store, settings),
        tracer=tracer,
    )
    runtime = TaskRuntime(
        store=run_store,
        intake_store=store,
        domain=domain,
        waker=waker,
        now=utc_now,
        actor=actor,
        batch_size=settings.batch_size,
        runs_by_hand=not settings.shows_only_own,
    )
    return Workshop(runtime, settings, domain, connections, store, tracer)


def trace_store(store: RunStore, tracer: Tracer) -> RunStore:
    """Let what a run asks of the store be spans, where there is somebody to tell."""
    if tracer is SILENCE:
        return store
    # only where tracing is on
    from bookflow.journey.tracing import TracedStore

    return TracedStore(store, tracer)


def make_guards(store: EndpointStore, settings: Settings) -> Callable[[WorkflowFacts], Guard]:
    """Give what makes the guard of one act; raises `ConfigurationError` for a bad limit."""
    from bookflow.journey.endpoints.guarding import Gatekeeper, SendingLimits

    limits = SendingLimits.from_settings(settings)
    return lambda workflow: Gatekeeper(store, workflow, limits=limits, now=utc_now)
