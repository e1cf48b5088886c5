"""What the bundle of specs reads and asks in Airflow's own database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.airflow_client.reparsing import ShownDag
from bookflow.demo.airflow_settings import RECOMMENDED

pytestmark = pytest.mark.airflow

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
OWN, OTHER = "shown-by-bundle", "shown-by-folder"


@pytest.fixture
def airflow(airflow_database: Any, dags: Any) -> Iterator[Airflow]:
    """Give Airflow's database without any request or import error."""
    yield Airflow()
    wipe()


def wipe() -> None:
    from airflow.models.dagbag import DagPriorityParsingRequest
    from airflow.models.errors import ParseImportError
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.execute(delete(DagPriorityParsingRequest))
        session.execute(delete(ParseImportError))


class Airflow:
    """Keeps DAGs of two bundles."""

    def __init__(self) -> None:
        from bookflow.airflow_client.shown_dags import AirflowDagLedger

        wipe()
        self.ledger = AirflowDagLedger(OWN)

    def add(self, dag_id: str, file: str, *, bundle: str = OWN, is_stale: bool = False) -> None:
        from airflow.models.dag import DagModel
        from airflow.models.dagbundle import DagBundleModel
        from airflow.utils.session import create_session

        with create_session() as session:
            session.merge(DagBundleModel(name=bundle))
            session.flush()
            dag = DagModel(dag_id=dag_id, bundle_name=bundle)
            dag.relative_fileloc = file
            dag.last_parsed_time = NOW
            dag.is_stale = is_stale
            session.add(dag)

    def fail(self, file: str, *, bundle: str) -> None:
        from airflow.models.errors import ParseImportError
        from airflow.utils.session import create_session

        with create_session() as session:
            session.add(
                ParseImportError(
                    filename=file, bundle_name=bundle, timestamp=NOW, stacktrace="no memory"
                )
            )

    def requests(self) -> list[tuple[str, str]]:
        from airflow.models.dagbag import DagPriorityParsingRequest
        from airflow.utils.session import create_session
        from sqlalchemy import select

        with create_session() as session:
            found = session.scalars(select(DagPriorityParsingRequest))
            return sorted((one.bundle_name, one.relative_fileloc) for one in found)


def test_dags_of_the_bundle_are_shown_by_workflow(airflow: Airflow) -> None:
    airflow.add("bookflow-hello", "bookflow_shard_000.py")
    airflow.add("bookflow-old", "bookflow_shard_001.py", is_stale=True)
    airflow.add("bookflow-elsewhere", "bookflow_workflows.py", bundle=OTHER)
    at = NOW.timestamp()
    hello = ShownDag("bookflow_shard_000.py", at)
    old = ShownDag("bookflow_shard_001.py", at, is_stale=True)
    assert airflow.ledger.read() == {"hello": hello, "old": old}
    assert airflow.ledger.read(["hello", "elsewhere"]) == {"hello": hello}


def test_dags_that_no_spec_wants_are_retired(airflow: Airflow) -> None:
    airflow.add("bookflow-gone", "bookflow_shard_000.py")
    airflow.add("bookflow-stays", "bookflow_shard_000.py")
    airflow.add("bookflow-foreign", "bookflow_workflows.py", bundle=OTHER)
    airflow.ledger.retire(["gone", "foreign"])
    assert {key: dag.is_stale for key, dag in airflow.ledger.read().items()} == {
        "gone": True,
        "stays": False,
    }


def test_files_that_failed_are_asked_for_but_not_those_that_show_errors(airflow: Airflow) -> None:
    airflow.fail("team/broken.py", bundle=OTHER)
    airflow.fail("bookflow_errors_000.py", bundle=OWN)
    airflow.add("bookflow_clock", "bookflow_clock.py", bundle=OTHER, is_stale=True)
    airflow.add("bookflow_dispatcher", "bookflow_dispatcher.py", bundle=OTHER)
    airflow.ledger.ask_for_failed_files()
    airflow.ledger.ask_for_failed_files()
    assert airflow.requests() == [(OTHER, "bookflow_clock.py"), (OTHER, "team/broken.py")]


def test_changed_shards_are_asked_for(airflow: Airflow) -> None:
    airflow.add("bookflow-hello", "bookflow_shard_000.py")
    airflow.ledger.ask_for_files(["bookflow_shard_000.py"])
    airflow.ledger.ask_for_files(["bookflow_shard_000.py"])
    assert airflow.requests() == [(OWN, "bookflow_shard_000.py")]


def test_a_save_makes_the_bundle_look_at_once(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.utils.session import create_session

    from bookflow.airflow_client.parse_requests import AirflowParsingDesk, ask_for_parsing

    monkeypatch.setenv(BUNDLES, RECOMMENDED[BUNDLES])
    airflow.add("bookflow-hello", "bookflow_workflows.py", bundle="dags-folder")
    desk = AirflowParsingDesk()
    # the dag-processor sees to the rest
    assert not desk.ask()
    desk.ask_for_errors()
    with create_session() as session:
        assert ask_for_parsing(session)
    assert airflow.requests() == [("bookflow", "bookflow_refresh.py")]
