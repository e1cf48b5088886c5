"""What `bookflow audit` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def print_trail(entries: Sequence[Mapping[str, Any]]) -> None:
    """Print who changed what, the newest first."""
    keys = ("at", "actor", "what", "subject")
    rows = ([*(item.get(key) for key in keys), _changed(item)] for item in entries)
    print_table(("when", "who", "what", "of", "changed"), rows)


def _changed(item: Mapping[str, Any]) -> str:
    """Name the keys whose values differ."""
    before, after = item.get("before"), item.get("after")
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return ""
    return ", ".join(sorted(key for key in {*before, *after} if before.get(key) != after.get(key)))
