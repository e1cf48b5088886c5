"""Celery workers that know beforehand what a bookflow task needs.

For `[celery] celery_config_options`. Every task process is a fork of a worker's process, and that
one a fork of the worker: what it has loaded by then, no task has to load again.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import import_modules

from bookflow.dagrun.rehearsal import rehearse

# the very object: Airflow tells its own settings from others by that
CELERY_CONFIG = DEFAULT_CELERY_CONFIG


@import_modules.connect  # type: ignore[untyped-decorator]
def rehearse_in_worker(**_: Any) -> None:
    """Rehearse when a worker starts, before it makes processes."""
    rehearse()
