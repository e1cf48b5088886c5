"""Differences between two texts of a spec, the way git shows them."""

from __future__ import annotations

import difflib
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LINES = 5_000
"""Of more lines, both sides together, only where they begin and end alike is looked for.

Finding what else stayed takes the square of their number.
"""
_CONTEXT = 3


def make_diff(before: str, after: str, path: str) -> str:
    r"""Give a unified diff; an empty side means there is no file.

    >>> print(make_diff("name: a\n", "name: b\n", "x.yaml"), end="")
    --- a/x.yaml
    +++ b/x.yaml
    @@ -1 +1 @@
    -name: a
    +name: b
    """
    old, new = _split(before), _split(after)
    names = (f"a/{path}" if before else "/dev/null", f"b/{path}" if after else "/dev/null")
    is_short = len(old) + len(new) <= MOST_LINES
    lines = difflib.unified_diff(old, new, *names) if is_short else _replace(old, new, *names)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _replace(old: list[str], new: list[str], *names: str) -> Iterable[str]:
    """Give the diff that replaces all between the first and the last difference."""
    if old == new:
        return
    head = _count_same(old, new)
    tail = _count_same(reversed(old[head:]), reversed(new[head:]))
    start, more = max(0, head - _CONTEXT), min(tail, _CONTEXT)
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    sizes = [head - start + len(part) + more for part in (gone, come)]
    yield f"--- {names[0]}\n"
    yield f"+++ {names[1]}\n"
    yield "@@ -{} +{} @@\n".format(*(_range(start, size) for size in sizes))
    yield from (f" {line}" for line in old[start:head])
    yield from (f"-{line}" for line in gone)
    yield from (f"+{line}" for line in come)
    yield from (f" {line}" for line in old[len(old) - tail :][:more])


def _count_same(old: Iterable[str], new: Iterable[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _range(start: int, size: int) -> str:
    if size == 1:
        return str(start + 1)
    return f"{start + 1 if size else start},{size}"


def _split(text: str) -> list[str]:
    """Split at line feeds only: a text may hold other breaks within a line."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
