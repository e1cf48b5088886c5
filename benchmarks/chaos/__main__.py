"""`make chaos`: kill one process after the other in mid-burst, print and write what was lost."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.chaos.reporting import describe, make_table, write_page
from benchmarks.chaos.rounds import ROUNDS, Outcome, Round, play, write_specs
from benchmarks.chaos.supervising import wait_until_healthy
from bookflow.demo.outfit import Outfit, open_outfit
from bookflow.demo.stack import Layout
from bookflow.errors import BookflowError


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or of {', '.join(ROUNDS)}")
    parser.add_argument("--events", type=int, default=1_000, help="events of a burst (1000)")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds before a restart (3)")
    parser.add_argument("--limit", type=float, default=240.0, help="longest wait for the end (240)")
    parser.add_argument("--dry", action="store_true", help="print, but don't write the page")
    parser.add_argument("--keep", type=Path, help="folder for the stack's data and logs, kept")
    given = parser.parse_args(arguments)
    unknown = set(given.parts) - set(ROUNDS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ROUNDS)}")
    return given


def play_all(given: argparse.Namespace, folder: Path) -> list[Outcome]:
    """Start a stack and play the rounds on it, one after the other."""
    specs = folder / "specs"
    specs.mkdir(parents=True)
    write_specs(specs)
    outcomes = []
    layout = Layout(specs=specs)
    with open_outfit(folder / "stack", layout=layout, with_proxies=True) as outfit:
        outfit.stack.wait_for_dags([f"bookflow-{spec.stem}" for spec in specs.glob("*.yaml")])
        for name in given.parts or ROUNDS:
            wait_until_healthy(outfit.stack)
            started = time.monotonic()
            outcome = play_one(given, outfit, ROUNDS[name])
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
        write_page(outcomes)
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
