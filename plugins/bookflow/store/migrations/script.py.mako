"""${message}."""

from __future__ import annotations

from bookflow.store.revisions import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Run the script of the same name."""
    run_script(revision)
