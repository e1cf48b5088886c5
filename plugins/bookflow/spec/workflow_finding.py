"""Finding one workflow among the spec files, reading as few of them as can be."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from bookflow.errors import NotFoundError, SpecError
from bookflow.spec.loading import show_path
from bookflow.spec.spec_files import SUFFIXES, FoundFile, look_at, walk_folders, walk_specs
from bookflow.spec.spec_index import settle_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bookflow.spec.loading import LoadedWorkflow

    Load = Callable[[FoundFile], LoadedWorkflow | SpecError]

_ID = re.compile(r"[a-z0-9-]{1,64}")


def find_workflow(
    root: str, workflow_id: str, *, load: Load, may_be: Callable[[FoundFile], bool]
) -> LoadedWorkflow:
    """Give one workflow; `may_be` tells cheaply whether a file of another name can hold it.

    Raises `NotFoundError`, or `SpecError` if the file named by the id is invalid or two files
    claim the id.
    """
    if not isinstance(workflow_id, str) or not _ID.fullmatch(workflow_id):
        raise NotFoundError(f"there is no workflow {show_path(str(workflow_id)[:80])!r}")
    failures: list[SpecError] = []
    for suffix in SUFFIXES:
        named = _named_by_id(root, [root], (suffix,), workflow_id)
        found = _valid(named, workflow_id, load, failures)
        if found:
            return found[0]
    named = _named_by_id(root, walk_folders(root), SUFFIXES, workflow_id)
    found = _valid(named, workflow_id, load, failures)
    if not found:
        mentioned = (file for file in walk_specs(root) if may_be(file))
        found = _valid(mentioned, workflow_id, load, [])
    if len(found) == 1:
        return found[0]
    if found:
        outcome = settle_claims(found, root)
        raise outcome.errors[found[0].path]
    if failures:
        raise failures[0]
    raise NotFoundError(
        f"there is no workflow `{workflow_id}` in {show_path(root)}; "
        "`bookflow validate` lists what is there"
    )


def _named_by_id(
    root: str, folders: Iterable[str], suffixes: tuple[str, ...], workflow_id: str
) -> Iterable[FoundFile]:
    paths = (
        os.path.join(folder, workflow_id + suffix) for folder in folders for suffix in suffixes
    )
    return (found for path in paths if (found := look_at(path, root)) is not None)


def _valid(
    files: Iterable[FoundFile], workflow_id: str, load: Load, failures: list[SpecError]
) -> list[LoadedWorkflow]:
    """Load files and keep those with the id; what is wrong with others goes to `failures`."""
    found = []
    for file in sorted(files):
        outcome = load(file)
        if isinstance(outcome, SpecError):
            failures.append(outcome)
        elif outcome.workflow.id == workflow_id:
            found.append(outcome)
    return found
