"""Making sure that a stack has its directory and its port to itself."""

from __future__ import annotations

import fcntl
import os
import socket
from typing import IO, TYPE_CHECKING

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = "127.0.0.1"
CALL_SECONDS = 1.0


class DirectoryLock:
    """Held while a stack uses its directory; the system lets go of it when the process ends."""

    def __init__(self, directory: Path) -> None:
        """Remember where; nothing is held until `take`."""
        self._directory = directory
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock; raises `ConfigurationError` naming the process that has it."""
        self._directory.mkdir(parents=True, exist_ok=True)
        file = (self._directory / "stack.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            message = (
                f"{self._directory} is in use by the process {holder}; stop that one first, or "
                "start this one with another --directory and --port"
            )
            raise ConfigurationError(message) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    @property
    def is_held(self) -> bool:
        """Tell whether this process has it."""
        return self._file is not None

    def release(self) -> None:
        """Let go; twice does no harm."""
        if self._file is not None:
            self._file.close()
            self._file = None


def check_port_free(port: int) -> None:
    """Raise `ConfigurationError` when somebody listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        # as servers do: a connection that has just ended must not count as taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise _unusable(port, error.strerror or str(error)) from None
    with socket.socket() as caller:
        # some systems let two servers share a port when one of them listens on all addresses
        caller.settimeout(CALL_SECONDS)
        if caller.connect_ex((LOOPBACK, port)) == 0:
            raise _unusable(port, "somebody answers there")


def _unusable(port: int, why: str) -> ConfigurationError:
    other = port + 1 if 1024 <= port < 65535 else 8081
    return ConfigurationError(
        f"port {port} on {LOOPBACK} is taken or can't be used ({why}); choose another: "
        f"make demo PORT={other}"
    )
