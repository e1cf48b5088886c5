"""Whose a workflow is, where people see only their own."""

from __future__ import annotations

from collections.abc import Iterator

from bookflow.errors import NotFoundError
from bookflow.ports.reports import ExecutionFilter
from bookflow.web.lifecycle import Runtime
from bookflow.web.rights import fold_name


def find_owned(runtime: Runtime, names: frozenset[str]) -> frozenset[str]:
    """Give the ids of the workflows whose organizer goes by one of these names."""
    return frozenset(
        workflow_id
        for workflow_id, organizer in _list_organizers(runtime)
        if fold_name(organizer) in names
    )


def leaves_traces(runtime: Runtime, workflow_id: str) -> bool:
    """Tell whether executions or versions are kept of a workflow that is gone."""
    wanted = ExecutionFilter(workflow_id=workflow_id)
    if runtime.reports.list_executions(wanted, limit=1, cursor=None).items:
        return True
    try:
        return bool(runtime.management.authoring.versions(workflow_id, limit=1)[0])
    except NotFoundError:
        return False


def _list_organizers(runtime: Runtime) -> Iterator[tuple[str, str]]:
    scan = runtime.management.specs.refresh()
    for workflow_id, loaded in scan.workflows.items():
        yield workflow_id, loaded.workflow.organizer
    if not scan.errors:
        return
    # a file that its owner broke by hand is still theirs to see and mend
    for file in runtime.management.authoring.list_all():
        said = (file.data or {}).get("organizer")
        if file.loaded is None and file.workflow_id not in scan.workflows and isinstance(said, str):
            yield file.workflow_id, said
