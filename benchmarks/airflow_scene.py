"""The Airflow that is measured: 1,000 workflows, receivers that count, bursts sent to it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.counting_receivers import CountingReceivers
from benchmarks.fleet import make_booking, write_fleet
from bookflow.demo.cluster import Cluster
from bookflow.demo.outfit import SENDER, Outfit, open_outfit
from bookflow.demo.stack import Layout

PROJECT = Path(__file__).parent.parent
WORKFLOWS = 1_000
BATCH = 1_000
LIMIT_SECONDS = 180.0


@contextmanager
def opened_stack(
    folder: Path, cluster: Cluster | None = None
) -> Iterator[tuple[Outfit, CountingReceivers]]:
    specs, dags = folder / "specs", folder / "dags"
    write_fleet(specs, WORKFLOWS)
    shutil.copytree(PROJECT / "dags", dags)
    shutil.copy(PROJECT / "benchmarks" / "peers" / "handwritten_booking.py", dags)
    with (
        CountingReceivers() as counted,
        open_outfit(
            folder / "stack",
            layout=Layout(dags=dags, specs=specs),
            cluster=cluster,
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


def measure_burst(outfit: Outfit, counted: CountingReceivers, count: int) -> float:
    """Send events at once; give executions per second until the last one is final."""
    mails, calls = len(counted.mails), len(counted.calls)
    events = [
        {"trigger": "booking_created", "booking": make_booking("burst")} for _ in range(count)
    ]
    with outfit.stack.client("editor") as api:
        started = time.monotonic()
        for first in range(0, count, BATCH):
            body = {"events": events[first : first + BATCH]}
            api.post("/bookflow/api/v1/triggers", json=body).raise_for_status()
        wait_until(lambda: len(counted.mails) >= mails + count)
        wait_until(lambda: len(counted.calls) >= calls + count)
        wait_until(lambda: not _has_open(api))
    return count / (time.monotonic() - started)


def _has_open(api: httpx.Client) -> bool:
    """Ask whether an execution of the burst is not final yet."""
    asked = {"workflow": "bench-burst", "status": "pending,running", "limit": "1"}
    answer = api.get("/bookflow/api/v1/executions", params=asked)
    answer.raise_for_status()
    return bool(answer.json()["executions"])


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait until it is done; raises `TimeoutError`."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing more came in {LIMIT_SECONDS:.0f} s")
        time.sleep(0.02)
