from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

SPEC = """\
id: trial
organizer: hana@example.com
name: Trial
trigger: booking_created
delay_minutes: 15
actions:
  - name: mail
    type: send_email
    recipient: invitee
    subject: "Hello {{ invitee_name }}"
    message: "[bold]:smile: {{ custom_goal }}[/bold]"
    conditions:
      - operator: AND
        rules:
          - {field: invitee_domain, operator: equals, value: example.org}
          - operator: OR
            negate: true
            rules:
              - {field: attendee_count, operator: greater_than, value: 100}
  - name: never
    type: send_sms
    recipient: invitee
    message: "Hi"
    conditions:
      - operator: AND
        rules:
          - {field: attendee_count, operator: greater_than, value: 100}
  - name: broken
    type: send_sms
    recipient: organizer
    message: "Hi"
  - name: crm
    type: webhook
    webhook_conn_id: conn_that_nobody_made
    secret_conn_id: secret_that_nobody_made
    webhook_data: {seats: "{{ custom_seats }}"}
  - name: done
    type: update_booking
    update_booking_fields: {meeting_id: "m-{{ booking_id }}"}
"""


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "trial.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_answer_holds_every_action_with_status_conditions_and_content(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    at = "2026-03-01T14:30:00+01:00"
    said = run("test", spec_file, "--booking", booking_file, "--at", at, "--format", "json")
    assert (said.code, said.err) == (0, "")
    answer = said.json
    assert answer["workflow"] == "trial"
    assert {"name", "type", "status", "conditions", "rendered"} <= set(answer["actions"][0])
    assert [(one["name"], one["type"], one["status"]) for one in answer["actions"]] == [
        ("mail", "send_email", "would_run"),
        ("never", "send_sms", "skipped"),
        ("broken", "send_sms", "invalid"),
        ("crm", "webhook", "would_run"),
        ("done", "update_booking", "would_run"),
    ]
    mail, never, broken, crm, done = answer["actions"]
    assert mail["rendered"]["to"] == "ida@example.org"
    assert mail["rendered"]["subject"] == "Hello Ida Invitee"
    assert mail["rendered"]["message"] == "[bold]:smile: Compare plans[/bold]"
    assert never["rendered"] == {}
    assert "attendee_count" in never["reason"]
    assert broken["reason"] == "the organizer has no phone number"
    assert crm["rendered"]["payload"]["seats"] == 12
    assert done["rendered"]["fields"] == {"meeting_id": "m-booking-1"}


def test_trace_holds_each_rule_with_the_value_it_saw(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    said = run("test", spec_file, "--booking", booking_file, "--format", "json")
    [group] = said.json["actions"][0]["conditions"]
    first, nested = group["rules"]
    assert (group["operator"], group["holds"]) == ("AND", True)
    assert (first["field"], first["expected"], first["actual"], first["holds"]) == (
        "invitee_domain",
        "example.org",
        "example.org",
        True,
    )
    assert (nested["negate"], nested["holds"]) == (True, True)
    assert nested["rules"][0]["actual"] == 1


def test_webhook_by_connection_needs_no_connection_and_names_it(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    said = run("test", spec_file, "--booking", booking_file, "--format", "json")
    assert said.json["actions"][3]["rendered"]["url"] == "connection conn_that_nobody_made"


def test_at_is_the_time_the_trial_believes_in(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    at = "2026-03-01T14:30:00+01:00"
    said = run("test", spec_file, "--booking", booking_file, "--at", at, "--format", "json")
    assert said.json["due_at"] in ("2026-03-01T14:45:00+01:00", "2026-03-01T13:45:00+00:00")
    # the content is that of the moment it would run, 15 minutes later
    assert said.json["runs_at"] == said.json["due_at"]
    stamp = said.json["actions"][3]["rendered"]["payload"]["timestamp"]
    assert stamp == said.json["due_at"]


@pytest.mark.parametrize(
    "at",
    [
        *("2026-03-01T14:30:00", "2026-03-01", "tomorrow", "", "9999-12-31T23:00:00-12:00"),
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_time_that_is_naive_or_none_is_refused(
    run: Run, spec_file: Path, booking_file: Path, at: str
) -> None:
    said = run("test", spec_file, "--booking", booking_file, "--at", at)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: --at: must be ")
    assert said.err.count("\n") == 1


def test_text_shows_status_rules_and_content_without_obeying_markup(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    out = run("test", spec_file, "--booking", booking_file).out
    assert "trial on booking_created" in out
    assert "mail (send_email) would_run" in out
    assert '    ✓ invitee_domain equals "example.org": is "example.org"' in out
    assert "✓ NOT OR" in out
    assert "never (send_sms) skipped: conditions not met" in out
    assert "broken (send_sms) invalid: the organizer has no phone number" in out
    assert "[bold]:smile: Compare plans[/bold]" in out


def test_rule_that_compares_with_nothing_shows_no_value(
    run: Run, spec_file: Path, booking_file: Path
) -> None:
    old = "{field: invitee_domain, operator: equals, value: example.org}"
    new = "{field: invitee_domain, operator: is_not_empty}"
    spec_file.write_text(SPEC.replace(old, new), encoding="utf-8")
    out = run("test", spec_file, "--booking", booking_file).out
    assert '    ✓ invitee_domain is_not_empty: is "example.org"' in out


def test_marks_that_turn_text_around_never_reach_the_terminal(
    run: Run, spec_file: Path, tmp_path: Path, booking: dict[str, Any]
) -> None:
    spec_file.write_text(SPEC.replace("[bold]", "\\u202eevil\\u2066 "), encoding="utf-8")
    booking["custom_answers"]["goal"] = "\u202eevil"
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(booking))
    text = run("test", spec_file, "--booking", path)
    as_json = run("test", spec_file, "--booking", path, "--format", "json")
    for said in (text, as_json):
        assert said.code == 0
        assert not set("\u202e\u2066") & set(said.out)
    assert "\\u202eevil\\u2066" in text.out
    assert as_json.json["actions"][0]["rendered"]["message"].startswith("\u202eevil\u2066")


def test_booking_may_be_wrapped(
    run: Run, spec_file: Path, tmp_path: Path, booking: dict[str, Any]
) -> None:
    path = tmp_path / "wrapped.json"
    path.write_text("\ufeff" + json.dumps({"booking": booking, "idempotency_key": "k"}), "utf-8")
    said = run("test", spec_file, "--booking", path, "--format", "json")
    assert said.json["booking_id"] == "booking-1"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"n": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b"[1]", "must hold an object"),
        (b" " * 1_048_577, "is larger than 1,048,576 bytes"),
        (b"{}", "booking."),
        (b'{"id": "b", "start_time": "2026-03-01T10:00:00"}', "booking."),
    ],
    ids=["cut", "empty", "utf-16", "deep", "digits", "list", "big", "no keys", "naive"],
)
def test_bad_booking_is_one_clear_line(
    run: Run, spec_file: Path, tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    said = run("test", spec_file, "--booking", path)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: ")
    assert expected in said.err
    assert said.err.count("\n") == 1


def test_naive_time_of_a_booking_is_refused_by_name(
    run: Run, spec_file: Path, tmp_path: Path, booking: dict[str, Any]
) -> None:
    path = tmp_path / "naive.json"
    path.write_text(json.dumps({**booking, "start_time": "2027-03-25T14:00:00"}))
    said = run("test", spec_file, "--booking", path)
    assert said.code == 1
    assert "booking.start_time" in said.err


def test_missing_files_are_one_clear_line(run: Run, spec_file: Path, booking_file: Path) -> None:
    no_spec = run("test", "absent.yaml", "--booking", booking_file)
    no_booking = run("test", spec_file, "--booking", "absent.json")
    folder = run("test", ".", "--booking", booking_file)
    for said, name in ((no_spec, "absent.yaml"), (no_booking, "absent.json"), (folder, ".")):
        assert (said.code, said.out) == (1, "")
        assert f"{name}: can't be read" in said.err or f"{name} can't be read" in said.err
        assert said.err.count("\n") == 1


def test_invalid_spec_gives_one_line_per_error(
    run: Run, tmp_path: Path, booking_file: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SPEC.replace("invitee_domain", "invitee_domian").replace("type: webhook", ""))
    said = run("test", "bad.yaml", "--booking", booking_file)
    assert (said.code, said.out) == (1, "")
    lines = said.err.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith("error: bad.yaml:") for line in lines)


def test_workflow_that_would_not_match_says_why(
    run: Run, tmp_path: Path, booking_file: Path
) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(SPEC + "event_types: [demo-call]\n")
    said = run("test", path, "--booking", booking_file)
    assert "would not run: the event type `intro-call` is not among demo-call" in said.out
