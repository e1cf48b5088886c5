"""Edits of a workflow's list of actions, as plain data; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bookflow.errors import ConflictError, InputError, NotFoundError

Actions = list[dict[str, Any]]
ActionEdit = Callable[[Actions], Actions]
Level = str | Sequence[str]
"""The name of an action, or of several that run side by side."""


def name_of(action: Any) -> str | None:
    """Give an action's name as specs compare it; None where it has none."""
    name = action.get("name") if isinstance(action, Mapping) else None
    return name.strip() if isinstance(name, str) else None


def find_action(actions: Sequence[Any], name: str) -> int:
    """Give the place of an action; raises `NotFoundError`."""
    for place, action in enumerate(actions):
        if name_of(action) == name.strip():
            return place
    names = ", ".join(f"`{found}`" for action in actions if (found := name_of(action)))
    raise NotFoundError(f"there is no action `{name:.64}`; there are {names or 'none'}")


def adding(action: Mapping[str, Any], position: int | None) -> ActionEdit:
    """Add an action, at the end or at a place that counts from 0."""

    def edit(actions: Actions) -> Actions:
        wanted = name_of(action)
        if wanted is not None and wanted in map(name_of, actions):
            message = (
                f"there is an action `{wanted:.64}` already; choose another name, or change it"
            )
            raise ConflictError(message)
        place = len(actions) if position is None else min(position, len(actions))
        return [*actions[:place], dict(action), *actions[place:]]

    return edit


def replacing(name: str, action: Mapping[str, Any]) -> ActionEdit:
    """Put an action in the place of another; without a `name` it keeps that."""

    def edit(actions: Actions) -> Actions:
        place = find_action(actions, name)
        wanted = {"name": actions[place]["name"], **action}
        return [*actions[:place], wanted, *actions[place + 1 :]]

    return edit


def removing(name: str) -> ActionEdit:
    """Take an action out."""

    def edit(actions: Actions) -> Actions:
        place = find_action(actions, name)
        if len(actions) == 1:
            message = "it is the only action; deactivate or delete the workflow instead"
            raise ConflictError(message)
        return [*actions[:place], *actions[place + 1 :]]

    return edit


def ordering(levels: Sequence[Level]) -> ActionEdit:
    """Let actions run in this order; those of an inner list run side by side.

    Where all run one after the other the order of the list says it all, and `order` is dropped;
    else every action gets the number of its level.
    """

    def edit(actions: Actions) -> Actions:
        wanted = [
            (name, number) for number, level in enumerate(levels, 1) for name in _names(level)
        ]
        _check_complete([name for name, _ in wanted], actions)
        is_sequence = len(wanted) == len(levels)
        arranged = []
        for name, number in wanted:
            action = actions[find_action(actions, name)]
            bare = {key: value for key, value in action.items() if key != "order"}
            arranged.append(bare if is_sequence else {**bare, "order": number})
        return arranged

    return edit


def _names(level: Level) -> Sequence[str]:
    return [level] if isinstance(level, str) else level


def _check_complete(names: Sequence[str], actions: Actions) -> None:
    given = [name.strip() for name in names]
    repeated = next((name for name in given if given.count(name) > 1), None)
    if repeated is not None:
        raise InputError("order", f"names `{repeated:.64}` twice")
    known = [name_of(action) for action in actions]
    for name in given:
        if name not in known:
            find_action(actions, name)
    missing = [name for name in known if name is not None and name not in given]
    if missing:
        listed = ", ".join(f"`{name:.64}`" for name in missing)
        raise InputError("order", f"must name every action once; {listed} is missing")
