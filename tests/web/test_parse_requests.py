"""Requests to the dag-processor, in Airflow's own database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.airflow

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def airflow(airflow_database: Any, dags: Any) -> Iterator[Airflow]:
    """Give Airflow's database without any DAG or request."""
    yield Airflow()
    wipe()


def wipe() -> None:
    from airflow.models.dagbag import DagPriorityParsingRequest
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.execute(delete(DagPriorityParsingRequest))


class Airflow:
    """Keeps DAGs, and tells what the dag-processor is asked."""

    def __init__(self) -> None:
        from bookflow.airflow_client.parse_requests import AirflowParsingDesk

        wipe()
        self.desk = AirflowParsingDesk()

    def add(
        self,
        dag_id: str,
        file: str = "bookflow_workflows.py",
        *,
        ended: datetime | None = NOW,
        took: float = 2.0,
        is_stale: bool = False,
    ) -> None:
        from airflow.models.dag import DagModel
        from airflow.models.dagbundle import DagBundleModel
        from airflow.utils.session import create_session

        with create_session() as session:
            session.merge(DagBundleModel(name="dags-folder"))
            session.flush()
            dag = DagModel(dag_id=dag_id, bundle_name="dags-folder")
            dag.relative_fileloc = file
            dag.last_parsed_time = ended
            dag.last_parse_duration = took
            dag.is_stale = is_stale
            session.add(dag)

    def requests(self) -> list[tuple[str, str]]:
        from airflow.models.dagbag import DagPriorityParsingRequest
        from airflow.utils.session import create_session
        from sqlalchemy import select

        with create_session() as session:
            found = session.scalars(select(DagPriorityParsingRequest))
            return sorted((one.bundle_name, one.relative_fileloc) for one in found)

    def shown(self) -> set[str]:
        from airflow.models.dag import DagModel
        from airflow.utils.session import create_session
        from sqlalchemy import select

        with create_session() as session:
            return set(session.scalars(select(DagModel.dag_id).where(~DagModel.is_stale)))


def test_file_of_the_workflows_is_asked_for_once(airflow: Airflow) -> None:
    airflow.add("bookflow-hello", "team/bookflow_workflows.py")
    airflow.add("bookflow_clock", "elsewhere/bookflow_clock.py")
    assert airflow.desk.ask()
    assert airflow.desk.ask()
    assert airflow.requests() == [("dags-folder", "team/bookflow_workflows.py")]
    airflow.desk.ask_for_errors()
    assert ("dags-folder", "team/bookflow_spec_errors.py") in airflow.requests()


def test_first_workflow_is_looked_for_beside_the_clock(airflow: Airflow) -> None:
    assert not airflow.desk.ask()
    airflow.desk.ask_for_errors()
    assert airflow.requests() == []
    airflow.add("bookflow_clock", "team/bookflow_clock.py")
    assert airflow.desk.ask()
    assert ("dags-folder", "team/bookflow_workflows.py") in airflow.requests()


def test_factory_of_another_name_is_asked_for_alone(airflow: Airflow) -> None:
    airflow.add("bookflow-old", "gone.py", is_stale=True)
    airflow.add("bookflow-hello", "ours.py")
    assert airflow.desk.ask()
    airflow.desk.ask_for_errors()
    assert airflow.requests() == [("dags-folder", "ours.py")]


def test_last_parse_is_told_with_its_begin(airflow: Airflow) -> None:
    airflow.add("bookflow-older", ended=NOW - timedelta(seconds=1), took=0.5)
    airflow.add("bookflow-hello", ended=NOW, took=2.0)
    airflow.add("bookflow_clock", "bookflow_clock.py", ended=NOW + timedelta(seconds=5))
    parse = airflow.desk.last_parse()
    assert parse is not None
    assert (parse.begun, parse.ended) == (NOW - timedelta(seconds=2), NOW)


def test_where_no_workflow_has_a_dag_no_parse_is_known(airflow: Airflow) -> None:
    assert airflow.desk.last_parse() is None
    airflow.add("bookflow-old", ended=NOW, is_stale=True)
    airflow.add("bookflow-new", ended=None)
    assert airflow.desk.last_parse() is None


def test_dag_is_retired_unless_it_was_parsed_since(airflow: Airflow) -> None:
    airflow.add("bookflow-gone", ended=NOW)
    airflow.add("bookflow-back", ended=NOW + timedelta(seconds=9))
    airflow.add("bookflow-other", ended=NOW)
    airflow.desk.retire(["gone", "back"], NOW + timedelta(seconds=1))
    assert airflow.shown() == {"bookflow-back", "bookflow-other"}
    airflow.desk.retire([], NOW)
    assert airflow.shown() == {"bookflow-back", "bookflow-other"}
