"""What bookflow's DAGs and their batch runs are called."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.records import RunKey

DAG_PREFIX = "bookflow-"
RUN_PREFIX = "batch__"
"""Runs that claim what is due; other runs work on the booking in their conf alone."""

_MOMENT = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True, order=True)
class Wake:
    """A wish: a run of the workflow at this Unix second; `due` 0 means as soon as possible."""

    workflow_id: str
    due: int = 0

    @property
    def dag_id(self) -> str:
        """Give the id of the workflow's DAG."""
        return dag_id_of(self.workflow_id)

    @property
    def run_after(self) -> datetime | None:
        """Give the due time, None when it is now."""
        return datetime.fromtimestamp(self.due, UTC) if self.due else None


def make_wake(workflow_id: str, due_at: datetime, now: datetime) -> Wake:
    """Make a wish; what is due within a part of a second rounds up, so that it is due by then."""
    if due_at <= now:
        return Wake(workflow_id)
    return Wake(workflow_id, math.ceil(due_at.timestamp()))


def dag_id_of(workflow_id: str) -> str:
    """Give the id of the DAG that the factory builds for a workflow.

    >>> dag_id_of("confirmation")
    'bookflow-confirmation'
    """
    return DAG_PREFIX + workflow_id


def prompt_run_id(now: datetime) -> str:
    """Name a run that starts at once: never the name of an earlier one, which may have started."""
    return f"{RUN_PREFIX}{now.astimezone(UTC).strftime(_MOMENT)}.{now.microsecond:06d}Z"


def due_run_id(due: int) -> str:
    """Name a run for a second to come: whoever wants it wants the same one."""
    return f"{RUN_PREFIX}due_{datetime.fromtimestamp(due, UTC).strftime(_MOMENT)}Z"


def follow_up_run_id(origin: RunKey) -> str:
    """Name the run that takes over what `origin` left: all its tasks want the same one."""
    digest = hashlib.sha256(f"{origin.dag_id}\n{origin.run_id}".encode()).hexdigest()
    return f"{RUN_PREFIX}after_{digest[:20]}"
