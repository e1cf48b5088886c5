"""Telling which item of an old list became which item of a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bookflow.spec.authoring.plain_data import is_same

_MOST_COMPARISONS = 100_000


def pair_items(old: Sequence[object], new: Sequence[object]) -> list[int | None]:
    """Give for every new item the position of the old one it comes from, None for a new one.

    Equal items come first, then items with the same name, then what stands at the same place
    among the others and is of the same kind.

    >>> pair_items(["a", "b", "c"], ["c", "x", "a"])
    [2, 1, 0]
    """
    if len(old) * len(new) > _MOST_COMPARISONS:
        return [at if at < len(old) else None for at in range(len(new))]
    pairs: list[int | None] = [None] * len(new)
    free = dict.fromkeys(range(len(old)))
    for is_match in (is_same, _has_same_name):
        for at, item in enumerate(new):
            if pairs[at] is not None:
                continue
            found = next((place for place in free if is_match(old[place], item)), None)
            if found is not None:
                pairs[at] = found
                del free[found]
    if len(free) == pairs.count(None):
        rest = iter(list(free))
        for at, place in enumerate(pairs):
            if place is None:
                candidate = next(rest)
                if _is_akin(old[candidate], new[at]):
                    pairs[at] = candidate
    return pairs


def _has_same_name(one: object, other: object) -> bool:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    name = one.get("name")
    return name is not None and is_same(name, other.get("name"))


def _is_akin(one: object, other: object) -> bool:
    """Tell whether one may be an edited other: an action that was renamed keeps its type."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.get("type") == other.get("type")
    return isinstance(one, list) == isinstance(other, list) and not (
        isinstance(one, Mapping) or isinstance(other, Mapping)
    )
