"""Hostile input, read from the JSON files beside this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read_texts(name: str) -> list[str]:
    """Read the texts of one file."""
    return [unpack(entry) for entry in _load(name)]


def read_spec_files() -> dict[str, str]:
    """Read the texts of spec files by name."""
    return {entry["name"]: unpack(entry["text"]) for entry in _load("spec_files")}


def unpack(entry: Any) -> str:
    """Put a text together from its parts."""
    if isinstance(entry, str):
        return entry
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in entry)


def _load(name: str) -> list[Any]:
    loaded: list[Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return loaded
