"""Keeping the shards' files as the spec files say: only what changed is read and touched."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, SpecError
from bookflow.spec.folder_watching import FolderWatch
from bookflow.spec.loading import SIZE_LIMIT
from bookflow.spec.repository import read_workflow
from bookflow.spec.shard_index import IndexedSpec, SpecCatalogue, read_catalogue
from bookflow.spec.sharding import (
    Manifest,
    ShardFolder,
    choose_count,
    name_of_errors,
    name_of_shard,
    shard_of,
    text_of_errors,
    text_of_shard,
    write_file,
)
from bookflow.spec.spec_files import FoundFile, is_settled, walk_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from bookflow.errors import SpecIssue
    from bookflow.spec.vocabulary import Vocabulary

log = logging.getLogger(__name__)

_Stat = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did: the shards to be parsed again, and whether DAG files came or went."""

    touched: frozenset[int] = frozenset()
    has_other_files: bool = False


class ShardKeeper:
    """Looks after the shards of a folder of specs; for one thread.

    `maker` tells the code that judges specs: what other code judged is judged again.
    """

    def __init__(
        self,
        specs: Path,
        folder: ShardFolder,
        vocabulary: Vocabulary,
        size_limit: int = SIZE_LIMIT,
        *,
        maker: str = "",
        wall: Callable[[], int] = time.time_ns,
    ) -> None:
        """Remember where; reads nothing."""
        self._root = str(specs)
        self.folder = folder
        self._vocabulary = vocabulary
        self._size_limit = size_limit
        self._maker = maker
        self._wall = wall
        self._catalogue: SpecCatalogue | None = None
        self._losers: dict[str, tuple[SpecIssue, ...]] = {}
        self._manifests: dict[int, Manifest] = {}
        self._files: dict[str, FoundFile] = {}
        self._folders: dict[str, int] = {}
        self._watch = FolderWatch()
        self._has_unsettled = True
        self._own: tuple[_Stat | None, dict[str, _Stat], set[str]] = (None, {}, set())
        self._shown: set[str] | None = None

    def update(self) -> Update:
        """Bring the shards' files up to the specs; raises ConfigurationError if these are gone."""
        # what happens from here on is heard of the next time
        self._watch.has_news()
        folders: dict[str, int] = {}
        files = {file.path: file for file in walk_specs(self._root, folders)}
        self._folders = folders
        self._watch.follow(folders)
        if files == self._files and not self._has_unsettled and self._look_at_own() == self._own:
            return Update()
        with _locked(self.folder.root):
            catalogue = self._open_catalogue()
            edited, has_news = self._read_changed(catalogue, files)
            if not has_news and self._look_at_own() == self._own:
                # a file that may still change was read again
                return Update()
            return self._write(catalogue, edited)

    def has_news_in_folders(self) -> bool:
        """Tell cheaply whether files changed; where `is_hearing` is False, not if written over."""
        if self._watch.has_news():
            return True
        try:
            return any(
                os.stat(folder).st_mtime_ns != then for folder, then in self._folders.items()
            )
        except OSError:
            return True

    @property
    def is_hearing(self) -> bool:
        """Tell whether the kernel reports changes of files."""
        return self._watch.is_hearing

    @property
    def manifests(self) -> dict[int, Manifest]:
        """Give what each shard holds."""
        return self._manifests

    @property
    def wanted(self) -> dict[str, int]:
        """Give the shard that each workflow is to be shown in, by id."""
        specs = self._catalogue.specs if self._catalogue else {}
        found = {}
        for manifest in self._manifests.values():
            for path, workflow_id in manifest.specs.items():
                found[workflow_id] = specs[path].shard
        return found

    def end_moves(self, shards: Collection[int]) -> Update:
        """Take what these shards show out of the shards that held it before."""
        catalogue = self._catalogue
        if catalogue is None:
            return Update()
        moved = [
            spec
            for spec in catalogue.specs.values()
            if spec.former is not None and spec.shard in shards
        ]
        if not moved:
            return Update()
        for spec in moved:
            spec.former = None
        with _locked(self.folder.root):
            return self._write(catalogue, set())

    def touch(self, shards: Collection[int]) -> None:
        """Have shards parsed again."""
        for number in shards:
            _touch(self.folder.dags / name_of_shard(number), text_of_shard(number))

    def _open_catalogue(self) -> SpecCatalogue:
        """Give what is known; read from the file at first, and where another process wrote it."""
        if self._catalogue is None or _stat(self.folder.index) != self._own[0]:
            found = read_catalogue(self.folder.index, self._maker)
            self._manifests = self._read_manifests()
            if found is None:
                # the shards stay as they are as far as they can be told
                count = len(self._manifests)
                found = SpecCatalogue(count if count and not count & (count - 1) else 1)
            self._catalogue = found
            self._losers = found.settle(self._root)
        return self._catalogue

    def _read_manifests(self) -> dict[int, Manifest]:
        found = {}
        for name in _names(self.folder.manifest(0).parent):
            stem = name.removesuffix(".json")
            if not stem.isdecimal():
                continue
            try:
                manifest = self.folder.read_manifest(int(stem))
            except ConfigurationError as error:
                log.warning("bookflow: %s", error)
                # differs from whatever the shard holds
                manifest = Manifest({"": ""})
            if manifest is not None:
                found[int(stem)] = manifest
        return found

    def _read_changed(
        self, catalogue: SpecCatalogue, files: dict[str, FoundFile]
    ) -> tuple[set[int], bool]:
        """Read the files that changed; give the shards of those that say something else."""
        length = len(self._root) + 1
        edited: set[int] = set()
        known_specs = catalogue.specs
        specs: dict[str, IndexedSpec] = {}
        has_news = are_claims_new = False
        for file in files.values():
            path = file.path[length:]
            known = known_specs.get(path)
            if known is not None and known.stamp == file.stamp and known.is_settled:
                specs[path] = known
                continue
            spec = specs[path] = self._read(file, path, known, catalogue.count)
            has_news |= spec != known
            are_claims_new |= known is None or spec.claim != known.claim
            if known is None or not spec.says_the_same(known):
                edited.update(number for number in (spec.shard, spec.former) if number is not None)
        if specs.keys() != known_specs.keys():
            has_news = are_claims_new = True
        catalogue.specs = specs
        has_news |= self._choose_shards(catalogue, known_specs.keys())
        if are_claims_new:
            self._losers = catalogue.settle(self._root)
        self._files = files
        self._has_unsettled = not all(spec.is_settled for spec in specs.values())
        return edited, has_news

    def _read(
        self, file: FoundFile, path: str, known: IndexedSpec | None, count: int
    ) -> IndexedSpec:
        before = self._wall()
        spec = IndexedSpec(file.stamp, shard=shard_of(path, count))
        if known is not None:
            spec.shard, spec.former = known.shard, known.former
        try:
            loaded = read_workflow(file, self._vocabulary, self._size_limit)
        except SpecError as error:
            spec.issues = error.issues
        else:
            workflow = loaded.workflow
            spec.version, spec.is_active = loaded.version, workflow.is_active
            spec.id, spec.organizer, spec.name = workflow.id, workflow.organizer, workflow.name
        spec.is_settled = is_settled(file, before)
        return spec

    @staticmethod
    def _choose_shards(catalogue: SpecCatalogue, shown: Collection[str]) -> bool:
        """Follow the number of specs, one move at a time; tell whether it changed.

        What may be shown already stays in its shard too, until it is shown in the new one.
        """
        count = choose_count(len(catalogue.specs), catalogue.count)
        if count == catalogue.count:
            return False
        if any(spec.former is not None for spec in catalogue.specs.values()):
            return False
        catalogue.count = count
        for path, spec in catalogue.specs.items():
            shard = shard_of(path, count)
            if shard != spec.shard:
                spec.former = spec.shard if path in shown else None
                spec.shard = shard
        return True

    def _write(self, catalogue: SpecCatalogue, edited: Collection[int]) -> Update:
        """Write what differs from what lies there."""
        manifests = catalogue.divide(self._losers)
        known = self._manifests
        on_disk = _names(self.folder.manifest(0).parent)
        touched = set(edited) & manifests.keys()
        for number, manifest in manifests.items():
            before = known.get(number)
            path = self.folder.manifest(number)
            if manifest != before or path.name not in on_disk or self._is_foreign(path):
                write_file(path, _to_bytes(manifest))
            if before is None or dict(manifest.specs) != dict(before.specs):
                touched.add(number)
        for name in on_disk - {self.folder.manifest(number).name for number in manifests}:
            (self.folder.manifest(0).parent / name).unlink(missing_ok=True)
        self._write_dag_files(manifests, touched)
        self._manifests = manifests
        catalogue.save(self.folder.index, self._maker)
        self._own = self._look_at_own()
        has_other_files = self._own[2] != self._shown
        self._shown = self._own[2]
        return Update(frozenset(touched), has_other_files)

    def _is_foreign(self, manifest: Path) -> bool:
        """Tell whether a file is no longer the one that was written."""
        own = self._own[1].get(manifest.name)
        return own is not None and own != _stat(manifest)

    def _write_dag_files(self, manifests: dict[int, Manifest], touched: Collection[int]) -> None:
        folder = self.folder.dags
        lying = _names(folder)
        kept = set()
        for number, manifest in manifests.items():
            name = name_of_shard(number)
            kept.add(name)
            if number in touched or name not in lying:
                _touch(folder / name, text_of_shard(number))
            if manifest.issues:
                name = name_of_errors(number)
                kept.add(name)
                before = self._manifests.get(number)
                if name not in lying or before is None or before.issues != manifest.issues:
                    _touch(folder / name, text_of_errors(number))
        for name in lying - kept:
            if name.endswith(".py"):
                (folder / name).unlink(missing_ok=True)

    def _look_at_own(self) -> tuple[_Stat | None, dict[str, _Stat], set[str]]:
        """Look at what was written, to notice when somebody else changed it."""
        parent = self.folder.manifest(0).parent
        stats = {name: stat for name in _names(parent) if (stat := _stat(parent / name))}
        dags = {name for name in _names(self.folder.dags) if name.endswith(".py")}
        return _stat(self.folder.index), stats, dags


def _to_bytes(manifest: Manifest) -> bytes:
    return json.dumps(manifest.to_json(), separators=(",", ":")).encode()


def _touch(path: Path, text: str) -> None:
    """Make a file newer, with this text in it."""
    content = text.encode()
    try:
        if path.read_bytes() == content:
            os.utime(path)
            return
    except OSError:
        # not there yet, or not to be read
        pass
    write_file(path, content)


def _stat(path: Path) -> _Stat | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _names(folder: Path) -> set[str]:
    """Give the names in a folder; drafts and hidden files left out."""
    try:
        return {name for name in os.listdir(folder) if name[0] != "."}
    except FileNotFoundError:
        return set()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Be the only process that writes here."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
