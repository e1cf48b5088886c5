"""The button in Airflow's task pages that leads to the executions of a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

from bookflow.dagrun.operators import OPERATORS, FinishOperator
from bookflow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/bookflow/runs"


class ExecutionsLink(BaseOperatorLink):
    """Leads to `/bookflow/runs/{dag_id}/{run_id}`.

    The plugin registers it, so the API server makes the link when somebody looks; a link on the
    operators would cost every task a request.
    """

    name = "Bookflow executions"
    operators = [*OPERATORS.values(), FinishOperator]  # noqa: RUF012 (Airflow's own declaration)

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Give the address of the page about the run."""
        return executions_url(ti_key.dag_id, ti_key.run_id, os.environ)


def executions_url(dag_id: str, run_id: str, environ: Mapping[str, str]) -> str:
    """Give the address of the page about a run.

    >>> executions_url("bookflow-a", "manual__2026-01-01T00:00:00+00:00", {})
    'http://localhost:8080/bookflow/runs/bookflow-a/manual__2026-01-01T00%3A00%3A00%2B00%3A00'
    """
    base = Settings.from_environment(environ).public_url.rstrip("/")
    return f"{base}{PATH}/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"
