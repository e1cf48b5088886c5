"""Latency and throughput of a real Airflow with 1,000 workflows, beside the hand-written DAG."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

from benchmarks import bench_intake
from benchmarks.burst_peers import Peers
from benchmarks.counting_receivers import CountingReceivers
from benchmarks.fleet import make_booking, write_fleet
from benchmarks.measuring import Figure, percentile, relative_spread
from benchmarks.processor_time import StackSpending
from bookflow.demo.outfit import SENDER, Outfit, open_outfit
from bookflow.demo.stack import Layout

PROJECT = Path(__file__).parent.parent
WORKFLOWS = 1_000
LATENCY_EVENTS = 25
BURST_EVENTS = 5_000
BURSTS = 3
BATCH = 1_000
PEER_LATENCY_RUNS = 5
PEER_BURST_RUNS = 30
PAUSE_SECONDS = 1.0
IDLE_SECONDS = 30.0
LIMIT_SECONDS = 180.0


def measure() -> list[Figure]:
    """Start everything, measure latency, intake and burst, then the peers on the same machine."""
    with (
        tempfile.TemporaryDirectory(prefix="bookflow-bench-") as name,
        _opened(Path(name)) as (outfit, counted),
    ):
        peers = Peers(outfit, counted, Path(name), BURST_EVENTS)
        latency = _latencies(outfit, counted)
        spending = StackSpending(outfit.stack)
        time.sleep(IDLE_SECONDS)
        idle = spending.since_last()
        bursts = [_burst_rate(outfit, counted) for _ in range(BURSTS)]
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

    def show(seconds: dict[str, float], factor: float, digits: int) -> str:
        return ", ".join(f"{name} {used * factor:.{digits}f}" for name, used in seconds.items())

    return [
        Figure(
            f"processor while idle, {WORKFLOWS:,} workflows, in % of a core",
            f"{sum(idle.values()) * share:.0f} ({show(idle, share, 0)})",
            value=sum(idle.values()) * share,
        ),
        Figure(
            "processor time per execution of the bursts, in ms",
            f"{sum(busy.values()) * each:.1f} ({show(busy, each, 1)})",
            value=sum(busy.values()) * each,
        ),
    ]


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Outfit, CountingReceivers]]:
    specs, dags = folder / "specs", folder / "dags"
    write_fleet(specs, WORKFLOWS)
    shutil.copytree(PROJECT / "dags", dags)
    shutil.copy(PROJECT / "benchmarks" / "peers" / "handwritten_booking.py", dags)
    with (
        CountingReceivers() as counted,
        open_outfit(
            folder / "stack",
            layout=Layout(dags=dags, specs=specs),
            environment=_connections(counted),
        ) as outfit,
    ):
        outfit.stack.wait_for_dags(
            ["bookflow-bench-chain", "bookflow-bench-burst", "handwritten_booking"]
        )
        yield outfit, counted


def _connections(counted: CountingReceivers) -> dict[str, str]:
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": counted.mail_port,
        "login": SENDER,
        "password": "counted",
        "extra": {"from_email": SENDER, "disable_ssl": True, "disable_tls": True},
    }
    hook = {"conn_type": "http", "host": f"http://127.0.0.1:{counted.web_port}"}
    return {
        "AIRFLOW_CONN_BOOKFLOW_SMTP": json.dumps(smtp),
        "AIRFLOW_CONN_BENCH_WEBHOOK": json.dumps(hook),
    }


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
            _wait(partial(_has_more, counted, before + 2))
            if number >= 2:  # the first two warm caches
                values.append(counted.calls.times[before + 1] - started)
            time.sleep(PAUSE_SECONDS)
    return values


def _has_more(counted: CountingReceivers, count: int) -> bool:
    return len(counted.calls) >= count


def _burst_rate(outfit: Outfit, counted: CountingReceivers) -> float:
    mails, calls = len(counted.mails), len(counted.calls)
    events = [
        {"trigger": "booking_created", "booking": make_booking("burst")}
        for _ in range(BURST_EVENTS)
    ]
    with outfit.stack.client("editor") as api:
        started = time.monotonic()
        for first in range(0, BURST_EVENTS, BATCH):
            body = {"events": events[first : first + BATCH]}
            api.post("/bookflow/api/v1/triggers", json=body).raise_for_status()
        _wait(lambda: len(counted.mails) >= mails + BURST_EVENTS)
        _wait(lambda: len(counted.calls) >= calls + BURST_EVENTS)
        _wait(lambda: not _has_open(api))
    return BURST_EVENTS / (time.monotonic() - started)


def _has_open(api: httpx.Client) -> bool:
    """Ask whether an execution of the burst is not final yet."""
    asked = {"workflow": "bench-burst", "status": "pending,running", "limit": "1"}
    answer = api.get("/bookflow/api/v1/executions", params=asked)
    answer.raise_for_status()
    return bool(answer.json()["executions"])


def _peer_latencies(outfit: Outfit, counted: CountingReceivers) -> list[float]:
    values = []
    with outfit.stack.client("admin") as api:
        for _ in range(PEER_LATENCY_RUNS):
            before = len(counted.calls)
            started = time.monotonic()
            _run_peer(api)
            _wait(partial(_has_more, counted, before + 2))
            values.append(counted.calls.times[before + 1] - started)
            time.sleep(PAUSE_SECONDS)
    return values


def _peer_rate(outfit: Outfit) -> float:
    with outfit.stack.client("admin") as api:
        started = time.monotonic()
        runs = [_run_peer(api) for _ in range(PEER_BURST_RUNS)]
        for run in runs:
            _wait(partial(_is_done, api, run))
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


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing more came in {LIMIT_SECONDS:.0f} s")
        time.sleep(0.02)
