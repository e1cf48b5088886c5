"""What the API server's Airflow knows of the DAGs of workflows."""

from __future__ import annotations

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.errors import UnavailableError
from bookflow.ports.validation import DagState


class ServerDagStates:
    """The `DagStates` of the API server, from Airflow's own database."""

    def look_up(self, workflow_id: str) -> DagState:
        """Give the state of a workflow's DAG; raises `UnavailableError`."""
        # only servers that validate need Airflow's models
        from airflow.models.dag import DagModel
        from airflow.utils.session import create_session
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        dag_id = dag_id_of(workflow_id)
        wanted = select(DagModel.is_paused, DagModel.is_stale, DagModel.has_import_errors)
        try:
            with create_session() as session:
                row = session.execute(wanted.where(DagModel.dag_id == dag_id)).one_or_none()
        except SQLAlchemyError as error:
            message = f"Airflow's own database can't be asked: {type(error).__name__}"
            raise UnavailableError(message) from None
        if row is None or row.is_stale:
            return DagState(dag_id)
        return DagState(
            dag_id,
            is_known=True,
            is_paused=bool(row.is_paused),
            has_import_errors=bool(row.has_import_errors),
        )
