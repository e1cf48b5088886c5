"""Bringing the database to the newest schema; safe to run from several processes at once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import psycopg

from bookflow.errors import ConfigurationError
from bookflow.store.connecting import Database, Link, parse_dsn
from bookflow.store.named_sql import load_queries
from bookflow.store.revisions import MIGRATIONS, list_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alembic.config import Config
    from sqlalchemy import Connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """Where a database stands; `current` is None without any schema."""

    current: str | None
    head: str
    pending: list[str] = field(default_factory=list)


def upgrade(dsn: str, revision: str = "head") -> None:
    """Apply what is missing up to `revision`; waits while another process does the same.

    Raises `DatabaseUnavailableError`, or `ConfigurationError` for an unknown revision.
    """
    if revision != "head" and revision not in list_revisions():
        message = f"there is no revision `{revision}`; known: {', '.join(list_revisions())}"
        raise ConfigurationError(message)
    # Alembic takes most of a second to load
    from alembic import command

    _ask(dsn, lambda link: link.execute("SELECT 1"))
    with _engine_connection(dsn) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def status(dsn: str) -> MigrationStatus:
    """Tell the current revision and what is pending; changes nothing."""
    revisions = list_revisions()
    current = _ask(dsn, read_revision)
    if current is None:
        return MigrationStatus(None, revisions[-1], list(revisions))
    if current not in revisions:
        message = (
            f"the bookflow database is at revision `{current}`, which this bookflow "
            f"(up to `{revisions[-1]}`) does not know; install the newer bookflow again"
        )
        raise ConfigurationError(message)
    return MigrationStatus(current, revisions[-1], list(revisions[revisions.index(current) + 1 :]))


def read_revision(link: Link) -> str | None:
    """Read the revision of a database; None where there is no schema."""
    queries = load_queries("upkeep")
    known = link.execute(queries["find_version_table"].sql).fetchone()
    if not known or not known["is_there"]:
        return None
    row = link.execute(queries["read_revision"].sql).fetchone()
    return str(row["version_num"]) if row else None


def _ask(dsn: str, work: Callable[[Link], T]) -> T:
    database = Database.open(dsn)
    try:
        return database.read(work)
    finally:
        database.close()


@contextmanager
def _engine_connection(dsn: str) -> Iterator[Connection]:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    parts = parse_dsn(dsn)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(**{"application_name": "bookflow", **parts}),
        poolclass=NullPool,
    )
    queries = load_queries("upkeep")
    with engine.connect() as connection:
        connection.execution_options(no_parameters=True)
        with connection.begin():
            # held until the commit: a second process waits here, then finds nothing to do
            connection.exec_driver_sql(queries["lock_schema"].sql.decode())
            connection.exec_driver_sql(queries["create_schema"].sql.decode())
            yield connection


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
