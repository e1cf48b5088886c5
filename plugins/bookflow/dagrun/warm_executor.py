"""Airflow's LocalExecutor with workers that know beforehand what a bookflow task needs.

Every task process is a fork of a worker, and every worker a fork of the scheduler: what the
scheduler has loaded before it starts its workers, no task has to load again.
"""

from __future__ import annotations

from airflow.executors.local_executor import LocalExecutor

from bookflow.dagrun.rehearsal import rehearse


class WarmLocalExecutor(LocalExecutor):
    """LocalExecutor that rehearses first and forks afterwards."""

    def start(self) -> None:
        """Rehearse, then start the workers."""
        if self.is_mp_using_fork:
            rehearse()
        super().start()
