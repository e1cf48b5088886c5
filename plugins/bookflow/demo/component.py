"""One long-running process of a stack, in a session of its own, with its log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_SECONDS = 15.0
SHOWN_LINES = 25


class Component:
    """A process with all its children; stopped by its own process group, never by name."""

    def __init__(
        self, name: str, command: Sequence[str], log: Path, environ: Mapping[str, str]
    ) -> None:
        """Remember what to run."""
        self.name = name
        self.log = log
        self._command = command
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Give the process id, which is also that of its group and session."""
        if self._process is None:
            raise ConfigurationError(f"{self.name} was not started")
        return self._process.pid

    def start(self) -> None:
        """Start in a session of its own: a signal to it reaches the children as well."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self._environ),
                start_new_session=True,
            )

    def check_alive(self) -> None:
        """Raise `ConfigurationError` with the end of the log when the process has ended."""
        if self._process is not None and self._process.poll() is not None:
            code = self._process.returncode
            raise ConfigurationError(f"{self.name} ended with {code}:\n{tail(self.log)}")

    def kill(self) -> None:
        """End the process and its children at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def ask_to_stop(self) -> None:
        """Ask the process and its children to end."""
        self._signal(signal.SIGTERM)

    def make_sure_stopped(self) -> None:
        """Wait for the end, then end whatever is left of the group."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


def run_once(command: Sequence[str], log: Path, environ: Mapping[str, str], timeout: float) -> None:
    """Run a command to its end; raises `ConfigurationError` with the end of its output."""
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            timeout=timeout,
            check=False,
        )
    if done.returncode:
        shown = " ".join(command[-2:])
        raise ConfigurationError(f"`{shown}` ended with {done.returncode}:\n{tail(log)}")


def tail(log: Path) -> str:
    """Give the last lines of a log."""
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(lines[-SHOWN_LINES:])
