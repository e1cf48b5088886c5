"""Bookings, events, executions, results, deliveries, audit."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    run_script(revision)
