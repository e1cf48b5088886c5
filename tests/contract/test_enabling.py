"""Enabling an endpoint lets what waits for it go on at once: the same in both stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.records import Hold
from tests.contract.conftest import NOW, PLAN, RUN, minutes

HOOK = "https://example.com/hook"
AT = NOW + minutes(5)


def hold_back(scene, code, endpoint=HOOK):
    """Give an execution that waits for an hour, and the endpoint in trouble."""
    scene.store.record_calls(
        [CallTally(HOOK, "webhook", gone="it answered 410")], CircuitRules(), now=NOW
    )
    execution = scene.running()
    hold = Hold(NOW + minutes(60), "wait", code)
    delivery = replace(scene.deliver(execution), endpoint=endpoint, hold=hold)
    scene.store.claim_deliveries([delivery], now=NOW)
    scene.result(execution, "waiting", resume_at=hold.until)
    assert scene.store.finish(RUN, PLAN, now=NOW).parked == 1
    return execution


@pytest.mark.parametrize("code", ["circuit-open", "retry-after"])
def test_what_waits_for_the_endpoint_alone_is_due_now(scene, code):
    execution = hold_back(scene, code)
    assert scene.store.workflows_to_wake(AT) == []
    scene.store.enable_endpoint(HOOK, actor="ada", now=AT)
    assert scene.store.workflows_to_wake(AT) == ["welcome"]
    [log] = scene.read(execution)["execution_log"]
    assert log["next_attempt_at"] == AT.isoformat()
    assert log["deliveries"][0]["next_attempt_at"] == AT.isoformat()


@pytest.mark.parametrize(
    ("code", "endpoint"), [("quiet-hours", HOOK), ("circuit-open", "https://example.com/other")]
)
def test_what_waits_for_something_else_waits_on(scene, code, endpoint):
    hold_back(scene, code, endpoint)
    scene.store.enable_endpoint(HOOK, actor="ada", now=AT)
    assert scene.store.workflows_to_wake(AT) == []
