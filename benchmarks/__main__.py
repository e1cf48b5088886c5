"""`make bench`: measure, print one table, write docs/benchmarks.md."""

from __future__ import annotations

import sys

from benchmarks import bench_airflow, bench_analytics, bench_conditions, bench_specs
from benchmarks.measuring import Figure, write_page

NOTES = (
    "Everything runs on this one machine: Airflow, PostgreSQL, the receivers, the load.",
    "The peer in the Airflow rows is the DAG a team writes by hand, in "
    "`benchmarks/peers/handwritten_booking.py`: ShortCircuitOperator and EmailOperator or "
    "HttpOperator per action, started by REST. It runs in the same Airflow, so it gains from "
    "the same settings.",
    "Deliveries are counted at the receivers.",
)


def measure_conditions() -> list[Figure]:
    """Measure conditions per second."""
    found = bench_conditions.measure(seconds=2.0)
    return [
        Figure("conditions: rules decided", f"{found['holds_rules_per_second'] / 1e6:.2f} M/s"),
        Figure("conditions: rules explained", f"{found['explain_rules_per_second'] / 1e3:.0f} k/s"),
    ]


PARTS = {
    "conditions": measure_conditions,
    "specs": bench_specs.measure,
    "analytics": bench_analytics.measure,
    "airflow": bench_airflow.measure,
}


def main(wanted: list[str]) -> int:
    """Measure the parts named, or all."""
    unknown = set(wanted) - set(PARTS)
    if unknown:
        print(f"unknown parts: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    figures = [figure for name in wanted or PARTS for figure in PARTS[name]()]
    print(write_page(figures, NOTES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
