from __future__ import annotations

import logging
import time

import pytest

from bookflow.errors import PermanentDeliveryError
from bookflow.journey.steps import WorkflowFacts
from bookflow.journey.wording import mask_reason
from bookflow.records import RunKey
from tests.unit.journey.conftest import ScriptedAction


@pytest.mark.parametrize(
    ("reason", "masked"),
    [
        ("550 <ida@example.org>: no such mailbox", "550 <…@…>: no such mailbox"),
        ("+1 202 555 0143 can't be reached", "… can't be reached"),
        ("'12', the phone number, can't be used", "'…', the phone number, can't be used"),
        (
            'invitee_domain equals "example.net", but it is "example.org"',
            'invitee_domain equals "…", but it is "…"',
        ),
        ("it can't be read: b'Ida' isn't 'ok'", "it can't be read: b…' isn't '…'"),
        (
            "the server answered 554 “Ida's \"box\" isn't here”; look it up",
            "the server answered 554 “…”; look it up",
        ),
        ("HTTP 503 after 3 attempts", "HTTP 503 after 3 attempts"),
        (None, ""),
        pytest.param("no '" + "a" * 5_000 + "' here", "no '…'\"”", id="cut inside a quoted value"),
    ],
)
def test_reasons_are_masked_for_logs(reason, masked):
    assert mask_reason(reason) == masked


@pytest.mark.parametrize("letter", ["a", "“", "'", "1 ", "a@"])
def test_masking_a_huge_reason_takes_no_time(letter):
    started = time.perf_counter()
    assert len(mask_reason(letter * 200_000)) <= 500
    # quadratic would take minutes
    assert time.perf_counter() - started < 5


def test_log_and_summary_hold_no_personal_data(world, make_booking, caplog):
    problem = PermanentDeliveryError("ida@example.org does not exist", code="smtp-550")
    action = ScriptedAction(outcomes=[problem])
    run = RunKey("d", "r")
    world.runtime.claim(WorkflowFacts("welcome", "W", "v1"), run, {"booking": make_booking()})
    with caplog.at_level(logging.INFO, logger="bookflow"):
        summary = world.runtime.act(world.step(action), run, is_last_try=True)
    assert "failed: …@… does not exist" in caplog.text
    assert "ida@" not in caplog.text + str(summary.messages)
