from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.domains.booking.inbound_mapping import BookingInbound
from bookflow.errors import BookflowError, InputError
from bookflow.settings import Settings
from tests.recorded_requests import NAMES, load, source_of

MAPPING = BookingInbound()
DOMAIN = BookingDomain(Settings())


def read(name: str, options: dict[str, Any] | None = None) -> Any:
    return MAPPING.read(source_of(name), load(name), options or {})


def booking_of(event: Any) -> dict[str, Any]:
    assert event.subject is not None
    subject = {"id": f"x:{event.external_id}", **event.subject}
    return DOMAIN.parse_subject(subject, path="booking")


@pytest.mark.parametrize(
    ("name", "trigger", "external"),
    [
        ("cal-com-created", "booking_created", "bk2041AbcDef"),
        ("cal-com-created-plain-answers", "booking_created", "bk2042Plain"),
        ("cal-com-requested", "booking_requested", "bk2041AbcDef"),
        ("cal-com-rejected", "booking_rejected", "bk2041AbcDef"),
        ("cal-com-rescheduled", "booking_rescheduled", "bk2099Moved"),
        ("cal-com-cancelled", "booking_cancelled", "bk2041AbcDef"),
        ("cal-com-no-show", "booking_no_show", "bk2041AbcDef"),
        ("cal-com-meeting-ended", "booking_completed", "bk2041AbcDef"),
        ("cal-com-meeting-ended-wrapped", "booking_completed", "bk2041AbcDef"),
        ("calendly-created", "booking_created", "11111111-0000-4000-8000-000000000001"),
        ("calendly-created-nested", "booking_created", "11111111-0000-4000-8000-000000000001"),
        ("calendly-canceled", "booking_cancelled", "11111111-0000-4000-8000-000000000001"),
        ("calendly-moved-created", "booking_rescheduled", "22222222-0000-4000-8000-000000000002"),
        ("calendly-no-show", "booking_no_show", "11111111-0000-4000-8000-000000000001"),
        ("calendly-no-show-bare", "booking_no_show", "11111111-0000-4000-8000-000000000001"),
        ("standard-created", "booking_created", None),
        ("standard-wrapped", "booking_created", None),
        ("standard-by-id", "booking_cancelled", None),
        ("standard-own", "booking_created", None),
    ],
)
def test_recorded_request_is_understood(name: str, trigger: str, external: str | None) -> None:
    event = read(name)
    assert (event.trigger, event.external_id, event.ignored) == (trigger, external, None)


@pytest.mark.parametrize(
    "name",
    [
        "cal-com-paid",
        "cal-com-ping",
        "cal-com-no-show-taken-back",
        "calendly-moved-canceled",
        "calendly-no-show-deleted",
        "standard-unknown-type",
    ],
)
def test_what_starts_no_workflow_is_ignored_with_a_reason(name: str) -> None:
    event = read(name)
    assert event.trigger is None
    assert event.ignored


def test_every_recorded_request_is_tested_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in NAMES if f'"{name}"' not in source] == []


def test_cal_com_booking_is_taken_over_whole() -> None:
    booking = booking_of(read("cal-com-created"))
    assert booking == {
        "id": "x:bk2041AbcDef",
        "status": "confirmed",
        "start_time": datetime(2026, 3, 5, 14, 0, tzinfo=UTC),
        "end_time": datetime(2026, 3, 5, 14, 30, tzinfo=UTC),
        "event_type": {
            "id": "cal-com:7",
            "slug": "intro-call",
            "name": "Intro call",
            "description": "Get to know us",
            "duration": 30,
            "location_type": "integrations:daily",
            "max_attendees": None,
        },
        "organizer": {
            "id": "olive@example.org",
            "email": "Olive@Example.org",
            "name": "Olive Host",
            "first_name": None,
            "last_name": None,
            "timezone": "Europe/Berlin",
            "company": None,
            "phone": None,
            "locale": "de",
        },
        "invitee": {
            "name": "Ada Sample",
            "email": "ada@example.com",
            "phone": "+12025550142",
            "timezone": "America/New_York",
            "locale": "en",
        },
        "attendees": [],
        "cancellation_reason": None,
        "meeting_link": "https://video.example.com/room-814",
        "meeting_id": "room-814",
        "meeting_password": "sesame",
        "custom_answers": {
            "company-size": "40",
            "notes": "Please call the side door.\nThanks!",
            "topics": ["pricing", "onboarding"],
            "vip": True,
        },
        "created_at": None,
    }


def test_cal_com_answers_may_be_plain_and_guests_attend() -> None:
    event = read("cal-com-created-plain-answers")
    booking = booking_of(event)
    assert booking["custom_answers"] == {
        "company-size": "40",
        "topics": ["pricing", "onboarding"],
        "vip": True,
        "address": '{"street": "1 Example Rd", "city": "Springfield"}',
        "Anything else?": "no",
    }
    assert booking["invitee"]["phone"] == "+12025550143"
    assert booking["invitee"]["name"] == "Ada Sample"
    assert booking["invitee"]["locale"] == "en-US"
    assert booking["meeting_link"] == "https://meet.example.com/2042"
    people = [(one["name"], one["timezone"]) for one in booking["attendees"]]
    assert people == [("Ada Sample", "America/New_York"), ("Gus Guest", "Asia/Tokyo"), (None, None)]


def test_cal_com_move_names_the_booking_it_was() -> None:
    event = read("cal-com-rescheduled")
    assert (event.earlier_id, event.occurred_at) == (
        "bk2041AbcDef",
        datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    )
    assert event.identity == (
        "BOOKING_RESCHEDULED",
        "bk2099Moved",
        "2026-03-02T08:00:00.000Z",
    )
    body = load("cal-com-rescheduled")
    body["payload"]["rescheduleUid"] = body["payload"]["uid"]
    assert MAPPING.read("cal-com", body, {}).earlier_id is None


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("cal-com-requested", "pending", None),
        ("cal-com-rejected", "rejected", "Fully booked that day"),
        ("cal-com-cancelled", "cancelled", "Ill today"),
        ("calendly-canceled", "cancelled", "Ill today"),
    ],
)
def test_status_and_reason_are_those_of_the_event(
    name: str, status: str, reason: str | None
) -> None:
    booking = booking_of(read(name))
    assert (booking["status"], booking["cancellation_reason"]) == (status, reason)


def test_ended_meeting_is_made_where_the_request_says_enough() -> None:
    assert read("cal-com-meeting-ended").subject is None
    event = read("cal-com-meeting-ended-wrapped")
    assert booking_of(event)["status"] == "completed"
    assert event.ends_at == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def test_known_booking_decides() -> None:
    event = read("cal-com-meeting-ended-wrapped")
    known = {"id": "b-1", "status": "confirmed", "end_time": event.ends_at}
    decided = MAPPING.decide(event, known)
    assert (decided.subject, decided.subject_id, decided.ignored) == (None, "b-1", None)
    moved = MAPPING.decide(event, {**known, "end_time": datetime(2026, 4, 1, tzinfo=UTC)})
    assert "moved" in moved.ignored
    assert "cancelled" in MAPPING.decide(event, {**known, "status": "cancelled"}).ignored
    assert MAPPING.decide(event, None) == event
    assert "not known" in MAPPING.decide(read("cal-com-no-show"), None).ignored


def test_calendly_booking_is_taken_over_whole() -> None:
    booking = booking_of(read("calendly-created"))
    assert booking["event_type"] == {
        "id": "calendly:eeeeeeee-0000-4000-8000-00000000000e",
        "slug": "30-minute-intro",
        "name": "30 Minute Intro",
        "description": None,
        "duration": None,
        "location_type": "zoom",
        "max_attendees": None,
    }
    assert booking["organizer"]["id"] == "calendly:aaaaaaaa-0000-4000-8000-00000000000a"
    assert booking["organizer"]["email"] == "olive@example.org"
    assert booking["invitee"] == {
        "name": "Ada Sample",
        "email": "ada@example.com",
        "phone": "+1 202-555-0142",
        "timezone": "America/New_York",
        "locale": None,
    }
    assert booking["custom_answers"] == {
        "what_s_your_company_size": "40",
        "phone_number": "+1 202-555-0142",
        "utm_campaign": "spring",
    }
    assert (booking["meeting_link"], booking["meeting_id"], booking["meeting_password"]) == (
        "https://zoom.example.com/j/814",
        "814",
        "sesame",
    )
    assert booking["created_at"] == datetime(2026, 3, 1, 10, 15, tzinfo=UTC)


def test_calendly_invitee_may_be_nested() -> None:
    booking = booking_of(read("calendly-created-nested"))
    assert booking["invitee"]["name"] == "Ada Sample"
    assert [one["email"] for one in booking["attendees"]] == ["ada@example.com", "gus@example.com"]
    assert booking["organizer"]["timezone"] == "Europe/Berlin"
    assert booking["meeting_link"] is None


def test_calendly_move_joins_both_ways() -> None:
    first, second = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
    created, canceled = read("calendly-moved-created"), read("calendly-moved-canceled")
    assert (created.external_id, created.earlier_id) == (second, first)
    assert (canceled.external_id, canceled.later_id) == (first, second)


def test_calendly_host_without_address_needs_the_connections_word() -> None:
    body = load("calendly-created")
    body["payload"]["scheduled_event"]["event_memberships"] = [{"user": "https://x.example/u/1"}]
    with pytest.raises(InputError, match="organizer_email") as caught:
        MAPPING.read("calendly", body, {})
    assert caught.value.field == "payload.scheduled_event.event_memberships"
    event = MAPPING.read("calendly", body, {"organizer_email": "desk@example.org"})
    assert booking_of(event)["organizer"]["email"] == "desk@example.org"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("cal-com-created", "intro-call"),
        ("cal-com-created", "7"),
        ("calendly-created", "30 Minute Intro"),
        ("calendly-created", "eeeeeeee-0000-4000-8000-00000000000e"),
        (
            "calendly-created",
            "https://api.calendly.com/event_types/eeeeeeee-0000-4000-8000-00000000000e",
        ),
    ],
)
def test_connection_names_event_types(name: str, key: str) -> None:
    event = read(name, {"event_types": {key: "first-talk"}})
    assert event.subject["event_type"]["slug"] == "first-talk"


def test_standard_shapes_say_the_same() -> None:
    plain, wrapped, own = (read(f"standard-{name}") for name in ("created", "wrapped", "own"))
    assert plain.subject == wrapped.subject == own.subject
    assert read("standard-by-id").subject_id == "bk-77"
    assert plain.occurred_at == "2026-03-01T10:15:00Z"


@pytest.mark.parametrize(
    ("source", "body", "field"),
    [
        ("cal-com", {}, "triggerEvent"),
        ("cal-com", {"triggerEvent": 5}, "triggerEvent"),
        ("cal-com", {"triggerEvent": "BOOKING_CREATED"}, "payload"),
        ("cal-com", {"triggerEvent": "BOOKING_CREATED", "payload": {}}, "payload.uid"),
        (
            "cal-com",
            {"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "u 1"}},
            "payload.uid",
        ),
        (
            "cal-com",
            {"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "u1"}},
            "payload.attendees",
        ),
        (
            "cal-com",
            {"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "u1", "attendees": [{}]}},
            "payload.type",
        ),
        ("cal-com", {"triggerEvent": "MEETING_ENDED"}, "uid"),
        ("calendly", {}, "event"),
        ("calendly", {"event": "invitee.created", "payload": []}, "payload"),
        ("calendly", {"event": "invitee.created", "payload": {}}, "payload.uri"),
        (
            "calendly",
            {"event": "invitee.created", "payload": {"uri": "x/1"}},
            "payload.scheduled_event",
        ),
        ("standard-webhooks", {}, "type"),
        ("standard-webhooks", {"trigger": "booking_creatd"}, "trigger"),
        ("standard-webhooks", {"trigger": {}}, "trigger"),
        ("standard-webhooks", {"trigger": "booking_created"}, "booking"),
        ("standard-webhooks", {"type": "booking.created", "data": []}, "data"),
        ("standard-webhooks", {"type": "booking.created", "data": {"booking": 1}}, "data.booking"),
        (
            "standard-webhooks",
            {"type": "booking.created", "timestamp": 5, "data": {"booking_id": "b"}},
            "timestamp",
        ),
    ],
)
def test_what_is_missing_is_named(source: str, body: Any, field: str) -> None:
    with pytest.raises(InputError) as caught:
        MAPPING.read(source, body, {})
    assert caught.value.field == field


JUNK: list[Any] = [None, True, 0, -1, 10**40, 1.5, "", "x\0\ud800", "a" * 3000, [], [[]], {}]
JUNK += [{"value": {"value": {"value": {"value": 1}}}}, [None, 5, {"value": []}], {"email": []}]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        inner = (*path, key)
        found += places(value, inner) if isinstance(value, dict | list) else [inner]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_junk_anywhere_is_taken_or_refused_and_nothing_else(name: str) -> None:
    source, text = source_of(name), json.dumps(load(name))
    for place in places(json.loads(text)):
        for junk in JUNK:
            body = json.loads(text)
            parent = body
            for key in place[:-1]:
                parent = parent[key]
            parent[place[-1]] = junk
            try:
                event = MAPPING.read(source, body, {"event_types": junk, "organizer_email": junk})
                if event.subject is not None:
                    booking_of(event)
            except BookflowError as error:
                assert str(error)  # noqa: PT017
            MAPPING.mask(body)


@pytest.mark.parametrize("name", NAMES)
def test_masked_body_holds_nothing_personal_and_keeps_its_shape(name: str) -> None:
    body = load(name)
    masked = MAPPING.mask(body)
    text = json.dumps(masked).lower()
    for private in ("ada", "sample", "olive", "example", "gus", "555", "side door", "sesame", "40"):
        hidden = text.replace("2040", "").replace("-4000-", "").replace("intro-call", "")
        assert private not in hidden, private
    assert set(masked) == set(body)
    kind = next(key for key in ("triggerEvent", "event", "type", "trigger") if key in body)
    assert masked[kind] == body[kind]


def test_masking_shows_what_is_harmless_and_hides_what_is_hidden_there() -> None:
    masked = MAPPING.mask(
        {
            "uid": "ada@example.com",
            "id": "+1 202 555 0142",
            "startTime": "2026-03-05T14:00:00Z",
            "What is your name?": "Ada",
            "responses": {"id": "Ada", "type": {"uid": "u1"}},
            "bookingId": 5,
            "age": 41,
            "noShow": True,
        }
    )
    assert masked == {
        "uid": "***",
        "id": "***",
        "startTime": "2026-03-05T14:00:00Z",
        "***4": "***",
        "responses": {"id": "***", "type": {"uid": "***"}},
        "bookingId": 5,
        "age": "***",
        "noShow": True,
    }


def _foreign(**changes: Any) -> dict[str, Any]:
    body = load("standard-created")
    return {**body, "data": {**body["data"], **changes}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"trigger": "booking_cancelled", "booking_id": "cal-com:u1"}, "booking_id"),
        ({"type": "booking.cancelled", "data": {"booking_id": "calendly:1"}}, "data.booking_id"),
        (_foreign(id=" cal-com:u1"), "data.booking.id"),
        (_foreign(event_type={"slug": "x", "id": "cal-com:7"}), "data.booking.event_type.id"),
        (
            _foreign(organizer={"email": "a@example.com", "id": "calendly:o"}),
            "data.booking.organizer.id",
        ),
    ],
)
def test_one_door_does_not_reach_what_came_through_another(body: Any, field: str) -> None:
    with pytest.raises(InputError, match="another platform's") as caught:
        MAPPING.read("standard-webhooks", body, {})
    assert caught.value.field == field


@pytest.mark.parametrize("kind", [None, "Intro between Hana Host and Ida Guest"])
def test_title_of_a_booking_renames_no_event_type(kind: str | None) -> None:
    body = load("cal-com-created")
    body["payload"]["type"] = kind
    body["payload"].pop("eventTitle", None)
    event_type = MAPPING.read("cal-com", body, {}).subject["event_type"]
    assert event_type["id"] is None
    listed = {"event_types": {"7": "intro-call"}}
    if kind is None:
        known = MAPPING.read("cal-com", body, listed).subject["event_type"]
        assert (known["id"], known["slug"]) == ("cal-com:7", "intro-call")


def test_endless_list_of_attendees_is_cut_and_refused() -> None:
    body = load("cal-com-created")
    body["payload"]["attendees"] = body["payload"]["attendees"][:1] * 5_000
    event = MAPPING.read("cal-com", body, {})
    assert event.subject is not None
    assert len(event.subject["attendees"]) == 1_000
    with pytest.raises(InputError, match="500"):
        booking_of(event)


def test_time_zone_that_is_none_is_left_out_and_another_case_mended() -> None:
    body = load("cal-com-created")
    body["payload"]["attendees"][0]["timeZone"] = "europe/BERLIN"
    body["payload"]["organizer"]["timeZone"] = "Europe/Berlinn"
    subject = MAPPING.read("cal-com", body, {}).subject
    assert subject["invitee"]["timezone"] == "Europe/Berlin"
    assert subject["organizer"]["timezone"] is None
