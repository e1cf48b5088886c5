"""How fast events are taken in by the API server: one by one, and in batches.

Each event matches a workflow, whose executions are due an hour later: the whole of intake is
measured, and no run of it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.fleet import make_booking
from benchmarks.measuring import Figure, percentile, relative_spread
from bookflow.demo.outfit import Outfit

SINGLE = 300
BATCHES = 20
BATCH = 1_000
SENDERS = 2
"""Clients that send batches at once; one of them waits while another is answered."""
PATH = "/bookflow/api/v1/triggers"


def measure(outfit: Outfit) -> list[Figure]:
    """Send single events, then batches."""
    with outfit.stack.client("editor") as api:
        taken = [_send_one(api) for _ in range(SINGLE + 10)][10:]
        # the body is made before the clock starts
        bodies = [{"events": [_event() for _ in range(BATCH)]} for _ in range(BATCHES + 1)]
        _send(api, bodies.pop())
        started = time.monotonic()
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(lambda body: _send(api, body), bodies))
        rate = BATCH * BATCHES / (time.monotonic() - started)
    p50, p95 = statistics.median(taken), percentile(taken, 0.95)
    return [
        Figure(
            f"intake of one event, 1,000 workflows, p50 of {SINGLE}",
            f"{p50:.1f} ms (p95 {p95:.1f} ms)",
            "<= 15 ms",
            p50 <= 15,
            value=p50,
            spread=relative_spread(taken),
        ),
        Figure(
            f"intake of {BATCH * BATCHES:,} events in batches of {BATCH:,}",
            f"{rate:,.0f} events/s",
            ">= 5,000/s",
            rate >= 5000,
            value=rate,
            better="more",
        ),
    ]


def _event() -> dict[str, object]:
    return {"trigger": "booking_created", "booking": make_booking("later")}


def _send_one(api: httpx.Client) -> float:
    body = {"booking": make_booking("later")}
    started = time.perf_counter()
    answer = api.post(f"{PATH}/booking_created", json=body)
    elapsed = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    if len(answer.json()["executions"]) != 1:
        raise RuntimeError("an event has to match one workflow")
    return elapsed


def _send(api: httpx.Client, body: Mapping[str, object]) -> None:
    api.post(PATH, json=body, timeout=60).raise_for_status()
