"""From spec file to DAG, and what parsing costs a task at its start."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fleet import write_fillers, write_fleet
from benchmarks.measuring import Figure, relative_spread
from benchmarks.peer_processes import run_peer

PROJECT = Path(__file__).parent.parent
STARTS = 15


def measure() -> list[Figure]:
    """Measure the build of 1,000 DAGs and the parse at task start with 10 and 10,000 specs."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder:
        root = Path(folder)
        write_fillers(root / "thousand", 1000)
        write_fleet(root / "ten", 10)
        write_fleet(root / "ten-thousand", 10_000)
        built = float(_run("build", root / "thousand"))
        [peer] = run_peer("dag_factory_dags", root / "airflow-peer")
        few = _starts(root / "ten")
        many = _starts(root / "ten-thousand")
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
    ]


def _spread(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[-1] - ordered[0]


def _starts(specs: Path) -> list[float]:
    return [float(_run("start", specs)) for _ in range(STARTS)]


def _run(mode: str, specs: Path) -> str:
    environ = {
        **os.environ,
        "PYTHONPATH": f"{PROJECT / 'plugins'}{os.pathsep}{PROJECT}",
        "BOOKFLOW_SPECS_DIR": str(specs),
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
    """Run the DAG file as a task process does: imports inherited, one DAG asked for."""
    import runpy

    from airflow.sdk.definitions.dag import DAG  # noqa: F401

    import bookflow.dagrun.factory
    import bookflow.dagrun.operators
    import bookflow.wiring.workshops  # noqa: F401

    os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = "bookflow-bench-chain"
    os.environ["_AIRFLOW_PARSING_CONTEXT_TASK_ID"] = "first"
    started = time.perf_counter()
    names = runpy.run_path(str(PROJECT / "dags" / "bookflow_workflows.py"))
    elapsed = (time.perf_counter() - started) * 1000
    if "bookflow-bench-chain" not in names:
        raise RuntimeError("the DAG file did not give the DAG that was asked for")
    return elapsed


if __name__ == "__main__":
    print(_build_all() if sys.argv[1] == "build" else _start_one())
