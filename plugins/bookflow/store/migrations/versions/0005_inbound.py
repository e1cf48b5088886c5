"""Signed requests of booking platforms, kept with their verdict."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0005_inbound"
down_revision = "0004_database_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
