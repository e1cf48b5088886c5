"""Changes of bookings become events, whoever writes them."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = "0004_database_events"
down_revision = "0003_clock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    run_script(revision)
