"""What erasing a person's data asks of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import ExecutionStatus


@dataclass(frozen=True, slots=True)
class Wiping:
    """Whose traces are wiped of some subjects, and what is written instead.

    `pattern` finds the person's addresses in any text: a regular expression, without regard to
    case, that Python and PostgreSQL read alike. `recipients` are the keys of deliveries to them.
    """

    subject_ids: Sequence[str]
    recipients: Sequence[str]
    pattern: str
    marker: str


class ErasureStore(Protocol):
    """Where a person's traces are found and wiped. Every method is a transaction per table."""

    def find_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of subjects that name the person, or whose messages went to them."""
        ...

    def open_executions_of(
        self, subject_ids: Sequence[str]
    ) -> list[tuple[uuid.UUID, ExecutionStatus]]:
        """List executions of subjects that are pending or running."""
        ...

    def main_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of subjects that are the person's own: they are the invitee."""
        ...

    def wipe_subjects(self, wiping: Wiping, *, now: datetime) -> dict[str, int]:
        """Take the person out of subjects and of all that was done for these; counts by table.

        What was rendered, answered and audited for the subjects is wiped as a whole; statuses,
        codes, counts and times stay. A subject that was theirs alone is marked: nothing is done
        for it any more.
        """
        ...

    def count_traces(self, wiping: Wiping) -> dict[str, int]:
        """Count by table what `wipe_subjects` would wipe."""
        ...

    def sealed_requests(
        self, *, after: uuid.UUID | None, limit: int
    ) -> list[tuple[uuid.UUID, bytes]]:
        """Read sealed bodies of inbound requests, by id."""
        ...

    def wipe_requests(self, ids: Sequence[uuid.UUID]) -> int:
        """Forget everything that inbound requests brought, and count them."""
        ...

    def wipe_organizers(self, pattern: str) -> int:
        """Forget who organizers with such an address are, and count them."""
        ...

    def digest_keys(self, pattern: str, *, is_dry: bool = False) -> dict[str, int]:
        """Replace idempotency keys that hold the pattern by digests; counts rows by table.

        The same key is recognised when it comes again: no event happens twice.
        """
        ...

    def redact(
        self, pattern: str, marker: str, *, has_owners: bool = False, is_dry: bool = False
    ) -> dict[str, int]:
        """Replace the pattern in every text of every table; counts rows by table.

        Organizers, and columns that name the owner of a workflow, are left alone unless
        `has_owners`; so is what is only a copy of spec files, and so are idempotency keys.
        """
        ...

    def find_left(self, pattern: str) -> Mapping[str, int]:
        """Count where the person is an organizer, and the spec files that name them."""
        ...

    def forget_limits(self, keys: Sequence[str]) -> int:
        """Delete rate limits by key."""
        ...
