"""What the dag-processor prepares once, so that each parse has it: its parses are its forks."""

from __future__ import annotations

import gc
import logging
import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import bookflow
from bookflow.airflow_client.shown_dags import AirflowDagLedger
from bookflow.dagrun.factory import build_dag
from bookflow.dagrun.rehearsal import SPEC
from bookflow.dagrun.shard_watching import ShardWatch
from bookflow.dagrun.spec_following import SpecFollower
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.settings import Settings
from bookflow.spec.loading import load_workflow
from bookflow.spec.shard_keeping import ShardKeeper

if TYPE_CHECKING:
    from bookflow.spec.sharding import ShardFolder

log = logging.getLogger(__name__)

JUDGES = ("spec", "domains")
"""The packages whose code says whether a spec is valid."""


def open_follower(bundle_name: str, folder: ShardFolder) -> SpecFollower:
    """Give what follows the specs that the environment names."""
    settings = Settings.from_environment(os.environ)
    keeper = ShardKeeper(
        settings.specs_dir,
        folder,
        BOOKING_VOCABULARY,
        settings.spec_size_limit,
        maker=f"{describe_judges()} {settings.spec_size_limit}",
    )
    watch = ShardWatch(lambda number: folder.read_at(number))
    return SpecFollower(keeper, AirflowDagLedger(bundle_name), watch)


def describe_judges() -> str:
    """Give a digest of the code that judges specs: it changes when bookflow is updated."""
    digest = blake2b(digest_size=8)
    root = Path(bookflow.__file__).parent
    for package in JUDGES:
        for file in sorted((root / package).rglob("*.py")):
            found = file.stat()
            digest.update(f"{file.relative_to(root)} {found.st_mtime_ns} {found.st_size}".encode())
    return digest.hexdigest()


def prepare_parses() -> None:
    """Build and store a made-up workflow in memory: forks inherit all that is loaded for it."""
    from airflow.serialization.serialized_objects import DagSerialization

    try:
        loaded = load_workflow(SPEC, file="rehearsal.yaml", vocabulary=BOOKING_VOCABULARY)
        DagSerialization.to_dict(build_dag(loaded, Settings()))
    except Exception:
        # parses work without it, only slower
        log.exception("bookflow: the rehearsal of a parse failed; parses take longer")
    # a fork that collects garbage would copy all it inherited
    gc.freeze()
