"""The bundle of specs, as the dag-processor and as tasks use it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookflow.demo.airflow_settings import RECOMMENDED
from tests.dags.test_factory import write

pytestmark = pytest.mark.airflow

PROJECT = Path(__file__).parents[2]
Load = Callable[[Path], Any]
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home of bookflow, with Airflow set up with the bundle."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BOOKFLOW_HOME", str(folder))
    monkeypatch.setenv(BUNDLES, RECOMMENDED[BUNDLES])
    return folder


def open_bundle() -> Any:
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    return DagBundlesManager().get_bundle("bookflow")


def test_recommended_settings_name_the_bundle(home: Path) -> None:
    from bookflow.airflow_client.spec_bundles import CLASSPATH, find_spec_bundle
    from bookflow.dagrun.spec_bundle import SpecBundle

    assert find_spec_bundle() == "bookflow"
    assert type(open_bundle()) is SpecBundle
    assert f"{SpecBundle.__module__}.{SpecBundle.__name__}" == CLASSPATH
    names = [one["name"] for one in json.loads(RECOMMENDED[BUNDLES])]
    assert names == ["dags-folder", "bookflow"]


def test_dag_processor_finds_every_workflow_once(
    home: Path, specs: Path, load_dag_file: Load
) -> None:
    for number in range(90):
        write(specs, f"w{number}")
    write(specs, "asleep", active="false")
    (specs / "bad.yaml").write_text("id: bad\n")
    bundle = open_bundle()
    bundle.initialize()
    bundle.refresh()
    found: list[str] = []
    errors: dict[str, str] = {}
    for file in sorted(bundle.path.glob("*.py")):
        bag = load_dag_file(file)
        found += bag.dags
        errors |= bag.import_errors
    assert sorted(found) == sorted(f"bookflow-w{number}" for number in range(90))
    (shown,) = errors.values()
    assert "bad.yaml" in shown
    # and none of it twice
    for name in ("bookflow_workflows.py", "bookflow_spec_errors.py"):
        bag = load_dag_file(PROJECT / "dags" / name)
        assert (dict(bag.dags), bag.import_errors) == ({}, {})


def test_airflow_lists_the_shards_as_dag_files(home: Path, specs: Path) -> None:
    from airflow.utils.file import list_py_file_paths

    write(specs, "one")
    (specs / "bad.yaml").write_text("id: bad\n")
    bundle = open_bundle()
    bundle.initialize()
    bundle.refresh()
    names = sorted(Path(path).name for path in list_py_file_paths(bundle.path, safe_mode=True))
    assert names == ["bookflow_errors_000.py", "bookflow_shard_000.py"]


@pytest.mark.parametrize("shard", [0, 400])
def test_task_finds_its_dag_where_no_dag_processor_ever_ran(
    home: Path, specs: Path, load_dag_file: Load, monkeypatch: pytest.MonkeyPatch, shard: int
) -> None:
    write(specs, "one")
    write(specs, "two")
    bundle = open_bundle()
    bundle.initialize()
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bookflow-two")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "one")
    bag = load_dag_file(bundle.path / f"bookflow_shard_{shard:03}.py")
    assert list(bag.dags) == ["bookflow-two"]
    # one that was made before there was a bundle
    bag = load_dag_file(PROJECT / "dags" / "bookflow_workflows.py")
    assert list(bag.dags) == ["bookflow-two"]


def test_task_process_imports_little_for_the_bundle(home: Path, specs: Path) -> None:
    code = (
        "import sys, airflow.dag_processing.bundles.manager\n"
        "before = set(sys.modules)\n"
        "import bookflow.dagrun.spec_bundle\n"
        "print(sorted(set(sys.modules) - before))"
    )
    environ = {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run(
        (sys.executable, "-c", code), env=environ, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.strip().splitlines()[-1]
    for heavy in ("pydantic", "yaml", "bookflow.spec.loading", "airflow.models"):
        assert f"'{heavy}'" not in loaded


def test_looking_never_ends_the_dag_processor(
    home: Path, specs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(specs, "one")
    bundle = open_bundle()
    bundle.initialize()
    bundle.refresh()
    (specs / "one.yaml").unlink()
    specs.rmdir()
    with caplog.at_level(logging.ERROR):
        assert bundle.refresh_interval > 0
    assert "can't be listed" in caplog.text
    # and it isn't looked at every second
    caplog.clear()
    assert bundle.refresh_interval > 0
    assert caplog.text == ""


def test_airflow_is_to_list_the_files_when_one_came(home: Path, specs: Path) -> None:
    write(specs, "one")
    bundle = open_bundle()
    # before the dag-processor has refreshed it once it looks at nothing
    assert bundle.refresh_interval == 300
    bundle.initialize()
    bundle.refresh()
    assert bundle.refresh_interval > 0
    (specs / "bad.yaml").write_text("id: bad\n")
    assert bundle.refresh_interval == 0


def test_changed_shard_is_newer_than_its_last_parse(home: Path, specs: Path) -> None:
    write(specs, "one")
    bundle = open_bundle()
    bundle.initialize()
    bundle.refresh()
    parsed = time.time()
    time.sleep(0.02)
    write(specs, "two")
    bundle.refresh()
    assert (bundle.path / "bookflow_shard_000.py").stat().st_mtime > parsed


def test_shard_tells_when_it_was_read(home: Path, specs: Path, load_dag_file: Load) -> None:
    from bookflow.spec.sharding import ShardFolder

    write(specs, "one")
    bundle = open_bundle()
    bundle.initialize()
    bundle.refresh()
    folder = ShardFolder.of(home, specs)
    assert folder.read_at(0) == 0.0
    before = time.time() - 0.1
    load_dag_file(bundle.path / "bookflow_shard_000.py")
    assert before <= folder.read_at(0) <= time.time() + 0.1


def test_home_that_cannot_be_written_is_a_clear_error(
    home: Path, specs: Path, tmp_path: Path
) -> None:
    from bookflow.errors import ConfigurationError

    home.write_text("a file")
    with pytest.raises(ConfigurationError, match="BOOKFLOW_HOME"):
        open_bundle().initialize()
