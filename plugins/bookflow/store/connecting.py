"""Connections to PostgreSQL, transactions, and what their failures mean to us."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from bookflow.errors import (
    BookflowError,
    ConfigurationError,
    DatabaseUnavailableError,
    SchemaOutdatedError,
)
from bookflow.store.json_text import load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from psycopg_pool import ConnectionPool

Link = psycopg.Connection[DictRow]
T = TypeVar("T")

CONNECT_SECONDS = 5
POOL_WAIT_SECONDS = 3.0
SPARE_WAIT_SECONDS = 0.005
TRANSACTION_TRIES = 4

_OUTDATED = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.InvalidSchemaName,
)
# another transaction was in the way; the same one again finds its result
_COLLISIONS = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)


def parse_dsn(dsn: str) -> dict[str, Any]:
    """Read a PostgreSQL URL or key=value text; raises `ConfigurationError`, without the text."""
    try:
        return dict(conninfo_to_dict(dsn))
    except psycopg.Error:
        message = (
            "the URL of the bookflow database can't be read; write it like "
            "postgresql://user:password@host:5432/database"
        )
        raise ConfigurationError(message) from None


def describe_place(dsn: str) -> str:
    """Name host and database of a DSN for people, never user or password."""
    parts = parse_dsn(dsn)
    database = parts.get("dbname") or parts.get("user") or "(default)"
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"`{database}` at {host}{port}"


def connect(dsn: str) -> Link:
    """Open a connection in autocommit mode; raises psycopg's errors."""
    parts = parse_dsn(dsn)
    parts.setdefault("connect_timeout", CONNECT_SECONDS)
    parts.setdefault("application_name", "bookflow")
    link = psycopg.connect(make_conninfo(**parts), autocommit=True, row_factory=dict_row)
    read_json_safely(link)
    return link


def read_json_safely(link: Link) -> None:
    """Let no JSON that others wrote keep the rows beside it from being read."""
    set_json_loads(load_json, link)


class Lender(Protocol):
    """Lends one connection at a time to one thread."""

    def lend(self) -> AbstractContextManager[Link]:
        """Lend a connection that worked when it was last used."""
        ...

    def lend_spare(self) -> AbstractContextManager[Link | None]:
        """Lend a further connection, or None at once where there is none to spare."""
        ...

    def close(self) -> None:
        """Close every connection; nothing is lent afterwards."""
        ...


class SingleLender:
    """One connection, opened when it is first needed, shared by threads in turn.

    Meant for task processes: no threads of its own, nothing opened that is not used.
    """

    def __init__(self, open_link: Callable[[], Link]) -> None:
        """Keep the way to open; open nothing."""
        self._open_link = open_link
        self._link: Link | None = None
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Link]:
        """Lend the connection, opened anew after a lost one."""
        with self._lock:
            if self._link is None or self._link.closed:
                self._link = self._open_link()
            try:
                yield self._link
            finally:
                if self._link.broken:
                    self._link.close()

    @contextmanager
    def lend_spare(self) -> Iterator[Link | None]:
        """Lend nothing: there is but one."""
        yield None

    def close(self) -> None:
        """Close the connection, if there is one."""
        with self._lock:
            if self._link is not None:
                self._link.close()


class PooledLender:
    """A pool for servers: at most `size` connections, opened as they are needed."""

    def __init__(self, dsn: str, size: int) -> None:
        """Prepare the pool; its threads start with the first loan."""
        self._dsn = dsn
        self._size = size
        self._pool: ConnectionPool[Link] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Link]:
        """Lend a connection that answers; waits a few seconds for a free one."""
        # a task process never pools, so it does not pay for this import
        from psycopg_pool import PoolTimeout

        pool = self._ready()
        try:
            link = pool.getconn()
        except PoolTimeout:
            # the pool keeps to itself why it has none; a database that is away tells it here
            connect(self._dsn).close()
            raise
        try:
            yield link
        finally:
            pool.putconn(link)

    @contextmanager
    def lend_spare(self) -> Iterator[Link | None]:
        """Lend what lies idle; where nothing does, the pool grows for the next time."""
        from psycopg_pool import PoolTimeout

        pool = self._ready()
        try:
            link = pool.getconn(timeout=SPARE_WAIT_SECONDS)
        except PoolTimeout:
            yield None
            return
        try:
            yield link
        finally:
            pool.putconn(link)

    def close(self) -> None:
        """Close the pool and its threads."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def _ready(self) -> ConnectionPool[Link]:
        from psycopg_pool import ConnectionPool

        with self._lock:
            if self._pool is None:
                parts = parse_dsn(self._dsn)
                parts.setdefault("connect_timeout", CONNECT_SECONDS)
                parts.setdefault("application_name", "bookflow")
                self._pool = ConnectionPool(
                    make_conninfo(**parts),
                    connection_class=psycopg.Connection[DictRow],
                    kwargs={"autocommit": True, "row_factory": dict_row},
                    min_size=1,
                    max_size=self._size,
                    timeout=POOL_WAIT_SECONDS,
                    configure=read_json_safely,
                    check=ConnectionPool.check_connection,
                    open=True,
                    name="bookflow",
                )
            return self._pool


class Database:
    """Runs statements and transactions, and turns psycopg's errors into ours."""

    def __init__(self, lender: Lender, dsn: str) -> None:
        """Keep the lender; the DSN only serves to name the place in errors."""
        self._lender = lender
        self.place = describe_place(dsn)
        self._password = str(parse_dsn(dsn).get("password") or "")

    @classmethod
    def open(cls, dsn: str, *, pool_size: int = 0) -> Database:
        """Prepare a pool of `pool_size`, or with 0 a single connection; connects on first use."""
        if pool_size:
            return cls(PooledLender(dsn, pool_size), dsn)
        return cls(SingleLender(lambda: connect(dsn)), dsn)

    def close(self) -> None:
        """Close every connection."""
        self._lender.close()

    def spare(self) -> AbstractContextManager[Link | None]:
        """Lend a further connection to work beside the first, if one can be spared."""
        return self._lender.lend_spare()

    def read(self, work: Callable[[Link], T]) -> T:
        """Run single statements; each is its own transaction, so it may be run again."""
        return self._attempt(work)

    def write(self, work: Callable[[Link], T]) -> T:
        """Run one transaction; on a collision or a lost connection it is run again.

        Never again once its commit was under way: it may have succeeded.
        """
        return self._attempt(lambda link: _in_transaction(link, work))

    def _attempt(self, work: Callable[[Link], T]) -> T:
        tries = 0
        while True:
            tries += 1
            try:
                with self._lender.lend() as link:
                    return _watch_link(link, work)
            except _LinkLostError as lost:
                if tries > 1:
                    raise self._unavailable(lost.cause) from lost.cause
            except _COLLISIONS:
                if tries >= TRANSACTION_TRIES:
                    raise
            except _OUTDATED as error:
                raise self._outdated(error) from error
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                raise self._unavailable(error) from error

    def _outdated(self, error: psycopg.Error) -> BookflowError:
        said = error.diag.message_primary or type(error).__name__
        message = (
            f"the bookflow database {self.place} lacks migrations ({said}); "
            "run `bookflow db upgrade`"
        )
        return SchemaOutdatedError(message)

    def _unavailable(self, error: psycopg.Error) -> BookflowError:
        said = " ".join(str(error).split())[:300]
        if self._password:
            said = said.replace(self._password, "***")
        message = (
            f"the bookflow database {self.place} can't be used: {said}; check that PostgreSQL "
            "runs there and that the connection `bookflow_db` is right"
        )
        return DatabaseUnavailableError(message)


class _LinkLostError(Exception):
    """The connection broke before its transaction was to be committed."""

    def __init__(self, cause: psycopg.Error) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _CommitLostError(psycopg.OperationalError):
    """The connection broke during the commit: nobody knows whether it succeeded."""


def _watch_link(link: Link, work: Callable[[Link], T]) -> T:
    try:
        return work(link)
    except _CommitLostError:
        raise
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if link.broken or link.closed:
            raise _LinkLostError(error) from error
        raise


def _in_transaction(link: Link, work: Callable[[Link], T]) -> T:
    is_committing = False
    try:
        with link.transaction():
            result = work(link)
            is_committing = True
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if is_committing and (link.broken or link.closed):
            raise _CommitLostError(str(error)) from error
        raise
    return result
