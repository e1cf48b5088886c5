"""Comparing two trials on the same booking and moment: what an edit would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bookflow.journey.trials.outcomes import ForeseenMessage, Trial, TriedAction
    from bookflow.records import Json

MOST_CHANGES = 200
"""More changes of one action than this say nothing new."""
_DEPTH = 6


def compare_trials(before: Trial, after: Trial) -> dict[str, Any]:
    """Give what differs, JSON-ready: of the workflow, and of each action by its name."""
    workflow = [
        _change(field, old, new)
        for field, old, new in (
            ("trigger", before.trigger, after.trigger),
            ("matches", before.reason is None, after.reason is None),
            ("reason", before.reason, after.reason),
            ("due_at", before.due_at.isoformat(), after.due_at.isoformat()),
            ("runs_at", before.runs_at.isoformat(), after.runs_at.isoformat()),
        )
        if old != new
    ]
    old_ones = {action.name: action for action in before.actions}
    new_ones = {action.name: action for action in after.actions}
    names = [*new_ones, *(name for name in old_ones if name not in new_ones)]
    actions = [_compare_action(name, old_ones.get(name), new_ones.get(name)) for name in names]
    kept = [name for name in old_ones if name in new_ones]
    is_reordered = kept != [name for name in new_ones if name in old_ones]
    if is_reordered:
        workflow.append(_change("order", list(old_ones), list(new_ones)))
    is_changed = bool(workflow) or any(item["change"] != "same" for item in actions)
    return {"is_changed": is_changed, "workflow": workflow, "actions": actions}


def _compare_action(
    name: str, before: TriedAction | None, after: TriedAction | None
) -> dict[str, Any]:
    known = after or before
    kind = known.type if known else ""
    if before is None or after is None:
        change = "added" if before is None else "removed"
        return {"name": name, "type": kind, "change": change, "changes": []}
    changes = list(_find_changes(before, after))[:MOST_CHANGES]
    change = "changed" if changes else "same"
    return {"name": name, "type": kind, "change": change, "changes": changes}


def _find_changes(before: TriedAction, after: TriedAction) -> Iterator[dict[str, Any]]:
    for field, old, new in (
        ("type", before.type, after.type),
        ("status", before.status.value, after.status.value),
        ("reason", before.reason, after.reason),
    ):
        if old != new:
            yield _change(field, old, new)
    old_messages = {one.message.recipient: one for one in before.messages}
    new_messages = {one.message.recipient: one for one in after.messages}
    old_people, new_people = _addresses(before), _addresses(after)
    if old_people != new_people:
        yield _change("recipients", old_people, new_people)
    for recipient, new_one in new_messages.items():
        old_one = old_messages.get(recipient)
        if old_one is not None:
            yield from _compare_messages(recipient, before, after, old_one, new_one)


def _compare_messages(
    recipient: str,
    before: TriedAction,
    after: TriedAction,
    old: ForeseenMessage,
    new: ForeseenMessage,
) -> Iterator[dict[str, Any]]:
    old_shown, new_shown = old.to_json(before.runs_at), new.to_json(after.runs_at)
    for field in ("sends_at", "waits_for"):
        if old_shown[field] != new_shown[field]:
            yield _change(field, old_shown[field], new_shown[field], recipient)
    yield from _compare_values("", old_shown["content"], new_shown["content"], recipient)


def _compare_values(
    path: str, before: Json, after: Json, recipient: str, depth: int = 0
) -> Iterator[dict[str, Any]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and depth < _DEPTH:
        for key in dict.fromkeys([*before, *after]):
            inner = f"{path}.{key}" if path else str(key)
            yield from _compare_values(inner, before.get(key), after.get(key), recipient, depth + 1)
        return
    yield _change(path, before, after, recipient)


def _addresses(action: TriedAction) -> list[str]:
    return [one.message.address for one in action.messages]


def _change(field: str, before: Json, after: Json, recipient: str | None = None) -> dict[str, Any]:
    return {"field": field, "recipient": recipient, "before": before, "after": after}
