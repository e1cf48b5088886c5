"""Deciding which file holds which workflow, and finding workflows by what they listen to."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bookflow.errors import SpecError
from bookflow.spec.loading import show_path
from bookflow.spec.spec_files import rank_of, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bookflow.spec.loading import LoadedWorkflow

    Edit = tuple[LoadedWorkflow | SpecError | None, LoadedWorkflow | SpecError | None]
    """What a file held before and after; None where there was or is no file."""
    Swap = tuple[LoadedWorkflow, LoadedWorkflow]


class Named(Protocol):
    """A workflow as far as claims go."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def organizer(self) -> str:
        """Who owns it."""
        ...

    @property
    def name(self) -> str:
        """What its owner calls it."""
        ...


class Claimant(Protocol):
    """A file that claims an id and a name."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def workflow(self) -> Named:
        """What it holds."""
        ...


T = TypeVar("T", bound=Claimant)


@dataclass(frozen=True, slots=True)
class Claims(Generic[T]):
    """Who got which id, and why the others did not."""

    workflows: dict[str, T] = field(default_factory=dict)
    errors: dict[Path, SpecError] = field(default_factory=dict)


def settle_claims(loaded: Sequence[T], root: str) -> Claims[T]:
    """Give every id to one file at most, and every name of an organizer to one workflow.

    Of several files with one id, the one named by it wins, the highest place first; if none or
    several of equal rank are, nobody gets it. Of two workflows of one organizer with one name,
    the first by path keeps it.
    """
    claims: Claims[T] = Claims()
    by_id: dict[str, list[T]] = {}
    for item in loaded:
        by_id.setdefault(item.workflow.id, []).append(item)
    winners = [winner for items in by_id.values() if (winner := _choose(items, root, claims))]
    names: dict[tuple[str, str], T] = {}
    for item in sorted(winners, key=lambda item: str(item.path)):
        workflow = item.workflow
        first = names.setdefault((workflow.organizer, workflow.name), item)
        if first is item:
            claims.workflows[workflow.id] = item
            continue
        message = (
            f"`{workflow.name}` is also the name of `{first.workflow.id}` in "
            f"{show_path(str(first.path))}; names are unique per organizer, rename one"
        )
        issue = refuse(str(item.path), message, "duplicate-name", "name")
        claims.errors[item.path] = SpecError([issue])
    ordered = sorted(claims.workflows.items())
    return Claims(dict(ordered), claims.errors)


def _choose(items: list[T], root: str, claims: Claims[T]) -> T | None:
    if len(items) == 1:
        return items[0]
    workflow_id = items[0].workflow.id
    ranked = sorted(
        items, key=lambda item: (rank_of(str(item.path), root, workflow_id), str(item.path))
    )
    ranks = [rank_of(str(item.path), root, workflow_id) for item in ranked]
    winner = ranked[0] if ranks[0] < 3 and ranks[0] != ranks[1] else None
    for item in items:
        if item is winner:
            continue
        other = winner or next(rival for rival in ranked if rival is not item)
        advice = "which is named by it" if winner else "and neither file is named by it alone"
        message = (
            f"the id `{workflow_id}` is also in {show_path(str(other.path))}, {advice}; "
            "give one of the two another id"
        )
        claims.errors[item.path] = SpecError(
            [refuse(str(item.path), message, "duplicate-id", "id")]
        )
    return winner


def find_swaps(workflows: Mapping[str, LoadedWorkflow], edits: Iterable[Edit]) -> list[Swap] | None:
    """Give the workflows that were written anew and claim what they had; None if others did more.

    Where there are only such, nobody else gains or loses an id or a name.
    """
    swaps: list[Swap] = []
    for before, after in edits:
        if isinstance(before, SpecError | None) or isinstance(after, SpecError | None):
            return None
        old, new = before.workflow, after.workflow
        is_same = (old.id, old.organizer, old.name) == (new.id, new.organizer, new.name)
        if not is_same or workflows.get(old.id) is not before:
            return None
        swaps.append((before, after))
    return swaps


class WorkflowIndex:
    """Active workflows by trigger and event type."""

    def __init__(self, workflows: Mapping[str, LoadedWorkflow]) -> None:
        """Index the workflows, which come ordered by id."""
        self._listening: dict[tuple[str, str | None], list[LoadedWorkflow]] = {}
        for item in workflows.values():
            for key in _keys_of(item):
                self._listening.setdefault(key, []).append(item)

    def with_swapped(self, swaps: Iterable[Swap]) -> WorkflowIndex:
        """Give an index with other workflows in the place of some; this one stays as it is."""
        found = WorkflowIndex({})
        found._listening = dict(self._listening)
        for before, after in swaps:
            for key in _keys_of(before):
                listening = [item for item in found._listening[key] if item is not before]
                found._listening[key] = listening
            for key in _keys_of(after):
                listening = list(found._listening.get(key, ()))
                insort(listening, after, key=_id_of)
                found._listening[key] = listening
        return found

    def matching(self, trigger: str, category: str | None) -> Iterator[LoadedWorkflow]:
        """Give workflows for the trigger that take every event type or this one, by id."""
        for_any = self._listening.get((trigger, None), ())
        for_one = self._listening.get((trigger, category), ()) if category is not None else ()
        if not for_one or not for_any:
            return iter(for_one or for_any)
        return merge(for_any, for_one, key=_id_of)


def _id_of(item: LoadedWorkflow) -> str:
    return item.workflow.id


def _keys_of(item: LoadedWorkflow) -> Iterator[tuple[str, str | None]]:
    """Give what an active workflow listens to; None stands for every event type."""
    workflow = item.workflow
    if not workflow.is_active:
        return
    if workflow.event_types is None:
        yield workflow.trigger, None
        return
    for category in dict.fromkeys(workflow.event_types):
        yield workflow.trigger, category
