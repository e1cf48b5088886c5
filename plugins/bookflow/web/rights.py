"""What a user may do with a workflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException

from bookflow.errors import NotFoundError
from bookflow.web.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Rights:
    """Answers for one user; what may not be seen is not found."""

    visibility: Visibility
    may_edit: Callable[[str], bool]
    may_run: Callable[[str], bool]

    def require_reading(self, workflow_id: str) -> None:
        """Raise `NotFoundError` where the user may not see the workflow."""
        if not self.visibility.includes(workflow_id):
            raise NotFoundError(f"there is no workflow `{workflow_id}`")

    def require_editing(self, workflow_id: str) -> None:
        """Raise `NotFoundError`, or 403 where the user may only look."""
        self.require_reading(workflow_id)
        if not self.may_edit(workflow_id):
            raise HTTPException(403, f"You may not change the workflow `{workflow_id}`.")

    def require_running(self, workflow_id: str) -> None:
        """Raise `NotFoundError`, or 403 where the user may not run it."""
        self.require_reading(workflow_id)
        if not self.may_run(workflow_id):
            raise HTTPException(403, f"You may not run the workflow `{workflow_id}`.")
