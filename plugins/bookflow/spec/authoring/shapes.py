"""What people who write workflows hand in and get back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bookflow.errors import SpecError
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.errors import SpecIssue
    from bookflow.spec.loading import LoadedWorkflow


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: the Airflow user. Both texts may be hostile; commits clean them."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class SpecFile:
    """One file as it lies there, valid or not; `path` is relative to the folder of specs."""

    workflow_id: str
    path: str
    text: str
    version: str
    loaded: LoadedWorkflow | None
    error: SpecError | None
    modified_at: datetime

    @cached_property
    def data(self) -> dict[str, Any] | None:
        """What the file says as plain data, None where it is no YAML mapping; not to be changed.

        Read when it is first asked for: lists of thousands of files need not parse them again.
        """
        try:
            return read_yaml(self.text, file=self.path, size_limit=len(self.text) * 4 + 4).data
        except SpecError:
            return None

    @property
    def errors(self) -> tuple[SpecIssue, ...]:
        """Everything wrong with the file; paths in it are relative to the folder."""
        return self.error.issues if self.error else ()

    @property
    def warnings(self) -> tuple[SpecIssue, ...]:
        """What is legal but probably not meant; paths in it are relative to the folder."""
        found = self.loaded.warnings if self.loaded else ()
        return tuple(replace(issue, file=self.path) for issue in found)


@dataclass(frozen=True, slots=True)
class Saved:
    """A change that was made, or with `dry_run` would be; `is_saved` is False then.

    It is False as well where there was nothing to change. `commit` is None for plain files.
    """

    before: SpecFile | None
    after: SpecFile | None
    commit: str | None
    diff: str
    is_saved: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a workflow's file in history; `version` is "" where the file was deleted."""

    commit: str
    version: str
    author: str
    at: datetime
    message: str
    is_current: bool
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """A workflow that is gone: who deleted it in which commit, and the last one that had it."""

    workflow_id: str
    name: str | None
    author: str
    at: datetime
    commit: str
    last_commit: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write (`after` None: to remove), and how to tell people about it.

    `before` is what the file held when the change was made from it, None if there was no file.
    """

    workflow_id: str
    path: str
    before: bytes | None
    after: bytes | None
    author: Author
    message: str
