"""What lists of workflows can be narrowed to: counted and gathered from the files as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.journey.management.describing import state_of
from bookflow.journey.management.listing import STATES, read_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bookflow.spec.authoring.shapes import SpecFile

LONGEST = 200
"""Of an invalid file anything may be the organizer; what is longer than a name is no choice."""


def gather_choices(files: Iterable[SpecFile]) -> dict[str, Any]:
    """Count workflows by state, and give each organizer, event type and trigger once."""
    counts = dict.fromkeys(STATES, 0)
    organizers: dict[str, None] = {}
    event_types: set[str] = set()
    triggers: set[str] = set()
    for file in files:
        counts[state_of(file)] += 1
        if file.loaded is not None:
            # thousands of files: what was checked is not checked again
            workflow = file.loaded.workflow
            organizers[workflow.organizer] = None
            event_types.update(workflow.event_types or ())
            triggers.add(workflow.trigger)
            continue
        organizers.update(dict.fromkeys(_texts(read_key(file, "organizer"))))
        event_types.update(_texts(read_key(file, "event_types")))
        triggers.update(_texts(read_key(file, "trigger")))
    # lists compare organizers without regard to case
    firsts: dict[str, str] = {}
    for organizer in organizers:
        firsts.setdefault(organizer.casefold(), organizer)
    return {
        "workflows": counts,
        "organizers": [firsts[key] for key in sorted(firsts)],
        "event_types": sorted(event_types, key=str.casefold),
        "triggers": sorted(triggers),
    }


def _texts(said: object) -> Iterator[str]:
    for text in said if isinstance(said, list | tuple) else (said,):
        if isinstance(text, str) and 0 < len(text) <= LONGEST and text.isprintable():
            yield text
