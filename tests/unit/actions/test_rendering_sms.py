from typing import Any

import pytest

from bookflow.actions.phone_numbers import to_e164
from bookflow.actions.registry import compile_action
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message, Person
from bookflow.spec.models import SendSms
from tests.action_stand_ins import CONTEXT, FACTS, SUBJECT, StandInDomain, make_resources


def render(domain: StandInDomain | None = None, **changes: Any) -> list[Message]:
    settings = changes.pop("settings", {})
    base = {
        "name": "Text",
        "type": "send_sms",
        "recipient": "invitee",
        "message": "Hi {{ recipient_name }}",
    }
    action = SendSms.model_validate({**base, **changes})
    compiled = compile_action(action, make_resources(domain=domain, **settings))
    return compiled.render(SUBJECT, {**CONTEXT, "custom_phone": "tel"}, FACTS)


def with_phone(phone: str | None) -> StandInDomain:
    return StandInDomain(Person("invitee", "Ana", "ana@example.com", phone))


def test_number_text_and_segments() -> None:
    (message,) = render()
    assert message.address == "+12025550123"
    assert message.content == {
        "to": "+12025550123",
        "message": "Hi Ana Lima",
        "segments": 1,
        "encoding": "GSM-7",
    }
    assert message.masked == message.content


def test_national_numbers_are_read_in_the_default_region() -> None:
    (message,) = render(with_phone("020 7946 0018"), settings={"default_region": "GB"})
    assert message.address == "+442079460018"


def test_a_custom_number_is_its_own_key() -> None:
    (message,) = render(recipient="custom", custom_phone="+44 20 7946 0018")
    assert (message.recipient, message.address) == ("+442079460018",) * 2


@pytest.mark.parametrize(
    ("phone", "code"),
    [(None, "no-phone"), ("  ", "no-phone"), ("123", "invalid-phone"),
     ("call me", "invalid-phone"), ("+999 123456", "invalid-phone"),
     ("+1 202 555", "invalid-phone"), ("1" * 500, "invalid-phone"),
     ("+1202555\r\n0123", "invalid-phone")],
)  # fmt: skip
def test_unusable_numbers_fail_with_a_reason(phone: str | None, code: str) -> None:
    with pytest.raises(PermanentDeliveryError, match="invitee") as caught:
        render(with_phone(phone))
    assert caught.value.code == code


def test_one_unreachable_person_does_not_cost_the_other_their_text() -> None:
    refused, organizer = render(with_phone("123"), recipient="both")
    assert refused.content["refusal"]["code"] == "invalid-phone"
    assert organizer.address == "+12025550199"


@pytest.mark.parametrize(
    ("text", "code"), [("x" * 1601, "text-too-long"), ("{{ nothing }}", "empty-text")]
)
def test_texts_that_providers_refuse_are_not_sent(text: str, code: str) -> None:
    with pytest.raises(PermanentDeliveryError) as caught:
        render(message=text)
    assert caught.value.code == code


def test_the_longest_text_passes() -> None:
    (message,) = render(message="x" * 1600)
    assert message.content["segments"] == 11


def test_e164_says_what_is_wrong() -> None:
    assert to_e164("(202) 555-0123", region="US") == "+12025550123"
    with pytest.raises(ValueError, match="no known country code"):
        to_e164("+999 123456", region="US")
    with pytest.raises(ValueError, match="no such number"):
        to_e164("+1 202 555", region="US")
