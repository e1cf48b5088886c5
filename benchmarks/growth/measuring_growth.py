"""The measurements behind the plots: each gives named series of points."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.airflow_scene import opened_stack
from benchmarks.bench_analytics import ask_performance
from benchmarks.bench_batch import cost_of_batches
from benchmarks.bench_specs import time_mode
from benchmarks.fleet import make_booking, write_fleet
from benchmarks.history import NOW, analyze, database, fill, fold
from benchmarks.measuring import percentile
from bookflow.demo.outfit import Outfit
from bookflow.ports.reports import ExecutionFilter
from bookflow.store.postgres import PostgresStore

Series = Mapping[str, list[tuple[float, float]]]

RATES = (1, 3, 10, 30, 60, 120, 240)
RATE_SECONDS = 15.0
TICK_SECONDS = 0.25
SATURATED_SECONDS = 10.0
LIMIT_SECONDS = 180.0
BATCHES = (1, 3, 10, 30, 100, 300, 1_000)
WORKFLOWS = (10, 100, 1_000, 10_000)
EXECUTIONS = (3_000, 10_000, 30_000, 100_000)
ROUNDS = 20
LATENCY = """
    SELECT extract(epoch FROM completed_at - created_at) FROM bookflow.executions
    WHERE booking_id = ANY(%s) AND completed_at IS NOT NULL
"""

Json = dict[str, Any]


def latency_by_rate() -> Series:
    """Send events evenly, faster each time, until they wait longer than they take."""
    middle, slow = [], []
    with (
        tempfile.TemporaryDirectory(prefix="bookflow-growth-") as name,
        opened_stack(Path(name)) as (outfit, _),
    ):
        for rate in RATES:
            taken = _send_evenly(outfit, rate)
            middle.append((float(rate), statistics.median(taken)))
            slow.append((float(rate), percentile(taken, 0.95)))
            print(
                f"{rate} events/s: p50 {middle[-1][1]:.2f} s, p95 {slow[-1][1]:.2f} s", flush=True
            )
            if middle[-1][1] > SATURATED_SECONDS:
                break
    return {"p50": middle, "p95": slow}


def _send_evenly(outfit: Outfit, rate: int) -> list[float]:
    bookings = [make_booking("burst") for _ in range(max(10, int(rate * RATE_SECONDS)))]
    ids = [str(booking["id"]) for booking in bookings]
    with outfit.stack.client("editor") as api:
        started = time.monotonic()
        sent = 0
        while sent < len(bookings):
            due = min(len(bookings), int((time.monotonic() - started) * rate) + 1)
            if due > sent:
                _send(api, bookings[sent:due])
                sent = due
            time.sleep(TICK_SECONDS / 5)
    return _wait_for_all(outfit, ids)


def _send(api: httpx.Client, bookings: list[Json]) -> None:
    events = [{"trigger": "booking_created", "booking": booking} for booking in bookings]
    for first in range(0, len(events), 1_000):
        body = {"events": events[first : first + 1_000]}
        api.post("/bookflow/api/v1/triggers", json=body).raise_for_status()


def _wait_for_all(outfit: Outfit, ids: list[str]) -> list[float]:
    deadline = time.monotonic() + LIMIT_SECONDS
    with psycopg.connect(outfit.stack.database, autocommit=True) as link:
        while True:
            taken = [float(row[0]) for row in link.execute(LATENCY, (ids,))]
            if len(taken) == len(ids):
                return taken
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(taken)} of {len(ids)} executions ended")
            time.sleep(0.25)


def cost_by_batch() -> Series:
    """Work executions off in batches of several sizes, without Airflow."""
    points = {}
    for size in BATCHES:
        cost = cost_of_batches(size, max(3 * size, 30))
        points[size] = cost.wall
        print(f"batches of {size}: {cost.wall * 1000:.2f} ms per execution", flush=True)
    return {"": [(float(size), 1 / seconds) for size, seconds in points.items()]}


def parsing_by_workflows() -> Series:
    """Build all DAGs, and the one that a task needs."""
    everything, one = [], []
    for count in WORKFLOWS:
        with tempfile.TemporaryDirectory(prefix="bookflow-growth-") as name:
            specs = Path(name) / "specs"
            write_fleet(specs, count)
            everything.append((float(count), time_mode("build", specs) * count))
            one.append(
                (float(count), statistics.median(time_mode("start", specs) for _ in range(5)))
            )
        print(f"{count} workflows: {everything[-1][1]:.0f} ms, {one[-1][1]:.1f} ms", flush=True)
    return {"all of them, in the dag-processor": everything, "the one of a task": one}


def questions_by_executions() -> Series:
    """Ask for a page of executions and for the figures of a month, with ever more of them."""
    pages, figures = [], []
    with database() as dsn:
        store = PostgresStore.open(dsn, pool_size=2)
        try:
            there = 0
            for count in EXECUTIONS:
                fill(dsn, count - there)
                there = count
                fold(store)
                analyze(dsn)
                pages.append((float(count), _time(lambda: _list(store))))
                figures.append((float(count), _time(lambda: ask_performance(store, NOW))))
                print(
                    f"{count} executions: {pages[-1][1]:.1f} ms, {figures[-1][1]:.1f} ms",
                    flush=True,
                )
        finally:
            store.close()
    return {"performance-stats of 30 days": figures, "a page of executions": pages}


def _list(store: PostgresStore) -> object:
    return store.list_executions(ExecutionFilter(status="failed"), limit=50, cursor=None)


def _time(ask: Any) -> float:
    ask()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
