"""What a user may do with a workflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException

from bookflow.errors import NotFoundError
from bookflow.web.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Rights:
    """Answers for one user; what may not be seen is not found.

    `may_edit` and `may_run` take the id of a workflow, or None for the right to all of them.
    `own_names` are the organizers whose workflows the user is limited to; None is no such limit.
    `was_used` tells whether anything is kept of a workflow that is gone.
    """

    visibility: Visibility
    may_edit: Callable[[str | None], bool]
    may_run: Callable[[str | None], bool]
    own_names: frozenset[str] | None = None
    was_used: Callable[[str], bool] = lambda _workflow_id: False

    def require_reading(self, workflow_id: str) -> None:
        """Raise `NotFoundError` where the user may not see the workflow."""
        if not self.visibility.includes(workflow_id):
            raise NotFoundError(f"there is no workflow `{workflow_id:.64}`")

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

    def require_creating(self) -> None:
        """Raise 403 where the user may change some workflows, but make none."""
        if not self.may_edit(None):
            raise HTTPException(403, "You need the permission to edit DAGs, not only some of them.")

    def require_owning(self, organizer: object) -> None:
        """Raise 403 where the user may not make workflows of this organizer, or give them away."""
        if self.own_names is not None and not self.owns(organizer):
            message = (
                "You may only make and keep workflows of your own: set `organizer` to your user "
                "name or e-mail address."
            )
            raise HTTPException(403, message)

    def require_unused(self, workflow_id: str) -> None:
        """Raise 403 where a new workflow would inherit what is kept of another's old one."""
        if self.own_names is not None and self.was_used(workflow_id):
            message = (
                f"The id `{workflow_id}` was used before, and what is kept of that workflow is not "
                "yours to see: choose another id, or ask an Airflow admin."
            )
            raise HTTPException(403, message)

    def owns(self, organizer: object) -> bool:
        """Tell whether the organizer of a workflow is the user, or need not be."""
        if self.own_names is None:
            return True
        return isinstance(organizer, str) and fold_name(organizer) in self.own_names

    @property
    def runs_everything(self) -> bool:
        """Whether what the user starts may concern the workflows of everybody."""
        return self.own_names is None and self.may_run(None)

    def require_running_everything(self) -> None:
        """Raise 403 for what concerns the workflows of everybody, such as the mail server."""
        if not self.runs_everything:
            message = "This concerns all workflows; you may run only some. Ask an Airflow admin."
            raise HTTPException(403, message)


def fold_name(name: str) -> str:
    """Give a user name or address as it is compared: without case and outer spaces."""
    return name.strip().casefold()
