"""Differences between two texts of a spec, the way git shows them."""

from __future__ import annotations

import difflib


def make_diff(before: str, after: str, path: str) -> str:
    r"""Give a unified diff; an empty side means there is no file.

    >>> print(make_diff("name: a\n", "name: b\n", "x.yaml"), end="")
    --- a/x.yaml
    +++ b/x.yaml
    @@ -1 +1 @@
    -name: a
    +name: b
    """
    lines = difflib.unified_diff(
        _split(before),
        _split(after),
        f"a/{path}" if before else "/dev/null",
        f"b/{path}" if after else "/dev/null",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _split(text: str) -> list[str]:
    """Split at line feeds only: a text may hold other breaks within a line."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
