"""Incidents, and what upkeep needs."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0009_incidents"
down_revision = "0008_analytics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
