"""Checking `event_types` of a spec against those that a database knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.conditions.operators import nearest
from bookflow.spec.loading import SIZE_LIMIT, show_path
from bookflow.spec.problems import did_you_mean, shown
from bookflow.spec.yaml_reading import dotted_key, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.yaml_reading import Location, YamlDocument

CODE = "unknown-event-type"
MOST_NAMED = 8


def check_event_types(
    loaded: LoadedWorkflow, known: Sequence[str], *, size_limit: int = SIZE_LIMIT
) -> list[SpecIssue]:
    """List the event types of a workflow that are not among `known`, each with its place."""
    slugs = loaded.workflow.event_types or ()
    unknown = [position for position, slug in enumerate(slugs) if slug not in known]
    if not unknown:
        return []
    file = show_path(str(loaded.path))
    document = _read_again(loaded, size_limit)
    issues = []
    for position in unknown:
        where: Location = ("event_types", position)
        line, column = document.place_of(where) if document else (0, 0)
        candidate = nearest(slugs[position], tuple(known))
        message = did_you_mean(f"{shown(slugs[position])} is not an event type", candidate)
        if candidate is None:
            message += f"; {_say_known(known)}"
        issues.append(SpecIssue(file, line, column, dotted_key(where), message, candidate, CODE))
    return issues


def _read_again(loaded: LoadedWorkflow, size_limit: int) -> YamlDocument | None:
    """Read the file once more for its lines, which a loaded workflow doesn't keep."""
    try:
        with loaded.path.open("rb") as file:
            return read_yaml(file.read(size_limit + 1), file="", size_limit=size_limit)
    except (OSError, SpecError):
        # changed or gone since it was loaded: the issue stands, without a line
        return None


def _say_known(known: Sequence[str]) -> str:
    if not known:
        return "the database knows none yet; an event type comes with its first booking"
    more = f" and {len(known) - MOST_NAMED:,} more" if len(known) > MOST_NAMED else ""
    return f"the database knows {', '.join(known[:MOST_NAMED])}{more}"
