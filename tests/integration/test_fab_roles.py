"""The roles of Airflow's FAB auth manager, and roles with rights on one DAG, on every route."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.permission_table import GUARDED, RIGHTS, Row

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        importlib.util.find_spec("airflow.providers.fab") is None,
        reason="THE ROLES OF THE FAB AUTH MANAGER ARE NOT TESTED: its provider is not installed "
        "(there is none for Python 3.13)",
    ),
]
HANG_SECONDS = 300
ROOT = Path(__file__).parents[2]
# rights on the DAG of `hello` alone
ONE = {
    "OneRead": {"signed-in", "read"},
    "OneEdit": {"signed-in", "read", "edit", "edit-some"},
    "OneRun": {"signed-in", "read", "edit", "edit-some", "run", "some"},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("fab")
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager."
        "FabAuthManager",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret for tests that is long enough" * 3,
        "AIRFLOW__API__SECRET_KEY": "another secret for tests",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "plugins"), str(ROOT))),
    }
    kept = {name: value for name, value in os.environ.items() if "AIRFLOW" not in name}
    target = home / "found.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.fab_stage", str(target)],
        cwd=home,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers: dict[str, Any] = json.loads(target.read_text())
    return answers


def expect(row: Row, rights: set[str], *, is_own: bool, has_all: bool) -> int | None:
    """Give the answer to somebody with these rights, on all DAGs or on that of one workflow."""
    names_workflow = "{workflow_id}" in row.route
    if row.needs not in rights or (row.needs == "edit" and not (names_workflow or has_all)):
        return 403
    if names_workflow and not is_own:
        return 404 if row.needs == "read" else 403
    return row.answer


@pytest.mark.parametrize("role", ["Viewer", "User", "Op", "Admin"])
def test_role_has_the_rights_of_its_name(found: dict[str, Any], role: str) -> None:
    rights = RIGHTS[role.lower()]
    expected = {row.key: expect(row, rights, is_own=True, has_all=True) for row in GUARDED}
    assert found[role]["hello"] == expected
    assert found[role]["seen"] == ["bye", "hello"]


@pytest.mark.parametrize("role", ONE)
def test_role_for_one_dag_reaches_one_workflow(found: dict[str, Any], role: str) -> None:
    for workflow_id in ("hello", "bye"):
        is_own = workflow_id == "hello"
        expected = {
            row.key: expect(row, ONE[role], is_own=is_own, has_all=False) for row in GUARDED
        }
        assert found[role][workflow_id] == expected
    assert found[role]["seen"] == ["hello"]


def test_bulk_change_asks_for_the_right_to_each_workflow(found: dict[str, Any]) -> None:
    bulk = {role: found[role]["bulk"] for role in ("User", "OneEdit", "OneRead")}
    # `bye` is not active already
    assert bulk == {
        "User": {"hello": "changed", "bye": "unchanged"},
        "OneEdit": {"hello": "changed", "bye": "refused"},
        "OneRead": {},
    }


def test_role_without_rights_learns_only_that_it_is_signed_in(found: dict[str, Any]) -> None:
    for row in GUARDED:
        expected = row.answer if row.needs == "signed-in" else 403
        assert found["Public"]["hello"][row.key] == expected, row.key
    assert found["Public"]["seen"] == []


def test_public_role_is_what_people_have_who_are_not_signed_in(found: dict[str, Any]) -> None:
    rights = RIGHTS["viewer"]
    expected = {row.key: expect(row, rights, is_own=True, has_all=True) for row in GUARDED}
    assert found["not signed in"] == expected
