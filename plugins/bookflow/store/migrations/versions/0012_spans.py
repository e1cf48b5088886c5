"""Roll-ups of lengths that make up any period in few rows."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0012_spans"
down_revision = "0011_management"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
