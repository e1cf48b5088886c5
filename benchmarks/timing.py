"""How long answers take."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.measuring import Figure, percentile, relative_spread

ROUNDS = 40
TARGET_MS = 100.0


def time_answers(
    what: str,
    ask: Callable[[int], object],
    target_ms: float | None = TARGET_MS,
    rounds: int = ROUNDS,
) -> Figure:
    """Ask again and again, after a first time that does not count."""
    ask(0)
    taken = []
    for number in range(rounds):
        started = time.perf_counter()
        ask(number)
        taken.append((time.perf_counter() - started) * 1000)
    p95 = percentile(taken, 0.95)
    return Figure(
        f"{what}, p95",
        f"{p95:.0f} ms (p50 {percentile(taken, 0.5):.0f} ms)",
        f"<= {target_ms:.0f} ms" if target_ms else "",
        p95 <= target_ms if target_ms else None,
        value=p95,
        spread=relative_spread(taken),
    )
