"""Paths of the API, made of names from outside."""

from __future__ import annotations

from urllib.parse import quote

# these two would be taken for folders
_DOTS = {".": "%2E", "..": "%2E%2E"}


def build_path(*parts: str) -> str:
    """Write each name as one part of a path.

    >>> build_path("workflows", "a/b")
    '/workflows/a%2Fb'
    """
    written = (quote(part, safe="", errors="backslashreplace") for part in parts)
    return "".join(f"/{_DOTS.get(part, part)}" for part in written)
