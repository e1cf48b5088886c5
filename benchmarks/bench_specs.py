"""From spec file to DAG, what parsing costs a task at its start, and matching an event."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fleet import write_fillers, write_fleet
from benchmarks.measuring import Figure, percentile, relative_spread
from benchmarks.peer_processes import run_peer
from bookflow.spec.sharding import name_of_shard

PROJECT = Path(__file__).parent.parent
STARTS = 15
MATCHES = 2_000
MATCH_PAUSE = 0.005


def measure() -> list[Figure]:
    """Measure building 1,000 DAGs, then starting tasks and matching among 10,000 specs."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder:
        root = Path(folder)
        write_fillers(root / "thousand", 1000)
        write_fleet(root / "ten", 10)
        write_fleet(root / "ten-thousand", 10_000)
        built = float(_run("build", root / "thousand"))
        [peer] = run_peer("dag_factory_dags", root / "airflow-peer")
        few = _starts(root / "ten")
        many = _starts(root / "ten-thousand")
        matched = [float(taken) for taken in _run("match", root / "ten-thousand").split()]
    return [
        Figure(
            "build of one DAG from its spec (load, validate, construct), mean of 1,000",
            f"{built:.2f} ms",
            "<= 1 ms, >= 5x faster than dag-factory",
            built <= 1.0 and peer >= 5 * built,
            f"{peer:.2f} ms",
            f"{peer / built:.1f}x faster",
            value=built,
        ),
        Figure(
            "parse of the DAG file at task start, 10,000 specs (peer: 10 specs), median",
            f"{statistics.median(many):.1f} ms",
            "no difference beyond noise",
            abs(statistics.median(many) - statistics.median(few)) <= max(_spread(few), 1.0),
            f"{statistics.median(few):.1f} ms",
            f"{statistics.median(many) / statistics.median(few):.2f}",
            value=statistics.median(many),
            spread=relative_spread(many),
        ),
        Figure(
            f"matching one event among 10,000 workflows, p50 of {len(matched):,}",
            f"{statistics.median(matched):.3f} ms (p99 {percentile(matched, 0.99):.3f} ms)",
            "<= 1 ms",
            percentile(matched, 0.99) <= 1.0,
            value=statistics.median(matched),
            spread=relative_spread(matched),
        ),
    ]


def _spread(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[-1] - ordered[0]


def _starts(specs: Path) -> list[float]:
    return [float(_run("start", specs)) for _ in range(STARTS)]


def time_mode(mode: str, specs: Path) -> float:
    """Give milliseconds: `build` per DAG of all specs, `start` of one task's parse."""
    return float(_run(mode, specs))


def _run(mode: str, specs: Path) -> str:
    environ = {
        **os.environ,
        "PYTHONPATH": f"{PROJECT / 'plugins'}{os.pathsep}{PROJECT}",
        "BOOKFLOW_SPECS_DIR": str(specs),
        "BOOKFLOW_HOME": str(specs.parent / "home"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        "AIRFLOW_HOME": str(specs.parent / "airflow"),
    }
    command = (sys.executable, "-m", "benchmarks.bench_specs", mode)
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return done.stdout.strip().splitlines()[-1]


def _build_all() -> float:
    """Build every DAG once to warm up, then again; give milliseconds per DAG."""
    from bookflow.dagrun.factory import build_dags

    build_dags()
    started = time.perf_counter()
    dags = build_dags()
    return (time.perf_counter() - started) * 1000 / len(dags)


def _start_one() -> float:
    """Open the bundle and run a DAG file as a task process does: imports inherited, one DAG."""
    import runpy

    from airflow.sdk.definitions.dag import DAG  # noqa: F401

    import bookflow.dagrun.factory
    import bookflow.dagrun.operators
    import bookflow.wiring.workshops  # noqa: F401
    from bookflow.dagrun.spec_bundle import SpecBundle

    # a machine makes the files for its tasks once
    SpecBundle(name="bookflow").initialize()
    os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = "bookflow-bench-chain"
    os.environ["_AIRFLOW_PARSING_CONTEXT_TASK_ID"] = "first"
    started = time.perf_counter()
    bundle = SpecBundle(name="bookflow")
    bundle.initialize()
    names = runpy.run_path(str(bundle.path / name_of_shard(77)))
    elapsed = (time.perf_counter() - started) * 1000
    if "bookflow-bench-chain" not in names:
        raise RuntimeError("the DAG file did not give the DAG that was asked for")
    return elapsed


def _match() -> str:
    """Match an event again and again for some seconds, as the API server does under load."""
    from bookflow.domains.booking import BOOKING_VOCABULARY
    from bookflow.spec.repository import SpecRepository

    repository = SpecRepository(Path(os.environ["BOOKFLOW_SPECS_DIR"]), BOOKING_VOCABULARY)
    repository.scan()
    taken = []
    for _ in range(MATCHES):
        started = time.perf_counter()
        found = [one.workflow.id for one in repository.matching("booking_created", "chain")]
        taken.append((time.perf_counter() - started) * 1000)
        if found != ["bench-chain"]:
            raise RuntimeError(f"the event matched {found}")
        # so that it goes on while files are looked at again
        time.sleep(MATCH_PAUSE)
    return " ".join(f"{one:.6f}" for one in taken)


MODES = {"build": _build_all, "start": _start_one, "match": _match}

if __name__ == "__main__":
    print(MODES[sys.argv[1]]())
