"""The DAGs of upkeep, each run once: what they find, say and delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from bookflow.demo.stack import AirflowStack

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

API = "/bookflow/api/v1"
Json = dict[str, Any]
EndedRun = Callable[[str, str], tuple[str, dict[str, str]]]
UNSOUND = """\
id: unsound
organizer: ana@example.com
name: Unsound
trigger: manual
actions:
  - {name: Call, type: webhook, webhook_conn_id: nowhere_to_be_found}
"""
# longer ago than the clean-up keeps
AGE = """
UPDATE bookflow.executions SET completed_at = completed_at - interval '91 days'
WHERE id = %(id)s
"""


@pytest.fixture
def run(api: httpx.Client, ended_run: EndedRun) -> Callable[[str], None]:
    """Give a function that runs a DAG now and sees it succeed."""

    def begin(dag_id: str) -> None:
        answer = api.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})
        assert answer.status_code == 200, answer.text
        state, tasks = ended_run(dag_id, answer.json()["dag_run_id"])
        assert (state, set(tasks.values())) == ("success", {"success"})

    return begin


def incidents(api: httpx.Client, **query: str) -> list[Json]:
    answer = api.get(f"{API}/incidents", params=query)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["incidents"]
    return found


def test_incident_is_opened_at_night_and_closed_with_a_note_once_it_is_mended(
    api: httpx.Client, stack: AirflowStack, run: Callable[[str], None]
) -> None:
    headers = {"Content-Type": "application/yaml"}
    made = api.post(f"{API}/workflows", content=UNSOUND, headers=headers)
    assert made.status_code == 201, made.text
    stack.wait_for_dags({"bookflow-unsound"})
    run("bookflow_validation")
    [found] = incidents(api, workflow_id="unsound")
    assert (found["kind"], found["state"], found["note"]) == ("validation", "open", None)
    assert "nowhere_to_be_found" in found["message"]
    run("bookflow_monitor")
    assert incidents(api, workflow_id="unsound", state="open"), "nothing was mended yet"
    # the monitor looks for itself as well: one of the specs is no valid one
    assert any("broken.yaml" in str(one) for one in incidents(api, state="open"))

    mended = UNSOUND.replace("nowhere_to_be_found", "bookflow_demo_crm")
    headers["If-Match"] = made.headers["ETag"]
    changed = api.put(f"{API}/workflows/unsound", content=mended, headers=headers)
    assert changed.status_code == 200, changed.text
    run("bookflow_monitor")
    [closed] = incidents(api, workflow_id="unsound")
    assert (closed["id"], closed["state"], closed["closed_by"]) == (
        found["id"],
        "closed",
        "monitor",
    )
    assert closed["note"].startswith("no check has found it since")
    condition = {"If-Match": changed.headers["ETag"]}
    assert api.delete(f"{API}/workflows/unsound", headers=condition).status_code == 200


def test_clean_up_deletes_what_is_old_and_keeps_the_rest(
    api: httpx.Client,
    stack: AirflowStack,
    make_booking: Callable[..., Json],
    settled: Callable[..., Json],
    run: Callable[[str], None],
) -> None:
    old, new = make_booking(), make_booking()
    events = [{"trigger": "booking_created", "booking": one} for one in (old, new)]
    assert api.post(f"{API}/triggers", json={"events": events}).status_code == 202
    ids = [settled(one["id"], "chain")["id"] for one in (old, new)]
    with psycopg.connect(stack.database, autocommit=True) as connection:
        assert connection.execute(AGE, {"id": ids[0]}).rowcount == 1
    run("bookflow_cleanup")
    states = [api.get(f"{API}/executions/{execution_id}").status_code for execution_id in ids]
    assert states == [404, 200]
