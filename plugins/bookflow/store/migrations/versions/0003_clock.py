"""What the clock asks: rules of the specs, when bookings took their times and status."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0003_clock"
down_revision = "0002_waiting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
