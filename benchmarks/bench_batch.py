"""What one execution of a batch costs without Airflow: CPU of the task, CPU of PostgreSQL, wall.

The receivers are processes of their own, so nothing they do counts. `python -m
benchmarks.bench_batch PROFILE` writes what cProfile sees of the tasks to a file.
"""

from __future__ import annotations

import cProfile
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg

from benchmarks.fleet import make_booking, write_fleet
from benchmarks.history import database
from benchmarks.measuring import Figure
from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.journey.intake import Incoming
from bookflow.journey.steps import facts_of, timing_of
from bookflow.records import RunKey
from bookflow.settings import Settings
from bookflow.wiring.servers import open_server_runtime
from bookflow.wiring.workshops import open_workshop

PROJECT = Path(__file__).parent.parent
EXECUTIONS = 2_000
WORKFLOW = "bench-burst"


@dataclass
class Cost:
    """Seconds of CPU of this process, of PostgreSQL's backend, and of the wall clock."""

    ours: float = 0.0
    database: float = 0.0
    wall: float = 0.0


@dataclass
class Meter:
    """Adds up what pieces of work cost."""

    link: psycopg.Connection[Any]
    costs: dict[str, Cost] = field(default_factory=dict)
    profile: cProfile.Profile | None = None

    @contextmanager
    def measuring(self, name: str) -> Iterator[None]:
        """Add what happens inside."""
        cost = self.costs.setdefault(name, Cost())
        wall, ours, theirs = time.perf_counter(), time.process_time(), _backends_cpu(self.link)
        if self.profile:
            self.profile.enable()
        try:
            yield
        finally:
            if self.profile:
                self.profile.disable()
            cost.wall += time.perf_counter() - wall
            cost.ours += time.process_time() - ours
            cost.database += _backends_cpu(self.link) - theirs


def measure(profile: cProfile.Profile | None = None) -> list[Figure]:
    """Take events in, then work them off in batches as tasks do."""
    size = Settings().batch_size
    costs = work_off(size, EXECUTIONS, profile)
    total = _add_up(costs)
    each = {name: _describe(cost) for name, cost in {**costs, "all": total}.items()}
    return [
        Figure(
            f"one execution of a batch of {size:,} without Airflow, {name}: "
            "CPU of the task + of PostgreSQL (wall)",
            each[name],
            value=(cost.ours + cost.database) * 1000 / EXECUTIONS,
        )
        for name, cost in {**costs, "all": total}.items()
    ]


def cost_of_batches(size: int, executions: int) -> Cost:
    """Give what one execution costs in batches of a size; `executions` is a multiple of it."""
    total = _add_up(work_off(size, executions))
    return Cost(*(getattr(total, key) / executions for key in Cost().__dict__))


def _add_up(costs: Mapping[str, Cost]) -> Cost:
    return Cost(*(sum(getattr(c, key) for c in costs.values()) for key in Cost().__dict__))


def work_off(
    size: int, executions: int, profile: cProfile.Profile | None = None
) -> dict[str, Cost]:
    """Give what each step costs for all executions, on a database of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder,
        database() as dsn,
        _receivers() as ports,
    ):
        specs = Path(folder)
        write_fleet(specs, 10)
        settings = Settings(specs_dir=specs, allowed_networks=("127.0.0.1/32",), batch_size=size)
        return _work_off(dsn, settings, executions, ports, profile)


def _work_off(
    dsn: str,
    settings: Settings,
    executions: int,
    ports: dict[str, int],
    profile: cProfile.Profile | None,
) -> dict[str, Cost]:
    connections = EnvironmentConnections(_connections(dsn, ports))
    waker: Any = SimpleNamespace(wake=lambda *_: None, check=dict)
    server = open_server_runtime(settings, connections, waker)
    server.specs.scan()
    events = [Incoming("booking_created", subject=make_booking("burst")) for _ in range(executions)]
    for first in range(0, executions, 1000):
        server.intake.receive(events[first : first + 1000])
    loaded = server.specs.find(WORKFLOW)
    facts, timing = facts_of(loaded), timing_of(loaded)
    actions = loaded.workflow.active_actions
    workshop = open_workshop(settings, connections, waker)
    meter = Meter(psycopg.connect(dsn, autocommit=True), profile=profile)
    for number in range(executions // settings.batch_size):
        run = RunKey(f"bookflow-{WORKFLOW}", f"run-{number}")
        with meter.measuring("claim"):
            workshop.runtime.claim(facts, run, {})
        for action in actions:
            step = workshop.build_step(facts, action, timing)
            with meter.measuring(action.name):
                summary = workshop.runtime.act(step, run, is_last_try=False)
            if summary.completed != settings.batch_size:
                raise RuntimeError(f"{action.name}: {summary}")
        with meter.measuring("finish"):
            workshop.runtime.finish(run, [(action.name, action.type) for action in actions])
    meter.link.close()
    workshop.close()
    server.store.close()
    return meter.costs


def _describe(cost: Cost) -> str:
    def per(seconds: float) -> str:
        return f"{seconds * 1000 / EXECUTIONS:.2f}"

    return f"{per(cost.ours)} + {per(cost.database)} ms ({per(cost.wall)} ms)"


BACKENDS = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _backends_cpu(link: psycopg.Connection[Any]) -> float:
    """Add up what the connections to this database have used since they began."""
    pids = [pid for (pid,) in link.execute(BACKENDS)]
    return sum(_cpu_of(pid) for pid in pids)


def _cpu_of(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _receivers() -> Iterator[dict[str, int]]:
    command = [sys.executable, "-m", "bookflow.demo.receivers"]
    environ = {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}
    with subprocess.Popen(
        [*command, "--smtp-port", "0", "--webhook-port", "0"],
        stdout=subprocess.PIPE,
        env=environ,
        text=True,
    ) as process:
        try:
            yield json.loads(process.stdout.readline() if process.stdout else "")
        finally:
            process.terminate()


def _connections(dsn: str, ports: dict[str, int]) -> dict[str, str]:
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": ports["smtp"],
        "extra": {"from_email": "b@example.com", "disable_ssl": True, "disable_tls": True},
    }
    hook = {"conn_type": "http", "host": f"http://127.0.0.1:{ports['webhook']}"}
    return {
        "AIRFLOW_CONN_BOOKFLOW_DB": dsn,
        "AIRFLOW_CONN_BOOKFLOW_SMTP": json.dumps(smtp),
        "AIRFLOW_CONN_BENCH_WEBHOOK": json.dumps(hook),
    }


def main(run: Callable[..., list[Figure]] = measure) -> None:
    """Print the figures; a file named on the command line gets the profile."""
    profile = cProfile.Profile() if len(sys.argv) > 1 else None
    for figure in run(profile):
        print(figure.what, figure.measured, sep=": ")
    if profile:
        profile.dump_stats(sys.argv[1])


if __name__ == "__main__":
    main()
