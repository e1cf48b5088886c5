from __future__ import annotations

import pytest
import sqlalchemy.exc

from bookflow.web.problems import internal_problem


@pytest.mark.parametrize(
    "error",
    [
        sqlalchemy.exc.OperationalError("SELECT 1", {}, OSError("refused")),
        sqlalchemy.exc.InterfaceError("SELECT 1", {}, OSError("closed")),
        sqlalchemy.exc.TimeoutError("QueuePool limit reached"),
    ],
)
def test_airflows_database_away_is_a_503_that_says_so(error):
    problem = internal_problem(error)
    assert (problem.status, problem.kind) == (503, "unavailable")
    assert "Airflow's own database" in problem.detail
    assert "SELECT" not in problem.detail


def test_other_surprises_stay_internal():
    assert internal_problem(ValueError("x")).status == 500
