"""One workflow for one booking because somebody asked for it, whatever its trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError, NotFoundError
from bookflow.records import NewEvent, NewExecution, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bookflow.ports import Domain, IntakeStore
    from bookflow.records import EventSource, RunKey

MANUAL = "manual"


class HandDrafter:
    """Drafts the event and the one execution of a workflow that is started by hand."""

    def __init__(
        self,
        store: IntakeStore,
        domain: Domain,
        make_id: Callable[[], uuid.UUID] = new_id,
    ) -> None:
        """Keep the collaborators."""
        self._store = store
        self._domain = domain
        self._make_id = make_id

    def draft(
        self,
        workflow: tuple[str, str],
        given: Mapping[str, Any],
        *,
        path: str,
        source: EventSource,
        key: str | None,
        now: datetime,
        run: RunKey | None = None,
        actor: str = "",
        fingerprint: str | None = None,
    ) -> tuple[NewEvent, NewExecution]:
        """Draft them for the `booking` or `booking_id` that is given; due now.

        `workflow` is its id and version, `path` leads to what is given, for errors. Raises
        `InputError`, or `NotFoundError` where no such booking is known.
        """
        snapshot = self._snapshot(given, path)
        subject_id = self._domain.subject_id(snapshot) if snapshot else self._known_id(given, path)
        event = NewEvent(
            id=self._make_id(),
            trigger=MANUAL,
            subject_id=subject_id,
            source=source,
            occurred_at=now,
            received_at=now,
            idempotency_key=key,
            fingerprint=f"{fingerprint}:{subject_id}" if fingerprint else subject_id,
            subject=snapshot,
            actor=actor,
        )
        workflow_id, version = workflow
        execution = NewExecution(
            id=self._make_id(),
            workflow_id=workflow_id,
            workflow_version=version,
            event_id=event.id,
            subject_id=subject_id,
            due_at=now,
            run=run,
        )
        return event, execution

    def _snapshot(self, given: Mapping[str, Any], path: str) -> dict[str, Any] | None:
        raw = given.get("booking")
        if not raw:
            return None
        field = f"{path}booking"
        if not hasattr(raw, "items"):
            raise InputError(field, "must be an object in the shape of the API's booking")
        return self._domain.parse_subject(raw, path=field)

    def _known_id(self, given: Mapping[str, Any], path: str) -> str:
        wanted = given.get("booking_id")
        if not isinstance(wanted, str) or "\0" in wanted:
            raise InputError(f"{path}booking_id", "must be the text of a booking's id")
        if wanted not in self._store.load_subjects([wanted]):
            message = (
                f"{path}booking_id: no booking `{wanted:.128}` is known; send the whole "
                "`booking` once"
            )
            raise NotFoundError(message)
        return wanted
