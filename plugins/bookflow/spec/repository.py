"""The workflows as the spec files say now: scanned in steps, indexed, or found one by one."""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, SpecError
from bookflow.spec.loading import SIZE_LIMIT, LoadedWorkflow, load_workflow
from bookflow.spec.spec_files import (
    SUFFIXES,
    FoundFile,
    Stamp,
    is_settled,
    look_at,
    read_spec_file,
    walk_specs,
)
from bookflow.spec.spec_index import WorkflowIndex, find_swaps, settle_claims
from bookflow.spec.workflow_finding import find_workflow
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bookflow.spec.change_hearing import ChangeHearing
    from bookflow.spec.spec_index import Edit
    from bookflow.spec.vocabulary import Vocabulary

_ESCAPE = re.compile(rb"\\[xuU\r\n]")

_SLOW_SCAN = 0.01
"""Seconds from which a scan is too long to wait for."""
_MOST_BEHIND = 2.0

_Outcome = LoadedWorkflow | SpecError
_Known = tuple[Stamp, bool, _Outcome]


@dataclass(frozen=True, slots=True)
class Scan:
    """All that lies in the folder: valid workflows by id, and what is wrong elsewhere.

    Scans are numbered. `edited` are the files that differ from the scan before, where those were
    valid workflows and are the same ones with other content; None where more may differ.
    """

    workflows: dict[str, LoadedWorkflow]
    errors: dict[Path, SpecError]
    number: int = 0
    edited: frozenset[str] | None = None


class SpecRepository:
    """The spec files under a folder. Safe to share between threads; reads nothing when made.

    `clock` is monotonic and counts seconds, `wall` is the time of files, in ns. One that `listens`
    looks only at files the kernel says have changed, where that can be relied on; `look_at_all`
    is the net, to be called now and then, and it is to be closed.
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
        listens: bool = False,
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
        self._hearing = _open_hearing(self._root, clock) if listens else None
        self._edits: dict[str, Edit] = {}
        self._unsettled: set[str] = set()
        self._known: dict[str, _Known] = {}
        self._scan: Scan | None = None
        self._index = WorkflowIndex({})
        self._scanned_at = 0.0
        self._is_slow = False
        self._is_scanning_beside = threading.Lock()

    def scan(self) -> Scan:
        """Look at every file now that may have changed; only those that did are read again."""
        with self._lock:
            heard = self._hearing.take_changed() if self._hearing else None
            return self._take_in(heard)

    def look_at_all(self) -> Scan:
        """Look at every file now, whatever was heard."""
        with self._lock:
            return self._take_in(None)

    def close(self) -> None:
        """Stop listening."""
        with self._lock:
            if self._hearing is not None:
                self._hearing.close()

    def _take_in(self, heard: frozenset[str] | None) -> Scan:
        started = self._clock()
        if heard is None:
            self._update_known()
        else:
            self._update_heard(heard)
        scan = self._scan
        if self._edits or scan is None:
            scan = self._scan = self._settle(scan)
        self._is_slow = self._clock() - started > _SLOW_SCAN
        self._scanned_at = started
        return scan

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

        def may_be(file: FoundFile) -> bool:
            return self._may_be(file, workflow_id)

        with self._lock:
            return find_workflow(self._root, workflow_id, load=self._load, may_be=may_be)

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
            self._note(file.path, known, outcome)
        has_settled = is_settled(file, before)
        if has_settled:
            self._unsettled.discard(file.path)
        else:
            self._unsettled.add(file.path)
        self._known[file.path] = (file.stamp, has_settled, outcome)
        return outcome

    def _note(self, path: str, known: _Known | None, outcome: _Outcome | None) -> None:
        before = known[2] if known else None
        self._edits[path] = (self._edits.get(path, (before, None))[0], outcome)

    def _forget(self, path: str) -> None:
        self._note(path, self._known.pop(path), None)
        self._unsettled.discard(path)

    def _update_known(self) -> None:
        """Look at every file, and read what changed."""
        if self._hearing is not None:
            self._hearing.begin_look()
        known = self._known
        present = set()
        has_links = False
        for file in walk_specs(self._root):
            path = file.path
            present.add(path)
            has_links = has_links or file.is_link
            entry = known.get(path)
            if entry is None or entry[0] != file.stamp or not entry[1]:
                self._load(file)
        for path in known.keys() - present:
            self._forget(path)
        if self._hearing is not None:
            self._hearing.end_look(has_links=has_links)

    def _update_heard(self, heard: frozenset[str]) -> None:
        """Look at the files that may have changed, and read those that did."""
        for path in heard | self._unsettled:
            name = os.path.basename(path)
            if name.startswith(".") or not name.endswith(SUFFIXES):
                continue
            file = look_at(path, self._root)
            entry = self._known.get(path)
            if file is None:
                if entry is not None:
                    self._forget(path)
            elif entry is None or entry[0] != file.stamp or not entry[1]:
                self._load(file)

    def _settle(self, last: Scan | None) -> Scan:
        edits, self._edits = self._edits, {}
        swaps = [] if last is None else find_swaps(last.workflows, edits.values())
        if last is not None and swaps is not None:
            self._index = self._index.with_swapped(swaps)
            workflows = {**last.workflows, **{new.workflow.id: new for _, new in swaps}}
            return Scan(workflows, last.errors, last.number + 1, frozenset(edits))
        errors: dict[Path, SpecError] = {}
        valid = []
        for path, (_, _, outcome) in sorted(self._known.items()):
            if isinstance(outcome, SpecError):
                errors[Path(path)] = outcome
            else:
                valid.append(outcome)
        settled = settle_claims(valid, self._root)
        self._index = WorkflowIndex(settled.workflows)
        number = 0 if last is None else last.number + 1
        return Scan(settled.workflows, {**errors, **settled.errors}, number)


def _open_hearing(root: str, clock: Callable[[], float]) -> ChangeHearing:
    # only servers listen, and task processes start faster without it
    from bookflow.spec.change_hearing import ChangeHearing

    return ChangeHearing(root, clock=clock)


def read_workflow(file: FoundFile, vocabulary: Vocabulary, size_limit: int) -> LoadedWorkflow:
    """Read and check one spec file; raises `SpecError`."""
    content = read_spec_file(file, size_limit)
    return load_workflow(content, file=file.path, vocabulary=vocabulary, size_limit=size_limit)


def _is_same(old: _Outcome, new: _Outcome) -> bool:
    if isinstance(old, SpecError):
        return isinstance(new, SpecError) and old.issues == new.issues
    return isinstance(new, LoadedWorkflow) and old.version == new.version
