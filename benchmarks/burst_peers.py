"""The burst's peers on the same machine: a Celery pool, and a script that only does the calls.

They send to the same receivers and the same PostgreSQL, while bookflow's Airflow stands idle.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.counting_receivers import CountingReceivers
from benchmarks.fleet import make_booking
from benchmarks.peer_processes import PROJECT, PYTHON, peer_environment
from benchmarks.peers.follow_up import COUNT, FILL, TABLE, Places
from bookflow.demo.component import Component
from bookflow.demo.outfit import SENDER, Outfit
from bookflow.demo.stack import find_free_port

POOL = 8
"""Processes of the Celery pool; 4 and 16 gave less on two cores."""
LIMIT_SECONDS = 180.0

Json = dict[str, Any]


class Peers:
    """Runs a burst through each peer and counts at the receivers."""

    def __init__(
        self, outfit: Outfit, counted: CountingReceivers, folder: Path, count: int
    ) -> None:
        """Take where messages arrive, and how many bookings a burst has."""
        self._counted = counted
        self._folder = folder
        self._count = count
        connection = json.loads(outfit.stack.environment["AIRFLOW_CONN_BOOKFLOW_SMTP"])
        self._places = Places(
            counted.mail_port, SENDER, connection["password"], counted.url, outfit.stack.database
        )

    def rate_of_script(self) -> float:
        """Give bookings per second of the bare asyncio script."""
        with self._burst() as (bookings, done):
            started = time.monotonic()
            self._feed(sys.executable, "benchmarks.peers.asyncio_script", bookings, {})
            done()
            return self._count / (time.monotonic() - started)

    def rate_of_celery(self) -> float | None:
        """Give bookings per second of the Celery pool; None where there is no Redis."""
        redis = shutil.which("redis-server")
        if redis is None:
            print("redis-server is not installed: no figure of Celery (apt install redis-server)")
            return None
        port = find_free_port()
        broker = {"PEER_BROKER": f"redis://127.0.0.1:{port}/0"}
        python = str(PYTHON)
        worker = (
            *(python, "-m", "celery", "-A", "benchmarks.peers.celery_pool", "worker"),
            *("--concurrency", str(POOL), "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )
        server = (redis, "--port", str(port), "--save", "", "--bind", "127.0.0.1")
        with (
            self._component("redis", server, {}),
            self._component("celery", worker, broker),
            self._burst() as (bookings, done),
        ):
            # a first few open all connections
            self._feed(python, "benchmarks.peers.celery_pool", bookings[: 4 * POOL], broker)
            self._wait(lambda: self._updated() >= 4 * POOL)
            started = time.monotonic()
            self._feed(python, "benchmarks.peers.celery_pool", bookings[4 * POOL :], broker)
            done()
            return (self._count - 4 * POOL) / (time.monotonic() - started)

    @contextmanager
    def _burst(self) -> Iterator[tuple[list[Json], Callable[[], None]]]:
        bookings = [make_booking("burst") for _ in range(self._count)]
        with psycopg.connect(self._places.database, autocommit=True) as link:
            link.execute(TABLE)
            link.execute(FILL, ([booking["id"] for booking in bookings],))
        mails = len(self._counted.mails) + self._count
        calls = len(self._counted.calls) + self._count

        def wait() -> None:
            self._wait(lambda: len(self._counted.mails) >= mails)
            self._wait(lambda: len(self._counted.calls) >= calls)
            self._wait(lambda: self._updated() >= self._count)

        yield bookings, wait

    @contextmanager
    def _component(
        self, name: str, command: tuple[str, ...], environment: dict[str, str]
    ) -> Iterator[None]:
        component = Component(
            name, command, self._folder / f"{name}.log", self._environ(environment)
        )
        component.start()
        try:
            yield
            component.check_alive()
        finally:
            component.ask_to_stop()
            component.make_sure_stopped()

    def _feed(
        self, python: str, module: str, bookings: list[Json], environment: dict[str, str]
    ) -> None:
        subprocess.run(
            (python, "-m", module),
            input="\n".join(map(json.dumps, bookings)),
            env=self._environ(environment),
            cwd=PROJECT,
            text=True,
            check=True,
            timeout=LIMIT_SECONDS,
        )

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        return peer_environment({**self._places.to_environment(), **more})

    def _updated(self) -> int:
        with psycopg.connect(self._places.database) as link:
            row = link.execute(COUNT).fetchone()
        return int(row[0]) if row else 0

    def _wait(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not is_done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the peer did not end within {LIMIT_SECONDS:.0f} s")
            time.sleep(0.05)
