"""What the management API records."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0011_management"
down_revision = "0010_templates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
