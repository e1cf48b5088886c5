"""`make bench`: measure, print one table, write docs/benchmarks.md, say what moved."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    bench_airflow,
    bench_analytics,
    bench_batch,
    bench_cluster,
    bench_conditions,
    bench_pages,
    bench_shards,
    bench_specs,
    bench_volume,
)
from benchmarks.comparing import compare, keep_run, read_newest, read_run
from benchmarks.measuring import Figure, measure_yardstick
from benchmarks.results_page import make_section, write_page
from bookflow.errors import ConfigurationError

EVERYTHING_HERE = (
    "Everything runs on this one machine: Airflow, PostgreSQL, the receivers, the load.",
    "Deliveries are counted at the receivers, over real sockets.",
)
NOTES = {
    "conditions": ("rule-engine gets a number where ours reads one from text.",),
    "specs": ("dag-factory builds three tasks per DAG without any gate, which is less than ours.",),
    "airflow": (
        *EVERYTHING_HERE,
        "The hand-written DAG is `benchmarks/peers/handwritten_booking.py`: ShortCircuitOperator "
        "and EmailOperator or HttpOperator per action, started by REST. It runs in the same "
        "Airflow, so it gains from the same settings.",
        "The Celery pool (`benchmarks/peers/celery_pool.py`, 8 processes, Redis, acknowledged "
        "late) and the bare asyncio script (`benchmarks/peers/asyncio_script.py`) send the same "
        "three things to the same receivers. They keep connections, and no records: no "
        "conditions that can be looked up later, no retries, no protection from sending twice.",
    ),
    "cluster": (*EVERYTHING_HERE, "What to make of it: [scaling.md](scaling.md)."),
    "volume": (
        "Everything is asked of the store and the journey, in one process beside PostgreSQL.",
        "Executions are spread over 90 days, bookings over 300 days back and 65 ahead.",
    ),
    "pages": (
        "Measured in Chromium, in an Airflow with 1,000 workflows and 100,000 executions. Times "
        "until content are medians, tasks the worst of all rounds. During a task a page answers "
        "nobody. What it computes itself is compared with the target, since by the clock it also "
        "waits for Airflow's processes. Only the two steps that load Airflow anew begin in a page "
        "that has not settled.",
    ),
}
PARTS: dict[str, Callable[[], list[Figure]]] = {
    "conditions": bench_conditions.measure_beside_peer,
    "specs": bench_specs.measure,
    "shards": bench_shards.measure,
    "batch": bench_batch.measure,
    "analytics": bench_analytics.measure,
    "airflow": bench_airflow.measure,
    "cluster": bench_cluster.measure,
    "pages": bench_pages.measure,
    "volume": bench_volume.measure,
}
USUAL = ("conditions", "specs", "batch", "analytics", "airflow")
"""What is measured where no part is named; the others take as long again, each."""


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read which parts to measure, and what to compare with."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = f"{', '.join(PARTS)}, or all; without any: {', '.join(USUAL)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=known)
    parser.add_argument(
        "--against", type=Path, help="a kept run to compare with; the newest ones without this"
    )
    parser.add_argument("--dry", action="store_true", help="print, but write and keep nothing")
    asked = parser.parse_args(arguments)
    if "all" in asked.parts:
        asked.parts = list(PARTS)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return asked


def main(arguments: list[str]) -> int:
    """Measure the parts named, or the usual ones."""
    asked = parse_arguments(arguments)
    # whoever asks it to end gets a stack that has ended as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        earlier = read_run(asked.against) if asked.against else read_newest()
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    yard = measure_yardstick()
    figures, sections = [yard], {}
    for name in asked.parts or USUAL:
        found = PARTS[name]()
        for figure in found:
            # a part that fails later must not take these with it
            print(f"{figure.what}: {figure.measured} {figure.ratio}", flush=True)
        figures += found
        sections[name] = make_section(name, found, NOTES.get(name, ()), yard)
        if not asked.dry:
            write_page(sections, list(PARTS))
    print(*sections.values(), sep="\n")
    lines = compare(figures, earlier)
    if not asked.dry:
        print(f"kept in {keep_run(figures)}")
    if earlier:
        print("against earlier runs:", *(lines or ["nothing moved beyond noise"]), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
