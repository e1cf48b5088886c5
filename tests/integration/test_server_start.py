from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.database


def test_server_wakes_what_an_earlier_one_recorded_but_did_not_wake(office, make_booking):
    office.write("welcome")
    office.send(make_booking())
    office.waker.calls.clear()

    office.server.start()

    deadline = time.monotonic() + 5
    while not office.waker.calls and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [workflow_id for workflow_id, _ in office.waker.calls] == ["welcome"]


def test_spec_saved_while_the_server_runs_matches_within_seconds(office, make_booking):
    office.server.start()
    office.write("welcome")
    (office.settings.specs_dir / "late.yaml").write_text(
        "id: late\norganizer: hana@example.com\nname: Late\ntrigger: booking_created\nactions:\n"
        "  - {name: mail, type: send_email, recipient: invitee, subject: s, message: m}\n"
    )
    deadline = time.monotonic() + 8
    matched: set[str] = set()
    while "late" not in matched and time.monotonic() < deadline:
        [answer] = office.send(make_booking())
        matched = {execution.workflow_id for execution in answer.executions}
        time.sleep(0.1)
    assert matched == {"welcome", "late"}
