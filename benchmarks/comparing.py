"""Keeps the figures of each run, and says what moved since an earlier one, beyond noise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Figure, describe_machine
from bookflow.errors import ConfigurationError

KEPT = Path(__file__).parent.parent / ".bookflow" / "benchmarks"
LEAST = 0.1
"""Two runs of the same code differ by this share without meaning anything."""


def keep_run(figures: Iterable[Figure], folder: Path = KEPT) -> Path:
    """Write the figures of a run to a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    run = {"machine": describe_machine(), "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    return path


def list_runs(folder: Path = KEPT) -> list[Path]:
    """List the kept runs, the oldest first."""
    return sorted(folder.glob("*.json")) if folder.is_dir() else []


def compare(figures: Iterable[Figure], earlier: Path) -> list[str]:
    """Say in a line each what got slower or faster beyond noise; raises `ConfigurationError`."""
    try:
        run = json.loads(earlier.read_text(encoding="utf-8"))
        before = {one["what"]: Figure(**one) for one in run["figures"]}
        machine = run["machine"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{earlier} is no run that `make bench` kept ({error}); those are in {KEPT}"
        ) from error
    lines = [line for figure in figures if (line := _describe_move(before, figure))]
    if machine != describe_machine():
        lines.insert(0, f"that was another machine or version: {machine}")
    return lines


def _describe_move(before: dict[str, Figure], now: Figure) -> str | None:
    old = before.get(now.what)
    if old is None or not old.value or now.value is None:
        return None
    change = now.value / old.value - 1
    if abs(change) <= max(LEAST, old.spread + now.spread):
        return None
    is_worse = (change > 0) == (now.better == "less")
    word = "WORSE" if is_worse else "better"
    return f"{word} by {abs(change):.0%}: {now.what}: {old.measured} -> {now.measured}"
