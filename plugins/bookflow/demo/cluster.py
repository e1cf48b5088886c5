"""A stack whose tasks run on Celery workers behind Redis, as on several machines.

It has several schedulers and several workers. Their packages are not bookflow's own, so `python`
is that of an environment that has them, such as the one of the benchmarks' peers.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WARM_CELERY = "bookflow.dagrun.warm_celery.CELERY_CONFIG"
"""Celery's settings as Airflow has them, and workers that load beforehand what tasks need."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """How many of what; `slots` are the tasks that a worker runs at once."""

    python: Path
    schedulers: int = 2
    workers: int = 2
    slots: int = 8

    def check(self) -> None:
        """Raise `ConfigurationError` where something is not installed."""
        if shutil.which("redis-server") is None:
            raise ConfigurationError("redis-server is not installed: apt install redis-server")
        if not self.python.is_file():
            raise ConfigurationError(
                f"{self.python} is missing: it is the Python of an environment with "
                "apache-airflow-providers-celery, such as `make peers` makes"
            )

    def commands(self, redis_port: int, folder: Path) -> dict[str, tuple[str, ...]]:
        """Give what runs beside the API server, the dag-processor and the triggerer.

        `folder` is for files that say which process a worker is.
        """
        airflow = (str(self.python), "-m", "airflow")
        redis = ("redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "")
        found: dict[str, tuple[str, ...]] = {
            # what was queued outlives a crash of Redis
            "redis": (*redis, "--appendonly", "yes", "--dir", str(folder)),
        }
        for name in numbered("scheduler", self.schedulers):
            found[name] = (*airflow, "scheduler", "--skip-serve-logs")
        for name in numbered("celery-worker", self.workers):
            found[name] = (
                *(*airflow, "celery", "worker", "--skip-serve-logs"),
                *("--concurrency", str(self.slots), "--celery-hostname", f"{name}@localhost"),
                *("--pid", str(folder / f"{name}.pid")),
            )
        return found

    def settings(self, *, redis_port: int, dsn: str) -> Mapping[str, str]:
        """Give the settings that differ from those of one machine."""
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{dsn}",
            "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": WARM_CELERY,
            "AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER": "1",
        }


def numbered(name: str, count: int) -> list[str]:
    """Name several of a kind; the first one keeps the plain name.

    >>> numbered("scheduler", 2)
    ['scheduler', 'scheduler-2']
    """
    return [name if number == 1 else f"{name}-{number}" for number in range(1, count + 1)]
