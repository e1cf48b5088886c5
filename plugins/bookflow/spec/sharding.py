"""Which spec belongs to which shard, and where the files of shards lie.

A shard is a DAG file of some 50 workflows: few enough to be parsed anew whenever one of them
changes, and files few enough for Airflow, which looks at each every second.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError, SpecIssue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

PER_SHARD = 50
MOST_PER_SHARD = 64
FEWEST_PER_SHARD = 12
MOST_SHARDS = 512
"""Beyond that shards grow instead; tasks find any of them without knowing how many there are."""

FORMAT = 1
_DAG_FILE = '''\
"""Airflow DAGs of the workflows in shard {number}; made by bookflow, changes to it are lost."""

from bookflow.dagrun.factory import {function}

for dag in {function}({number}):
    globals()[dag.dag_id] = dag
'''
_ERROR_FILE = '''\
"""Shows what is wrong with specs of shard {number} among Airflow's import errors; has no DAG."""

from bookflow.dagrun.factory import check_shard

check_shard({number})
'''


def shard_of(path: str, count: int) -> int:
    """Give the shard of a spec by its path below the folder of specs."""
    digest = blake2b(os.fsencode(path), digest_size=4).digest()
    return int.from_bytes(digest, "big") % count


def choose_count(specs: int, now: int) -> int:
    """Give the number of shards, a power of two that stays where it is as long as it fits.

    >>> [choose_count(specs, 1) for specs in (0, 64, 65, 10_000)]
    [1, 1, 2, 256]
    >>> choose_count(24, 2), choose_count(23, 2)
    (2, 1)
    """
    if FEWEST_PER_SHARD * now <= specs <= MOST_PER_SHARD * now:
        return now
    count = 1
    while count < MOST_SHARDS and specs > PER_SHARD * count:
        count *= 2
    # one shard takes a few more before there are two
    return 1 if specs <= MOST_PER_SHARD else count


def name_of_shard(number: int) -> str:
    """Give the name of a shard's DAG file."""
    return f"bookflow_shard_{number:03}.py"


def name_of_errors(number: int) -> str:
    """Give the name of the file that shows a shard's errors."""
    return f"bookflow_errors_{number:03}.py"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a shard's DAG file builds: spec files below the folder by path, and the errors."""

    specs: Mapping[str, str]
    """Ids of active workflows, by path below the folder."""
    issues: tuple[SpecIssue, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write it for a file."""
        return {
            "format": FORMAT,
            "specs": dict(self.specs),
            "issues": [issue_to_list(issue) for issue in self.issues],
        }

    @classmethod
    def from_json(cls, data: Any) -> Manifest:
        """Read it; raises what reading something else raises."""
        if data["format"] != FORMAT:
            raise ValueError("written by another version")
        specs = {str(path): str(workflow_id) for path, workflow_id in data["specs"].items()}
        return cls(specs, tuple(issue_from_list(issue) for issue in data["issues"]))


@dataclass(frozen=True, slots=True)
class ShardFolder:
    """Where the files of the shards of one folder of specs lie."""

    root: Path

    @classmethod
    def of(cls, home: Path, specs: Path) -> ShardFolder:
        """Give the place for a folder of specs, which others than it may share `home` with.

        A link counts by its own name: it may be turned to another folder at any time.
        """
        key = blake2b(os.fsencode(os.path.abspath(specs)), digest_size=6).hexdigest()
        return cls(home.expanduser() / "shards" / key)

    @property
    def dags(self) -> Path:
        """Give the folder of the DAG files that the dag-processor parses."""
        return self.root / "dags"

    @property
    def for_tasks(self) -> Path:
        """Give the folder of all DAG files there may ever be: tasks know them by name only."""
        return self.root / f"for_tasks_{FORMAT}"

    @property
    def index(self) -> Path:
        """Give the file that says what is known of each spec."""
        return self.root / "index.json"

    def manifest(self, number: int) -> Path:
        """Give the file that says what a shard holds."""
        return self.root / "manifests" / f"{number:03}.json"

    def read_manifest(self, number: int) -> Manifest | None:
        """Read what a shard holds; None where there is no such shard.

        Raises ConfigurationError if the file can't be read as one.
        """
        path = self.manifest(number)
        try:
            return Manifest.from_json(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{path} can't be read ({error}); the dag-processor writes it anew within "
                "seconds, or delete it"
            ) from error

    def note_reading(self, number: int) -> None:
        """Leave word that a parse of a shard begins to read it now."""
        note = self._note(number)
        try:
            note.parent.mkdir(exist_ok=True)
            note.touch()
        except OSError as error:
            # without it the shard is parsed a few times more
            log.warning("bookflow: %s can't be written: %s", note, error.strerror)

    def read_at(self, number: int) -> float:
        """Give when a parse last began to read a shard, in Unix time; 0 if never."""
        try:
            return self._note(number).stat().st_mtime
        except OSError:
            return 0.0

    def _note(self, number: int) -> Path:
        return self.root / "readings" / f"{number:03}"

    def write_for_tasks(self) -> Path:
        """Write, once, every DAG file that a task may be asked to run from."""
        folder = self.for_tasks
        if folder.is_dir():
            return folder
        self.root.mkdir(parents=True, exist_ok=True)
        made = self.root / f".for_tasks-{os.getpid()}-{time.monotonic_ns()}"
        made.mkdir()
        for number in range(MOST_SHARDS):
            text = _DAG_FILE.format(number=number, function="build_for_task")
            (made / name_of_shard(number)).write_text(text)
        try:
            made.rename(folder)
        except OSError:
            # another process was faster
            for file in made.iterdir():
                file.unlink()
            made.rmdir()
            if not folder.is_dir():
                raise
        return folder


def text_of_shard(number: int) -> str:
    """Give the DAG file of a shard; nothing of any spec stands in it."""
    return _DAG_FILE.format(number=number, function="build_shard")


def text_of_errors(number: int) -> str:
    """Give the file that shows a shard's errors."""
    return _ERROR_FILE.format(number=number)


def issue_to_list(issue: SpecIssue) -> list[Any]:
    """Write an issue for a file."""
    return [
        issue.file,
        issue.line,
        issue.column,
        issue.key,
        issue.message,
        issue.suggestion,
        issue.code,
    ]


def issue_from_list(data: Any) -> SpecIssue:
    """Read an issue; raises what reading something else raises."""
    file, line, column, key, message, suggestion, code = data
    return SpecIssue(file, line, column, key, message, suggestion, code)


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: others see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # unlike any spec or DAG file, should it be left behind
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    os.replace(draft, path)
