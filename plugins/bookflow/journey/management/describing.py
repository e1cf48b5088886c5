"""Workflows as JSON: what lists, pages and programs get to see of a spec file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bookflow.errors import SpecIssue
    from bookflow.spec.authoring.shapes import Saved, SpecFile, Version

Json = dict[str, Any]
_NONE_YET: Mapping[str, Any] = {
    "total_executions": 0,
    "successful_executions": 0,
    "failed_executions": 0,
    "success_rate": None,
    "last_executed_at": None,
}


def index_figures(statistics: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Give the statistics of the store by workflow."""
    return {row["workflow_id"]: row for row in statistics}


def figures_of(row: Mapping[str, Any] | None) -> Json:
    """Give the figures of a workflow or an action; zeros for one that never ran."""
    found = row or _NONE_YET
    return {name: found[name] for name in _NONE_YET}


def state_of(file: SpecFile) -> str:
    """Tell `active`, `inactive` or `invalid`."""
    if file.loaded is None:
        return "invalid"
    return "active" if file.loaded.workflow.is_active else "inactive"


def describe(file: SpecFile, row: Mapping[str, Any] | None) -> Json:
    """Describe a workflow in short; what can't be read of an invalid file is null."""
    return {
        "id": file.workflow_id,
        **_words_of(file),
        "state": state_of(file),
        "version": file.version,
        "path": file.path,
        "updated_at": file.modified_at.isoformat(),
        "actions": _list_actions(file),
        "statistics": figures_of(row),
        "errors": [describe_issue(issue) for issue in file.errors],
        "warnings": [describe_issue(issue) for issue in file.warnings],
    }


def describe_whole(file: SpecFile, row: Mapping[str, Any] | None) -> Json:
    """Describe a workflow with its spec: as data, and as the text of its file."""
    return {**describe(file, row), "spec": file.data, "yaml": file.text}


def describe_saved(saved: Saved, row: Mapping[str, Any] | None) -> Json:
    """Describe what a change made of a workflow; of a deleted one what it was."""
    file = saved.after or saved.before
    whole = describe_whole(file, row) if file else {}
    return {**whole, "saved": saved.is_saved, "commit": saved.commit, "diff": saved.diff}


def describe_actions(file: SpecFile) -> list[Json]:
    """Describe the actions of a workflow in the order of the file, each with its part of it."""
    raw = file.data.get("actions") if file.data else None
    return [
        {
            "name": _text(action.get("name")),
            "type": _text(action.get("type")),
            "order": _number(action.get("order")),
            "is_active": _flag(action.get("is_active", True)),
            "spec": action,
        }
        for action in (raw if isinstance(raw, list) else [])
        if isinstance(action, dict)
    ]


def describe_issue(issue: SpecIssue) -> Json:
    """Describe one thing that is wrong with a spec."""
    return {
        "file": issue.file,
        "line": issue.line,
        "column": issue.column,
        "key": issue.key,
        "message": issue.message,
        "suggestion": issue.suggestion,
        "code": issue.code,
    }


def describe_version(version: Version) -> Json:
    """Describe one state of a workflow's file in history."""
    return {
        "commit": version.commit,
        "version": version.version or None,
        "author": version.author,
        "at": version.at.isoformat(),
        "message": version.message,
        "is_current": version.is_current,
        "is_deleted": version.is_deleted,
    }


def _list_actions(file: SpecFile) -> list[Json]:
    if file.loaded is not None:
        return [
            {
                "name": action.name,
                "type": action.type,
                "order": action.order,
                "is_active": action.is_active,
            }
            for action in file.loaded.workflow.actions
        ]
    found = describe_actions(file)
    return [{key: value for key, value in one.items() if key != "spec"} for one in found]


def _words_of(file: SpecFile) -> Json:
    if file.loaded is not None:
        workflow = file.loaded.workflow
        return {
            "name": workflow.name,
            "description": workflow.description,
            "organizer": workflow.organizer,
            "trigger": workflow.trigger,
            "event_types": list(workflow.event_types) if workflow.event_types else None,
            "delay_minutes": workflow.delay_minutes,
            "is_active": workflow.is_active,
        }
    said = file.data or {}
    event_types = said.get("event_types")
    is_list = isinstance(event_types, list) and all(isinstance(one, str) for one in event_types)
    return {
        "name": _text(said.get("name")),
        "description": _text(said.get("description")),
        "organizer": _text(said.get("organizer")),
        "trigger": _text(said.get("trigger")),
        "event_types": event_types if is_list else None,
        "delay_minutes": _number(said.get("delay_minutes")),
        "is_active": _flag(said.get("is_active")),
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
