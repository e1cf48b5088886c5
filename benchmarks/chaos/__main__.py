"""`make chaos`: kill one process after the other in mid-burst, print and write what was lost."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.chaos.reporting import describe, make_table, write_page
from benchmarks.chaos.rounds import CLUSTER_ROUNDS, ROUNDS, Outcome, Round, play, write_specs
from benchmarks.chaos.supervising import wait_until_healthy
from benchmarks.peer_processes import PYTHON
from bookflow.demo.cluster import Cluster
from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.stack import Layout
from bookflow.errors import BookflowError


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or of {', '.join(ROUNDS)}")
    parser.add_argument(
        "--cluster",
        action="store_true",
        help="Celery, two workers and two schedulers; also: "
        + ", ".join(name for name in CLUSTER_ROUNDS if name not in ROUNDS),
    )
    parser.add_argument("--events", type=int, default=1_000, help="events of a burst (1000)")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds before a restart (3)")
    parser.add_argument("--limit", type=float, default=240.0, help="longest wait for the end (240)")
    parser.add_argument("--dry", action="store_true", help="print, but don't write the page")
    parser.add_argument("--keep", type=Path, help="folder for the stack's data and logs, kept")
    given = parser.parse_args(arguments)
    rounds = rounds_of(given)
    unknown = set(given.parts) - set(rounds)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(rounds)}")
    return given


def rounds_of(given: argparse.Namespace) -> Mapping[str, Round]:
    """Give the rounds that can be played."""
    return CLUSTER_ROUNDS if given.cluster else ROUNDS


def play_all(given: argparse.Namespace, folder: Path) -> list[Outcome]:
    """Start a stack and play the rounds on it, one after the other."""
    specs = folder / "specs"
    specs.mkdir(parents=True)
    write_specs(specs)
    outcomes = []
    layout = Layout(specs=specs)
    cluster = Cluster(PYTHON) if given.cluster else None
    rounds = rounds_of(given)
    with open_outfit(folder / "stack", layout=layout, with_proxies=True, cluster=cluster) as outfit:
        outfit.stack.wait_for_dags([f"bookflow-{spec.stem}" for spec in specs.glob("*.yaml")])
        for name in given.parts or rounds:
            wait_until_healthy(outfit.stack)
            started = time.monotonic()
            outcome = play_one(given, outfit, rounds[name])
            outcomes.append(outcome)
            print(f"{describe(outcome)} ({time.monotonic() - started:.0f} s)", flush=True)
    return outcomes


def play_one(given: argparse.Namespace, outfit: Outfit, wanted: Round) -> Outcome:
    """Play a round; one that can't be played to its end must not hide the others."""
    try:
        return play(
            outfit,
            wanted,
            events=given.events,
            pause=given.pause,
            final_seconds=given.limit,
        )
    except (TimeoutError, ValueError, BookflowError) as error:
        return Outcome.unplayed(wanted, given.events, error)


def main(arguments: list[str] | None = None) -> int:
    """Play, print, write; 1 when something was lost or not final in time."""
    given = parse_arguments(arguments)
    # whoever asks it to end gets a stack that has ended as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as leaving:
        if given.keep is None:
            made = leaving.enter_context(tempfile.TemporaryDirectory(prefix="bookflow-chaos-"))
            folder = Path(made)
        else:
            folder = given.keep
        outcomes = play_all(given, folder)
    print(make_table(outcomes))
    if not given.dry:
        write_page(outcomes, is_cluster=given.cluster)
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
