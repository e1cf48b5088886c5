from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import WebFault
from bookflow.demo.stack import AirflowStack

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.timeout(300),
    # what takes a minute by itself begins here, and is looked at by test_waiting_on_airflow.py
    pytest.mark.usefixtures("begun"),
]

Settled = Callable[..., dict[str, Any]]
EndedRun = Callable[[str, str], tuple[str, dict[str, str]]]
MakeBooking = Callable[..., dict[str, Any]]


def fire(api: httpx.Client, trigger: str, **body: Any) -> dict[str, Any]:
    answer = api.post(f"/bookflow/api/v1/triggers/{trigger}", json=body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def statuses(execution: dict[str, Any]) -> dict[str, str]:
    return {entry["action"]: entry["status"] for entry in execution["execution_log"]}


def test_event_becomes_messages_and_an_update(
    api: httpx.Client, outfit: Outfit, make_booking: MakeBooking, settled: Settled
) -> None:
    made = make_booking()
    fire(api, "booking_created", booking=made)
    execution = settled(made["id"], "chain")
    assert execution["status"] == "completed"
    assert statuses(execution) == {
        "Mail": "completed",
        "Never": "skipped",
        "Call": "completed",
        "Link": "completed",
    }
    assert any(hook.payload["booking_id"] == made["id"] for hook in outfit.webhooks.messages)
    timeline = api.get(f"/bookflow/api/v1/bookings/{made['id']}/timeline").json()
    assert timeline["booking"]["meeting_link"] == f"https://meet.example.com/{made['id']}"


def test_failed_action_stops_nothing_and_turns_the_run_red(
    api: httpx.Client, make_booking: MakeBooking, settled: Settled, ended_run: EndedRun
) -> None:
    made = make_booking(status="cancelled")
    made["invitee"]["phone"] = "12"
    fire(api, "booking_cancelled", booking=made)
    execution = settled(made["id"], "failing")
    assert execution["status"] == "failed"
    assert statuses(execution) == {"Refused": "failed", "Still done": "completed"}
    state, tasks = ended_run(execution["dag_id"], execution["run_id"])
    assert state == "failed"
    assert tasks == {"refused": "failed", "still_done": "success", "finish": "failed"}


def test_transient_failure_is_retried_by_a_later_run_under_the_same_id(
    api: httpx.Client, outfit: Outfit, make_booking: MakeBooking, settled: Settled
) -> None:
    made = make_booking()
    outfit.webhooks.script(*[WebFault(status=503)] * 3)
    fire(api, "booking_rescheduled", booking=made)
    execution = settled(made["id"], "retried", timeout=90)
    assert execution["status"] == "completed"
    (entry,) = execution["execution_log"]
    assert (entry["attempts"], execution["rounds"]) == (4, 2)
    arrived = [
        hook for hook in outfit.webhooks.messages if hook.payload.get("booking_id") == made["id"]
    ]
    assert len({hook.webhook_id for hook in arrived}) == 1


def test_run_started_by_hand_works_on_the_booking_in_its_conf(
    api: httpx.Client, make_booking: MakeBooking, settled: Settled, ended_run: EndedRun
) -> None:
    made = make_booking()
    answer = api.post(
        "/api/v2/dags/bookflow-chain/dagRuns",
        json={"logical_date": None, "conf": {"booking": made}},
    )
    assert answer.status_code == 200, answer.text
    execution = settled(made["id"], "chain")
    assert (execution["status"], execution["trigger"]) == ("completed", "manual")
    run_id = answer.json()["dag_run_id"]
    assert execution["run_id"] == run_id
    links = api.get(f"/api/v2/dags/bookflow-chain/dagRuns/{run_id}/taskInstances/mail/links")
    url = links.json()["extra_links"]["Bookflow executions"]
    page = api.get(url)
    assert page.status_code == 200
    assert made["id"] in page.text
    assert ended_run("bookflow-chain", run_id)[0] == "success"


def test_run_started_by_hand_for_an_unknown_booking_fails_without_retries(
    api: httpx.Client, ended_run: EndedRun
) -> None:
    answer = api.post(
        "/api/v2/dags/bookflow-retried/dagRuns",
        json={"logical_date": None, "conf": {"booking_id": "nobody"}},
    )
    state, tasks = ended_run("bookflow-retried", answer.json()["dag_run_id"])
    assert (state, tasks["call"]) == ("failed", "failed")


def test_run_that_finds_nothing_costs_one_task(api: httpx.Client, ended_run: EndedRun) -> None:
    answer = api.post("/api/v2/dags/bookflow-chain/dagRuns", json={"logical_date": None})
    state, tasks = ended_run("bookflow-chain", answer.json()["dag_run_id"])
    assert state == "success"
    assert tasks.pop("mail") == "success"
    assert set(tasks.values()) == {"skipped"}


def test_broken_spec_is_an_import_error_and_the_plugin_is_loaded_once(
    api: httpx.Client, stack: AirflowStack
) -> None:
    (error,) = stack.import_errors().values()
    assert "broken.yaml:4:10: trigger: `booking_creatd` is not a trigger" in error
    assert "did you mean `booking_created`?" in error
    with stack.client("admin") as admin:
        assert admin.get("/api/v2/plugins/importErrors").json()["total_entries"] == 0
        plugins = admin.get("/api/v2/plugins").json()["plugins"]
    assert [plugin["name"] for plugin in plugins].count("bookflow") == 1


def test_new_spec_works_before_airflow_has_looked_at_the_folder(
    api: httpx.Client, specs: Path, make_booking: MakeBooking, settled: Settled
) -> None:
    text = (specs / "delayed.yaml").read_text()
    text = text.replace("delay_minutes: 1m\n", "").replace("booking_no_show", "booking_rejected")
    (specs / "fresh.yaml").write_text(
        text.replace("id: delayed", "id: fresh").replace("name: Delayed", "name: Fresh")
    )
    made = make_booking()
    deadline = time.monotonic() + 10
    while not fire(api, "booking_rejected", booking=made)["executions"]:
        assert time.monotonic() < deadline, "intake never saw the new file"
        time.sleep(0.2)
    started = time.monotonic()
    assert settled(made["id"], "fresh")["status"] == "completed"
    assert time.monotonic() - started < 20, "the dag-processor's own turn comes each 30 s"
