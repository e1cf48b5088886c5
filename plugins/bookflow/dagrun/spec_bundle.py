"""The workflows as a DAG bundle: Airflow parses only what changed, however many there are.

Airflow imports this module in every process, each task's included: what only the dag-processor
needs is imported when it first refreshes.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from airflow.dag_processing.bundles.base import BaseDagBundle

from bookflow.errors import ConfigurationError
from bookflow.settings import Settings
from bookflow.spec.sharding import ShardFolder

if TYPE_CHECKING:
    from pathlib import Path

    from bookflow.dagrun.spec_following import SpecFollower

log = logging.getLogger(__name__)

FULL_SECONDS = 600
"""How often Airflow lists the DAG files again although none came or went."""


class SpecBundle(BaseDagBundle):
    """Shards of the folder of specs; set `BOOKFLOW_SPECS_DIR` and `BOOKFLOW_HOME`, no arguments.

    Airflow asks every second or so whether the bundle should be refreshed. That is where the specs
    are looked at: refreshing makes Airflow read all DAGs of the bundle from its database, which
    only a DAG file that came or went is worth. A shard that was touched is parsed without.
    """

    def __init__(self, **given: Any) -> None:
        """Find the folder; reads and writes nothing."""
        self._follower: SpecFollower | None = None
        settings = Settings.from_environment(os.environ)
        self._folder = ShardFolder.of(settings.home, settings.specs_dir)
        super().__init__(**given)

    @property
    def path(self) -> Path:
        """Give the shards there are to the dag-processor, and all there may be to tasks."""
        return self._folder.dags if self._follower is not None else self._folder.for_tasks

    def initialize(self) -> None:
        """Make sure that a task finds its file, on whichever machine it runs."""
        try:
            self._folder.write_for_tasks()
        except OSError as error:
            raise ConfigurationError(
                f"{self._folder.root} can't be written ({error.strerror}); "
                "set BOOKFLOW_HOME to a folder that Airflow may write to"
            ) from error
        super().initialize()

    def refresh(self) -> None:
        """Bring the shards up to the specs; only the dag-processor does that."""
        if self._follower is None:
            from bookflow.dagrun.parse_preparing import open_follower, prepare_parses

            follower = open_follower(self.name, self._folder)
            follower.look_at_once()
            prepare_parses()
            self._follower = follower
            return
        self._follower.look_at_once()

    def get_current_version(self) -> None:
        """Give none: a task runs the spec as it is."""

    @property
    def refresh_interval(self) -> int:
        """Look at the specs, then say how many seconds a refresh may be put off."""
        if self._follower is None:
            return self._refresh_interval
        try:
            return 0 if self._follower.look() else FULL_SECONDS
        except Exception:
            # it would end Airflow's dag-processor
            log.exception("bookflow: the specs can't be followed; they are looked at again soon")
            self._follower.rest()
            return FULL_SECONDS

    @refresh_interval.setter
    def refresh_interval(self, seconds: int) -> None:
        self._refresh_interval = seconds
