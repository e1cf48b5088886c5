"""Circuits of endpoints, rate limits, and notices to owners."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0006_endpoints"
down_revision = "0005_inbound"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
