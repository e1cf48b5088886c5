"""What a trial foresees: the gate's verdict, and when each message would go out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.domains.booking import BookingDomain
from bookflow.errors import InputError
from bookflow.journey.trials.comparing import compare_trials
from bookflow.journey.trials.outcomes import Trial
from bookflow.journey.trials.trying_out import try_out
from bookflow.settings import Settings
from bookflow.spec.drafting import load_draft
from bookflow.wiring.workshops import compile_action

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = Settings()
DOMAIN = BookingDomain(SETTINGS)
HEAD = """\
id: hello
organizer: hana@example.com
name: Hello
trigger: {trigger}
{more}actions:
"""
MAIL = """\
  - name: mail
    type: send_email
    recipient: {recipient}
    subject: "Hello {{{{ recipient_name }}}}"
    message: "See you"
"""


def make(
    trigger: str = "booking_created",
    more: str = "",
    actions: str = "",
    recipient: str = "invitee",
) -> Any:
    text = HEAD.format(trigger=trigger, more=more) + (actions or MAIL.format(recipient=recipient))
    return load_draft(text, vocabulary=DOMAIN.vocabulary)


def attempt(
    loaded: Any, *, now: datetime = NOW, variants: tuple[str, ...] = (), **overrides: Any
) -> Trial:
    subject = DOMAIN.make_sample(loaded.workflow, now=now, variants=variants, overrides=overrides)
    return try_on(loaded, subject, now)


def try_on(loaded: Any, subject: Any, now: datetime = NOW, **more: Any) -> Trial:
    connections = EnvironmentConnections({})
    return try_out(
        loaded,
        subject,
        domain=DOMAIN,
        now=now,
        compile_action=lambda action: compile_action(action, SETTINGS, DOMAIN, connections),
        **more,
    )


def shown(trial: Trial, action: int = 0) -> dict[str, Any]:
    actions: list[dict[str, Any]] = trial.to_json()["actions"]
    return actions[action]


def test_delayed_workflow_is_judged_at_the_time_it_runs() -> None:
    loaded = make(more="delay_minutes: 30m\n")
    trial = attempt(loaded)
    assert trial.runs_at == trial.due_at == NOW + timedelta(minutes=30)


def test_reminder_runs_before_the_start() -> None:
    loaded = make("before_meeting", "delay_minutes: 24h\n")
    trial = attempt(loaded)
    start = datetime.fromisoformat("2026-03-05T14:00:00+01:00")
    assert trial.due_at == start - timedelta(hours=24)
    assert trial.reason is None
    assert shown(trial)["timing"]["deadline"] == "2026-03-05T13:00:00+00:00"


def test_what_is_run_by_hand_is_due_at_once_whatever_the_trigger() -> None:
    loaded = make("before_meeting", "delay_minutes: 24h\nevent_types: [other]\n")
    subject = DOMAIN.make_sample(loaded.workflow, now=NOW)
    subject["event_type"]["slug"] = "intro"
    trial = try_on(loaded, subject, event_trigger="manual")
    assert (trial.trigger, trial.due_at, trial.runs_at) == ("manual", NOW, NOW)
    assert trial.reason is None
    assert shown(trial)["status"] == "would_run"
    assert shown(trial)["timing"]["deadline"] is None


def test_reminder_whose_time_had_passed_follows_if_past() -> None:
    for policy, matches in (("skip", False), ("send", True)):
        loaded = make("before_meeting", f"delay_minutes: 24h\nif_past: {policy}\n")
        trial = attempt(loaded, variants=("short_notice",))
        assert (trial.reason is None) is matches
        assert trial.runs_at == NOW
        assert shown(trial)["status"] == "would_run"
        if not matches:
            assert "if_past: skip" in str(trial.reason)


def test_reminder_of_a_booking_known_before_is_late_after_its_limit() -> None:
    loaded = make("before_meeting", "delay_minutes: 24h\nif_late: 2h\n")
    made = (NOW - timedelta(days=9)).isoformat()
    start = (NOW + timedelta(hours=20)).isoformat()
    trial = attempt(loaded, start_time=start, created_at=made)
    assert "if_late: 2 hours" in str(trial.reason)
    action = shown(trial)
    assert action["status"] == "skipped"
    assert "it was due at" in action["reason"]


def test_cancelled_booking_is_skipped_with_the_rules_shown() -> None:
    rules = "    conditions: [{rules: [{field: has_phone, operator: equals, value: true}]}]\n"
    loaded = make(actions=MAIL.format(recipient="invitee") + rules)
    action = shown(attempt(loaded, variants=("cancelled",)))
    assert (action["status"], action["reason"]) == ("skipped", "the booking was cancelled")
    assert action["conditions"][0]["holds"] is True


def test_quiet_hours_hold_each_recipient_for_their_own_morning() -> None:
    loaded = make(more='quiet_hours: {start: "21:00", end: "08:00"}\n', recipient="both")
    # 21:30 in Berlin, 05:30 in Tokyo
    night = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    action = shown(attempt(loaded, now=night, variants=("far_away",)))
    assert action["status"] == "waits"
    ends = {one["recipient"]: one["sends_at"] for one in action["messages"]}
    assert ends == {
        "invitee": "2026-03-02T23:00:00+00:00",
        "organizer": "2026-03-03T07:00:00+00:00",
    }
    assert action["timing"]["waits_until"] == "2026-03-03T07:00:00+00:00"


def test_one_recipient_awake_is_no_wait_for_the_action() -> None:
    loaded = make(more='quiet_hours: {start: "21:00", end: "08:00"}\n', recipient="both")
    # noon in Berlin, 20:00 in Tokyo; an hour later Tokyo sleeps
    action = shown(attempt(loaded, now=NOW + timedelta(hours=1), variants=("far_away",)))
    assert action["status"] == "would_run"
    assert [one["waits_for"] for one in action["messages"]] == ["quiet-hours", None]


def test_ignored_quiet_hours_hold_nothing() -> None:
    loaded = make(
        more='quiet_hours: {start: "00:00", end: "23:59"}\n',
        actions=MAIL.format(recipient="invitee") + "    ignore_quiet_hours: true\n",
    )
    assert shown(attempt(loaded))["status"] == "would_run"


def test_digest_gathers_for_its_window() -> None:
    action = shown(attempt(make(more="digest: {window: 15m}\n")))
    assert (action["status"], action["timing"]["waits_for"]) == ("waits", "digest")
    assert action["messages"][0]["sends_at"] == "2026-03-02T12:15:00+00:00"


def test_each_attendee_of_a_group_gets_a_message_and_one_without_address_is_told() -> None:
    action = shown(attempt(make(), variants=("group",)))
    assert [one["address"] for one in action["messages"]] == [
        "ada@example.com",
        "ben@example.com",
        "",
    ]
    last = action["messages"][-1]
    assert (last["sends_at"], last["reason"]) == (None, "the attendee has no e-mail address")
    assert [one["content"].get("subject") for one in action["messages"][:2]] == [
        "Hello Ada Sample",
        "Hello Ben Sample",
    ]


def test_nobody_to_write_to_is_invalid() -> None:
    actions = "  - {name: text, type: send_sms, recipient: invitee, message: Hi}\n"
    action = shown(attempt(make(actions=actions), variants=("no_phone",)))
    assert (action["status"], action["reason"]) == ("invalid", "the invitee has no phone number")


def test_update_is_shown_and_counts_as_no_message() -> None:
    actions = "  - {name: end, type: update_booking, update_booking_fields: {status: completed}}\n"
    trial = attempt(make(actions=actions))
    assert shown(trial)["rendered"]["fields"] == {"status": "completed"}
    assert (trial.totals["would_run"], trial.totals["messages"]) == (1, 0)


def test_event_of_another_kind_does_not_match() -> None:
    loaded = make()
    subject = DOMAIN.make_sample(loaded.workflow, now=NOW)
    trial = try_on(loaded, subject, event_trigger="booking_cancelled")
    assert "`booking_cancelled`" in str(trial.reason)
    assert try_on(loaded, subject, event_trigger="manual").reason is None


def test_sample_matches_the_workflow_whatever_it_listens_to() -> None:
    for trigger in DOMAIN.vocabulary.triggers:
        more = "delay_minutes: 10d\n" if trigger == "before_meeting" else ""
        if trigger == "schedule":
            more = 'cron: "0 9 * * 1"\ntimezone: Europe/Berlin\n'
        trial = attempt(make(trigger, f"{more}event_types: [demo-call]\n"))
        assert trial.reason is None, trigger
        assert shown(trial)["status"] == "would_run", trigger


def test_every_variant_makes_a_valid_booking() -> None:
    loaded = make()
    for name in DOMAIN.sample_variants:
        assert DOMAIN.make_sample(loaded.workflow, now=NOW, variants=(name,))["id"] == "sample-1"
    everything = tuple(DOMAIN.sample_variants)
    assert DOMAIN.make_sample(loaded.workflow, now=NOW, variants=everything)


def test_moved_sample_keeps_its_length() -> None:
    start = "2026-05-01T10:00:00+02:00"
    made = DOMAIN.make_sample(make().workflow, now=NOW, overrides={"start_time": start})
    assert made["end_time"] - made["start_time"] == timedelta(minutes=45)
    with pytest.raises(InputError, match=r"overrides\.start_time"):
        DOMAIN.make_sample(make().workflow, now=NOW, overrides={"start_time": 5})


def test_difference_names_added_removed_and_moved_actions() -> None:
    one, two = MAIL.format(recipient="invitee"), MAIL.format(recipient="organizer")
    two = two.replace("name: mail", "name: boss")
    before, after = make(actions=one + two), make(actions=two + one)
    subject = DOMAIN.make_sample(before.workflow, now=NOW)
    moved = compare_trials(try_on(before, subject), try_on(after, subject))
    assert [item["field"] for item in moved["workflow"]] == ["order"]
    added = compare_trials(try_on(make(actions=one), subject), try_on(before, subject))
    assert [(item["name"], item["change"]) for item in added["actions"]] == [
        ("mail", "same"),
        ("boss", "added"),
    ]
    removed = compare_trials(try_on(before, subject), try_on(make(actions=one), subject))
    assert removed["actions"][-1]["change"] == "removed"


def test_difference_follows_payloads_to_the_key() -> None:
    hook = """\
  - name: crm
    type: webhook
    webhook_url: https://crm.example.com/hook
    webhook_data: {deal: {stage: %s}}
"""
    before, after = make(actions=hook % "new"), make(actions=hook % "won")
    subject = DOMAIN.make_sample(before.workflow, now=NOW)
    found = compare_trials(try_on(before, subject), try_on(after, subject))
    assert found["actions"][0]["changes"] == [
        {"field": "payload.deal.stage", "recipient": "url", "before": "new", "after": "won"}
    ]
