"""Running the git binary for one folder, deaf to variables that would lead it elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess  # lists of arguments only
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import AuthoringError, AuthoringUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

LOCAL_SECONDS = 30.0
# What operators set so that git reaches a remote or trusts a folder; all other GIT_* is dropped.
_KEPT = (
    "GIT_SSH", "GIT_ASKPASS", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_", "GIT_ALLOW_PROTOCOL",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_EXEC_PATH",
)  # fmt: skip
# No hook of the repository runs, nothing waits for a person, nobody is asked for a passphrase.
_ALWAYS = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false",
    "-c", "i18n.commitEncoding=UTF-8", "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "log.showSignature=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said; `code` is 0 where it did what it was asked."""

    code: int
    output: bytes
    complaint: str

    @property
    def text(self) -> str:
        """The output without the last line break."""
        return self.output.decode("utf-8", "replace").rstrip("\n")


class GitError(AuthoringError):
    """Git refused; the text is its own, with what it was asked."""


class Git:
    """Git in one folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Work in a folder; `environ` is the server's, of which only some is passed on."""
        self.folder = folder
        self._binary = shutil.which("git", path=environ.get("PATH"))
        self._environ = _clean(environ)

    @property
    def is_there(self) -> bool:
        """Tell whether the machine has git."""
        return self._binary is not None

    def ask(
        self,
        *arguments: str,
        content: bytes = b"",
        more: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer:
        """Run a command and give its answer, whatever it is; raises where it takes too long."""
        with self.start(*arguments, more=more) as process:
            try:
                output, complaint = process.communicate(content, timeout=seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                raise AuthoringUnavailableError(
                    f"`git {arguments[0]}` did not end within {seconds:g} s; see whether the disk "
                    "or the remote hangs, then try again"
                ) from None
        return Answer(process.returncode, output, complaint.decode("utf-8", "replace").strip())

    def tell(
        self, *arguments: str, content: bytes = b"", more: Mapping[str, str] | None = None
    ) -> str:
        """Run a command that must succeed and give its output."""
        answer = self.ask(*arguments, content=content, more=more)
        if answer.code:
            raise explain(arguments[0], answer.complaint)
        return answer.text

    def start(
        self, *arguments: str, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command that is fed step by step."""
        return subprocess.Popen(  # noqa: S603 - no shell, our own arguments
            [self._binary or "git", *_ALWAYS, *arguments],
            cwd=self.folder,
            env={**self._environ, **(more or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


class ObjectReader:
    """Reads objects of the repository by name, all from one process."""

    def __init__(self, git: Git) -> None:
        """Start the process."""
        self._process = git.start("cat-file", "--batch")

    def __enter__(self) -> ObjectReader:
        """Read within a `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.communicate()

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Give id and content of an object such as `HEAD` or `<commit>:<path>`."""
        reader, writer = self._process.stdout, self._process.stdin
        if reader is None or writer is None or "\n" in name:
            return None
        writer.write(name.encode() + b"\n")
        writer.flush()
        parts = reader.readline().split()
        if len(parts) != 3 or not parts[2].isdigit():
            return None
        content = reader.read(int(parts[2]))
        reader.read(1)
        return parts[0].decode(), content


def explain(command: str, complaint: str) -> AuthoringError:
    """Say what to do about a refusal of git."""
    shown = complaint.splitlines()[0][:300] if complaint else "it gave no reason"
    if "dubious ownership" in complaint:
        advice = (
            "git does not trust the folder because another user owns it; run `git config --global "
            "--add safe.directory <the folder>` as the API server's user, or change the owner"
        )
    elif "index.lock" in complaint:
        advice = (
            "another git command works in the folder, or one crashed there; if none runs, remove "
            "`index.lock` from the git directory"
        )
    elif "ermission denied" in complaint or "ead-only" in complaint:
        advice = "the API server may not write to the git directory; give its user the right to"
    elif "No space left" in complaint:
        advice = "the disk is full; free some space"
    else:
        advice = "run `git status` and `git fsck` in the folder of specs"
    return GitError(f"`git {command}` refused ({shown}); {advice}")


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "GIT_OPTIONAL_LOCKS": "0"}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started, such as ssh."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
    process.communicate()
