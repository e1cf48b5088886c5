"""What a commit says: what changed, in one line, and by whom; whatever people are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bookflow.spec.authoring.plain_data import is_same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.spec.authoring.shapes import Author, SpecFile

_SUMMARY = 100
_NAME = 40
_CRUD = " .,:;\"'\\"
_REFUSED = re.compile(r"[<>\s\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
TRAILER = "Bookflow-Workflow"


def describe_change(before: SpecFile | None, after: SpecFile | None) -> str:
    """Say in one line what happens to a workflow.

    It looks like `welcome: change subject of "hello", deactivate "sms"`.
    """
    file = after or before
    title = one_line(file.workflow_id if file else "", 64)
    if before is None:
        return f"{title}: create"
    if after is None:
        return f"{title}: delete"
    if before.data is None or after.data is None:
        return f"{title}: rewrite"
    parts = _list_changes(before.data, after.data) or ["edit comments or layout"]
    text = f"{title}: {parts[0]}"
    for at, part in enumerate(parts[1:], 1):
        if len(text) + len(part) + 2 > _SUMMARY:
            return f"{text}, and {len(parts) - at} more"
        text += f", {part}"
    return text


def compose_message(summary: str, workflow_id: str, notes: list[str]) -> str:
    """Put the line, remarks and the trailer that history is searched by together."""
    body = [*notes, f"{TRAILER}: {one_line(workflow_id, 64)}"]
    return "\n\n".join([one_line(summary, 200) or "change", *body]) + "\n"


def one_line(text: str, limit: int) -> str:
    """Take breaks, control characters and excess length out of a text from outside."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: limit * 4])
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def clean_identity(author: Author) -> tuple[str, str]:
    """Give a name and an address that git takes, whatever they were."""
    name = _REFUSED.sub(" ", author.name[:400]).strip(_CRUD)[:100].strip(_CRUD)
    email = _REFUSED.sub("", author.email[:400]).strip(_CRUD)[:200].strip(_CRUD)
    return name or "unknown", email or "unknown@localhost"


def _list_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    parts = [
        _word_change(key, key in before, key in after, after.get(key))
        for key in dict.fromkeys([*after, *before])
        if key != "actions" and not _is_equal(before, after, key)
    ]
    return parts + _list_action_changes(before.get("actions"), after.get("actions"))


def _word_change(key: str, was_there: bool, is_there: bool, value: object) -> str:
    if key == "is_active" and isinstance(value, bool | None):
        return "deactivate" if value is False else "activate"
    shown = one_line(key, _NAME)
    if not is_there:
        return f"remove {shown}"
    return f"change {shown}" if was_there else f"set {shown}"


def _list_action_changes(before: object, after: object) -> list[str]:
    if is_same(before, after):
        return []
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        return ["change actions"]
    parts = [f"add {_quote(name)}" for name in new if name not in old]
    parts += [f"remove {_quote(name)}" for name in old if name not in new]
    for name, action in new.items():
        if name in old and not is_same(old[name], action):
            parts.append(_word_action(name, old[name], action))
    common = [name for name in old if name in new]
    if common != [name for name in new if name in old]:
        parts.append("reorder actions")
    return parts


def _word_action(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    keys = [key for key in {**after, **before} if not _is_equal(before, after, key)]
    if keys == ["is_active"]:
        word = "deactivate" if after.get("is_active") is False else "activate"
        return f"{word} {_quote(name)}"
    shown = " and ".join(one_line(key, _NAME) for key in keys[:2])
    more = f" and {len(keys) - 2} more" if len(keys) > 2 else ""
    return f"change {shown}{more} of {_quote(name)}"


def _by_name(actions: object) -> dict[str, dict[str, Any]] | None:
    """Give actions by name, None where they have none or share one."""
    if not isinstance(actions, list):
        return None
    named = {
        action["name"]: action
        for action in actions
        if isinstance(action, dict) and isinstance(action.get("name"), str)
    }
    return named if len(named) == len(actions) else None


def _is_equal(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> bool:
    return (key in before) == (key in after) and is_same(before.get(key), after.get(key))


def _quote(name: str) -> str:
    return f'"{one_line(name, _NAME)}"'
