"""Workflows are written through the API, and Airflow runs what was written within seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bookflow.demo.outfit import Outfit
from bookflow.demo.stack import AirflowStack
from tests.acceptance.conftest import paused, wait_for

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

Settled = Callable[..., dict[str, Any]]
MakeBooking = Callable[..., dict[str, Any]]
API = "/bookflow/api/v1"
HANG = 60
SPEC = """\
# written through the API
id: edited
organizer: ana@example.com
name: Edited
trigger: manual
actions:
  - name: Call
    type: webhook
    webhook_conn_id: bookflow_demo_crm
    secret_conn_id: bookflow_demo_crm_secret
    webhook_data: {edition: first}
"""


def fire(api: httpx.Client, trigger: str, booking: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.post(f"{API}/triggers/{trigger}", json={"booking": booking})
    assert answer.status_code == 202, answer.text
    return list(answer.json()["executions"])


def edition_sent(outfit: Outfit, booking: dict[str, Any]) -> str | None:
    for call in outfit.webhooks.messages:
        if call.payload.get("booking_id") == booking["id"]:
            return str(call.payload.get("edition"))
    return None


def dag_of(api: httpx.Client, workflow_id: str) -> dict[str, Any] | None:
    answer = api.get(f"/api/v2/dags/bookflow-{workflow_id}")
    if answer.status_code == 404 or answer.json().get("is_stale"):
        return None
    return dict(answer.json())


def is_listed(api: httpx.Client, workflow_id: str) -> bool:
    asked = {"dag_id_pattern": f"bookflow-{workflow_id}", "limit": 10}
    listed = api.get("/api/v2/dags", params=asked).json()["dags"]
    return any(dag["dag_id"] == f"bookflow-{workflow_id}" for dag in listed)


def versions_of(api: httpx.Client, workflow_id: str) -> int:
    answer = api.get(f"/api/v2/dags/bookflow-{workflow_id}/dagVersions")
    return int(answer.json()["total_entries"])


def test_workflow_lives_through_the_api(
    api: httpx.Client,
    outfit: Outfit,
    make_booking: MakeBooking,
    settled: Settled,
) -> None:
    measured: dict[str, float] = {}

    def until(what: str, began: float, condition: Callable[[], Any]) -> Any:
        found = wait_for(condition, HANG, what)
        measured[what] = round(time.monotonic() - began, 2)
        return found

    # made: Airflow knows the DAG, and an event that comes right after runs it
    headers = {"Content-Type": "application/yaml"}
    began = time.monotonic()
    made = api.post(f"{API}/workflows", content=SPEC, headers=headers)
    assert made.status_code == 201, made.text
    first = make_booking()
    assert [one["workflow_id"] for one in fire(api, "manual", first)] == ["edited"]
    until("made: DAG known", began, lambda: dag_of(api, "edited"))
    assert until("made: delivered", began, lambda: edition_sent(outfit, first)) == "first"

    # changed: the next event runs what the file says now, as another version of the DAG
    settled(first["id"], "edited")
    condition = {"If-Match": made.headers["ETag"]}
    actions = made.json()["spec"]["actions"]
    second_action = {**actions[0], "name": "Call again", "webhook_data": {"edition": "second"}}
    began = time.monotonic()
    changed = api.patch(
        f"{API}/workflows/edited", json={"actions": [second_action]}, headers=condition
    )
    assert changed.status_code == 200, changed.text
    second = make_booking()
    [execution] = fire(api, "manual", second)
    assert until("changed: delivered", began, lambda: edition_sent(outfit, second)) == "second"
    until("changed: DAG version", began, lambda: versions_of(api, "edited") == 2)
    found = settled(second["id"], "edited")
    assert found["workflow_version"] == changed.json()["version"]
    assert found["id"] == execution["id"]

    # by hand: whatever the trigger
    third = make_booking()
    began = time.monotonic()
    run = api.post(f"{API}/workflows/edited/execute", json={"booking": third})
    assert run.status_code == 202, run.text
    assert until("executed: delivered", began, lambda: edition_sent(outfit, third)) == "second"
    settled(third["id"], "edited")

    # deactivated, active again, and deleted: nothing matches, and the DAG comes and goes
    condition = {"If-Match": changed.headers["ETag"]}
    began = time.monotonic()
    off = api.patch(f"{API}/workflows/edited", json={"is_active": False}, headers=condition)
    assert fire(api, "manual", make_booking()) == []
    until("deactivated: DAG gone", began, lambda: not is_listed(api, "edited"))
    began = time.monotonic()
    condition = {"If-Match": off.headers["ETag"]}
    on = api.patch(f"{API}/workflows/edited", json={"is_active": None}, headers=condition)
    until("activated: DAG back", began, lambda: is_listed(api, "edited"))
    began = time.monotonic()
    condition = {"If-Match": on.headers["ETag"]}
    gone = api.delete(f"{API}/workflows/edited", headers=condition)
    assert gone.status_code == 200, gone.text
    assert fire(api, "manual", make_booking()) == []
    until("deleted: DAG gone", began, lambda: not is_listed(api, "edited"))
    kept = api.get(f"{API}/executions/{execution['id']}").json()
    assert kept["execution_log"][0]["deliveries"][0]["status"] == "sent"
    log.info("seconds from the request on: %s", measured)


def test_reminder_that_was_just_written_does_not_wait_for_the_clock(
    api: httpx.Client, stack: AirflowStack, outfit: Outfit, make_booking: MakeBooking
) -> None:
    # both would plan it as well, sooner or later: only the API server may
    with paused(stack, "bookflow_clock", "bookflow_dispatcher"):
        now = datetime.fromisoformat(api.get(f"{API}/upcoming").json()["until"]) - timedelta(days=7)
        start = now + timedelta(minutes=5, seconds=12)
        soon = make_booking(
            start_time=start.isoformat(), end_time=(start + timedelta(minutes=30)).isoformat()
        )
        # known before the workflow is
        fire(api, "manual", soon)
        spec = SPEC.replace("id: edited", "id: reminding").replace(
            "name: Edited", "name: Reminding"
        )
        spec = spec.replace("trigger: manual", "trigger: before_meeting\ndelay_minutes: 5")
        headers = {"Content-Type": "application/yaml"}
        made = api.post(f"{API}/workflows", content=spec, headers=headers)
        assert made.status_code == 201, made.text
        assert wait_for(lambda: edition_sent(outfit, soon), HANG, "the reminder") == "first"
    condition = {"If-Match": made.headers["ETag"]}
    assert api.delete(f"{API}/workflows/reminding", headers=condition).status_code == 200
