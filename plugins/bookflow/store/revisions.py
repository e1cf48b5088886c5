"""The revisions of the schema: one `.sql` file each, in the order of their names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SCHEMA = "bookflow"
VERSION_TABLE = "bookflow_alembic_version"
MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def list_revisions() -> tuple[str, ...]:
    """Give every revision, oldest first; read from file names, so Alembic need not be loaded."""
    return tuple(sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.sql")))


def run_script(revision: str) -> None:
    """Run a revision's script on Alembic's connection."""
    # only migrating processes load Alembic
    from alembic import op

    script = (MIGRATIONS / "versions" / f"{revision}.sql").read_text(encoding="utf-8")
    # without parameters the driver takes several statements at once and leaves % alone
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(script)
