"""Executions that wait for a later run, leases of deliveries, one execution per anchor."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0002_waiting"
down_revision = "0001_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
