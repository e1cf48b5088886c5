"""Names of workflows beside their ids: records know ids alone, since names change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bookflow.ports import SpecSource


def with_name(found: Mapping[str, Any], specs: SpecSource) -> dict[str, Any]:
    """Add `workflow_name` as the spec says now; None where there is no valid one."""
    loaded = specs.get(found["workflow_id"])
    return {**found, "workflow_name": loaded.workflow.name if loaded else None}


def with_names(items: Iterable[Mapping[str, Any]], specs: SpecSource) -> list[dict[str, Any]]:
    """Add `workflow_name` to each of a list."""
    return [with_name(item, specs) for item in items]


def name_workflows(answer: Any, specs: SpecSource) -> Any:
    """Add `workflow_name` wherever in an answer a `workflow_id` stands."""
    if isinstance(answer, list):
        return [name_workflows(one, specs) for one in answer]
    if not isinstance(answer, dict):
        return answer
    named = {key: name_workflows(value, specs) for key, value in answer.items()}
    return with_name(named, specs) if "workflow_id" in named else named
