from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from bookflow.demo.samples import sample_bookings, sample_events
from bookflow.demo.samples.meeting_days import find_clock_change, place_meeting
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.conditions import compile_conditions
from bookflow.spec.loading import load_workflow
from bookflow.spec.templates import compile_data, compile_template
from tests.sample_specs import FOLDER, SAMPLE_SPECS

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
RESERVED = re.compile(r"(?:[a-z0-9-]+\.)*example\.(?:com|org|net)")


def load(path):
    return load_workflow(path.read_bytes(), file=path.name, vocabulary=BOOKING_VOCABULARY)


@pytest.fixture(scope="module")
def workflows():
    return [load(path).workflow for path in SAMPLE_SPECS]


def matching(workflows, event, subject, domain):
    return [
        workflow
        for workflow in workflows
        if workflow.trigger == event["trigger"]
        and (not workflow.event_types or domain.category_of(subject) in workflow.event_types)
    ]


@pytest.mark.parametrize("path", SAMPLE_SPECS, ids=lambda path: path.stem)
def test_sample_spec_loads_without_warnings_under_its_own_name(path):
    loaded = load(path)
    assert loaded.workflow.id == path.stem
    assert not loaded.warnings
    assert path.read_text(encoding="utf-8").startswith("# "), "samples teach: open with a comment"


def test_samples_cover_all_actions_and_lifecycle_triggers(workflows):
    assert len(workflows) >= 10
    assert {action.type for workflow in workflows for action in workflow.actions} == {
        *("send_email", "send_sms", "webhook", "update_booking")
    }
    assert {workflow.trigger for workflow in workflows} == {
        *("booking_created", "booking_requested", "booking_cancelled"),
        *("booking_completed", "booking_no_show", "booking_rescheduled"),
        *("before_meeting", "after_meeting"),
    }
    assert len({(workflow.organizer, workflow.name) for workflow in workflows}) == len(workflows)


def test_sample_bookings_are_as_varied_as_real_ones(domain):
    subjects = [domain.parse_subject(raw, path="booking") for raw in sample_bookings(NOW)]
    contexts = [domain.build_context(subject, now=NOW) for subject in subjects]
    assert len(subjects) == len({subject["id"] for subject in subjects}) == 25
    assert len({context["invitee_timezone"] for context in contexts}) >= 6
    assert len({context["invitee_locale"][:2] for context in contexts}) >= 5
    assert sum(context["is_weekend"] for context in contexts) >= 3
    assert sum(not context["has_phone"] for context in contexts) >= 3
    assert sum(context["invitee_email"] is None for context in contexts) == 1
    assert sum(context["attendee_count"] >= 8 for context in contexts) >= 2
    assert sum("custom_company" in context for context in contexts) >= 3
    statuses = Counter(context["booking_status"] for context in contexts)
    assert set(statuses) >= {"confirmed", "pending", "cancelled", "completed", "no_show"}


@pytest.mark.parametrize("days", range(0, 400, 23))
def test_samples_never_age(domain, days):
    now = NOW + timedelta(days=days, hours=days % 24)
    for event in sample_events(now):
        subject = domain.parse_subject(event["booking"], path="booking")
        is_over = event["trigger"] in ("booking_completed", "booking_no_show")
        assert (subject["end_time"] < now) is is_over
        assert (subject["start_time"] > now) is not is_over
        assert subject["created_at"] < now


def test_events_are_items_of_the_api_with_keys_of_their_own():
    events = sample_events(NOW)
    assert len({event["idempotency_key"] for event in events}) == len(events) == 25
    assert {event["booking"]["id"] for event in events} == {
        booking["id"] for booking in sample_bookings(NOW)
    }
    assert all(event["trigger"] in BOOKING_VOCABULARY.triggers for event in events)
    assert json.loads(json.dumps(events)) == events
    again = sample_events(NOW, run="two")
    assert not {item["idempotency_key"] for item in again} & {
        item["idempotency_key"] for item in events
    }


def test_samples_name_only_reserved_addresses_and_numbers():
    texts = [path.read_text(encoding="utf-8") for path in SAMPLE_SPECS]
    texts.append(json.dumps(sample_events(NOW)))
    for text in texts:
        domains = re.findall(r"(?:@|https?://)([A-Za-z0-9.-]+[a-z])", text)
        assert all(RESERVED.fullmatch(found) for found in domains), domains
    # published by regulators for film and fiction: NANP, Ofcom, ACMA, BNetzA, PTS, ARCEP
    fiction = re.compile(
        r"\+1[2-9]\d\d55501\d\d|\+442079460\d{3}|\+61491570(?:006|15[6-9]|110)"
        r"|\+4917139200\d\d|\+4670174060[5-9]|\+467017406[1-9]\d|\+3319900\d{4}"
    )
    invalid = 0
    for booking in sample_bookings(NOW):
        for phone in (booking["organizer"]["phone"], booking["invitee"].get("phone")):
            if phone == "12":
                invalid += 1
            elif phone:
                assert fiction.fullmatch(phone), phone
                assert phonenumbers.is_valid_number(phonenumbers.parse(phone)), phone
    assert invalid == 1


def occasions(workflows, domain):
    """Give every event with each workflow that it starts; the clock's have every booking."""
    events = sample_events(NOW)
    fired = {event["trigger"] for event in events}
    others = {workflow.trigger for workflow in workflows} - fired
    events += [
        {"trigger": trigger, "booking": booking}
        for trigger in sorted(others)
        for booking in sample_bookings(NOW)
    ]
    for event in events:
        subject = domain.parse_subject(event["booking"], path="booking")
        for workflow in matching(workflows, event, subject, domain):
            yield event["trigger"], subject, workflow


def test_every_sample_event_finds_a_workflow_and_every_workflow_an_event(domain, workflows):
    for event in sample_events(NOW):
        subject = domain.parse_subject(event["booking"], path="booking")
        assert matching(workflows, event, subject, domain), event["idempotency_key"]
    served = {workflow.id for _, _, workflow in occasions(workflows, domain)}
    assert served == {workflow.id for workflow in workflows}


def test_every_action_of_every_sample_runs_for_some_booking(domain, workflows):
    ran = set()
    for trigger, subject, workflow in occasions(workflows, domain):
        context = domain.build_context(subject, now=NOW)
        for action in workflow.actions:
            conditions = compile_conditions(action.conditions, BOOKING_VOCABULARY)
            if domain.status_field not in conditions.fields and domain.stale_reason(
                trigger, subject
            ):
                continue
            if conditions.holds(context, now=NOW):
                ran.add((workflow.id, action.name))
    assert ran == {(workflow.id, a.name) for workflow in workflows for a in workflow.actions}


def test_every_template_of_the_samples_renders_for_every_booking(domain, workflows):
    subjects = [domain.parse_subject(raw, path="booking") for raw in sample_bookings(NOW)]
    contexts = [domain.build_context(subject, now=NOW) for subject in subjects]
    for action in (action for workflow in workflows for action in workflow.actions):
        for key in ("subject", "message", "html"):
            source = getattr(action, key, None)
            if source is None:
                continue
            template = compile_template(source, html=key == "html")
            for context in contexts:
                text = template.render(context)
                assert text.strip()
                assert "None" not in text
                assert "{{" not in text
        if action.type == "update_booking":
            fields = compile_data(action.update_booking_fields)
            for context in contexts:
                domain.check_update(fields.render(context))
        if action.type == "webhook":
            data = compile_data(action.webhook_data)
            for context in contexts:
                json.dumps(data.render(context), allow_nan=False)


def test_thanks_are_said_in_the_invitees_language(domain):
    workflow = load(FOLDER / "delayed-thank-you.yaml").workflow
    subject_line = compile_template(workflow.actions[0].subject)
    said = {}
    for raw in sample_bookings(NOW):
        subject = domain.parse_subject(raw, path="booking")
        context = domain.build_context(subject, now=NOW)
        said[context["invitee_locale"]] = subject_line.render(context)
    assert said["de-DE"].startswith("Danke, ")
    assert said["ja-JP"].startswith("ありがとうございます, ")
    assert said["en-GB"] == "Thank you, Grace Placeholder!"


def test_clock_change_days_are_found():
    berlin = ZoneInfo("Europe/Berlin")
    assert find_clock_change(berlin, NOW.date()).isoformat() == "2027-03-28"
    when = {"day": "day_after_clock_change", "at": "09:00", "timezone": "Europe/Berlin"}
    start, end = place_meeting({**when, "minutes": 30, "weeks": 0}, NOW)
    assert start.isoformat() == "2027-03-29T09:00:00+02:00"
    assert end - start == timedelta(minutes=30)
    with pytest.raises(ValueError, match="never change"):
        find_clock_change(ZoneInfo("Asia/Tokyo"), NOW.date())
