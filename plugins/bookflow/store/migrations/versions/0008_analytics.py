"""Roll-ups of what became of executions."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0008_analytics"
down_revision = "0007_pending_workflows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
