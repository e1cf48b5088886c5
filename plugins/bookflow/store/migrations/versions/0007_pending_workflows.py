"""A view of the workflows that wait for a run."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0007_pending_workflows"
down_revision = "0006_endpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the view."""
    run_script(revision)
