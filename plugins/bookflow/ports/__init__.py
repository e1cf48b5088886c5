"""What the journey needs from the outside world, by role.

Adapters (store, actions, airflow_client, domains) fulfil these; `wiring` puts them together.
All methods are synchronous except `Channel.send`: only there are many calls in flight.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bookflow.records import (
        ActionResult,
        Claim,
        ConnectionInfo,
        DeliveryOutcome,
        DeliveryState,
        Finish,
        HeldRun,
        Job,
        Json,
        Message,
        NewDelivery,
        NewEvent,
        NewExecution,
        Person,
        Receipt,
        RecordedEvent,
        RunKey,
        Subject,
        SubjectUpdate,
    )
    from bookflow.spec.vocabulary import Vocabulary


LEASE = timedelta(seconds=60)
"""How long whoever sends a delivery is taken to be alive without a word."""


class NowSource(Protocol):
    """Tells the time; tests pass their own."""

    def __call__(self) -> datetime:
        """Give the current instant, aware, in UTC."""
        ...


class Domain(Protocol):
    """All that the engine asks of a domain such as bookings."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The triggers and fields its specs may name."""
        ...

    def parse_subject(self, raw: Mapping[str, Any], *, path: str) -> dict[str, Any]:
        """Validate a subject from outside; raises `InputError` whose fields start with `path`."""
        ...

    def subject_id(self, subject: Subject) -> str:
        """Give the subject's id."""
        ...

    def implied_fields(self, trigger: str) -> Mapping[str, Json]:
        """Give the top-level fields of the subject that an event of this trigger sets by itself."""
        ...

    def category_of(self, subject: Subject) -> str | None:
        """Give what `event_types` of a spec is matched against (the event type's slug)."""
        ...

    def build_context(self, subject: Subject, *, now: datetime) -> dict[str, Any]:
        """Give every context field; missing values are None."""
        ...

    def due_at(self, trigger: str, subject: Subject, occurred_at: datetime, delay: int) -> datetime:
        """Give the due time; `delay` is in minutes."""
        ...

    def anchor_of(self, trigger: str, subject: Subject) -> datetime | None:
        """Give the instant that delays of the trigger count from, None where it is the event."""
        ...

    def earliest_anchor(
        self, trigger: str, delay: int, if_late: int | None, now: datetime
    ) -> datetime:
        """Give the earliest anchor whose due time may still be worth something at `now`."""
        ...

    def late_limit(
        self, trigger: str, subject: Subject, due_at: datetime, if_late: int | None
    ) -> datetime | None:
        """Give the last moment something due then is worth doing; None for ever.

        `if_late` is in minutes, None for the trigger's default. It limits triggers with an anchor.
        """
        ...

    def stale_reason(self, trigger: str, subject: Subject) -> str | None:
        """Say why nothing should happen any more (such as a cancellation), or None.

        Asked only for actions whose conditions don't look at the subject's status themselves.
        """
        ...

    @property
    def status_field(self) -> str:
        """The context field that `stale_reason` is about."""
        ...

    def people(self, subject: Subject, recipient: str) -> list[Person]:
        """Resolve `invitee` (of a group: everybody who attends), `organizer` or `both`."""
        ...

    def context_for(
        self, subject: Subject, context: Mapping[str, Any], person: Person
    ) -> Mapping[str, Any]:
        """Give the context that a message to one person may be rendered with.

        What belongs to another attendee is not in it.
        """
        ...

    def webhook_payload(self, subject: Subject, context: Mapping[str, Any]) -> dict[str, Json]:
        """Give the subject's own part of a webhook's payload."""
        ...

    def check_update(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Validate rendered update values; raises `InputError`."""
        ...


class IntakeStore(Protocol):
    """Where events and executions are recorded."""

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read subjects; unknown ids are absent."""
        ...

    def record_events(
        self, events: Sequence[NewEvent], executions: Sequence[NewExecution]
    ) -> list[RecordedEvent]:
        """Record all in one transaction, in the order of `events`.

        Snapshots are upserted (an older one never replaces a newer one). An event whose
        idempotency key is known (or stands twice in the batch) is a duplicate: nothing is written
        for it and the answer is that of the first; with another fingerprint it is a conflict.
        What API or inbound tell of a change that the database has written as an event itself is a
        duplicate of that event, which takes over the key.
        """
        ...


class RunStore(Protocol):
    """What a run asks of the store. Every method is one transaction."""

    def claim(self, workflow_id: str, run: RunKey, *, limit: int, now: datetime) -> Claim:
        """Give the run its executions: at most `limit` whose `wake_at` has come, oldest first.

        Idempotent per run, also when called at the same time from two tasks: only the first call
        takes anything; executions recorded with this run count as taken.
        """
        ...

    def load_jobs(self, run: RunKey, action: str) -> list[Job]:
        """Read the run's unfinished executions that have no final result for the action."""
        ...

    def claim_deliveries(
        self, deliveries: Sequence[NewDelivery], *, now: datetime, lease: timedelta = LEASE
    ) -> dict[uuid.UUID, DeliveryState]:
        """Mark deliveries as being sent until the lease ends; tells how each stood before.

        Those already final stay as they are (their `status` is final: do not send). A `hold` in
        the answer says which were not claimed: those put off by their own hold or digest, those
        whose time has not come, and those that somebody else's lease says are being sent. Left
        out of the answer: deliveries of executions that don't run any more.
        """
        ...

    def renew_leases(self, ids: Sequence[uuid.UUID], *, until: datetime) -> None:
        """Say that these deliveries are still being sent."""
        ...

    def settle(
        self, results: Sequence[ActionResult], deliveries: Sequence[DeliveryOutcome]
    ) -> None:
        """Record outcomes. A final action result is never overwritten.

        With an action's final result, what was still put off of its deliveries fails for good.
        """
        ...

    def apply_updates(
        self, updates: Sequence[SubjectUpdate], *, now: datetime
    ) -> dict[uuid.UUID, dict[str, Json] | None]:
        """Apply updates with audit rows; answers old values by execution id.

        Applied at most once per (execution, action): the second time answers the recorded old
        values. None: the subject does not exist.
        """
        ...

    def finish(self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime) -> Finish:
        """Settle or park the run's executions. `actions` are (name, type) pairs in the plan.

        An execution with an action that goes on later is parked: pending again from then on. So
        is one whose task ended before it had a result, until that happened too often: then the
        action becomes failed with that reason. An execution with a failed action is failed, else
        completed. Idempotent until another run claims what is parked.
        """
        ...

    def finish_complete(
        self, run: RunKey, actions: Sequence[tuple[str, str]], *, now: datetime
    ) -> None:
        """Settle only those executions of the run that have a final result for every action."""
        ...

    def workflows_to_wake(self, now: datetime) -> list[str]:
        """List workflows with due executions that no run has claimed."""
        ...

    def stranded_runs(self, *, before: datetime, limit: int) -> list[HeldRun]:
        """List runs that claimed before then and still hold unfinished executions.

        Where there are more than the limit, any of them: the same ones must not hide the others.
        """
        ...

    def release(self, run: RunKey, *, now: datetime) -> Finish:
        """Park what a run that is over has left unfinished, due now.

        What was left too often fails, and so does what no later run would take up.
        """
        ...


class Waker(Protocol):
    """Makes sure that a run comes for due executions."""

    def wake(self, workflow_id: str, due_at: datetime) -> None:
        """Make sure that a run of the workflow starts at `due_at` (now when past).

        Never raises for what the clock repairs later; logs instead.
        """
        ...


class RunStates(Protocol):
    """Knows which runs are over."""

    def is_over(self, run: RunKey) -> bool:
        """Tell whether a run has ended or is unknown: nothing works on its executions any more."""
        ...


class ServerWaker(Waker, Protocol):
    """A waker that works in the background of a server."""

    def check(self) -> dict[str, Any]:
        """Tell its state, JSON-ready; never raises."""
        ...


class ConnectionSource(Protocol):
    """Finds Airflow connections."""

    def get(self, conn_id: str) -> ConnectionInfo:
        """Read a connection; raises `ConfigurationError` saying how to make it when it's absent."""
        ...


class Channel(Protocol):
    """An open way to a provider, shared by the deliveries of one task."""

    async def send(self, message: Message, delivery: NewDelivery, *, attempt: int) -> Receipt:
        """Send once; raises `TransientDeliveryError` or `PermanentDeliveryError`."""
        ...


class CompiledAction(Protocol):
    """An action of a workflow, ready to work on many executions."""

    @property
    def effect(self) -> str:
        """`deliver` (messages through a channel) or `update` (fields of the subject)."""
        ...

    def render(
        self, subject: Subject, context: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> list[Message]:
        """Render for one subject: one message per recipient.

        `facts` are workflow_id, workflow_name, action, execution_id and timestamp. An `update`
        action gives one message whose content is `{"fields": {...}}`. Raises `DeliveryError`,
        `InputError` or `TemplateError`.
        """
        ...

    def open_channel(self) -> AbstractAsyncContextManager[Channel]:
        """Open connections to the provider; raises `ConfigurationError`."""
        ...


class SpecSource(Protocol):
    """Gives the workflows as the files say now."""

    def matching(self, trigger: str, category: str | None) -> Iterator[Any]:
        """Give active workflows that listen to the trigger and category."""
        ...

    def get(self, workflow_id: str) -> Any:
        """Give one workflow, active or not; None when there is none."""
        ...
