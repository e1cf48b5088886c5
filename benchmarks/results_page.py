"""docs/benchmarks.md: a section for each part, replaced when that part is measured again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Figure, describe_machine

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
INTRODUCTION = """\
# Benchmarks

`make bench` writes this page, a section for each part; `make bench PARTS="airflow pages"` measures
only these and leaves the other sections as they are. The yardstick is a fixed piece of plain
Python: where it differs, the machine was faster or slower, whatever was measured on it.
"""
_SECTION = re.compile(
    r"<!-- part (?P<part>[a-z]+): begin -->\n(?P<text>.*?)<!-- part (?P=part): end -->", re.DOTALL
)


def read_sections(page: Path = PAGE) -> dict[str, str]:
    """Give the text of each part's section that the page has."""
    if not page.is_file():
        return {}
    text = page.read_text(encoding="utf-8")
    return {found["part"]: found["text"] for found in _SECTION.finditer(text)}


def make_section(part: str, figures: Iterable[Figure], notes: Iterable[str], yard: Figure) -> str:
    """Make the section of a part: when and where, its table, what to know of it."""
    return "\n".join(
        [
            f"## {part.capitalize()}",
            "",
            f"{describe_machine()}, yardstick {yard.measured}; {datetime.now(UTC).date()}.",
            "",
            "| what | measured | target | met | peer | ratio |",
            "|---|---|---|---|---|---|",
            *(_row(figure) for figure in figures),
            "",
            *(f"- {note}" for note in notes),
            "",
        ]
    )


def write_page(fresh: Mapping[str, str], order: Sequence[str], page: Path = PAGE) -> None:
    """Replace the sections of the parts that were measured; those unknown to `order` go."""
    sections = {**read_sections(page), **fresh}
    blocks = [
        f"<!-- part {part}: begin -->\n{sections[part]}<!-- part {part}: end -->\n"
        for part in order
        if part in sections
    ]
    page.write_text("\n".join([INTRODUCTION, *blocks]), encoding="utf-8")


def _row(figure: Figure) -> str:
    cells = (
        figure.what,
        figure.measured,
        figure.target,
        _yes(figure.is_met),
        figure.peer,
        figure.ratio,
    )
    return f"| {' | '.join(cells)} |"


def _yes(is_met: bool | None) -> str:
    return "" if is_met is None else ("yes" if is_met else "no")
