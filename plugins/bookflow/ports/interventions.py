"""What people do to executions by hand: cancel them, or have them tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import uuid
    from datetime import datetime


class InterventionStore(Protocol):
    """Where people's decisions are carried out. Every method is one transaction with audit row.

    Both raise `NotFoundError` for an unknown execution, and `ConflictError` with the reason where
    it stands otherwise than the decision needs.
    """

    def cancel_execution(
        self, execution_id: uuid.UUID, *, reason: str, actor: str, now: datetime
    ) -> None:
        """End an execution that is pending or running; what is put off of it fails.

        What is being sent just now is still recorded, but nothing further begins.
        """
        ...

    def retry_execution(
        self, execution_id: uuid.UUID, *, action: str | None, actor: str, now: datetime
    ) -> None:
        """Make an execution that failed or was cancelled pending again, due now.

        Its failed actions, or the one named, go on under the same delivery ids; what was
        delivered is never sent again.
        """
        ...
