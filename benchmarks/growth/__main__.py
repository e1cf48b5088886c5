"""`make growth`: measure how costs grow, draw it, write docs/growth.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.growth import measuring_growth as growth
from benchmarks.growth.plotting import Plot
from benchmarks.measuring import describe_machine, measure_yardstick

FOLDER = Path(__file__).parents[2] / "docs" / "growth"


@dataclass(frozen=True, slots=True)
class Question:
    """One plot: what it shows, and what to make of it."""

    measure: Callable[[], growth.Series]
    title: str
    x_label: str
    y_label: str


QUESTIONS = {
    "rate": Question(
        growth.latency_by_rate,
        "From event to the end of three actions",
        "events per second, evenly, for 15 seconds",
        "seconds",
    ),
    "batch": Question(
        growth.cost_by_batch,
        "Executions per second of one task process, without Airflow",
        "executions in a batch",
        "executions/s",
    ),
    "workflows": Question(
        growth.parsing_by_workflows,
        "Building DAGs from specs",
        "workflows",
        "ms",
    ),
    "executions": Question(
        growth.questions_by_executions,
        "Reading from PostgreSQL, median",
        "executions of 90 days",
        "ms",
    ),
}


def main(arguments: list[str]) -> int:
    """Measure the plots named, or all; each plot has its points in the SVG's file beside it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("plots", nargs="*", choices=[[], *QUESTIONS], help=", ".join(QUESTIONS))
    asked = parser.parse_args(arguments).plots or list(QUESTIONS)
    # whoever asks it to end gets a stack that has ended as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    yard = measure_yardstick()
    where = f"{describe_machine()}, yardstick {yard.measured}; {datetime.now(UTC).date()}."
    FOLDER.mkdir(exist_ok=True)
    for name in asked:
        question = QUESTIONS[name]
        series = question.measure()
        plot = Plot(question.title, question.x_label, question.y_label, series)
        (FOLDER / f"{name}.svg").write_text(plot.to_svg(), encoding="utf-8")
        (FOLDER / f"{name}.md").write_text(make_table(question, series, where), encoding="utf-8")
    return 0


def make_table(question: Question, series: growth.Series, where: str) -> str:
    """Give the points as a table."""
    names = list(series)
    columns = sorted({x for points in series.values() for x, _ in points})
    rows = [
        f"| {x:,g} | "
        + " | ".join(
            f"{dict(series[name])[x]:,.3g}" if x in dict(series[name]) else "" for name in names
        )
        + " |"
        for x in columns
    ]
    head = [name or question.y_label for name in names]
    return "\n".join(
        [
            f"# {question.title}",
            "",
            where,
            "",
            f"| {question.x_label} | {' | '.join(head)} |",
            "|---" * (len(names) + 1) + "|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
