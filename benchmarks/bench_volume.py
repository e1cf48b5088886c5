"""A million bookings and ten million executions: what still costs the same, and what it takes.

The questions are asked of the store and the journey, without Airflow: a task's start is part
`airflow`. `python -m benchmarks.bench_volume 1000000` fills fewer executions.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.bench_analytics import list_questions
from benchmarks.fleet import make_booking, write_fleet, write_reminders
from benchmarks.history import LAST_BEFORE_SPANS, database
from benchmarks.measuring import Figure, percentile, relative_spread
from benchmarks.timing import time_answers
from benchmarks.volume import BOOKINGS, EVENT_TYPES, fill_all, tell_sizes
from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.dagrun.chores import list_chores, plan_reminders, sync_specs
from bookflow.journey.intake import Incoming
from bookflow.journey.reminders.planning import Planner
from bookflow.journey.upkeep.cleaning import Cleaner, Kept
from bookflow.records import RunKey
from bookflow.settings import Settings
from bookflow.store.postgres import PostgresStore
from bookflow.wiring.servers import ServerRuntime, open_server_runtime
from bookflow.wiring.workshops import Workshop, open_workshop

EXECUTIONS = 10_000_000
REMINDERS = 600
TICKS = 30
TICK_LIMIT_MS = 200.0
SINGLE = 200
BATCHES = 10
BATCH = 1_000
CLEANING = timedelta(seconds=30)
SEARCHES = {
    "by a part of an address": "invitee-99",
    "by an id": "b-500000",
    "for nobody": "nobody at all",
    "the newest": "",
}


def measure(executions: int = EXECUTIONS) -> list[Figure]:
    """Fill a database of its own; then tick, take in, ask and clean."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder:
        specs = Path(folder)
        write_fleet(specs, 1_000 - REMINDERS)
        write_reminders(specs, REMINDERS, EVENT_TYPES)
        with database() as dsn:
            empty = _measure_intake(dsn, specs)
        with database(LAST_BEFORE_SPANS) as dsn:
            figures = list(fill_all(dsn, executions, now))
            figures += tell_sizes(dsn, executions)
            full = _measure_intake(dsn, specs)
            figures += _compare_intake(empty, full)
            figures += _measure_clock(dsn, specs)
            figures += _measure_questions(dsn, executions, now)
            figures += _measure_cleaning(dsn, specs, now, full)
            return figures


@contextmanager
def _server(dsn: str, specs: Path) -> Iterator[ServerRuntime]:
    waker: Any = SimpleNamespace(wake=lambda *_: None, check=dict)
    connections = EnvironmentConnections({"AIRFLOW_CONN_BOOKFLOW_DB": dsn})
    server = open_server_runtime(Settings(specs_dir=specs), connections, waker)
    server.specs.scan()
    try:
        yield server
    finally:
        server.store.close()


def _measure_intake(dsn: str, specs: Path) -> tuple[list[float], list[float]]:
    """Give the milliseconds of single events, and of batches."""
    with _server(dsn, specs) as server:
        return (
            [_receive(server, 1) for _ in range(SINGLE + 20)][20:],
            [_receive(server, BATCH) for _ in range(BATCHES + 2)][2:],
        )


def _receive(server: ServerRuntime, count: int) -> float:
    events = [Incoming("booking_created", subject=make_booking("later")) for _ in range(count)]
    began = time.perf_counter()
    server.intake.receive(events)
    return (time.perf_counter() - began) * 1000


def _compare_intake(
    empty: tuple[list[float], list[float]], full: tuple[list[float], list[float]]
) -> Iterator[Figure]:
    for name, before, after in zip(
        ("one event", f"a batch of {BATCH:,}"), empty, full, strict=True
    ):
        middle, base = statistics.median(after), statistics.median(before)
        yield Figure(
            f"intake of {name} without HTTP, p50",
            f"{middle:.1f} ms (p95 {percentile(after, 0.95):.1f} ms)",
            peer=f"{base:.1f} ms in an empty database",
            ratio=f"{middle / base:.2f}x",
            value=middle,
            spread=relative_spread(after),
        )


def _measure_clock(dsn: str, specs: Path) -> Iterator[Figure]:
    connections = EnvironmentConnections({"AIRFLOW_CONN_BOOKFLOW_DB": dsn})
    waker: Any = SimpleNamespace(wake=lambda *_: None)
    workshop = open_workshop(Settings(specs_dir=specs), connections, waker)
    try:
        sync_specs(workshop)
        first = _time(lambda: plan_reminders(workshop))
        yield Figure(f"the first tick after {BOOKINGS:,} bookings were loaded", f"{first:.0f} ms")
        planned, taken = _plan_minutes(workshop)
        yield _describe_tick(
            f"planning reminders, {REMINDERS:,} workflows with 6 delays, about {planned:.0f} due "
            "a minute",
            taken,
        )
        work: Any = SimpleNamespace(
            workshop=workshop,
            runtime=workshop.runtime,
            run=RunKey("bookflow_clock", "bench"),
            states=None,
        )
        chores = [chore for chore in list_chores(work) if "lost runs" not in chore.name]
        every = [sum(_time(chore.run) for chore in chores) for _ in range(TICKS)]
        yield _describe_tick("all chores of a tick but that of lost runs", every)
    finally:
        workshop.close()


def _plan_minutes(workshop: Workshop) -> tuple[float, list[float]]:
    planner = Planner(workshop.store, workshop.domain, workshop.runtime.waker)
    moment, made, taken = datetime.now(UTC), 0, []
    for number in range(1, TICKS + 1):
        began = time.perf_counter()
        made += planner.plan(moment + timedelta(minutes=number)).made
        taken.append((time.perf_counter() - began) * 1000)
    return made / TICKS, taken


def _describe_tick(what: str, taken: list[float]) -> Figure:
    p95 = percentile(taken, 0.95)
    return Figure(
        f"clock tick: {what}, p95 of {len(taken)}",
        f"{p95:.0f} ms (p50 {statistics.median(taken):.0f} ms)",
        f"<= {TICK_LIMIT_MS:.0f} ms",
        p95 <= TICK_LIMIT_MS,
        value=p95,
        spread=relative_spread(taken),
    )


def _measure_questions(dsn: str, executions: int, now: datetime) -> Iterator[Figure]:
    store = PostgresStore.open(dsn, pool_size=2)
    try:
        for what, ask in list_questions(store, now):
            yield time_answers(f"analytics at {executions:,} executions: {what}", ask)
        for what, text in SEARCHES.items():
            yield time_answers(
                f"searching {BOOKINGS:,} bookings, {what}",
                _searching(store, text),
            )
    finally:
        store.close()


def _searching(store: PostgresStore, text: str) -> Callable[[int], object]:
    return lambda _: store.search_subjects(text, limit=20)


def _measure_cleaning(
    dsn: str, specs: Path, now: datetime, before: tuple[list[float], list[float]]
) -> Iterator[Figure]:
    """Delete what is older than 60 of the 90 days, while events are taken in."""
    done = threading.Event()
    with _server(dsn, specs) as server, _server(dsn, specs) as other:
        cleaner = Cleaner(
            store=server.store,
            outlook=server.store,
            domain=server.domain,
            kept=Kept(timedelta(days=60), timedelta(days=365)),
            now=lambda: datetime.now(UTC),
            pause=time.sleep,
            budget=CLEANING,
        )
        meanwhile: list[float] = []

        def take_in() -> None:
            while not done.is_set():
                meanwhile.append(_receive(other, 1))
                time.sleep(0.02)

        thread = threading.Thread(target=take_in)
        thread.start()
        began = time.perf_counter()
        try:
            cleaned = cleaner.clean()
        finally:
            took = time.perf_counter() - began
            done.set()
            thread.join()
    count = sum(cleaned.counts.values())
    yield Figure(
        "clean-up: executions deleted with all they hold",
        f"{count / took:,.0f}/s",
        value=count / took,
        better="more",
    )
    middle, base = statistics.median(meanwhile), statistics.median(before[0])
    yield Figure(
        "intake of one event without HTTP during the clean-up, p50",
        f"{middle:.1f} ms (p95 {percentile(meanwhile, 0.95):.1f}, "
        f"longest {max(meanwhile):.0f} ms of {len(meanwhile):,})",
        peer=f"{base:.1f} ms before",
        ratio=f"{middle / base:.2f}x",
        value=middle,
        spread=relative_spread(meanwhile),
    )


def _time(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    for figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else EXECUTIONS):
        print(figure.what, figure.measured, figure.peer, figure.ratio, sep=": ")
