"""What trials ask of the outside world: made-up subjects, past events, and marked sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bookflow.ports import Domain

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import Message, Subject
    from bookflow.spec.models import Action, Workflow


class TrialDomain(Domain, Protocol):
    """A domain whose workflows can be tried out without a real subject."""

    @property
    def sample_variants(self) -> Mapping[str, str]:
        """The kinds of made-up subjects there are besides the usual one, with a description."""
        ...

    def made_at(self, subject: Subject) -> datetime | None:
        """Give when the subject came into being, where that is known."""
        ...

    def make_sample(
        self,
        workflow: Workflow,
        *,
        now: datetime,
        variants: Sequence[str] = (),
        overrides: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Make up a realistic subject that the workflow matches, unless the overrides say else.

        Raises `InputError`, whose fields start with `variant` or `overrides`.
        """
        ...

    def rebuild(
        self, subject_id: str, seen: Mapping[str, Any], workflow: Workflow, *, now: datetime
    ) -> tuple[dict[str, Any], list[str]]:
        """Make a subject of what context fields were seen to hold; gives the fields used.

        What was not seen is made up.
        """
        ...


@dataclass(frozen=True, slots=True)
class PastEvent:
    """Something that happened to a subject, as recorded."""

    id: uuid.UUID
    trigger: str
    subject_id: str
    occurred_at: datetime


class EventStore(Protocol):
    """Where past events are found."""

    def find_event(self, event_id: uuid.UUID) -> PastEvent | None:
        """Read one event; None for an unknown one."""
        ...


@dataclass(frozen=True, slots=True)
class Aims:
    """Where the messages of a live test go; None: nothing may go that way.

    With `keeps_own_url` webhooks call the workflow's own URL where that is allowed.
    """

    email: str | None = None
    phone: str | None = None
    webhook_url: str | None = None
    keeps_own_url: bool = True


class LiveMarker(Protocol):
    """Knows where live tests may send, and marks what they send."""

    def take_aim(self, asked: Aims, *, own_email: str | None) -> Aims:
        """Choose among the allowed: what is asked for, else the caller's own or the first listed.

        Raises `InputError` for what is not allowed, naming the setting.
        """
        ...

    def redirect(self, action: Action, aims: Aims) -> Action | None:
        """Give the action as it is carried out in a live test; None: it may not be.

        A webhook calls the aim itself, without the credentials of its connection.
        """
        ...

    def mark(self, message: Message, aims: Aims) -> Message | None:
        """Give the message marked as a test and addressed to the aim; None: there is none."""
        ...

    def explain(self, channel: str) -> str:
        """Say why nothing goes out by this channel, and which setting would allow it."""
        ...

    def mask(self, channel: str, address: str) -> str:
        """Give an address as the audit may keep it."""
        ...
