"""Requests to the dag-processor in Airflow's database; works in the API server's process only."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from airflow.models.dag import DagModel
from airflow.models.dagbag import DagPriorityParsingRequest
from airflow.utils.session import create_session
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from bookflow.airflow_client.reparsing import Parse
from bookflow.airflow_client.run_names import DAG_PREFIX
from bookflow.airflow_client.spec_bundles import REFRESH, find_spec_bundle

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

FACTORY = "bookflow_workflows.py"
SPEC_ERRORS = "bookflow_spec_errors.py"
CLOCK = "bookflow_clock"


class AirflowParsingDesk:
    """The `ParsingDesk` on Airflow's own database."""

    def ask(self) -> bool:
        """Ask for the specs to be parsed; False where there is nothing more to see to.

        That is where Airflow has no file of them, and where the bundle looks after itself.
        """
        with create_session() as session:
            return ask_for_parsing(session) and find_spec_bundle() is None

    def ask_for_errors(self) -> None:
        """Ask for the file that shows what is wrong with specs."""
        if find_spec_bundle() is not None:
            return
        with create_session() as session:
            found = _find_factory(session)
            if found is not None and PurePosixPath(found[1]).name == FACTORY:
                file = str(PurePosixPath(found[1]).with_name(SPEC_ERRORS))
                ask_for_file(session, found[0], file)

    def last_parse(self) -> Parse | None:
        """Give the last parse of them that has ended; None where no DAG tells of one."""
        with create_session() as session:
            found = _find_factory(session)
            if found is None:
                return None
            row = session.execute(
                select(DagModel.last_parsed_time, DagModel.last_parse_duration)
                .where(
                    DagModel.bundle_name == found[0],
                    DagModel.relative_fileloc == found[1],
                    DagModel.last_parsed_time.is_not(None),
                    ~DagModel.is_stale,
                )
                .order_by(DagModel.last_parsed_time.desc())
                .limit(1)
            ).one_or_none()
        ended, duration = row or (None, None)
        if ended is None:
            return None
        return Parse(ended - timedelta(seconds=duration or 0.0), ended)

    def retire(self, workflow_ids: Collection[str], instant: datetime) -> None:
        """Mark DAGs as gone, as Airflow does a minute or two after they have left their file."""
        if not workflow_ids:
            return
        dag_ids = [DAG_PREFIX + workflow_id for workflow_id in workflow_ids]
        with create_session() as session:
            found = session.scalars(
                select(DagModel).where(DagModel.dag_id.in_(dag_ids), ~DagModel.is_stale)
            )
            for dag in found:
                begun = _begun(dag.last_parsed_time, dag.last_parse_duration)
                if begun is None or begun < instant:
                    dag.is_stale = True


def ask_for_parsing(session: Session) -> bool:
    """Have the dag-processor look at the specs now instead of at its next turn.

    False where Airflow doesn't know any file of them.
    """
    bundle_name = find_spec_bundle()
    if bundle_name is not None:
        # makes it refresh the bundle, which has the right shards parsed
        ask_for_file(session, bundle_name, REFRESH)
        return True
    found = _find_factory(session)
    if found is None:
        return False
    ask_for_file(session, *found)
    return True


def ask_for_file(session: Session, bundle_name: str, file: str) -> None:
    """Have the dag-processor parse a file at its next turn, within a second."""
    try:
        with session.begin_nested():
            session.add(DagPriorityParsingRequest(bundle_name, file))
    except IntegrityError:
        log.debug("bookflow: parsing of %s is asked for already", file)


def _find_factory(session: Session) -> tuple[str, str] | None:
    """Find the file that makes the workflows' DAGs by one of them, or else beside the clock's."""
    query = (
        select(DagModel.dag_id, DagModel.bundle_name, DagModel.relative_fileloc)
        .where(
            or_(DagModel.dag_id.startswith(DAG_PREFIX, autoescape=True), DagModel.dag_id == CLOCK),
            DagModel.bundle_name.is_not(None),
            DagModel.relative_fileloc.is_not(None),
        )
        # one that is there now knows best; the clock comes last
        .order_by(DagModel.is_stale, DagModel.dag_id == CLOCK)
        .limit(1)
    )
    for dag_id, bundle_name, file in session.execute(query):
        if bundle_name and file:
            beside = PurePosixPath(file).with_name(FACTORY) if dag_id == CLOCK else file
            return bundle_name, str(beside)
    return None


def _begun(ended: datetime | None, duration: float | None) -> datetime | None:
    return ended - timedelta(seconds=duration or 0.0) if ended else None
