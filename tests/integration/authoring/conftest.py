"""Git repositories of specs, made anew for every test, deaf to the machine's own git settings."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.settings import Settings
from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.authoring.shapes import Author
from bookflow.spec.repository import SpecRepository

ADA = Author("Ada Sample", "ada@example.com")
ENVIRON = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Hand",
    "GIT_AUTHOR_EMAIL": "hand@example.com",
    "GIT_COMMITTER_NAME": "Hand",
    "GIT_COMMITTER_EMAIL": "hand@example.com",
}


@dataclass(frozen=True)
class Repository:
    """A work tree with a folder of specs in it."""

    top: Path
    specs: Path

    def git(self, *arguments: str, content: str = "") -> str:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - whichever git there is
            input=content.encode(),
            cwd=self.top,
            env=ENVIRON,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout.decode().rstrip("\n")

    def commit_all(self, message: str = "by hand") -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str) -> Path:
        path = self.specs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def status(self) -> str:
        return self.git("status", "--porcelain")

    def log(self, what: str = "%s") -> list[str]:
        return self.git("log", f"--format={what}").split("\n")


def make_spec(workflow_id: str = "welcome", **changes: Any) -> dict[str, Any]:
    return {
        "id": workflow_id,
        "organizer": "olive@example.org",
        "name": f"Name of {workflow_id}",
        "trigger": "booking_created",
        "actions": [
            {"name": "hello", "type": "send_sms", "recipient": "invitee", "message": "Hello"}
        ],
        **changes,
    }


WELCOME = """\
# Says hello.
id: welcome
organizer: olive@example.org
name: Welcome   # shown in lists
trigger: booking_created

actions:
  # the first message
  - name: hello
    type: send_sms
    recipient: invitee
    message: Hello {{ invitee_name }}
"""


def open_desk(
    specs: Path, *, environ: Mapping[str, str] | None = None, **options: Any
) -> AuthoringDesk:
    """Open a desk as one more API server would."""
    known = {key: value for key, value in options.items() if key != "step"}
    settings = Settings(specs_dir=specs, **known)
    domain = BookingDomain(settings)
    seconds = itertools.count()
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).timestamp()
    extra = {"step": options["step"]} if "step" in options else {}
    return AuthoringDesk(
        SpecRepository(specs, domain.vocabulary),
        domain.vocabulary,
        settings=settings,
        now=lambda: datetime.fromtimestamp(moment + next(seconds), UTC),
        environ=ENVIRON if environ is None else environ,
        **extra,
    )


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Repository]:
    """Make a work tree; the specs lie in a folder of it, or at its top."""

    def make(name: str = "work", folder: str = "flows/specs") -> Repository:
        top = tmp_path / name
        specs = top / folder if folder else top
        specs.mkdir(parents=True)
        made = Repository(top, specs)
        made.git("init", "-q", "-b", "main")
        return made

    return make


@pytest.fixture
def repository(make_repository: Callable[..., Repository]) -> Repository:
    """A repository with one spec and a file that is no spec."""
    made = make_repository()
    made.write("welcome.yaml", WELCOME)
    (made.top / "README").write_text("read me\n")
    made.commit_all("begin")
    return made


@pytest.fixture
def desk(repository: Repository) -> AuthoringDesk:
    return open_desk(repository.specs)
