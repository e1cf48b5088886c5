"""What Airflow's database shows of parsed DAGs; works where that database is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.models.dag import DagModel
from airflow.models.errors import ParseImportError
from airflow.utils.session import create_session
from sqlalchemy import select, update

from bookflow.airflow_client.parse_requests import ask_for_file
from bookflow.airflow_client.reparsing import ShownDag
from bookflow.airflow_client.run_names import DAG_PREFIX

if TYPE_CHECKING:
    from collections.abc import Collection

OWN_DAGS = "bookflow_"
"""How the ids of our DAGs begin that are no workflow's."""
MOST_FAILED = 20


class AirflowDagLedger:
    """The `DagLedger` on Airflow's own database."""

    def __init__(self, bundle_name: str) -> None:
        """Remember whose DAGs."""
        self._bundle_name = bundle_name

    def read(self, workflow_ids: Collection[str] | None = None) -> dict[str, ShownDag]:
        """Give what is shown of these workflows, or of all."""
        query = select(
            DagModel.dag_id,
            DagModel.relative_fileloc,
            DagModel.last_parsed_time,
            DagModel.is_stale,
        ).where(DagModel.bundle_name == self._bundle_name)
        if workflow_ids is not None:
            query = query.where(DagModel.dag_id.in_([DAG_PREFIX + one for one in workflow_ids]))
        with create_session() as session:
            rows = session.execute(query).all()
        return {
            dag_id.removeprefix(DAG_PREFIX): ShownDag(
                file or "", ended.timestamp() if ended else 0.0, is_stale=bool(is_stale)
            )
            for dag_id, file, ended, is_stale in rows
            if dag_id.startswith(DAG_PREFIX)
        }

    def retire(self, workflow_ids: Collection[str]) -> None:
        """Mark DAGs as gone, as Airflow does when their file has long been parsed without them."""
        with create_session() as session:
            session.execute(
                update(DagModel)
                .where(
                    DagModel.bundle_name == self._bundle_name,
                    DagModel.dag_id.in_([DAG_PREFIX + one for one in workflow_ids]),
                )
                .values(is_stale=True)
            )

    def ask_for_failed_files(self) -> None:
        """Have DAG files beside ours parsed again that failed, and those of DAGs we rely on.

        With a long interval between parses Airflow itself would do so much later.
        """
        with create_session() as session:
            failed = session.execute(
                select(ParseImportError.bundle_name, ParseImportError.filename)
                .where(ParseImportError.bundle_name != self._bundle_name)
                .limit(MOST_FAILED)
            ).all()
            lost = session.execute(
                select(DagModel.bundle_name, DagModel.relative_fileloc).where(
                    DagModel.dag_id.startswith(OWN_DAGS, autoescape=True), DagModel.is_stale
                )
            ).all()
            for bundle_name, file in {*map(tuple, failed), *map(tuple, lost)}:
                if bundle_name and file:
                    ask_for_file(session, bundle_name, file)

    def ask_for_files(self, names: Collection[str]) -> None:
        """Have files of the bundle parsed before all others."""
        with create_session() as session:
            for name in names:
                ask_for_file(session, self._bundle_name, name)
