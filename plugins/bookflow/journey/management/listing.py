"""Lists of workflows: filtered, sorted, and cut into pages that stay stable while files change."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bookflow.errors import InputError
from bookflow.journey.management.describing import describe, figures_of, index_figures, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from bookflow.spec.authoring.shapes import SpecFile

Json = dict[str, Any]
CURSOR_LIMIT = 8_000
STATES = ("active", "inactive", "invalid")


@dataclass(frozen=True, slots=True)
class WorkflowFilter:
    """What lists of workflows can be asked for; None asks for nothing."""

    trigger: str | None = None
    organizer: str | None = None
    state: str | None = None
    is_active: bool | None = None
    event_type: str | None = None
    search: str | None = None

    def holds(self, file: SpecFile) -> bool:
        """Tell whether a workflow is wanted."""
        return (
            (self.state is None or state_of(file) == self.state)
            and (self.is_active is None or read_key(file, "is_active") is self.is_active)
            and (self.trigger is None or read_key(file, "trigger") == self.trigger)
            and (self.organizer is None or _folded(file, "organizer") == self.organizer.casefold())
            and (self.event_type is None or _takes(file, self.event_type))
            and (self.search is None or _mentions(file, self.search.casefold()))
        )


@dataclass(frozen=True, slots=True)
class Sorting:
    """By what a list is sorted; what has no value comes last, either way."""

    key: str = "id"
    is_descending: bool = False

    @classmethod
    def parse(cls, text: str) -> Sorting:
        """Read a name, with `-` in front for descending; raises `InputError`."""
        name = text.removeprefix("-")
        if name not in SORT_KEYS:
            message = f"must be one of {', '.join(SORT_KEYS)}, with `-` in front for descending"
            raise InputError("sort", message)
        return cls(name, text.startswith("-"))

    @property
    def text(self) -> str:
        """Write it as it is read."""
        return f"-{self.key}" if self.is_descending else self.key


_Value = str | float | None


def _by_figure(name: str) -> Callable[[SpecFile, Mapping[str, Any] | None], _Value]:
    def read(_file: SpecFile, row: Mapping[str, Any] | None) -> _Value:
        value: _Value = figures_of(row)[name]
        return value

    return read


def _by_word(name: str) -> Callable[[SpecFile, Mapping[str, Any] | None], _Value]:
    def read(file: SpecFile, _row: Mapping[str, Any] | None) -> _Value:
        return _folded(file, name)

    return read


FIGURE_KEYS = ("total_executions", "failed_executions", "success_rate", "last_executed_at")
SORT_KEYS: Mapping[str, Callable[[SpecFile, Mapping[str, Any] | None], _Value]] = {
    "id": lambda file, _: file.workflow_id,
    "name": _by_word("name"),
    "organizer": _by_word("organizer"),
    "trigger": _by_word("trigger"),
    "state": lambda file, _: state_of(file),
    "updated_at": lambda file, _: file.modified_at.timestamp(),
    **{name: _by_figure(name) for name in FIGURE_KEYS},
}


class _Place(NamedTuple):
    """Where a workflow stands in a list."""

    value: _Value
    workflow_id: str
    path: str


def list_workflows(
    files: Iterable[SpecFile],
    ask: Callable[[Collection[str] | None], Sequence[Mapping[str, Any]]],
    *,
    sorting: Sorting,
    limit: int,
    cursor: str | None,
) -> tuple[list[Json], str | None]:
    """Give one page, and the cursor of the next; raises `InputError` for a foreign cursor.

    `ask` gives the statistics of workflows, None of all: these are asked for only to sort by them.
    """
    is_by_figure = sorting.key in FIGURE_KEYS
    figures = index_figures(ask(None)) if is_by_figure else {}
    read = SORT_KEYS[sorting.key]
    placed = [
        (_Place(read(file, figures.get(file.workflow_id)), file.workflow_id, file.path), file)
        for file in files
    ]
    ordered = _sort(placed, is_descending=sorting.is_descending)
    if cursor is not None:
        last = _read_cursor(cursor, sorting)
        ordered = ordered[_count_until(ordered, last, is_descending=sorting.is_descending) :]
    page = ordered[:limit]
    more = _make_cursor(page[-1][0], sorting) if len(ordered) > limit else None
    if page and not is_by_figure:
        figures = index_figures(ask({file.workflow_id for _, file in page}))
    return [describe(file, figures.get(file.workflow_id)) for _, file in page], more


_Placed = list[tuple[_Place, "SpecFile"]]


def _sort(placed: _Placed, *, is_descending: bool) -> _Placed:
    """Sort by value, then by id; what has no value comes last."""
    known = [item for item in placed if item[0].value is not None]
    unknown = [item for item in placed if item[0].value is None]
    for items in (known, unknown):
        items.sort(key=lambda item: (item[0].workflow_id, item[0].path))
    known.sort(key=lambda item: _rank(item[0]), reverse=is_descending)
    return [*known, *unknown]


def _rank(place: _Place) -> tuple[int, float, str]:
    value = place.value
    if isinstance(value, str):
        return 1, 0.0, value
    return 0, value or 0.0, ""


def _count_until(placed: _Placed, last: _Place, *, is_descending: bool) -> int:
    """Count what comes no later than a place, whether or not that is still taken."""
    if not placed:
        return 0
    # equal places keep their order, so the mark comes right behind what it was made from
    marked = _sort([*placed, (last, placed[0][1])], is_descending=is_descending)
    return next(count for count, (place, _) in enumerate(marked) if place is last)


def _make_cursor(place: _Place, sorting: Sorting) -> str:
    parts = [sorting.text, place.value, place.workflow_id, place.path]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")


def _read_cursor(cursor: str, sorting: Sorting) -> _Place:
    try:
        if len(cursor) > CURSOR_LIMIT:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        said, value, workflow_id, path = json.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
        is_sound = value is None or isinstance(value, str | int | float)
        if not (is_sound and isinstance(workflow_id, str) and isinstance(path, str)):
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        said, value, workflow_id, path = None, None, "", ""
    if said != sorting.text:
        message = (
            "is not a cursor of this list with this `sort`; use `next_cursor` of the page before "
            "as it is, or leave it out to begin anew"
        )
        raise InputError("cursor", message)
    return _Place(value, workflow_id, path)


def read_key(file: SpecFile, key: str) -> object:
    """Give what a workflow says under a key; of an invalid one what its file says."""
    if file.loaded is not None:
        return getattr(file.loaded.workflow, key)
    return file.data.get(key) if file.data else None


def _folded(file: SpecFile, key: str) -> str | None:
    said = read_key(file, key)
    return said.casefold() if isinstance(said, str) else None


def _takes(file: SpecFile, event_type: str) -> bool:
    """Tell whether a workflow takes an event type; without a list it takes each."""
    said = read_key(file, "event_types")
    return said is None or (isinstance(said, list | tuple) and event_type in said)


def _mentions(file: SpecFile, wanted: str) -> bool:
    texts = (file.workflow_id, _folded(file, "name"), _folded(file, "description"))
    return any(wanted in text.casefold() for text in texts if text)
