from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bookflow
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.domains.booking.vocabulary import STATUSES
from bookflow.errors import InputError

OCCURRED = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def subject(domain, make_booking):
    return domain.parse_subject(make_booking(), path="booking")


def test_lifecycle_triggers_count_from_the_event(domain, subject):
    for trigger, info in BOOKING_VOCABULARY.triggers.items():
        if info.anchor is None:
            assert domain.due_at(trigger, subject, OCCURRED, 90) == OCCURRED + timedelta(minutes=90)


def test_clock_triggers_count_from_start_and_end(domain, subject):
    start, end = subject["start_time"], subject["end_time"]
    assert domain.due_at("before_meeting", subject, OCCURRED, 1440) == start - timedelta(days=1)
    assert domain.due_at("after_meeting", subject, OCCURRED, 60) == end + timedelta(hours=1)


def test_due_times_count_real_hours_across_a_clock_change(domain, subject):
    berlin = ZoneInfo("Europe/Berlin")
    subject["start_time"] = datetime(2026, 3, 29, 12, 0, tzinfo=berlin)
    due = domain.due_at("before_meeting", subject, OCCURRED, 24 * 60)
    assert due == datetime(2026, 3, 28, 11, 0, tzinfo=berlin)


STALE = {
    "booking_created": {"cancelled", "rejected"},
    "booking_requested": {"cancelled", "rejected"},
    "booking_confirmed": {"cancelled", "rejected"},
    "booking_rescheduled": {"cancelled", "rejected"},
    "before_meeting": {"cancelled", "rejected", "pending"},
    "after_meeting": {"cancelled", "rejected", "pending", "no_show"},
    "booking_completed": {"cancelled", "rejected", "no_show"},
    "booking_no_show": {"cancelled", "rejected", "completed"},
    "booking_cancelled": set(),
    "booking_rejected": set(),
    "manual": set(),
    "schedule": set(),
}


def test_staleness_is_decided_for_every_trigger():
    assert set(STALE) == set(BOOKING_VOCABULARY.triggers)


@pytest.mark.parametrize("trigger", STALE)
@pytest.mark.parametrize("status", STATUSES)
def test_stale_bookings_are_left_alone_with_a_reason(domain, subject, trigger, status):
    subject["status"] = status
    reason = domain.stale_reason(trigger, subject)
    assert (reason is not None) is (status in STALE[trigger])
    if status == "cancelled" and reason:
        assert reason == "the booking was cancelled"


def test_reminders_are_anchored_to_start_or_end(domain, subject):
    assert domain.anchor_of("before_meeting", subject) == subject["start_time"]
    assert domain.anchor_of("after_meeting", subject) == subject["end_time"]
    assert domain.anchor_of("before_meeting", subject).tzinfo is UTC
    assert domain.anchor_of("booking_created", subject) is None
    assert domain.anchor_of("no such trigger", subject) is None


@pytest.mark.parametrize(
    ("trigger", "ahead", "if_late", "limit"),
    [
        # minutes after the due time
        ("before_meeting", 60, None, 60),
        ("before_meeting", 60, 20, 20),
        ("before_meeting", 60, 90, 60),
        ("before_meeting", 0, None, 1),
        ("before_meeting", 0, 0, 0),
        ("after_meeting", 0, None, 1440),
        ("after_meeting", 0, 15, 15),
    ],
)
def test_reminders_are_worth_sending_for_a_while(domain, subject, trigger, ahead, if_late, limit):
    due = subject["start_time"] - timedelta(minutes=ahead)
    found = domain.late_limit(trigger, subject, due, if_late)
    assert found == due + timedelta(minutes=limit)
    assert domain.late_limit("booking_created", subject, due, if_late) is None


@pytest.mark.parametrize("trigger", ["before_meeting", "after_meeting"])
@pytest.mark.parametrize("delay", [0, 1, 90])
@pytest.mark.parametrize("if_late", [None, 0, 30, 200])
def test_earliest_anchor_leaves_out_nothing_that_is_worth_sending(
    domain, subject, trigger, delay, if_late
):
    now = subject["start_time"]
    earliest = domain.earliest_anchor(trigger, delay, if_late, now)
    for minutes in range(-1_700, 400):
        anchor = now + timedelta(minutes=minutes)
        moved = {**subject, "start_time": anchor, "end_time": anchor}
        due = domain.due_at(trigger, moved, now, delay)
        if due <= now <= domain.late_limit(trigger, moved, due, if_late):
            assert anchor >= earliest


def test_status_field_is_a_field(domain):
    assert domain.status_field in domain.vocabulary.fields


def test_id_and_category_come_from_the_booking(domain, subject):
    assert domain.subject_id(subject) == "bk-1"
    assert domain.category_of(subject) == "intro-call"
    assert domain.category_of({"id": "x"}) is None


def test_people_are_resolved_by_role(domain, subject):
    (invitee,) = domain.people(subject, "invitee")
    (organizer,) = domain.people(subject, "organizer")
    assert (invitee.role, invitee.name, invitee.email) == (
        "invitee",
        "Ada Sample",
        "ada@Example.COM",
    )
    assert (invitee.phone, invitee.timezone, invitee.locale) == (
        "+12025550142",
        "America/New_York",
        "en-US",
    )
    assert (organizer.role, organizer.email) == ("organizer", "olive@example.org")
    assert (organizer.phone, organizer.timezone) == ("+12025550100", "Europe/Berlin")
    assert domain.people(subject, "both") == [invitee, organizer]


def test_invitee_without_zone_reads_the_organizers(domain, make_booking):
    subject = domain.parse_subject(make_booking(invitee__timezone=...), path="booking")
    assert domain.people(subject, "invitee")[0].timezone == "Europe/Berlin"


def test_unknown_recipient_is_refused(domain, subject):
    with pytest.raises(InputError, match="none of invitee, organizer, both"):
        domain.people(subject, "everybody")


def test_webhook_payload_carries_the_documented_keys(domain, subject):
    context = domain.build_context(subject, now=OCCURRED)
    assert domain.webhook_payload(subject, context) == {
        "booking_id": "bk-1",
        "event_type_name": "Intro call",
        "organizer_email": "olive@example.org",
        "invitee_name": "Ada Sample",
        "invitee_email": "ada@Example.COM",
        "start_time": "2026-03-02T14:30:00+01:00",
        "end_time": "2026-03-02T15:15:00+01:00",
        "duration_minutes": 45,
        "status": "confirmed",
    }


def test_updates_are_checked_and_normalised(domain):
    wanted = {
        "status": "CANCELED",
        "cancellation_reason": " two\nlines ",
        "meeting_link": "https://meet.example.com/x?y=1",
        "meeting_id": "",
        "meeting_password": None,
        "custom_answers": {"a": [1, "b", None, True]},
    }
    assert domain.check_update(wanted) == {
        "status": "cancelled",
        "cancellation_reason": "two\nlines",
        "meeting_link": "https://meet.example.com/x?y=1",
        "meeting_id": None,
        "meeting_password": None,
        "custom_answers": {"a": [1, "b", None, True]},
    }


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({}, "update_booking_fields", "sets nothing"),
        ({"start_time": "x"}, "start_time", "can't be updated; only status"),
        ({"meeting_lnk": "x"}, "meeting_lnk", "did you mean `meeting_link`?"),
        ({"status": "gone"}, "status", "is not a status"),
        ({"status": ""}, "status", "is not a status"),
        ({"status": None}, "status", "must be one of"),
        ({"status": ["confirmed"]}, "status", "must be one of"),
        ({"meeting_link": "ftp://example.com"}, "meeting_link", "http or https"),
        ({"meeting_link": "https://example.com/" + "x" * 2000}, "meeting_link", "longer"),
        ({"meeting_id": "a\nb"}, "meeting_id", "single line"),
        ({"meeting_id": 5}, "meeting_id", "must be text"),
        ({"meeting_password": "x" * 201}, "meeting_password", "longer than 200"),
        ({"cancellation_reason": "x" * 5001}, "cancellation_reason", "longer than 5,000"),
        ({"cancellation_reason": "\x00"}, "cancellation_reason", "control characters"),
        ({"custom_answers": "x"}, "custom_answers", "must be an object"),
        ({"custom_answers": {}}, "custom_answers", "sets no answer"),
        ({"custom_answers": {"a": {"b": 1}}}, "custom_answers.a", "objects do not nest"),
    ],
)
def test_unacceptable_updates_are_refused_at_their_field(domain, fields, field, said):
    with pytest.raises(InputError) as caught:
        domain.check_update(fields)
    assert caught.value.field == field
    assert said in caught.value.reason


def test_all_faults_of_an_update_are_reported(domain):
    with pytest.raises(InputError) as caught:
        domain.check_update({"status": "x", "meeting_id": 1, "nothing": 1})
    assert [field for field, _ in caught.value.problems] == ["status", "meeting_id", "nothing"]


def test_updatable_fields_of_the_vocabulary_are_all_accepted(domain):
    values = {"status": "pending", "meeting_link": "http://example.com", "custom_answers": {"a": 1}}
    for name in BOOKING_VOCABULARY.updatable_fields:
        assert name in domain.check_update({name: values.get(name, "text")})


def test_importing_the_domain_leaves_models_unbuilt():
    plugins = Path(bookflow.__file__).parents[1]
    code = (
        "import sys, bookflow.domains.booking as b\n"
        "assert 'bookflow.domains.booking.payload' not in sys.modules\n"
        "assert 'pydantic' not in sys.modules\n"
        "print(b.BookingDomain.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(plugins)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "BookingDomain", done.stderr
