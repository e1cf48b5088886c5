from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sample_specs import SAMPLE_SPECS

pytestmark = pytest.mark.airflow

PROJECT = Path(__file__).parents[2]
SHIPPED = SAMPLE_SPECS
SPEC = """
id: {id}
organizer: ana@example.com
name: {id}
trigger: booking_created
is_active: {active}
actions:
  - {{name: one, type: send_sms, recipient: invitee, message: Hi, order: 1}}
  - {{name: two, type: send_sms, recipient: invitee, message: Hi, order: 1, retries: 9}}
  - {{name: three, type: send_sms, recipient: invitee, message: Hi, order: 2}}
  - {{name: four, type: send_sms, recipient: invitee, message: Hi, order: 2}}
"""

Load = Callable[[Path], Any]


def write(folder: Path, workflow_id: str, *, active: str = "true") -> None:
    (folder / f"{workflow_id}.yaml").write_text(SPEC.format(id=workflow_id, active=active))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_spec_builds_a_dag_that_airflow_can_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from bookflow.dagrun.factory import build_dags

    monkeypatch.setenv("BOOKFLOW_SPECS_DIR", str(path.parent))
    (dag,) = build_dags(only=f"bookflow-{path.stem}")
    dag.check_cycle()
    stored = DagSerialization.to_dict(dag)
    assert stored["dag"]["dag_id"] == f"bookflow-{path.stem}"
    assert len(stored["dag"]["tasks"]) == len(dag.tasks) >= 2


def test_all_active_specs_become_dags(specs: Path, load_dag_file: Load) -> None:
    write(specs, "first")
    write(specs, "second")
    write(specs, "asleep", active="false")
    bag = load_dag_file(PROJECT / "dags" / "bookflow_workflows.py")
    assert bag.import_errors == {}
    assert set(bag.dags) == {"bookflow-first", "bookflow-second"}


def test_broken_specs_show_all_they_have_wrong_and_hide_no_dag(
    specs: Path, load_dag_file: Load
) -> None:
    write(specs, "good")
    (specs / "bad.yaml").write_text(SPEC.format(id="bad", active="true").replace("Hi", "{{ x"))
    (specs / "worse.yaml").write_text("id: worse\ntrigger: booking_creatd\n")
    bag = load_dag_file(PROJECT / "dags" / "bookflow_workflows.py")
    assert (set(bag.dags), bag.import_errors) == ({"bookflow-good"}, {})
    bag = load_dag_file(PROJECT / "dags" / "bookflow_spec_errors.py")
    (shown,) = bag.import_errors.values()
    assert "bad.yaml:" in shown
    assert "worse.yaml:" in shown
    assert "did you mean `booking_created`?" in shown
    assert not bag.dags


def test_valid_specs_show_no_errors(specs: Path, load_dag_file: Load) -> None:
    write(specs, "good")
    bag = load_dag_file(PROJECT / "dags" / "bookflow_spec_errors.py")
    assert (bag.import_errors, bag.dags) == ({}, {})


def test_task_process_builds_its_own_dag_and_reads_no_other_spec(
    specs: Path, load_dag_file: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(specs, "first")
    write(specs, "second")
    os.mkfifo(specs / "trap.yaml")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bookflow-second")
    bag = load_dag_file(PROJECT / "dags" / "bookflow_workflows.py")
    assert set(bag.dags) == {"bookflow-second"}


def test_run_of_a_workflow_switched_off_meanwhile_still_ends(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bookflow.dagrun.factory import build_dags

    write(specs, "asleep", active="false")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bookflow-asleep")
    assert [dag.dag_id for dag in build_dags()] == ["bookflow-asleep"]


@pytest.mark.parametrize("dag_id", ["someone_elses", "bookflow-unknown", "bookflow-../etc"])
def test_nothing_is_built_for_a_dag_without_a_spec(specs: Path, dag_id: str) -> None:
    from bookflow.dagrun.factory import build_dags

    write(specs, "first")
    assert build_dags(only=dag_id) == []


def test_levels_are_connected_all_to_all_and_a_failure_stops_nothing(specs: Path) -> None:
    from airflow.sdk import TriggerRule

    from bookflow.dagrun.factory import build_dags

    write(specs, "flow")
    (dag,) = build_dags(only="bookflow-flow")
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
        "one": {"three", "four"},
        "two": {"three", "four"},
        "three": {"finish"},
        "four": {"finish"},
        "finish": set(),
    }
    assert {task.trigger_rule for task in dag.tasks} == {TriggerRule.ALL_DONE}
    # how often a delivery is tried again is the journey's affair
    assert {dag.get_task(name).retries for name in ("one", "two", "three", "four")} == {3}
    assert {task.owner for task in dag.tasks} == {"ana@example.com"}


def test_retries_wait_as_the_settings_say(specs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bookflow.dagrun.factory import build_dags

    write(specs, "flow")
    monkeypatch.setenv("BOOKFLOW_RETRY_DELAY_SECONDS", "3.5")
    (dag,) = build_dags(only="bookflow-flow")
    task = dag.get_task("two")
    assert (task.retry_delay.total_seconds(), task.retry_exponential_backoff) == (3.5, 2.0)


def test_form_describes_the_booking_and_accepts_nothing_at_all(specs: Path) -> None:
    from bookflow.dagrun.factory import build_dags

    write(specs, "flow")
    (dag,) = build_dags(only="bookflow-flow")
    dag.params.validate()
    form = {key: dag.params.get_param(key) for key in dag.params}
    assert set(form) == {"booking_id", "booking"}
    assert all(field.schema["title"] and field.description for field in form.values())


def test_clock_ticks_each_minute_and_never_catches_up(load_dag_file: Load) -> None:
    bag = load_dag_file(PROJECT / "dags" / "bookflow_clock.py")
    clock = bag.dags["bookflow_clock"]
    assert bag.import_errors == {}
    assert (clock.schedule, clock.catchup, clock.max_active_runs) == ("* * * * *", False, 1)


def test_dispatcher_is_woken_by_the_database(load_dag_file: Load) -> None:
    bag = load_dag_file(PROJECT / "dags" / "bookflow_dispatcher.py")
    dispatcher = bag.dags["bookflow_dispatcher"]
    assert bag.import_errors == {}
    assert (dispatcher.catchup, dispatcher.max_active_runs) == (False, 1)
    ((asset, (watcher,)),) = [(asset.name, asset.watchers) for asset in dispatcher.schedule]
    assert asset == "bookflow_changes"
    path, arguments = watcher.trigger.serialize()
    assert path == "bookflow.dagrun.watching.ChangeTrigger"
    assert arguments == {}, "nothing about the database is stored with the trigger"


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    code = (
        "import sys, airflow.plugins_manager\n"
        "before = set(sys.modules)\n"
        "import bookflow.plugin\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "assert new == {'bookflow'}, new\n"
        "assert {n for n in sys.modules if n.startswith('bookflow')} "
        "== {'bookflow', 'bookflow.plugin'}\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env=environ)


def test_airflow_finds_the_plugin_once_and_no_module_of_ours_at_the_top() -> None:
    code = (
        "import sys\n"
        "from airflow import plugins_manager\n"
        "plugins, errors = plugins_manager._get_plugins()\n"
        "assert [p.name for p in plugins].count('bookflow') == 1, plugins\n"
        "assert not errors, errors\n"
        "stray = {'settings', 'records', 'ports', 'wiring', 'errors'} & set(sys.modules)\n"
        "assert not stray, stray\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env=environ)
