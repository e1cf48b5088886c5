"""Bursts through Celery clusters of several sizes, on one core and on all of this machine.

The whole cluster runs on this one machine: what a further core gives is measured, what a further
machine gives follows from what each part uses.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.airflow_scene import measure_burst, opened_stack
from benchmarks.measuring import Figure
from benchmarks.peer_processes import PYTHON
from benchmarks.processor_time import StackSpending, show_parts
from bookflow.demo.cluster import Cluster
from bookflow.errors import ConfigurationError

EVENTS = 3_000


@dataclass(frozen=True, slots=True)
class Size:
    """A cluster, and how many cores everything has together; 0 for all."""

    cores: int
    schedulers: int
    workers: int
    slots: int

    @property
    def title(self) -> str:
        """Say it in the table."""
        cores = self.cores or os.cpu_count() or 1
        return (
            f"{cores} core{'s' * (cores > 1)}, {self.schedulers} scheduler"
            f"{'s' * (self.schedulers > 1)}, {self.workers} worker"
            f"{'s' * (self.workers > 1)} of {self.slots} slots"
        )


SIZES = (
    Size(1, 1, 1, 8),
    Size(0, 1, 1, 8),
    Size(0, 2, 2, 8),
)


def measure() -> list[Figure]:
    """Start a cluster of each size and send it a burst; nothing where there is no Redis."""
    try:
        Cluster(PYTHON).check()
    except ConfigurationError as error:
        print(f"no figures of a cluster: {error}")
        return []
    return [figure for size in SIZES for figure in _measure(size)]


def _measure(size: Size) -> Iterator[Figure]:
    cluster = Cluster(PYTHON, size.schedulers, size.workers, size.slots)
    with (
        _only_cores(size.cores),
        tempfile.TemporaryDirectory(prefix="bookflow-bench-") as name,
        opened_stack(Path(name), cluster) as (outfit, counted),
    ):
        # the first one opens connections and fills caches
        measure_burst(outfit, counted, EVENTS // 10)
        spending = StackSpending(outfit.stack)
        rate = measure_burst(outfit, counted, EVENTS)
        used = spending.since_last()
    each = 1000 / EVENTS
    yield Figure(
        f"cluster of {size.title}: burst of {EVENTS:,} events",
        f"{rate:.0f} executions/s",
        value=rate,
        better="more",
    )
    yield Figure(
        f"cluster of {size.title}: processor time per execution, in ms",
        f"{sum(used.values()) * each:.1f} ({show_parts(used, each, 1)})",
        value=sum(used.values()) * each,
    )


@contextmanager
def _only_cores(count: int) -> Iterator[None]:
    """Keep this process, and what it starts, on so many cores."""
    all_of_them = os.sched_getaffinity(0)
    if count:
        os.sched_setaffinity(0, set(sorted(all_of_them)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)
