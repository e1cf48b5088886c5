"""What every benchmark shares: figures, percentiles, and the table they end up in."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

MIN_REPEATS = 4
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, its target, and its peer's figure from the same run."""

    what: str
    measured: str
    target: str = ""
    is_met: bool | None = None
    peer: str = ""
    ratio: str = ""
    value: float | None = None
    """What is compared with an earlier run; None is not compared."""
    better: Literal["less", "more"] = "less"
    spread: float = 0.0
    """How far repeats in this run lay apart, as a share of the value."""


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


def relative_spread(values: Sequence[float]) -> float:
    """Give half the distance of the quartiles, as a share of the median."""
    if len(values) < MIN_REPEATS:
        return 0.0
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / middle if middle else 0.0


def write_page(figures: Iterable[Figure], notes: Iterable[str], *, to_docs: bool) -> str:
    """Give the table, and write it to the docs."""
    rows = [
        "| what | measured | target | met | peer | ratio |",
        "|---|---|---|---|---|---|",
        *(
            f"| {f.what} | {f.measured} | {f.target} | {_yes(f.is_met)} | {f.peer} | {f.ratio} |"
            for f in figures
        ),
    ]
    parts = [
        "# Benchmarks",
        "",
        "Made by `make bench`, which overwrites this page.",
        "",
        f"{describe_machine()}; {datetime.now(UTC).date()}.",
        "",
        *rows,
        "",
        *(f"- {note}" for note in notes),
        "",
    ]
    text = "\n".join(parts)
    if to_docs:
        PAGE.write_text(text, encoding="utf-8")
    return text


def describe_machine() -> str:
    """Say what the figures were measured on."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.system()}, "
        f"Python {sys.version.split()[0]}, Airflow {version('apache-airflow')}"
    )


def _yes(is_met: bool | None) -> str:
    return "" if is_met is None else ("yes" if is_met else "no")
