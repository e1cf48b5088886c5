"""Carrying out one change of one file: condition, new text, checks, then the write."""

from __future__ import annotations

import random
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    SpecError,
    SpecIssue,
    VersionConflictError,
)
from bookflow.spec.authoring.change_messages import describe_change
from bookflow.spec.authoring.diffs import make_diff
from bookflow.spec.authoring.git_folder import MovedError
from bookflow.spec.authoring.git_remote import RemoteMovedError
from bookflow.spec.authoring.shapes import Author, Change, Saved, SpecFile
from bookflow.spec.authoring.shelf import digest_of
from bookflow.spec.loading import LoadedWorkflow, load_workflow, show_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bookflow.spec.authoring.folders import Folders
    from bookflow.spec.authoring.shelf import SpecShelf
    from bookflow.spec.vocabulary import Vocabulary

SLUG = re.compile(r"[a-z0-9-]{1,64}")
_ATTEMPTS = 8
_NEW_FILE = "workflow.yaml"


@dataclass(frozen=True, slots=True)
class Order:
    """What to write: `build` makes the new text from the present file, None to remove it.

    With `is_new` there must be no file yet; `path` says where it goes if not to `<id>.yaml`.
    """

    workflow_id: str | None
    build: Callable[[SpecFile | None], str | None]
    author: Author
    expected: str | None = None
    dry_run: bool = False
    message: str | None = None
    is_new: bool = False
    path: str | None = None


class Writer:
    """Carries orders out, one at a time among all processes."""

    def __init__(
        self,
        shelf: SpecShelf,
        folders: Folders,
        vocabulary: Vocabulary,
        *,
        size_limit: int,
        now: Callable[[], datetime],
    ) -> None:
        """Read through the shelf, write through the folders."""
        self._shelf = shelf
        self._folders = folders
        self._vocabulary = vocabulary
        self._size_limit = size_limit
        self._now = now

    def carry_out(self, order: Order) -> Saved:
        """Make the change; where others were faster, again on top of what they did."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._try(order)
            except (MovedError, RemoteMovedError) as error:
                if attempt == _ATTEMPTS - 1:
                    raise
                if isinstance(error, RemoteMovedError):
                    self.pull()
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - spreads writers
        raise AssertionError

    def pull(self) -> bool:
        """Get what others pushed, after ending what a killed process began."""
        has_news = self._folders.find().pull()
        if has_news:
            self._shelf.list_all(max_age=0)
        return has_news

    def _try(self, order: Order) -> Saved:
        folder = self._folders.find()
        with nullcontext() if order.dry_run else folder.locked():
            before = self._take(order)
            text = order.build(before)
            after = None if text is None else self._check(text, order, before)
            file = after or before
            if file is None:
                raise not_found(order.workflow_id or "")
            diff = make_diff(before.text if before else "", after.text if after else "", file.path)
            is_same = before is not None and after is not None and before.version == after.version
            if order.dry_run or is_same:
                return Saved(before, after, None, diff, is_saved=False)
            change = Change(
                file.workflow_id,
                file.path,
                None if before is None else self._shelf.content_of(before),
                None if after is None else after.text.encode(),
                order.author,
                order.message or describe_change(before, after),
            )
            commit = folder.put(change)
            self._shelf.list_all(max_age=0)
            return Saved(before, after, commit, diff, is_saved=True)

    def _take(self, order: Order) -> SpecFile | None:
        """Give the file as it is now, if it is still the one that the caller read."""
        name, expected = order.workflow_id, order.expected
        file = self._shelf.find_now(name) if name is not None else None
        if order.is_new:
            file = None
        elif file is None and expected is None:
            raise not_found(name or "")
        if expected is not None and (file is None or expected != file.version):
            state = f"it is at version {file.version} now" if file else "it is gone"
            raise VersionConflictError(
                f"`{show_path(str(name)[:80])}` was changed meanwhile: {state}, not at "
                f'"{show_path(expected[:64])}"; read it again and repeat your change',
                current=file.version if file else "",
            )
        return file

    def _check(self, text: str, order: Order, before: SpecFile | None) -> SpecFile:
        """Check a text as the file it would be; raises `SpecError` with every issue."""
        path = before.path if before else order.path or _NEW_FILE
        try:
            content = text.encode()
        except UnicodeEncodeError:
            issue = SpecIssue(path, 0, 0, "", "the text holds half a character", None, "encoding")
            raise SpecError([issue]) from None
        loaded = self._load(content, path)
        found = loaded.workflow.id
        if order.workflow_id not in (None, found) and SLUG.fullmatch(order.workflow_id or ""):
            raise InputError(
                "id",
                f"`{found}` is not `{order.workflow_id}`, and an id can't be changed; duplicate "
                "the workflow under the new id, then delete this one",
            )
        if path == _NEW_FILE:
            path = f"{found}.yaml"
            loaded = self._load(content, path)
        self._check_claims(loaded, path, before)
        return SpecFile(found, path, text, digest_of(content), loaded, None, self._now())

    def _load(self, content: bytes, path: str) -> LoadedWorkflow:
        return load_workflow(
            content, file=path, vocabulary=self._vocabulary, size_limit=self._size_limit
        )

    def _check_claims(self, loaded: LoadedWorkflow, path: str, before: SpecFile | None) -> None:
        """Refuse an id, a place or a name that another file has."""
        workflow = loaded.workflow
        for other in self._shelf.list_all(max_age=0):
            if before is not None and other.path == before.path:
                continue
            is_rival = before is None or before.error is not None
            if other.path == path or (is_rival and other.workflow_id == workflow.id):
                raise ConflictError(
                    f"there is a workflow `{workflow.id}` already, in {show_path(other.path)}; "
                    "choose another id, or change that one"
                )
            rival = other.loaded.workflow if other.loaded else None
            if rival and (rival.organizer, rival.name) == (workflow.organizer, workflow.name):
                message = (
                    f"`{rival.name}` is also the name of `{rival.id}` in {show_path(other.path)}; "
                    "names are unique per organizer, choose another"
                )
                raise SpecError([SpecIssue(path, 0, 0, "name", message, None, "duplicate-name")])


def not_found(workflow_id: str) -> NotFoundError:
    """Say that there is no such workflow."""
    return NotFoundError(f"there is no workflow `{show_path(workflow_id[:80])}`")
