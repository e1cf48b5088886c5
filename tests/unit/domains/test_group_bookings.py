"""Who is written to about a booking of several people, and what each of them may see."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookflow.actions.registry import compile_action
from bookflow.domains.booking import BOOKING_VOCABULARY, BookingDomain
from bookflow.errors import InputError, PermanentDeliveryError
from bookflow.records import Message, Person
from bookflow.settings import Settings
from bookflow.spec.models import SendEmail, SendSms
from tests.action_stand_ins import FACTS, NOW, make_resources

DOMAIN = BookingDomain(Settings())
BEA = {
    "name": "Bea Guest",
    "email": "bea@example.net",
    "phone": "+442079460107",
    "timezone": "Europe/London",
    "locale": "en-GB",
    "custom_answers": {"diet": "vegan"},
}
CY = {"name": "Cy Guest", "email": "cy@example.net"}


@pytest.fixture
def people_of(make_booking):
    def find(*attendees: Any, recipient: str = "invitee", **changes: Any) -> list[Person]:
        raw = make_booking(attendees=list(attendees), **changes)
        return DOMAIN.people(DOMAIN.parse_subject(raw, path="booking"), recipient)

    return find


@pytest.fixture
def render(make_booking):
    def send(action: SendEmail | SendSms, *attendees: Any, **changes: Any) -> list[Message]:
        raw = make_booking(attendees=list(attendees), **changes)
        subject = DOMAIN.parse_subject(raw, path="booking")
        context = DOMAIN.build_context(subject, now=NOW)
        compiled = compile_action(action, make_resources(domain=DOMAIN))  # type: ignore[arg-type]
        return compiled.render(subject, context, FACTS)

    return send


def mail(text: str, recipient: str = "invitee", **keys: Any) -> SendEmail:
    base = {"name": "Tell", "type": "send_email", "recipient": recipient, "subject": "s"}
    return SendEmail.model_validate({**base, "message": text, **keys})


def sms(text: str) -> SendSms:
    base = {"name": "Text", "type": "send_sms", "recipient": "invitee"}
    return SendSms.model_validate({**base, "message": text})


def test_everybody_who_attends_is_written_to_once(people_of):
    people = people_of(BEA, CY)
    assert [person.email for person in people] == [
        "ada@Example.COM", "bea@example.net", "cy@example.net",
    ]  # fmt: skip
    assert {person.role for person in people} == {"invitee"}
    assert people[0].key == "invitee"
    assert all(person.key.startswith("invitee:") for person in people[1:])
    assert [person.key for person in people_of(BEA, CY, recipient="both")] == [
        *(person.key for person in people), "organizer",
    ]  # fmt: skip


def test_keys_stay_when_the_list_is_shuffled_or_written_otherwise(people_of):
    bea, cy = (person.key for person in people_of(BEA, CY)[1:])
    assert [person.key for person in people_of(CY, BEA)[1:]] == [cy, bea]
    assert people_of({"email": "Bea@Example.NET"})[1].key == bea
    phones = ("+44 20 7946-0107", "0044 20 79460107", "+442079460107")
    assert len({people_of({"phone": phone})[1].key for phone in phones}) == 1


@pytest.mark.parametrize(
    "same",
    [
        {"name": "Anything", "email": "ADA@example.com"},
        {"name": "ada sample", "phone": "+1 202 555 0142"},
        {"name": "Ada Sample"},
    ],
)
def test_invitee_in_the_list_is_not_written_twice(people_of, same):
    assert [person.key for person in people_of(same)] == ["invitee"]


def test_address_that_only_the_list_has_is_used(people_of):
    [ada] = people_of(
        {"name": "Ada Sample", "phone": "+12025550142", "email": "ada@example.org"},
        invitee__email=...,
    )
    assert (ada.key, ada.email) == ("invitee", "ada@example.org")


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Ada Sample", "email": "ada@example.org"},
        {"name": "Ada Sample", "phone": "+12025550143"},
        {"name": "Bo Sample", "phone": "+12025550142"},
        {"name": "Bo Sample"},
    ],
)
def test_namesake_is_somebody_else(people_of, other):
    assert len(people_of(other)) == 2


def test_duplicates_and_empty_entries_are_no_further_people(people_of):
    assert len(people_of(BEA, {"email": "BEA@example.net"}, {}, {"timezone": "UTC"}, BEA)) == 2


@pytest.mark.parametrize(
    "attendees", [{}, "x", None, 5, [None, 5, "x", [], {"email": 5}, {"name": []}, {"x": "y"}]]
)
def test_rows_of_plain_sql_break_nothing(make_booking, attendees):
    subject = {**make_booking(), "attendees": attendees}
    assert [person.key for person in DOMAIN.people(subject, "invitee")] == ["invitee"]


def test_zone_and_language_are_their_own_or_the_organizers(people_of):
    ada, bea, cy = people_of(BEA, CY)
    assert (bea.timezone, bea.locale) == ("Europe/London", "en-GB")
    assert (cy.timezone, cy.locale) == ("Europe/Berlin", None)
    assert ada.timezone == "America/New_York"


EVERYTHING = " ".join(
    f"{{{{ {name} }}}}"
    for name in (
        *BOOKING_VOCABULARY.fields,
        *("custom_company", "custom_size", "custom_diet"),
        *("recipient_name", "recipient_timezone", "recipient_locale", "recipient_role"),
    )
)


def test_each_reads_their_own_data_in_their_own_time(render):
    text = "{{ invitee_name }} {{ start_time | time('short') }} {{ custom_diet }}{{ custom_size }}"
    ada, bea, cy = render(mail(text), BEA, CY)
    assert ada.content["message"] == "Ada Sample 8:30 AM 40"
    assert bea.content["message"] == "Bea Guest 13:30 vegan"
    assert cy.content["message"] == "Cy Guest 2:30 PM "
    assert [one.timezone for one in (ada, bea, cy)] == [
        "America/New_York", "Europe/London", "Europe/Berlin",
    ]  # fmt: skip
    assert bea.recipient != cy.recipient


def test_derived_fields_are_their_own(render):
    text = "{{ invitee_domain }} {{ has_phone }} {{ attendee_count }} {{ invitee_email }}"
    _, bea, cy = render(mail(text), BEA, CY)
    assert bea.content["message"] == "example.net true 2 bea@example.net"
    assert cy.content["message"] == "example.net false 2 cy@example.net"


def test_organizer_reads_of_the_main_invitee(render):
    text = "{{ invitee_name }} {{ custom_company }} {{ attendee_count }}"
    *_, organizer = render(mail(text, "both"), BEA, CY)
    assert (organizer.recipient, organizer.content["message"]) == ("organizer", "Ada Sample Acme 2")


def test_attendee_without_address_costs_nobody_else_the_mail(render):
    ada, bo, cy = render(mail("Hi {{ invitee_name }}"), {"name": "Bo Nobody"}, CY)
    assert bo.content["refusal"] == {
        "code": "no-email", "reason": "the attendee has no e-mail address",
    }  # fmt: skip
    assert (ada.content["message"], cy.content["message"]) == ("Hi Ada Sample", "Hi Cy Guest")


def test_attendee_whose_answers_break_the_template_costs_nobody_else_the_mail(render):
    text = "{% for a in custom_list %}{% for b in custom_list %}{% for c in custom_list %}x" + (
        "{% endfor %}" * 3
    )
    hostile = {**BEA, "custom_answers": {"list": ["x"] * 200}}
    ada, bea, cy = render(mail(f"{text}Hi"), hostile, CY)
    assert bea.content["refusal"]["code"] == "invalid-content"
    assert ada.content["message"] == cy.content["message"] == "Hi"


def test_guests_without_a_number_get_no_text_and_a_note_says_so(render):
    ada, bea = render(sms("Hi {{ invitee_name }}"), CY, BEA, {"name": "Bo Nobody"})
    assert (ada.content["message"], bea.content["message"]) == ("Hi Ada Sample", "Hi Bea Guest")
    assert ada.masked["left_out"] == "2 further attendees have no phone number"
    assert "left_out" not in ada.content
    assert "left_out" not in bea.masked


def test_invitee_without_a_number_fails_as_ever(render):
    with pytest.raises(PermanentDeliveryError, match="the invitee has no phone number"):
        render(sms("Hi"), CY, invitee__phone=...)


def test_custom_address_has_no_zone_of_its_own(render):
    action = mail("Hi", "custom", custom_email="team@example.com")
    [message] = render(action, BEA)
    assert message.timezone is None


names = st.integers(min_value=0, max_value=9_999)


@settings(deadline=None, max_examples=60)
@given(st.lists(names, unique=True, min_size=1, max_size=8), st.data())
def test_nobody_sees_anothers_data(numbers: list[int], data: st.DataObject) -> None:
    # secrets that occur nowhere else, so that finding one in another's message is a leak
    def person(number: int) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "name": f"Name{number:04}x",
            "email": f"mail{number:04}x@d{number:04}x.example",
            "phone": f"+1202555{number:04}",
        }
        lacking = data.draw(st.sampled_from(["name", "phone", "none"]))
        whole.pop(lacking, None)
        return whole | {"custom_answers": {f"q{number % 3}": f"answer{number:04}x"}}

    main, *guests = [person(number) for number in numbers]
    answers = main.pop("custom_answers")
    booking = {
        "id": "b-1",
        "start_time": "2026-03-02T14:30:00+01:00",
        "end_time": "2026-03-02T15:00:00+01:00",
        "event_type": {"slug": "intro"},
        "organizer": {"email": "host@example.org"},
        "invitee": main,
        "attendees": data.draw(st.permutations([*guests, main])),
        "custom_answers": answers,
    }
    subject = DOMAIN.parse_subject(booking, path="booking")
    context = DOMAIN.build_context(subject, now=NOW)
    own = "{{ custom_q0 }} {{ custom_q1 }} {{ custom_q2 }} {{ invitee_name }} {{ invitee_email }}"
    text = f"{EVERYTHING} {own}"
    action = mail(text, subject=own, html=f"<p>{text}</p>")
    resources = make_resources(domain=DOMAIN)  # type: ignore[arg-type]
    messages = compile_action(action, resources).render(subject, context, FACTS)
    assert len(messages) == len({one.recipient for one in messages}) == len(numbers)
    for message, number in itertools.product(messages, numbers):
        written = json.dumps([message.content, message.masked, message.recipient])
        is_theirs = message.address == f"mail{number:04}x@d{number:04}x.example"
        for secret in (f"{number:04}x", f"+1202555{number:04}"):
            assert is_theirs or secret not in written


def test_attendees_bring_answers_of_their_own(make_booking):
    subject = DOMAIN.parse_subject(make_booking(attendees=[BEA, CY]), path="booking")
    bea, cy = subject["attendees"]
    assert bea == BEA
    assert cy == {**CY, "phone": None, "timezone": None, "locale": None, "custom_answers": {}}


@pytest.mark.parametrize(
    ("attendee", "field", "words"),
    [
        ({"custom_answers": []}, "custom_answers", "must be an object"),
        ({"custom_answers": {"a": {"b": 1}}}, "custom_answers.a", "objects do not nest"),
        ({"timezone": "Mars"}, "timezone", "is not an IANA time zone"),
        ({"custom_answer": {}}, "custom_answer", "did you mean `custom_answers`?"),
    ],
)
def test_wrong_attendee_is_refused_at_its_place(make_booking, attendee, field, words):
    raw = make_booking(attendees=[CY, attendee])
    with pytest.raises(InputError) as caught:
        DOMAIN.parse_subject(raw, path="booking")
    assert caught.value.field == f"booking.attendees[1].{field}"
    assert words in str(caught.value)


def test_invitee_has_the_answers_of_the_booking_only(make_booking):
    raw = make_booking(invitee__custom_answers={"a": 1})
    with pytest.raises(InputError, match="custom_answers"):
        DOMAIN.parse_subject(raw, path="booking")


def test_answers_of_a_group_are_bounded_in_all(make_booking):
    large = [{"name": f"G{n}", "custom_answers": {"a": "x" * 30_000}} for n in range(9)]
    with pytest.raises(InputError, match="answers in all"):
        DOMAIN.parse_subject(make_booking(attendees=large), path="booking")
