"""Latency and throughput of a real Airflow with 1,000 workflows, beside the hand-written DAG."""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from benchmarks import bench_intake
from benchmarks.airflow_scene import WORKFLOWS, measure_burst, opened_stack, wait_until
from benchmarks.burst_peers import Peers
from benchmarks.counting_receivers import CountingReceivers
from benchmarks.fleet import make_booking
from benchmarks.measuring import Figure, percentile, relative_spread
from benchmarks.processor_time import StackSpending, show_parts
from bookflow.demo.outfit import Outfit

LATENCY_EVENTS = 25
BURST_EVENTS = 5_000
BURSTS = 3
PEER_LATENCY_RUNS = 5
PEER_BURST_RUNS = 30
PAUSE_SECONDS = 1.0
IDLE_SECONDS = 30.0


def measure() -> list[Figure]:
    """Start everything, measure latency, intake and burst, then the peers on the same machine."""
    with (
        tempfile.TemporaryDirectory(prefix="bookflow-bench-") as name,
        opened_stack(Path(name)) as (outfit, counted),
    ):
        peers = Peers(outfit, counted, Path(name), BURST_EVENTS)
        latency = _latencies(outfit, counted)
        spending = StackSpending(outfit.stack)
        time.sleep(IDLE_SECONDS)
        idle = spending.since_last()
        bursts = [measure_burst(outfit, counted, BURST_EVENTS) for _ in range(BURSTS)]
        busy = spending.since_last()
        script, celery = peers.rate_of_script(), peers.rate_of_celery()
        # after the bursts: it leaves thousands of executions for later
        intake = bench_intake.measure(outfit)
        peer_latency = _peer_latencies(outfit, counted)
        peer_rate = _peer_rate(outfit)
    return [
        *_describe_latency(latency, peer_latency),
        *intake,
        *_describe_burst(bursts, peer_rate, script, celery),
        *_describe_spending(idle, busy),
    ]


def _describe_latency(ours: list[float], theirs: list[float]) -> list[Figure]:
    p50, p95 = statistics.median(ours), percentile(ours, 0.95)
    peer_p50, peer_p95 = statistics.median(theirs), percentile(theirs, 0.95)
    return [
        Figure(
            f"event to third sequential delivery, {WORKFLOWS:,} workflows, p50 of {len(ours)} "
            "(peer: hand-written DAG)",
            f"{p50:.2f} s",
            "<= 0.8 s, >= 3x faster",
            p50 <= 0.8 and peer_p50 >= 3 * p50,
            f"{peer_p50:.2f} s",
            f"{peer_p50 / p50:.1f}x faster",
            value=p50,
            spread=relative_spread(ours),
        ),
        Figure(
            "the same, p95",
            f"{p95:.2f} s",
            "<= 1.5 s",
            p95 <= 1.5,
            f"{peer_p95:.2f} s",
            f"{peer_p95 / p95:.1f}x faster",
            value=p95,
            spread=2 * relative_spread(ours),
        ),
    ]


def _describe_burst(
    rates: list[float], peer: float, script: float, celery: float | None
) -> list[Figure]:
    rate = statistics.median(rates)
    what = f"burst of {BURST_EVENTS:,} events, three actions each, to the last delivery"

    def beside(name: str, other: float, target: float, unit: str) -> Figure:
        return Figure(
            f"the same (peer: {name})",
            f"{rate:.0f} executions/s",
            f">= {target:g}x",
            rate >= target * other,
            f"{other:.3g} {unit}",
            f"{rate / other:.3g}x",
        )

    return [
        Figure(
            f"{what}, median of {len(rates)}",
            f"{rate:.0f} executions/s",
            ">= 400/s",
            rate >= 400,
            value=rate,
            better="more",
            spread=(max(rates) - min(rates)) / 2 / rate,
        ),
        beside("hand-written DAG", peer, 250, "runs/s"),
        beside("bare asyncio script, the limit", script, 0.5, "bookings/s"),
        *([beside("Celery 5 and Redis", celery, 1, "bookings/s")] if celery else []),
    ]


def _describe_spending(idle: dict[str, float], busy: dict[str, float]) -> list[Figure]:
    share, each = 100 / IDLE_SECONDS, 1000 / (BURSTS * BURST_EVENTS)
    return [
        Figure(
            f"processor while idle, {WORKFLOWS:,} workflows, in % of a core",
            f"{sum(idle.values()) * share:.0f} ({show_parts(idle, share, 0)})",
            value=sum(idle.values()) * share,
        ),
        Figure(
            "processor time per execution of the bursts, in ms",
            f"{sum(busy.values()) * each:.1f} ({show_parts(busy, each, 1)})",
            value=sum(busy.values()) * each,
        ),
    ]


def _latencies(outfit: Outfit, counted: CountingReceivers) -> list[float]:
    values = []
    with outfit.stack.client("editor") as api:
        for number in range(LATENCY_EVENTS + 2):
            booking = make_booking("chain")
            before = len(counted.calls)
            started = time.monotonic()
            answer = api.post(
                "/bookflow/api/v1/triggers/booking_created", json={"booking": booking}
            )
            answer.raise_for_status()
            wait_until(partial(_has_more, counted, before + 2))
            if number >= 2:  # the first two warm caches
                values.append(counted.calls.times[before + 1] - started)
            time.sleep(PAUSE_SECONDS)
    return values


def _has_more(counted: CountingReceivers, count: int) -> bool:
    return len(counted.calls) >= count


def _peer_latencies(outfit: Outfit, counted: CountingReceivers) -> list[float]:
    values = []
    with outfit.stack.client("admin") as api:
        for _ in range(PEER_LATENCY_RUNS):
            before = len(counted.calls)
            started = time.monotonic()
            _run_peer(api)
            wait_until(partial(_has_more, counted, before + 2))
            values.append(counted.calls.times[before + 1] - started)
            time.sleep(PAUSE_SECONDS)
    return values


def _peer_rate(outfit: Outfit) -> float:
    with outfit.stack.client("admin") as api:
        started = time.monotonic()
        runs = [_run_peer(api) for _ in range(PEER_BURST_RUNS)]
        for run in runs:
            wait_until(partial(_is_done, api, run))
        return PEER_BURST_RUNS / (time.monotonic() - started)


def _run_peer(api: httpx.Client) -> str:
    body = {"conf": {"booking": make_booking("peer")}, "logical_date": None}
    answer = api.post("/api/v2/dags/handwritten_booking/dagRuns", json=body)
    answer.raise_for_status()
    return str(answer.json()["dag_run_id"])


def _is_done(api: httpx.Client, run_id: str) -> bool:
    answer = api.get(f"/api/v2/dags/handwritten_booking/dagRuns/{run_id}")
    answer.raise_for_status()
    state = answer.json()["state"]
    if state == "failed":
        raise RuntimeError(f"the hand-written DAG's run {run_id} failed")
    return bool(state == "success")
