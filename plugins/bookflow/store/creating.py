"""Making the database itself, where the server has none of its name yet."""

from __future__ import annotations

import psycopg
from psycopg import errors

from bookflow.errors import ConfigurationError
from bookflow.store.connecting import connect, describe_place, parse_dsn
from bookflow.store.embedded import ensure_database, with_database

MAINTENANCE = "postgres"


def create_missing(dsn: str) -> bool:
    """Make the database of a DSN where it is missing; tells whether it was.

    Raises `DatabaseUnavailableError`, or `ConfigurationError` where the user may not make it.
    """
    parts = parse_dsn(dsn)
    name = str(parts.get("dbname") or parts.get("user") or "")
    if not name:
        raise ConfigurationError("the connection of the bookflow database names no database")
    try:
        connect(dsn).close()
    except psycopg.OperationalError:
        # missing, or the server is away: asking the server itself tells
        pass
    else:
        return False
    try:
        ensure_database(with_database(dsn, MAINTENANCE), name)
    except errors.InsufficientPrivilege:
        user = str(parts.get("user") or "")
        message = (
            f"{describe_place(dsn)} does not exist, and `{user}` may not make databases; let an "
            f"administrator run CREATE DATABASE {_quote(name)} OWNER {_quote(user)}"
        )
        raise ConfigurationError(message) from None
    return True


def _quote(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
