"""The spec files as people who write them see them: by id, with their text, valid or not."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from bookflow.errors import SpecError
from bookflow.spec.authoring.shapes import SpecFile
from bookflow.spec.loading import LoadedWorkflow, show_path
from bookflow.spec.spec_files import Stamp, look_at, rank_of, read_spec_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bookflow.spec.repository import Scan, SpecRepository
    from bookflow.spec.spec_files import FoundFile

# Within one tick of the file system's clock a file can change and keep its stamp.
_UNSETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class _Shelved:
    stamp: Stamp
    is_settled: bool
    outcome: LoadedWorkflow | SpecError
    file: SpecFile


def digest_of(content: bytes) -> str:
    """Give the version of a file with this content."""
    return sha256(content).hexdigest()[:12]


class SpecShelf:
    """Every file of the folder, read again only when it changed. Safe to share between threads."""

    def __init__(
        self, specs: SpecRepository, size_limit: int, *, wall: Callable[[], int] = time.time_ns
    ) -> None:
        """Look through the repository, which does the scanning; nothing is read here."""
        self.root = str(specs.root)
        self._specs = specs
        self._size_limit = size_limit
        self._wall = wall
        self._lock = threading.Lock()
        self._shelved: dict[str, _Shelved] = {}
        self._scan: Scan | None = None
        self._by_id: dict[str, _Shelved] = {}
        self._listing: list[SpecFile] = []
        self._unsettled: set[str] = set()

    def list_all(self, *, max_age: float | None = None) -> list[SpecFile]:
        """Give every file by id, and by path where several claim one id."""
        scan = self._specs.refresh(max_age)
        with self._lock:
            self._take_in(scan)
            return self._listing

    def find(self, workflow_id: str) -> SpecFile | None:
        """Give the file that holds the workflow as it is on disk this moment."""
        with self._lock:
            known = self._by_id.get(workflow_id)
        if known is not None and known.is_settled:
            found = look_at(os.path.join(self.root, known.file.path), self.root)
            if found is not None and found.stamp == known.stamp and not known.file.error:
                return known.file
        return self.find_now(workflow_id)

    def find_now(self, workflow_id: str) -> SpecFile | None:
        """Give the file after a look at all of them."""
        scan = self._specs.refresh(0)
        with self._lock:
            self._take_in(scan)
            known = self._by_id.get(workflow_id)
        return known.file if known else None

    def content_of(self, file: SpecFile) -> bytes:
        """Give the bytes of a file, which its text does not always tell."""
        try:
            with open(os.path.join(self.root, file.path), "rb") as source:
                return source.read()
        except OSError:
            return b""

    def _take_in(self, scan: Scan) -> None:
        last = self._scan
        if last is scan:
            paths: Collection[str] | None = tuple(self._unsettled)
        elif last is not None and scan.number == last.number + 1 and scan.edited is not None:
            paths = scan.edited | self._unsettled
        else:
            paths = None
        if paths is None or not all(self._replace(scan, path) for path in paths):
            self._take_in_all(scan)
        self._scan = scan

    def _replace(self, scan: Scan, path: str) -> bool:
        """Put one file in the place it had before; tell whether that was all there was to do."""
        known = self._shelved.get(path)
        if known is None or known.file.loaded is None:
            return False
        name = known.file.workflow_id
        outcome = scan.workflows.get(name)
        if outcome is None or str(outcome.path) != path or self._by_id.get(name) is not known:
            return False
        item = self._shelve(path, outcome)
        if item is None:
            return False
        if item is known:
            return True
        self._shelved[path] = self._by_id[name] = item
        # the list that was given out stays as it was
        self._listing = list(self._listing)
        self._listing[bisect_left(self._listing, _place_of(item.file), key=_place_of)] = item.file
        if item.is_settled:
            self._unsettled.discard(path)
        else:
            self._unsettled.add(path)
        return True

    def _take_in_all(self, scan: Scan) -> None:
        outcomes: dict[str, LoadedWorkflow | SpecError] = {
            str(loaded.path): loaded for loaded in scan.workflows.values()
        }
        outcomes.update((str(path), error) for path, error in scan.errors.items())
        shelved = {}
        for path, outcome in outcomes.items():
            item = self._shelve(path, outcome)
            if item is not None:
                shelved[path] = item
        by_id: dict[str, list[_Shelved]] = {}
        for item in shelved.values():
            by_id.setdefault(item.file.workflow_id, []).append(item)
        self._shelved = shelved
        self._unsettled = {path for path, item in shelved.items() if not item.is_settled}
        self._by_id = {
            name: items[0] if len(items) == 1 else min(items, key=self._claim)
            for name, items in by_id.items()
        }
        self._listing = sorted((item.file for item in shelved.values()), key=_place_of)

    def _claim(self, item: _Shelved) -> tuple[bool, int, str]:
        file = item.file
        path = os.path.join(self.root, file.path)
        return file.error is not None, rank_of(path, self.root, file.workflow_id), file.path

    def _shelve(self, path: str, outcome: LoadedWorkflow | SpecError) -> _Shelved | None:
        known = self._shelved.get(path)
        is_known = known is not None and known.outcome is outcome and known.is_settled
        if is_known and known is not None and self._specs.stamp_of(path) == known.stamp:
            # of thousands of files few changed: this one was looked at a moment ago
            return known
        before = self._wall()
        found = look_at(path, self.root)
        if found is None:
            return None
        is_same = known is not None and known.outcome is outcome and known.stamp == found.stamp
        if is_same and known is not None and known.is_settled:
            return known
        is_settled = before - max(found.stamp[:2]) > _UNSETTLED_NS
        return _Shelved(found.stamp, is_settled, outcome, self._read(found, outcome))

    def _read(self, found: FoundFile, outcome: LoadedWorkflow | SpecError) -> SpecFile:
        try:
            content = read_spec_file(found, self._size_limit)
        except SpecError:
            content = b""
        path = os.path.relpath(found.path, self.root).replace(os.sep, "/")
        loaded, error = None, None
        if isinstance(outcome, SpecError):
            error = self.localize(outcome, path)
        else:
            loaded = outcome
        file = SpecFile(
            workflow_id=loaded.workflow.id if loaded else "",
            path=path,
            text=content.decode("utf-8", "replace"),
            version=digest_of(content),
            loaded=loaded,
            error=error,
            modified_at=datetime.fromtimestamp(found.stamp[0] / 1e9, UTC),
        )
        if loaded is None:
            file = replace(file, workflow_id=_say_id(file))
        return file

    def localize(self, error: SpecError, path: str) -> SpecError:
        """Take this machine's paths out of an error."""
        prefix = show_path(self.root).rstrip("/") + "/"
        return SpecError(
            [
                replace(issue, file=path, message=issue.message.replace(prefix, ""))
                for issue in error.issues
            ]
        )


def _place_of(file: SpecFile) -> tuple[str, str]:
    return file.workflow_id, file.path


def _say_id(file: SpecFile) -> str:
    said = file.data.get("id") if file.data else None
    stem = file.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return said if isinstance(said, str) and 0 < len(said) <= 64 else stem
