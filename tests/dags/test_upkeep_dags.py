from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.airflow

FILE = Path(__file__).parents[2] / "dags" / "bookflow_upkeep.py"


def test_upkeep_has_three_dags_that_never_catch_up(load_dag_file: Callable[[Path], Any]) -> None:
    bag = load_dag_file(FILE)
    assert bag.import_errors == {}
    assert {name: dag.schedule for name, dag in bag.dags.items()} == {
        "bookflow_monitor": "*/5 * * * *",
        "bookflow_cleanup": "17 3 * * *",
        "bookflow_validation": "43 2 * * *",
    }
    assert {(dag.catchup, dag.max_active_runs) for dag in bag.dags.values()} == {(False, 1)}


def test_airflow_can_store_them(load_dag_file: Callable[[Path], Any]) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for name, dag in load_dag_file(FILE).dags.items():
        dag.check_cycle()
        assert DagSerialization.to_dict(dag)["dag"]["dag_id"] == name


def test_parsing_loads_nothing_that_only_runs_need() -> None:
    code = (
        "import sys\n"
        "import bookflow.dagrun.upkeep as upkeep\n"
        "upkeep.build_upkeep()\n"
        "heavy = {'httpx', 'aiohttp', 'psycopg', 'ruamel', 'git', 'fastapi'} & set(sys.modules)\n"
        "ours = [n for n in sys.modules if n.startswith('bookflow.journey.upkeep')]\n"
        "assert not ours, ours\n"
        "assert not heavy - before, heavy - before\n"
    )
    root = Path(__file__).parents[2]
    before = "import sys, airflow.sdk\nbefore = set(sys.modules)\n"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", before + code],
        check=True,
        env={**os.environ, "PYTHONPATH": str(root / "plugins")},
    )
