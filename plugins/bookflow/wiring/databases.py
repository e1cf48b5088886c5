"""Where the bookflow database is, and stores opened on it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from bookflow.errors import ConfigurationError, MissingConnectionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bookflow.ports import ConnectionSource
    from bookflow.records import ConnectionInfo
    from bookflow.settings import Settings
    from bookflow.store.postgres import PostgresStore

log = logging.getLogger(__name__)

EMBEDDED_DATABASE = "bookflow"


def dsn_of(info: ConnectionInfo) -> str:
    """Turn an Airflow connection into a PostgreSQL URL; a host that is a path means a socket."""
    login = quote(info.login, safe="")
    if info.password:
        login += ":" + quote(info.password, safe="")
    options = {key: str(value) for key, value in info.extra.items() if isinstance(value, str | int)}
    host = ""
    if info.host.startswith("/") or not info.host:
        if info.host:
            options["host"] = info.host
    else:
        host = f"[{info.host}]" if ":" in info.host else info.host
        if info.port:
            host += f":{info.port}"
    query = f"?{urlencode(options)}" if options else ""
    at = "@" if login else ""
    return f"postgresql://{login}{at}{host}/{quote(info.schema, safe='')}{query}"


def find_dsn(settings: Settings, connections: ConnectionSource) -> str:
    """Give the database's URL: the connection's where there is one, else the embedded server's.

    Starts the embedded server where it is needed and not yet running. A connection that is there
    but can't be read raises: events must not end up in another database than the one meant.
    """
    try:
        return dsn_of(connections.get(settings.database_conn_id))
    except MissingConnectionError as error:
        log.info("bookflow: %s; using the embedded PostgreSQL", error)
    # only processes on the embedded server pay for this import
    from bookflow.store.embedded import ensure_database, start_embedded

    return ensure_database(start_embedded(_embedded_directory(settings)), EMBEDDED_DATABASE)


def find_known_dsn(settings: Settings, connections: ConnectionSource) -> str:
    """Give the database's URL as `find_dsn` does, but never make an embedded server.

    For watchers, which look again later: while Airflow can't be asked, connections seem missing.
    """
    # only processes on the embedded server pay for this import
    from bookflow.store.embedded import has_data

    try:
        return dsn_of(connections.get(settings.database_conn_id))
    except MissingConnectionError:
        if not has_data(_embedded_directory(settings)):
            raise
    return find_dsn(settings, connections)


@contextmanager
def existing_dsn(settings: Settings, connections: ConnectionSource) -> Iterator[str]:
    """Give the URL of a database that is there already, for commands that only read.

    Makes nothing; an embedded server that does not run is started, and stopped at the end. Raises
    `ConfigurationError` when there is neither a connection nor an embedded server.
    """
    try:
        dsn = dsn_of(connections.get(settings.database_conn_id))
    except MissingConnectionError:
        dsn = ""
    if dsn:
        yield dsn
        return
    # only processes on the embedded server pay for this import
    from bookflow.store.embedded import borrow_embedded, has_data, with_database

    directory = _embedded_directory(settings)
    if not has_data(directory):
        variable = f"AIRFLOW_CONN_{settings.database_conn_id.upper()}"
        message = (
            f"there is no database to read: no connection `{settings.database_conn_id}`, and no "
            f"embedded PostgreSQL in {directory}; set {variable}, name the folder of a demo in "
            "BOOKFLOW_HOME, or make a database with `bookflow db upgrade`"
        )
        raise ConfigurationError(message)
    with borrow_embedded(directory) as server:
        yield with_database(server, EMBEDDED_DATABASE)


def _embedded_directory(settings: Settings) -> Path:
    return settings.home.expanduser() / "postgres"


def open_store(
    settings: Settings, connections: ConnectionSource, *, pool_size: int = 0
) -> PostgresStore:
    """Open the store; `pool_size` 0 is one connection, opened when it is first needed."""
    from bookflow.store.postgres import PostgresStore

    dsn = find_dsn(settings, connections)
    return PostgresStore.open(dsn, pool_size=pool_size, key_digests=digest_key)


def digest_key(key: str) -> Sequence[str]:
    """Give what may stand for an idempotency key since an erasure."""
    # only a key that may name somebody pays for Airflow's configuration
    from bookflow.airflow_client.sealing import keyed_digests
    from bookflow.store.erased_keys import plain_digests

    return (*keyed_digests(key), *plain_digests(key))


@contextmanager
def open_existing_store(
    settings: Settings, connections: ConnectionSource
) -> Iterator[PostgresStore]:
    """Open the store of a database that is there already, for commands that only read."""
    from bookflow.store.postgres import PostgresStore

    with existing_dsn(settings, connections) as dsn:
        store = PostgresStore.open(dsn, pool_size=0, key_digests=digest_key)
        try:
            yield store
        finally:
            store.close()
