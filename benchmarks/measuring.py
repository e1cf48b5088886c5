"""What every benchmark shares: figures, percentiles, and the table they end up in."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

MIN_REPEATS = 4
YARDSTICK_ROUNDS = 5
YARDSTICK_STEPS = 500_000


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


def describe_machine() -> str:
    """Say what the figures were measured on."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.system()}, "
        f"Python {sys.version.split()[0]}, Airflow {version('apache-airflow')}"
    )


def measure_yardstick() -> Figure:
    """Time a fixed piece of plain Python: what moves here, the machine moved."""
    rates = []
    for _ in range(YARDSTICK_ROUNDS):
        started = time.process_time()
        total = 0
        for number in range(YARDSTICK_STEPS):
            total += number % 7
        rates.append(YARDSTICK_STEPS / (time.process_time() - started) / 1e6)
    return Figure(
        "yardstick: additions in plain Python",
        f"{max(rates):.1f} M/s",
        value=max(rates),
        better="more",
        spread=relative_spread(rates),
    )
