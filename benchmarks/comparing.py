"""Keeps the figures of each run, and says what moved since an earlier one, beyond noise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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


def read_run(path: Path) -> dict[str, Figure]:
    """Give the figures of a kept run by what they measure; raises `ConfigurationError`."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        return {one["what"]: Figure(**one) for one in run["figures"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is no run that `make bench` kept ({error}); those are in {KEPT}"
        ) from error


def read_newest(folder: Path = KEPT) -> dict[str, Figure]:
    """Give the newest figure of each kind that the kept runs hold."""
    newest: dict[str, Figure] = {}
    for path in list_runs(folder):
        newest.update(read_run(path))
    return newest


def compare(figures: Iterable[Figure], before: Mapping[str, Figure]) -> list[str]:
    """Say in a line each what got slower or faster beyond noise."""
    return [line for figure in figures if (line := _describe_move(before, figure))]


def _describe_move(before: Mapping[str, Figure], now: Figure) -> str | None:
    old = before.get(now.what)
    if old is None or not old.value or now.value is None:
        return None
    change = now.value / old.value - 1
    if abs(change) <= max(LEAST, old.spread + now.spread):
        return None
    is_worse = (change > 0) == (now.better == "less")
    word = "WORSE" if is_worse else "better"
    return f"{word} by {abs(change):.0%}: {now.what}: {old.measured} -> {now.measured}"
