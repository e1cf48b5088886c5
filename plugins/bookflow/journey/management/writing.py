"""Writing workflows: what follows a change of a spec file, whoever made it through the API."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from bookflow.errors import BookflowError, DatabaseUnavailableError
from bookflow.ports.audit import AuditEntry
from bookflow.ports.reparsing import NoReparser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bookflow.journey.management.action_edits import ActionEdit
    from bookflow.ports import NowSource
    from bookflow.ports.audit import AuditStore
    from bookflow.ports.reparsing import Reparser
    from bookflow.ports.reports import ReportStore
    from bookflow.spec.authoring.desk import AuthoringDesk
    from bookflow.spec.authoring.shapes import Author, Saved, SpecFile
    from bookflow.spec.repository import SpecRepository

log = logging.getLogger(__name__)


class Terms(TypedDict):
    """The keywords that the methods of `AuthoringDesk` share."""

    expected: str | None
    author: Author
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes a workflow, and on what condition.

    `expected` is the version that the caller read, None for any. With `dry_run` nothing is saved.
    """

    author: Author
    expected: str | None = None
    dry_run: bool = False

    @property
    def terms(self) -> Terms:
        """What the desk wants to know of a change of what is there."""
        return {"expected": self.expected, "author": self.author, "dry_run": self.dry_run}


def _ignore() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class WorkflowWriter:
    """Changes spec files, and makes sure that everybody who goes by them hears of it.

    The methods are those of `AuthoringDesk`. After each change this server matches events with
    the new spec, Airflow is asked for its DAG, and the change is in the audit trail.
    """

    desk: AuthoringDesk
    specs: SpecRepository
    audit: AuditStore
    reports: ReportStore
    now: NowSource
    reparser: Reparser = field(default_factory=NoReparser)
    prompt: Callable[[], None] = _ignore

    def create(
        self,
        content: Mapping[str, Any] | str,
        change: Change,
        *,
        message: str | None = None,
        note: Mapping[str, Any] | None = None,
    ) -> Saved:
        """Make a new workflow; `note` goes into the audit trail beside it."""
        return self._make(
            "workflow.created",
            change,
            lambda: self.desk.create(
                content, author=change.author, dry_run=change.dry_run, message=message
            ),
            note,
        )

    def replace(self, workflow_id: str, content: Mapping[str, Any] | str, change: Change) -> Saved:
        """Write a workflow anew."""
        return self._make(
            "workflow.updated",
            change,
            lambda: self.desk.replace(workflow_id, content, **change.terms),
        )

    def patch(self, workflow_id: str, patch: Mapping[str, Any], change: Change) -> Saved:
        """Change some keys of a workflow (RFC 7396)."""
        return self._make(
            "workflow.updated",
            change,
            lambda: self.desk.patch(workflow_id, patch, **change.terms),
        )

    def edit_actions(self, workflow_id: str, edit: ActionEdit, change: Change) -> Saved:
        """Change the list of a workflow's actions."""
        return self._make(
            "workflow.updated",
            change,
            lambda: self.desk.edit_actions(workflow_id, edit, **change.terms),
        )

    def delete(self, workflow_id: str, change: Change) -> Saved:
        """Remove a workflow; what is recorded of it stays."""
        return self._make(
            "workflow.deleted",
            change,
            lambda: self.desk.delete(workflow_id, **change.terms),
        )

    def duplicate(
        self, workflow_id: str, change: Change, *, new_id: str, name: str | None
    ) -> Saved:
        """Copy a workflow under another id."""
        return self._make(
            "workflow.duplicated",
            change,
            lambda: self.desk.duplicate(
                workflow_id,
                new_id=new_id,
                name=name,
                author=change.author,
                dry_run=change.dry_run,
            ),
            note={"copy_of": workflow_id},
        )

    def restore(self, workflow_id: str, commit: str, change: Change) -> Saved:
        """Bring back a workflow as it was at a commit."""
        return self._make(
            "workflow.restored",
            change,
            lambda: self.desk.restore(workflow_id, commit, **change.terms),
            note={"restored_from": commit},
        )

    def patch_many(
        self, workflow_ids: Sequence[str], patch: Mapping[str, Any], change: Change
    ) -> Iterator[tuple[str, Saved | BookflowError]]:
        """Change the same keys of many workflows, each on its own; gives what became of each."""
        self._check_audit(change)
        made: list[Saved] = []
        try:
            for workflow_id in workflow_ids:
                try:
                    saved = self.desk.patch(workflow_id, patch, **change.terms)
                except BookflowError as error:
                    yield workflow_id, error
                    continue
                made.append(saved)
                yield workflow_id, saved
        finally:
            self._follow_up("workflow.updated", made, change, {})

    def _make(
        self,
        what: str,
        change: Change,
        make: Callable[[], Saved],
        note: Mapping[str, Any] | None = None,
    ) -> Saved:
        self._check_audit(change)
        saved = make()
        self._follow_up(what, [saved], change, note or {})
        return saved

    def _check_audit(self, change: Change) -> None:
        """Refuse a change that could not be put into the audit trail."""
        if change.dry_run:
            return
        state = self.reports.check()
        if state["status"] == "unhealthy":
            message = f"the audit trail can't be written, nothing was changed: {state.get('error')}"
            raise DatabaseUnavailableError(message)

    def _follow_up(
        self, what: str, made: Sequence[Saved], change: Change, note: Mapping[str, Any]
    ) -> None:
        done = [saved for saved in made if saved.is_saved]
        if not done:
            return
        # events that come from now on must meet the new spec, and none that is gone
        self.specs.refresh(max_age=0.0)
        changed = [file.workflow_id for saved in done if (file := saved.after or saved.before)]
        gone = [workflow_id for workflow_id in changed if not self._has_dag(workflow_id)]
        self.reparser.request(changed=changed, gone=gone)
        self.prompt()
        entries = [_entry(what, saved, change.author, note) for saved in done]
        try:
            self.audit.record_audit(entries, now=self.now())
        except BookflowError:
            # the change is made and can't be unmade for that; the log keeps what the trail lacks
            log.exception("bookflow: the audit trail lacks %s", "; ".join(map(_tell, entries)))

    def _has_dag(self, workflow_id: str) -> bool:
        loaded = self.specs.get(workflow_id)
        return loaded is not None and loaded.workflow.is_active


def _entry(what: str, saved: Saved, author: Author, note: Mapping[str, Any]) -> AuditEntry:
    file = saved.after or saved.before
    after = _state(saved.after)
    if after is not None:
        after.update(commit=saved.commit, **note)
    elif saved.commit:
        after = {"commit": saved.commit}
    return AuditEntry(
        actor=author.name,
        what=what,
        subject_id=file.workflow_id if file else "",
        before=_state(saved.before),
        after=after,
    )


def _state(file: SpecFile | None) -> dict[str, Any] | None:
    if file is None:
        return None
    return {"version": file.version, "path": file.path, "spec": file.data}


def _tell(entry: AuditEntry) -> str:
    before, after = entry.before or {}, entry.after or {}
    return (
        f"{entry.what} of {entry.subject_id} by {entry.actor!r}, version {before.get('version')} "
        f"to {after.get('version')}, commit {after.get('commit')}"
    )
