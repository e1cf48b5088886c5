"""Rounds of upkeep as wired for production: real receivers, PostgreSQL, spec files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers.web_faults import WebFault
from bookflow.ports.upkeep import IncidentFilter
from bookflow.ports.validation import DagState
from bookflow.records import utc_now
from bookflow.wiring.upkeep import open_rounds

pytestmark = pytest.mark.database

OPS = "ops@example.com"


class Dags:
    """All DAGs are there and run."""

    def look_up(self, workflow_id: str) -> DagState:
        return DagState(f"bookflow-{workflow_id}", is_known=True)


class Round:
    """Plays rounds at times of its own, with alerts to e-mail, a webhook and Slack."""

    def __init__(self, office: Any, hooks: Any, **changes: Any) -> None:
        values = {
            "alert_emails": (OPS,),
            "alert_webhook_conn_id": "ops_hook",
            "alert_slack_conn_id": "ops_slack",
            "alert_minimum": 1,
            "alert_clear_minutes": 0.0,
            "public_url": "https://airflow.example.com",
            **changes,
        }
        office.settings = replace(office.settings, **values)
        self.office = office
        self.hooks = hooks
        self.at = utc_now()
        more = {
            "AIRFLOW_CONN_OPS_HOOK": json.dumps({"conn_type": "http", "host": hooks.url}),
            "AIRFLOW_CONN_OPS_SLACK": json.dumps(
                {"conn_type": "slackwebhook", "host": hooks.url, "password": "T1/B2/c3"}
            ),
        }
        environ = office.connections.environ
        office.connections = EnvironmentConnections({**environ, **more})

    def monitor(self, minutes: float = 0) -> str:
        self.at += timedelta(minutes=minutes)
        return self._open().monitor()

    def validate(self) -> str:
        return self._open().validate()

    def _open(self) -> Any:
        workshop = self.office.open_workshop()
        workshop.store.tick(lambda tick: tick.cover(self.at, []), now=self.at)
        return open_rounds(workshop, dags=Dags(), now=lambda: self.at)

    def listed(self, **wanted: Any) -> Any:
        store = self.office.server.store
        return store.list_incidents(IncidentFilter(**wanted), limit=50, cursor=None).items


@pytest.fixture
def rounds(office: Any, hooks: Any) -> Round:
    return Round(office, hooks)


def let_fail(office: Any, make_booking: Any) -> None:
    office.write("welcome")
    office.send(make_booking(invitee={"email": None}))
    assert office.run("welcome")["b-1"]["status"] == "failed"


def test_failures_are_told_once_by_every_channel_and_when_they_are_over(
    rounds: Round, office: Any, smtp: Any, make_booking: Any
) -> None:
    let_fail(office, make_booking)
    rounds.at = utc_now()
    said = rounds.monitor()
    assert said == "incidents: 1 opened; 3 notices sent, 0 to be tried again"
    assert rounds.monitor(5) == "incidents: 1 still open"
    [mail] = smtp.messages
    assert mail.recipients == (OPS,)
    assert mail.subject == "[bookflow] critical: executions of `welcome` fail"
    assert "https://airflow.example.com/dags/bookflow-welcome" in mail.text
    hook, slack = sorted(rounds.hooks.messages, key=lambda one: len(one.path))
    assert (hook.payload["type"], hook.payload["kind"]) == ("incident.opened", "failures")
    assert hook.payload["workflow_id"] == "welcome"
    assert slack.path.endswith("/hook/T1/B2/c3")
    assert slack.payload["text"].startswith("*[bookflow] critical: executions of")
    assert rounds.listed()[0].notified_at is not None

    assert "1 closed; 3 notices sent" in rounds.monitor(61)
    assert [one.subject for one in smtp.messages][1:] == [
        "[bookflow] over: executions of `welcome` fail"
    ]
    kinds = [one.payload.get("type") for one in rounds.hooks.messages]
    assert kinds.count("incident.closed") == 1
    assert rounds.monitor(5) == "incidents: none"


def test_a_channel_that_fails_is_tried_again_and_costs_no_other(
    rounds: Round, office: Any, smtp: Any, make_booking: Any
) -> None:
    let_fail(office, make_booking)
    rounds.at = utc_now()
    rounds.hooks.script(WebFault(status=500), WebFault(status=500))
    assert rounds.monitor().endswith("1 notices sent, 2 to be tried again")
    assert len(smtp.messages) == 1
    assert rounds.monitor(5).endswith("2 notices sent, 0 to be tried again")
    assert len({one.webhook_id for one in rounds.hooks.messages}) == 2


def test_a_broken_spec_is_told_to_its_owner_until_it_is_mended(
    rounds: Round, office: Any, smtp: Any
) -> None:
    office.write("welcome")
    path = office.put("bad.yaml", "id: bad\norganizer: x@example.com\n")
    assert rounds.monitor().startswith("incidents: 1 opened")
    [found] = rounds.listed()
    assert (found.kind, found.key, found.workflow_id) == ("spec", "bad.yaml", "bad")
    path.unlink()
    assert "1 closed" in rounds.monitor(5)


def test_nightly_validation_finds_what_is_missing_and_the_monitor_sees_it_mended(
    rounds: Round, office: Any, smtp: Any
) -> None:
    hook = "  - {name: crm, type: webhook, webhook_conn_id: crm}\n"
    office.write("welcome", hook)
    assert rounds.validate().startswith("incidents: 1 opened")
    [found] = rounds.listed(kind="validation")
    assert "needs the connection `crm`" in found.message
    # the owner is told as well
    assert {mail.recipients for mail in smtp.messages} == {(OPS,), ("hana@example.com",)}
    rounds.monitor(5)
    assert [one.closed_at for one in rounds.listed(kind="validation")] == [None]
    more = {"AIRFLOW_CONN_CRM": json.dumps({"conn_type": "http", "host": "https://crm.example"})}
    office.connections = EnvironmentConnections({**office.connections.environ, **more})
    rounds.monitor(5)
    assert rounds.listed(kind="validation")[0].closed_at is not None


def test_a_missing_alert_channel_is_an_incident_itself(office: Any, hooks: Any) -> None:
    rounds = Round(office, hooks, alert_slack_conn_id="gone")
    rounds.monitor()
    [found] = rounds.listed()
    assert (found.kind, found.key) == ("configuration", "connection:gone")


def test_health_tells_how_many_incidents_are_open(rounds: Round, office: Any) -> None:
    office.put("bad.yaml", "id: bad\n")
    rounds.monitor()

    class Running:
        def check(self) -> dict[str, Any]:
            return {"status": "healthy"}

    office.server.waker = Running()
    part = office.server.health()["components"]["incidents"]
    assert part == {"status": "degraded", "open": {"spec": 1}, "critical": 0}
