"""The workflows as the spec files say now: scanned in steps, indexed, or found one by one."""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, NotFoundError, SpecError
from bookflow.spec.loading import SIZE_LIMIT, LoadedWorkflow, load_workflow, show_path
from bookflow.spec.spec_files import (
    SUFFIXES,
    FoundFile,
    Stamp,
    is_settled,
    look_at,
    read_spec_file,
    walk_folders,
    walk_specs,
)
from bookflow.spec.spec_index import WorkflowIndex, settle_claims
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bookflow.spec.vocabulary import Vocabulary

_ID = re.compile(r"[a-z0-9-]{1,64}")
_ESCAPE = re.compile(rb"\\[xuU\r\n]")

_SLOW_SCAN = 0.01
"""Seconds from which a scan is too long to wait for."""
_MOST_BEHIND = 2.0

_Outcome = LoadedWorkflow | SpecError


@dataclass(frozen=True, slots=True)
class Scan:
    """All that lies in the folder: valid workflows by id, and what is wrong elsewhere."""

    workflows: dict[str, LoadedWorkflow]
    errors: dict[Path, SpecError]


class SpecRepository:
    """The spec files under a folder. Safe to share between threads; reads nothing when made.

    `clock` is monotonic and counts seconds, `wall` is the time of files, in ns.
    """

    def __init__(
        self,
        root: Path,
        vocabulary: Vocabulary,
        size_limit: int = SIZE_LIMIT,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], int] = time.time_ns,
        max_age: float = 1.0,
    ) -> None:
        """Remember the folder; `max_age` is how many seconds answers may be behind the files."""
        self.root = Path(root)
        self._root = str(self.root)
        self._vocabulary = vocabulary
        self._size_limit = size_limit
        self._clock = clock
        self._wall = wall
        self._max_age = max_age
        self._lock = threading.RLock()
        self._has_news = False
        self._known: dict[str, tuple[Stamp, bool, _Outcome]] = {}
        self._scan: Scan | None = None
        self._index = WorkflowIndex({})
        self._scanned_at = 0.0
        self._is_slow = False
        self._is_scanning_beside = threading.Lock()

    def scan(self) -> Scan:
        """Look at every file now; only those that changed are read again."""
        with self._lock:
            started = self._clock()
            changed = self._update_known()
            if changed or self._scan is None:
                self._scan = self._settle()
                self._index = WorkflowIndex(self._scan.workflows)
            self._is_slow = self._clock() - started > _SLOW_SCAN
            self._scanned_at = started
            return self._scan

    def refresh(self, max_age: float | None = None) -> Scan:
        """Give the last scan if it is fresh enough (seconds), else scan again.

        While another thread scans, the last scan is answered instead of waiting for it. Where a
        scan takes long, a thread of its own does it as long as answers come often: they may be
        two seconds older then. With a `max_age` of 0 what was on disk before is always seen.
        """
        limit = self._max_age if max_age is None else max_age
        last = self._scan
        if last is not None and limit > 0:
            age = self._clock() - self._scanned_at
            if age < limit:
                return last
            if not self._lock.acquire(blocking=False):
                return last
            if self._is_slow and age < limit + _MOST_BEHIND:
                self._lock.release()
                self._scan_beside()
                return last
        else:
            self._lock.acquire()
        try:
            fresh = self._scan is not None and self._clock() - self._scanned_at < limit
            return self._scan if fresh and self._scan is not None else self.scan()
        finally:
            self._lock.release()

    def _scan_beside(self) -> None:
        """Scan in a thread, one at a time: thousands of files take longer than an answer may."""
        if not self._is_scanning_beside.acquire(blocking=False):
            return

        def scan() -> None:
            try:
                self.scan()
            except ConfigurationError:
                # whoever asks when the last scan is too old is told
                pass
            finally:
                self._is_scanning_beside.release()

        threading.Thread(target=scan, name="bookflow-specs", daemon=True).start()

    def get(self, workflow_id: str) -> LoadedWorkflow | None:
        """Give a valid workflow, active or not."""
        return self.refresh().workflows.get(workflow_id)

    def all(self) -> tuple[LoadedWorkflow, ...]:
        """Give every valid workflow, by id."""
        return tuple(self.refresh().workflows.values())

    def matching(self, trigger: str, category: str | None) -> Iterator[LoadedWorkflow]:
        """Give the active workflows for a trigger and an event type, by id."""
        self.refresh()
        return self._index.matching(trigger, category)

    def stamp_of(self, path: str) -> Stamp | None:
        """Give the stamp that a file had when it was looked at last; None for an unknown one."""
        known = self._known.get(path)
        return known[0] if known else None

    def find(self, workflow_id: str) -> LoadedWorkflow:
        """Give one workflow, reading as few files as can be: just one if it is named by its id.

        The winner is the one `scan` would give, except that a clash of names with another
        workflow of the organizer shows in scans only. Raises `NotFoundError`, or `SpecError` if
        the file named by the id is invalid or two files claim the id.
        """
        if not isinstance(workflow_id, str) or not _ID.fullmatch(workflow_id):
            raise NotFoundError(f"there is no workflow {show_path(str(workflow_id)[:80])!r}")
        with self._lock:
            return self._find(workflow_id)

    def _find(self, workflow_id: str) -> LoadedWorkflow:
        failures: list[SpecError] = []
        for suffix in SUFFIXES:
            found = self._claimants([self._root], (suffix,), workflow_id, failures)
            if found:
                return found[0]
        found = self._claimants(walk_folders(self._root), SUFFIXES, workflow_id, failures)
        if not found:
            mentioned = (file for file in walk_specs(self._root) if self._may_be(file, workflow_id))
            found = self._valid(mentioned, workflow_id, [])
        if len(found) == 1:
            return found[0]
        if found:
            outcome = settle_claims(found, self._root)
            raise outcome.errors[found[0].path]
        if failures:
            raise failures[0]
        raise NotFoundError(
            f"there is no workflow `{workflow_id}` in {show_path(self._root)}; "
            "`bookflow validate` lists what is there"
        )

    def _claimants(
        self,
        folders: Iterable[str],
        suffixes: tuple[str, ...],
        workflow_id: str,
        failures: list[SpecError],
    ) -> list[LoadedWorkflow]:
        """Load the files named by the id in some folders."""
        paths = (
            os.path.join(folder, workflow_id + suffix) for folder in folders for suffix in suffixes
        )
        files = (found for path in paths if (found := look_at(path, self._root)) is not None)
        return self._valid(files, workflow_id, failures)

    def _valid(
        self, files: Iterable[FoundFile], workflow_id: str, failures: list[SpecError]
    ) -> list[LoadedWorkflow]:
        """Load files and keep those with the id; what is wrong with others goes to `failures`."""
        found = []
        for file in sorted(files):
            outcome = self._load(file)
            if isinstance(outcome, SpecError):
                failures.append(outcome)
            elif outcome.workflow.id == workflow_id:
                found.append(outcome)
        return found

    def _may_be(self, file: FoundFile, workflow_id: str) -> bool:
        """Tell cheaply whether a file says this id, without checking all else in it."""
        known = self._known.get(file.path)
        if known is not None and known[0] == file.stamp and known[1]:
            return isinstance(known[2], LoadedWorkflow) and known[2].workflow.id == workflow_id
        try:
            content = read_spec_file(file, self._size_limit)
            # Ids are ASCII without any escaping, unless someone writes them as escapes.
            if workflow_id.encode() not in content and not _ESCAPE.search(content):
                return False
            said = read_yaml(content, file="", size_limit=self._size_limit).data.get("id")
        except SpecError:
            return False
        return said == workflow_id

    def _load(self, file: FoundFile) -> _Outcome:
        known = self._known.get(file.path)
        if known is not None and known[0] == file.stamp and known[1]:
            return known[2]
        before = self._wall()
        outcome: _Outcome
        try:
            outcome = read_workflow(file, self._vocabulary, self._size_limit)
        except SpecError as error:
            outcome = error
        if known is not None and _is_same(known[2], outcome):
            outcome = known[2]
        else:
            self._has_news = True
        self._known[file.path] = (file.stamp, is_settled(file, before), outcome)
        return outcome

    def _update_known(self) -> bool:
        """Read what changed; tell whether anything is new since the last scan."""
        known = self._known
        present = set()
        for file in walk_specs(self._root):
            path = file.path
            present.add(path)
            entry = known.get(path)
            if entry is None or entry[0] != file.stamp or not entry[1]:
                self._load(file)
        gone = known.keys() - present
        for path in gone:
            del known[path]
        has_news = self._has_news or bool(gone)
        self._has_news = False
        return has_news

    def _settle(self) -> Scan:
        errors: dict[Path, SpecError] = {}
        valid = []
        for path, (_, _, outcome) in sorted(self._known.items()):
            if isinstance(outcome, SpecError):
                errors[Path(path)] = outcome
            else:
                valid.append(outcome)
        settled = settle_claims(valid, self._root)
        return Scan(settled.workflows, {**errors, **settled.errors})


def read_workflow(file: FoundFile, vocabulary: Vocabulary, size_limit: int) -> LoadedWorkflow:
    """Read and check one spec file; raises `SpecError`."""
    content = read_spec_file(file, size_limit)
    return load_workflow(content, file=file.path, vocabulary=vocabulary, size_limit=size_limit)


def _is_same(old: _Outcome, new: _Outcome) -> bool:
    if isinstance(old, SpecError):
        return isinstance(new, SpecError) and old.issues == new.issues
    return isinstance(new, LoadedWorkflow) and old.version == new.version
