from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY, BookingDomain
from bookflow.settings import Settings
from bookflow.spec.vocabulary import FieldType

NOW = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def context_of(domain, make_booking):
    def build(now=NOW, **changes):
        subject = domain.parse_subject(make_booking(**changes), path="booking")
        return domain.build_context(subject, now=now)

    return build


def test_context_holds_exactly_the_fields_of_the_vocabulary(context_of):
    assert set(context_of(custom_answers={})) == set(BOOKING_VOCABULARY.fields)


def test_values_have_the_type_that_the_vocabulary_names(context_of):
    kinds = {
        FieldType.TEXT: str,
        FieldType.NUMBER: int,
        FieldType.BOOLEAN: bool,
        FieldType.DATETIME: datetime,
        FieldType.DATE: str,
    }
    for name, value in context_of(custom_answers={}).items():
        assert value is None or type(value) is kinds[BOOKING_VOCABULARY.fields[name].type], name


def test_context_of_a_full_booking(context_of):
    context = context_of()
    berlin = ZoneInfo("Europe/Berlin")
    assert context["start_time"] == datetime(2026, 3, 2, 14, 30, tzinfo=berlin)
    assert context["start_time"].tzinfo is berlin
    assert context["end_time"].isoformat() == "2026-03-02T15:15:00+01:00"
    assert context["duration"] == 45
    assert context["booking_hour"] == 14
    assert context["booking_day_of_week"] == "Monday"
    assert context["booking_date"] == "2026-03-02"
    assert context["is_weekend"] is False
    assert context["is_business_hours"] is True
    assert context["booking_created_today"] is True
    assert context["invitee_domain"] == "example.com"
    assert context["invitee_timezone"] == "America/New_York"
    assert context["has_phone"] is True
    assert context["has_meeting_link"] is True
    assert context["organizer_first_name"] == "Olive"
    assert context["organizer_last_name"] == "van Host"
    assert context["event_type_slug"] == "intro-call"
    assert context["attendee_count"] == 1
    assert context["custom_company"] == "Acme"
    assert context["custom_size"] == 40


def test_missing_values_are_none_never_an_error(domain, make_booking):
    bare = {
        "id": "bk-9",
        "start_time": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "end_time": datetime(2026, 3, 2, 10, tzinfo=UTC),
    }
    context = domain.build_context(bare, now=NOW)
    assert set(context) == set(BOOKING_VOCABULARY.fields)
    for name in ("invitee_email", "invitee_domain", "organizer_name", "booking_created_today"):
        assert context[name] is None
    assert context["organizer_timezone"] == context["invitee_timezone"] == "UTC"
    assert context["has_phone"] is False
    assert context["attendee_count"] == 1


@pytest.mark.parametrize(
    ("zone", "start", "hour", "day", "stated"),
    [
        # an hour before and after the clocks go forward and back, in UTC
        ("Europe/Berlin", "2026-03-29T00:30:00Z", 1, "Sunday", "2026-03-29T01:30:00+01:00"),
        ("Europe/Berlin", "2026-03-29T01:30:00Z", 3, "Sunday", "2026-03-29T03:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25T00:30:00Z", 2, "Sunday", "2026-10-25T02:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25T01:30:00Z", 2, "Sunday", "2026-10-25T02:30:00+01:00"),
        ("America/New_York", "2026-03-08T07:00:00Z", 3, "Sunday", "2026-03-08T03:00:00-04:00"),
        ("Asia/Kolkata", "2026-03-01T20:00:00Z", 1, "Monday", "2026-03-02T01:30:00+05:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:30:00Z", 2, "Sunday", "2026-04-05T02:00:00+10:30"),
    ],
)
def test_clock_times_follow_the_offset_of_the_meetings_own_day(
    context_of, zone, start, hour, day, stated
):
    end = (datetime.fromisoformat(start) + timedelta(hours=1)).isoformat()
    context = context_of(start_time=start, end_time=end, organizer__timezone=zone)
    assert context["start_time"].isoformat() == stated
    assert context["booking_hour"] == hour
    assert context["booking_day_of_week"] == day
    assert context["duration"] == 60


def test_duration_counts_real_minutes_across_a_clock_change(domain):
    berlin = ZoneInfo("Europe/Berlin")
    subject = {
        "id": "bk-1",
        "start_time": datetime(2026, 3, 29, 1, 0, tzinfo=berlin),
        "end_time": datetime(2026, 3, 29, 4, 0, tzinfo=berlin),
        "organizer": {"timezone": "Europe/Berlin"},
    }
    assert domain.build_context(subject, now=NOW)["duration"] == 120


@pytest.mark.parametrize(
    ("start", "within"),
    [
        ("2026-03-02T08:59:00+01:00", False),
        ("2026-03-02T09:00:00+01:00", True),
        ("2026-03-06T16:59:00+01:00", True),
        ("2026-03-06T17:00:00+01:00", False),
        ("2026-03-07T10:00:00+01:00", False),
    ],
)
def test_business_hours_are_weekdays_from_nine_to_before_five(context_of, start, within):
    end = start[:11] + "20:00:00+01:00"
    assert context_of(start_time=start, end_time=end)["is_business_hours"] is within


def test_business_hours_follow_the_settings(make_booking):
    domain = BookingDomain(Settings(business_start_hour=15, business_end_hour=24))
    subject = domain.parse_subject(make_booking(), path="booking")
    assert domain.build_context(subject, now=NOW)["is_business_hours"] is False


def test_weekend_is_judged_in_the_organizers_zone(context_of):
    times = {"start_time": "2026-03-01T20:00:00Z", "end_time": "2026-03-01T21:00:00Z"}
    assert context_of(**times, organizer__timezone="UTC")["is_weekend"] is True
    assert context_of(**times, organizer__timezone="Asia/Tokyo")["is_weekend"] is False


def test_created_today_is_judged_in_the_organizers_zone(context_of):
    late = {"created_at": "2026-02-20T16:00:00Z", "now": datetime(2026, 2, 20, 14, 0, tzinfo=UTC)}
    assert context_of(**late, organizer__timezone="UTC")["booking_created_today"] is True
    assert context_of(**late, organizer__timezone="Asia/Tokyo")["booking_created_today"] is False


def test_attendees_are_counted_when_listed(context_of):
    assert context_of(attendees=[{"name": f"G{n}"} for n in range(9)])["attendee_count"] == 9


@pytest.mark.parametrize(
    ("names", "first", "last", "full"),
    [
        ({"name": "Olive van Host"}, "Olive", "van Host", "Olive van Host"),
        ({"name": "見本花子"}, "見本花子", None, "見本花子"),
        ({"name": ..., "first_name": "A", "last_name": "B"}, "A", "B", "A B"),
        ({"name": "Someone Else", "last_name": "B"}, None, "B", "Someone Else"),
        ({"name": ...}, None, None, None),
    ],
)
def test_organizer_names_complete_each_other(context_of, names, first, last, full):
    context = context_of(**{f"organizer__{key}": value for key, value in names.items()})
    assert context["organizer_first_name"] == first
    assert context["organizer_last_name"] == last
    assert context["organizer_name"] == full


def test_answers_that_are_no_identifiers_get_a_second_name_for_templates(context_of):
    context = context_of(custom_answers={"company-size": 1, "How many?": 2, "目的": "研修"})
    assert context["custom_company-size"] == context["custom_company_size"] == 1
    assert context["custom_how_many"] == 2
    assert context["custom_目的"] == "研修"


def test_an_answers_own_name_wins_over_anothers_second_name(context_of):
    for keys in (("a-b", "a_b"), ("a_b", "a-b")):
        context = context_of(custom_answers={key: key for key in keys})
        assert context["custom_a_b"] == "a_b"


def test_unknown_zone_of_a_stored_row_falls_back_to_utc(domain, make_booking):
    subject = domain.parse_subject(make_booking(), path="booking")
    subject["organizer"]["timezone"] = "Mars/Olympus"
    assert domain.build_context(subject, now=NOW)["booking_hour"] == 13


def test_every_field_is_described_with_an_example_of_its_type():
    for field in BOOKING_VOCABULARY.fields.values():
        assert field.description.endswith("."), field.name
        assert field.example is not None, field.name
        if field.type is FieldType.DATETIME:
            assert datetime.fromisoformat(str(field.example)).tzinfo
        if field.type is FieldType.DATE:
            assert date.fromisoformat(str(field.example))
        assert not field.choices or field.example in field.choices


def test_choices_are_given_where_values_are_few():
    chosen = {name for name, field in BOOKING_VOCABULARY.fields.items() if field.choices}
    assert chosen == {"booking_status", "booking_day_of_week"}
    assert BOOKING_VOCABULARY.has_field("custom_anything")
    assert not BOOKING_VOCABULARY.has_field("custom_")
