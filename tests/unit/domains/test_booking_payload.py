from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookflow.errors import InputError


def problems_of(domain, raw, path="booking"):
    with pytest.raises(InputError) as caught:
        domain.parse_subject(raw, path=path)
    return dict(caught.value.problems)


def test_booking_comes_back_in_the_shape_of_the_api(domain, make_booking):
    subject = domain.parse_subject(make_booking(), path="booking")
    assert list(subject) == [
        "id",
        "status",
        "start_time",
        "end_time",
        "event_type",
        "organizer",
        "invitee",
        "attendees",
        "cancellation_reason",
        "meeting_link",
        "meeting_id",
        "meeting_password",
        "custom_answers",
        "created_at",
    ]
    assert subject["start_time"] == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    assert subject["start_time"].tzinfo is UTC
    assert subject["created_at"] == datetime(2026, 2, 20, 10, 0, tzinfo=UTC)
    assert subject["custom_answers"] == {"company": "Acme", "size": 40}
    assert subject["organizer"]["first_name"] is None
    assert subject["invitee"]["locale"] == "en-US"
    assert set(subject["event_type"]) == {
        *("id", "slug", "name", "description", "duration", "location_type", "max_attendees")
    }


def test_parsed_booking_parses_to_itself(domain, make_booking):
    subject = domain.parse_subject(make_booking(), path="booking")
    assert domain.parse_subject(subject, path="booking") == subject


def test_smallest_booking_gets_its_defaults(domain, make_booking):
    subject = domain.parse_subject(
        {
            "id": " bk-2 ",
            "start_time": "2026-03-02T13:30Z",
            "end_time": "2026-03-02T14:00Z",
            "event_type": {"slug": "intro-call"},
            "organizer": {"email": "Olive@example.org"},
            "invitee": {},
        },
        path="booking",
    )
    assert subject["id"] == "bk-2"
    assert subject["status"] == "confirmed"
    assert subject["event_type"]["id"] == "intro-call"
    assert subject["organizer"]["id"] == "olive@example.org"
    assert subject["organizer"]["email"] == "Olive@example.org"
    assert subject["attendees"] == []
    assert subject["custom_answers"] == {}
    assert subject["created_at"] is None


def test_empty_texts_count_as_missing(domain, make_booking):
    raw = make_booking(invitee__email="", invitee__phone=" ", meeting_link="", invitee__locale="")
    subject = domain.parse_subject(raw, path="booking")
    assert subject["invitee"]["email"] is None
    assert subject["invitee"]["phone"] is None
    assert subject["invitee"]["locale"] is None
    assert subject["meeting_link"] is None


def test_booking_without_email_is_accepted(domain, make_booking):
    subject = domain.parse_subject(make_booking(invitee__email=...), path="booking")
    assert subject["invitee"]["email"] is None


@pytest.mark.parametrize("phone", ["12", "call me", "+++", "0" * 64])
def test_invalid_phone_is_kept_for_the_sms_action_to_refuse(domain, make_booking, phone):
    subject = domain.parse_subject(make_booking(invitee__phone=phone), path="booking")
    assert subject["invitee"]["phone"] == phone


@pytest.mark.parametrize(
    ("given_status", "meant"),
    [
        ("pending", "pending"),
        ("CONFIRMED", "confirmed"),
        ("canceled", "cancelled"),
        ("ACCEPTED", "confirmed"),
        ("Rejected", "rejected"),
        ("no show", "no_show"),
        ("no-show", "no_show"),
    ],
)
def test_status_is_understood_in_other_spellings(domain, make_booking, given_status, meant):
    subject = domain.parse_subject(make_booking(status=given_status), path="booking")
    assert subject["status"] == meant


EMAILS = ["a@b.co", "o'neil+tag@mail.example.com", "jörg@exämple.de", "संपर्क@उदाहरण.भारत"]


@pytest.mark.parametrize("email", EMAILS)
def test_real_email_addresses_pass(domain, make_booking, email):
    subject = domain.parse_subject(make_booking(invitee__email=email), path="booking")
    assert subject["invitee"]["email"] == email


@pytest.mark.parametrize(
    "email",
    [
        *(
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "a b@example.com",
            "ada@example.com,b@c.de",
        ),
        *("ada@-x.com", "ada@x-.com", ".a@example.com", "a..b@example.com", "a@b..com", "a@b@c.de"),
        *("Ada <ada@example.com>", "ada@example.com\r\nBcc: x@y.z", "a\x00@example.com"),
        "x" * 250 + "@example.com",
    ],
)
def test_malformed_email_is_refused_at_its_field(domain, make_booking, email):
    found = problems_of(domain, make_booking(invitee__email=email))
    assert list(found) == ["booking.invitee.email"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"start_time": "2026-03-02T14:30:00"}, "start_time", "has no offset"),
        ({"start_time": datetime(2026, 3, 2, 9)}, "start_time", "has no offset"),  # noqa: DTZ001
        ({"start_time": "2026-03-02"}, "start_time", "2026-03-01T14:30:00+01:00"),
        ({"start_time": "tomorrow at 5"}, "start_time", "is not an ISO 8601 time"),
        ({"start_time": 1_700_000_000}, "start_time", "ISO 8601 with offset"),
        ({"start_time": "9" * 100_000}, "start_time", "ISO 8601 with offset"),
        ({"start_time": "0001-01-01T00:00:00+23:00"}, "start_time", "is in the year 1"),
        ({"end_time": "9999-12-31T23:59:59-12:00"}, "end_time", "is in the year 9999"),
        ({"end_time": "2026-03-02T14:30:00+01:00"}, "end_time", "must be after start_time"),
        ({"end_time": "2026-03-02T15:15:00+09:00"}, "end_time", "must be after start_time"),
        ({"created_at": "2026-03-02T14:30:00"}, "created_at", "has no offset"),
        ({"id": ""}, "id", "must not be empty"),
        ({"id": "x" * 129}, "id", "longer than 128"),
        ({"id": 5}, "id", "must be text"),
        ({"id": ...}, "id", "is required"),
        ({"id": "a\x00b"}, "id", "control characters"),
        ({"id": "\ud800"}, "id", "broken Unicode"),
        ({"status": "Cancled"}, "status", "did you mean `cancelled`?"),
        ({"status": None}, "status", "must be one of pending"),
        ({"event_type": ...}, "event_type", "is required"),
        ({"event_type": "intro-call"}, "event_type", "must be an object"),
        ({"event_type__slug": ...}, "event_type.slug", "is required"),
        ({"event_type__slug": "Intro Call"}, "event_type.slug", "such as intro-call"),
        ({"event_type__duration": "45"}, "event_type.duration", "must be a whole number"),
        ({"event_type__duration": True}, "event_type.duration", "must be a whole number"),
        ({"event_type__duration": -1}, "event_type.duration", "at least 0"),
        ({"event_type__duration": 10**40}, "event_type.duration", "at most 527,040"),
        ({"organizer__email": ...}, "organizer.email", "is required"),
        ({"organizer__email": ""}, "organizer.email", "must not be empty"),
        ({"organizer__timezone": "Europe/Berlim"}, "organizer.timezone", "mean `Europe/Berlin`?"),
        ({"invitee__timezone": "tokyo"}, "invitee.timezone", "did you mean `Asia/Tokyo`?"),
        ({"invitee__timezone": "../../etc/passwd"}, "invitee.timezone", "write it like"),
        ({"invitee__timezone": "right/UTC"}, "invitee.timezone", "is not an IANA time zone"),
        ({"invitee__locale": "not a tag"}, "invitee.locale", "language tag"),
        ({"invitee__name": "Evil\r\nBcc: x@y.z"}, "invitee.name", "single line"),
        ({"invitee__phone": 12025550142}, "invitee.phone", "must be text"),
        ({"invitee__phone": "1" * 65}, "invitee.phone", "longer than 64"),
        ({"invitee": None}, "invitee", "must be an object"),
        ({"attendees": {}}, "attendees", "must be a list"),
        ({"attendees": [{}] * 501}, "attendees", "more than 500 entries"),
        ({"attendees": [{}, {"email": "x"}]}, "attendees[1].email", "is not an e-mail"),
        ({"cancellation_reason": "a\x00"}, "cancellation_reason", "control characters"),
        ({"meeting_link": "javascript:alert(1)"}, "meeting_link", "http or https"),
        ({"meeting_link": "https://x y"}, "meeting_link", "no web address has"),
        ({"meeting_link": "https://[::1"}, "meeting_link", "not a web address"),
        ({"meeting_link": "https://h:99999/"}, "meeting_link", "not a web address"),
        ({"meeting_link": "https:///path"}, "meeting_link", "http or https"),
        ({"custom_answers": []}, "custom_answers", "must be an object"),
        ({"custom_answers": {"a": {"b": 1}}}, "custom_answers.a", "objects do not nest"),
        ({"custom_answers": {"a": [[1]]}}, "custom_answers.a", "objects do not nest"),
        ({"custom_answers": {"a": float("nan")}}, "custom_answers.a", "finite"),
        ({"custom_answers": {"a": 10**40}}, "custom_answers.a", "too large"),
        ({"custom_answers": {"a": "x\x00"}}, "custom_answers.a", "control characters"),
        ({"custom_answers": {"a": ["\ud800"]}}, "custom_answers.a", "broken Unicode"),
        (
            {"custom_answers": {"k" * 101: 1}},
            f"custom_answers.{'k' * 60}…",
            "longer than 100",
        ),
        ({"custom_answers": {"a": "x" * 32_769}}, "custom_answers.a", "longer than 32,768"),
        ({"custom_answers": {"a": [1] * 201}}, "custom_answers.a", "more than 200"),
        (
            {"custom_answers": {f"k{n}": 1 for n in range(101)}},
            "custom_answers",
            "100 are allowed",
        ),
        (
            {"custom_answers": {f"k{n}": "x" * 9_000 for n in range(4)}},
            "custom_answers",
            "more than 32,768 characters in all",
        ),
        ({"colour": "x"}, "colour", "put data of your own under `metadata`"),
        ({"invitee_mail": "x"}, "invitee_mail", "did you mean `invitee.email`?"),
        ({"start_tme": "x"}, "start_tme", "did you mean `start_time`?"),
        ({"invitee__mail": "x"}, "invitee.mail", "did you mean `email`?"),
        ({"organizer__colour": "x"}, "organizer.colour", "known: id, email"),
        ({"attendees": [{"naem": "x"}]}, "attendees[0].naem", "did you mean `name`?"),
    ],
)
def test_fault_is_named_with_field_and_remedy(domain, make_booking, changes, field, said):
    found = problems_of(domain, make_booking(**changes))
    matching = [path for path in found if path.startswith(f"booking.{field}")]
    assert matching, found
    assert said in found[matching[0]]
    assert len(found) == 1


def test_every_fault_is_reported_at_once_below_the_given_path(domain, make_booking):
    raw = make_booking(
        start_time="soon", organizer__email="x", custom_answers={"a": {}}, status="??"
    )
    found = problems_of(domain, raw, path="events[3].booking")
    assert set(found) == {
        "events[3].booking.start_time",
        "events[3].booking.organizer.email",
        "events[3].booking.custom_answers.a",
        "events[3].booking.status",
    }


def test_keys_of_the_platform_are_accepted_under_metadata_only(domain, make_booking):
    subject = domain.parse_subject(make_booking(metadata={"a": {"b": [1]}}), path="booking")
    assert "metadata" not in subject


@pytest.mark.parametrize("raw", [[], "x", None, 5])
def test_what_is_no_object_is_refused(domain, raw):
    assert list(problems_of(domain, raw)) == ["booking"]


def test_problems_are_bounded_and_printable(domain, make_booking):
    raw = make_booking(**{f"junk\x1b{n}": n for n in range(60)})
    found = problems_of(domain, raw)
    assert len(found) == 20
    assert all(path.isprintable() and text.isprintable() for path, text in found.items())


@pytest.mark.parametrize("part", ["organizer", "invitee", "event_type", None])
def test_flood_of_keys_is_refused_at_once(domain, make_booking, part):
    raw = make_booking()
    (raw[part] if part else raw).update({f"k{n}": n for n in range(200_000)})
    started = time.perf_counter()
    found = problems_of(domain, raw)
    # each key on its own would take minutes
    assert time.perf_counter() - started < 5
    assert "keys" in next(iter(found.values()))


def test_offsets_of_any_kind_name_the_same_instant(domain, make_booking):
    nepal = timezone(timedelta(hours=5, minutes=45))
    expected = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    for start in ("2026-03-02T13:30:00Z", "20260302T191500+0545", expected.astimezone(nepal)):
        subject = domain.parse_subject(make_booking(start_time=start), path="booking")
        assert subject["start_time"] == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        *("id", "status", "start_time", "event_type", "organizer", "invitee", "attendees"),
        *("meeting_link", "custom_answers", "created_at", "organizer__email", "x"),
        *("organizer__timezone", "invitee__name", "invitee__phone"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(FIELDS, JSON, max_size=3))
def test_hostile_values_end_as_a_storable_booking_or_an_input_error(domain, make_booking, changes):
    nested_last = dict(sorted(changes.items(), key=lambda item: "__" not in item[0]))
    try:
        subject = domain.parse_subject(make_booking(**nested_last), path="booking")
    except InputError as error:
        assert all(field.startswith("booking") for field, _ in error.problems)  # noqa: PT017
    else:
        stored = json.dumps(subject, default=str, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in stored
        stored.encode()
