"""The audit trail: who changed what, when, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import Json


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change; `what` is such as `workflow.updated`, `subject_id` what was changed.

    `actor` is the name of the Airflow user. None as `before` or `after`: it did not exist.
    """

    actor: str
    what: str
    subject_id: str
    before: Mapping[str, Json] | None = None
    after: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted; `actor` may leave out the `user:` in front. Both times in UTC."""

    actor: str | None = None
    what: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, newest first, JSON-ready; the cursor continues after its last row."""

    items: Sequence[Mapping[str, Json]] = ()
    next_cursor: str | None = None


class AuditStore(Protocol):
    """Where changes are written down that happen outside of the database, and all are read."""

    def record_audit(self, entries: Sequence[AuditEntry], *, now: datetime) -> None:
        """Write down what people changed, in one transaction."""
        ...

    def list_audit(self, wanted: AuditFilter, *, limit: int, cursor: str | None) -> AuditPage:
        """List changes by people and by workflows, newest first; a bad cursor is `InputError`."""
        ...
