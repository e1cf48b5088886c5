"""The desk where workflows are written: every change checked, whole, and never a lost one."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bookflow.errors import NotFoundError, SpecError
from bookflow.spec.authoring.carrying_out import Order, Writer, not_found
from bookflow.spec.authoring.change_messages import one_line
from bookflow.spec.authoring.diffs import make_diff
from bookflow.spec.authoring.editing import edit_text, write_text
from bookflow.spec.authoring.folders import Folders
from bookflow.spec.authoring.merging import merge_patch
from bookflow.spec.authoring.plain_data import copy_plain
from bookflow.spec.authoring.plain_folder import ignore_step
from bookflow.spec.authoring.shelf import SpecShelf

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.settings import Settings
    from bookflow.spec.authoring.shapes import Author, Deletion, Saved, SpecFile, Version
    from bookflow.spec.repository import SpecRepository
    from bookflow.spec.vocabulary import Vocabulary

_NEW_FILE = "workflow.yaml"
_LONGEST_NAME = 200
Content = Mapping[str, Any] | str


class AuthoringDesk:
    """Where workflows are read, written, and looked up in history. Safe to share between threads.

    `expected` is the version that the caller read; None means no condition.
    """

    def __init__(
        self,
        specs: SpecRepository,
        vocabulary: Vocabulary,
        *,
        settings: Settings,
        now: Callable[[], datetime],
        environ: Mapping[str, str] | None = None,
        step: Callable[[str], None] = ignore_step,
    ) -> None:
        """Work on the folder of the repository; nothing is read or started here.

        `step` is told how far a change is, so that tests can end a process there.
        """
        self.specs = specs
        self._size_limit = settings.spec_size_limit
        self._shelf = SpecShelf(specs, settings.spec_size_limit)
        known = os.environ if environ is None else environ
        self._folders = Folders(specs.root, settings, now=now, environ=known, step=step)
        self._writer = Writer(
            self._shelf, self._folders, vocabulary, size_limit=self._size_limit, now=now
        )

    @property
    def has_history(self) -> bool:
        """Tell whether changes are commits, so that there are versions to look at and restore."""
        return self._folders.history() is not None

    def read(self, workflow_id: str) -> SpecFile:
        """Give the workflow's file as it is on disk, valid or not."""
        file = self._shelf.find(workflow_id)
        if file is None:
            raise not_found(workflow_id)
        return file

    def list_all(self) -> list[SpecFile]:
        """Give every file, valid or not, by id."""
        return list(self._shelf.list_all())

    def create(
        self, content: Content, *, author: Author, dry_run: bool = False, message: str | None = None
    ) -> Saved:
        """Make a new workflow in a file named by its id."""

        def build(_before: SpecFile | None) -> str:
            return content if isinstance(content, str) else self._render(content)

        return self._writer.carry_out(
            Order(None, build, author, dry_run=dry_run, message=message, is_new=True)
        )

    def replace(
        self,
        workflow_id: str,
        content: Content,
        *,
        expected: str | None,
        author: Author,
        dry_run: bool = False,
        message: str | None = None,
    ) -> Saved:
        """Write the workflow anew: a text as it is, data into the text that is there."""

        def build(before: SpecFile | None) -> str:
            if isinstance(content, str) or before is None:
                return content if isinstance(content, str) else self._render(content)
            return self._edit(before, {"id": workflow_id, **content})

        order = Order(
            workflow_id, build, author, expected=expected, dry_run=dry_run, message=message
        )
        return self._writer.carry_out(order)

    def patch(
        self,
        workflow_id: str,
        patch: Mapping[str, Any],
        *,
        expected: str | None,
        author: Author,
        dry_run: bool = False,
    ) -> Saved:
        """Change some keys (JSON Merge Patch, RFC 7396)."""
        changes = copy_plain(patch, file=_NEW_FILE, size_limit=self._size_limit)

        def build(before: SpecFile | None) -> str:
            return self._edit(before, merge_patch(_data_of(before), changes))

        return self._writer.carry_out(
            Order(workflow_id, build, author, expected=expected, dry_run=dry_run)
        )

    def edit_actions(
        self,
        workflow_id: str,
        edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
        *,
        expected: str | None,
        author: Author,
        dry_run: bool = False,
    ) -> Saved:
        """Let `edit` make another list of actions from a copy of the present one."""

        def build(before: SpecFile | None) -> str:
            data = _data_of(before)
            actions = data.get("actions")
            listed = copy.deepcopy(actions) if isinstance(actions, list) else []
            return self._edit(before, {**data, "actions": edit(listed)})

        return self._writer.carry_out(
            Order(workflow_id, build, author, expected=expected, dry_run=dry_run)
        )

    def delete(
        self, workflow_id: str, *, expected: str | None, author: Author, dry_run: bool = False
    ) -> Saved:
        """Remove the workflow's file."""
        order = Order(workflow_id, lambda _before: None, author, expected=expected, dry_run=dry_run)
        return self._writer.carry_out(order)

    def duplicate(
        self,
        workflow_id: str,
        *,
        new_id: str,
        name: str | None = None,
        author: Author,
        dry_run: bool = False,
    ) -> Saved:
        """Copy a workflow with its comments; the copy is inactive, so nothing is sent twice."""
        source = self.read(workflow_id)
        data = _data_of(source)
        title = self._name_copy(str(data.get("name"))) if name is None else name
        text = self._edit(source, {**data, "id": new_id, "name": title, "is_active": False})
        message = f"{one_line(new_id, 64)}: copy of {workflow_id}"
        return self.create(text, author=author, dry_run=dry_run, message=message)

    def versions(
        self, workflow_id: str, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Version], str | None]:
        """Give the states of the workflow's file, newest first, and where the next page begins.

        A deleted workflow has them as well. Plain files have none.
        """
        file = self._shelf.find(workflow_id)
        history = self._folders.history()
        path = file.path if file else history.find_path(workflow_id) if history else None
        if path is None:
            raise not_found(workflow_id)
        if history is None:
            return [], None
        current = file.version if file else ""
        return history.list_versions(path, current, limit=limit, cursor=cursor)

    def deleted(self) -> list[Deletion] | None:
        """Give the workflows that are gone, the last deleted first; None for plain files.

        Looks at the newest 100 deletions.
        """
        deletions = self._folders.deletions()
        if deletions is None:
            return None
        there = {file.workflow_id for file in self._shelf.list_all()}
        return [one for one in deletions.find() if one.workflow_id not in there]

    def text_at(self, workflow_id: str, commit: str) -> str:
        """Give the text of the workflow's file at a commit."""
        return self._look_up(workflow_id, commit)[1]

    def compare(self, workflow_id: str, older: str, newer: str | None) -> str:
        """Give the unified diff between two commits; None means the file as it is now."""
        path, before = self._look_up(workflow_id, older)
        if newer is None:
            file = self._shelf.find(workflow_id)
            return make_diff(before, file.text if file else "", path)
        return make_diff(before, self.text_at(workflow_id, newer), path)

    def restore(
        self,
        workflow_id: str,
        commit: str,
        *,
        expected: str | None,
        author: Author,
        dry_run: bool = False,
    ) -> Saved:
        """Bring back the file as it was at a commit; a deleted workflow comes back where it was."""
        path, text = self._look_up(workflow_id, commit)
        order = Order(
            workflow_id,
            lambda _before: text,
            author,
            expected=expected,
            dry_run=dry_run,
            message=f"{workflow_id}: restore {commit[:10]}",
            is_new=self._shelf.find_now(workflow_id) is None,
            path=path,
        )
        return self._writer.carry_out(order)

    def pull(self) -> bool:
        """Get what others pushed; True if anything came. Does nothing without a remote.

        It also ends what a killed process began.
        """
        return self._writer.pull()

    def _name_copy(self, name: str) -> str:
        taken = {file.loaded.workflow.name for file in self._shelf.list_all() if file.loaded}
        for number in range(1, len(taken) + 2):
            end = " (copy)" if number == 1 else f" (copy {number})"
            title = name[: _LONGEST_NAME - len(end)] + end
            if title not in taken:
                return title
        raise AssertionError

    def _look_up(self, workflow_id: str, commit: str) -> tuple[str, str]:
        file = self._shelf.find(workflow_id)
        history = self._folders.history()
        if history is None:
            raise NotFoundError(
                "there is no history: the folder of specs is not in a git work tree; run `git "
                "init` there and commit, then every change is kept"
            )
        path = file.path if file else history.find_path(workflow_id)
        if path is None:
            raise not_found(workflow_id)
        return path, history.text_at(path, commit, workflow_id)

    def _render(self, content: Mapping[str, Any]) -> str:
        limit = self._size_limit
        wanted = copy_plain(content, file=_NEW_FILE, size_limit=limit)
        return write_text(wanted, file=_NEW_FILE, size_limit=limit)

    def _edit(self, before: SpecFile | None, wanted: Mapping[str, Any]) -> str:
        if before is None or before.data is None:
            return self._render(wanted)
        limit = self._size_limit
        plain = copy_plain(wanted, file=before.path, size_limit=limit)
        return edit_text(before.text, plain, file=before.path, size_limit=limit)


def _data_of(file: SpecFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    if file.data is None:
        raise file.error or SpecError([])
    return file.data
