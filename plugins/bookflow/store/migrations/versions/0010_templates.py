"""How often templates were used."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0010_templates"
down_revision = "0009_incidents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
