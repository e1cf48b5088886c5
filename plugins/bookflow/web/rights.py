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
    """

    visibility: Visibility
    may_edit: Callable[[str | None], bool]
    may_run: Callable[[str | None], bool]
    own_names: frozenset[str] | None = None

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

    def owns(self, organizer: object) -> bool:
        """Tell whether the organizer of a workflow is the user, or need not be."""
        if self.own_names is None:
            return True
        return isinstance(organizer, str) and fold_name(organizer) in self.own_names

    def require_running_everything(self) -> None:
        """Raise 403 for what concerns the workflows of everybody, such as the mail server."""
        if self.own_names is not None or not self.may_run(None):
            message = "This concerns all workflows; you may run only some. Ask an Airflow admin."
            raise HTTPException(403, message)


def fold_name(name: str) -> str:
    """Give a user name or address as it is compared: without case and outer spaces."""
    return name.strip().casefold()
