"""Named, described queries, read from the `.sql` files beside this module on first use.

A query opens with `-- name:` and `-- description:`. A line that ends in `-- if: word` stays only
when the caller gives that word: optional filters cost nothing when they are not asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DIRECTORY = Path(__file__).parent / "queries"

_HEADER = re.compile(r"^-- name: (\w+)\n-- description: (.+)\n", re.MULTILINE)
_OPTION = re.compile(r"-- if: (\w+)$")


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query of a file, as bytes for the driver in `sql`."""

    name: str
    description: str
    text: str

    @property
    def sql(self) -> bytes:
        """The query without any of its optional lines."""
        return self.given()

    @property
    def options(self) -> frozenset[str]:
        """The words its optional lines ask for."""
        lines = self.text.splitlines()
        return frozenset(found[1] for line in lines if (found := _OPTION.search(line)))

    def given(self, *words: str) -> bytes:
        """Give the query with the optional lines of these words; unknown words raise KeyError."""
        if unknown := set(words) - self.options:
            message = f"query {self.name} has no optional lines for {', '.join(sorted(unknown))}"
            raise KeyError(message)
        kept = []
        for line in self.text.splitlines():
            option = _OPTION.search(line)
            if option is None or option[1] in words:
                kept.append(_OPTION.sub("", line))
        return "\n".join(kept).encode()


@cache
def load_queries(stem: str) -> dict[str, NamedQuery]:
    """Read the queries of one file, such as `intake`; read once per process."""
    return parse_queries((DIRECTORY / f"{stem}.sql").read_text(encoding="utf-8"), stem)


def parse_queries(text: str, source: str) -> dict[str, NamedQuery]:
    """Split a file into its queries; raises ValueError for a query without name or description."""
    heads = list(_HEADER.finditer(text))
    if text.count("-- name:") != len(heads) or not heads or text[: heads[0].start()].strip():
        message = f"{source}.sql: every query opens with `-- name:` and then `-- description:`"
        raise ValueError(message)
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found: dict[str, NamedQuery] = {}
    for head, end in zip(heads, ends, strict=True):
        if head[1] in found:
            message = f"{source}.sql: two queries are named {head[1]}"
            raise ValueError(message)
        found[head[1]] = NamedQuery(head[1], head[2], text[head.end() : end].strip().rstrip(";"))
    return found
