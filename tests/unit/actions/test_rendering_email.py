from typing import Any

import pytest

from bookflow.actions.registry import compile_action
from bookflow.errors import PermanentDeliveryError
from bookflow.records import Message, Person
from bookflow.spec.models import SendEmail
from tests.action_stand_ins import (
    CONTEXT,
    FACTS,
    ORGANIZER,
    SUBJECT,
    StandInDomain,
    make_resources,
)


def make_action(**changes: Any) -> SendEmail:
    base = {
        "name": "Tell",
        "type": "send_email",
        "recipient": "invitee",
        "subject": "Hello {{ recipient_name }}",
        "message": "For {{ recipient_role }}: {{ invitee_name }}",
    }
    return SendEmail.model_validate({**base, **changes})


def render(
    action: SendEmail, domain: StandInDomain | None = None, **settings: Any
) -> list[Message]:
    compiled = compile_action(action, make_resources(domain=domain, **settings))
    assert compiled.effect == "deliver"
    return compiled.render(SUBJECT, CONTEXT, FACTS)


def render_custom(address: str, context: dict[str, Any], **settings: Any) -> list[Message]:
    action = make_action(recipient="custom", custom_email=address)
    compiled = compile_action(action, make_resources(**settings))
    return compiled.render(SUBJECT, {**CONTEXT, **context}, FACTS)


def test_each_recipient_gets_their_own_rendering() -> None:
    invitee, organizer = render(make_action(recipient="both"))
    assert (invitee.recipient, invitee.address) == ("invitee", "ana@example.com")
    assert invitee.content["subject"] == "Hello Ana Lima"
    assert invitee.content["message"] == "For invitee: Ana Lima"
    assert (organizer.recipient, organizer.address) == ("organizer", "omar@clinic.example")
    assert organizer.content["subject"] == "Hello Omar Haddad"
    assert organizer.masked["message"] == "For organizer: Ana Lima"


def test_html_values_are_escaped() -> None:
    domain = StandInDomain(Person("invitee", "<b>Ana</b>", "ana@example.com"))
    action = make_action(html="<p>{{ recipient_name }}</p>", message="{{ recipient_name }}")
    (message,) = render(action, domain)
    assert message.content["html"] == "<p>&lt;b&gt;Ana&lt;/b&gt;</p>"
    assert message.content["message"] == "<b>Ana</b>"


@pytest.mark.parametrize(
    ("email", "code"),
    [(None, "no-email"), ("", "no-email"), ("ana@", "invalid-email"),
     ("ana@example.com\r\nBcc: x@y.z", "invalid-email")],
)  # fmt: skip
def test_a_person_without_usable_address_fails_with_a_reason(email: str | None, code: str) -> None:
    domain = StandInDomain(Person("invitee", "Ana", email))
    with pytest.raises(PermanentDeliveryError, match="the invitee") as caught:
        render(make_action(), domain)
    assert caught.value.code == code


def test_one_unreachable_person_does_not_cost_the_other_their_mail() -> None:
    domain = StandInDomain(Person("invitee", "Ana", None))
    refused, organizer = render(make_action(recipient="both"), domain)
    assert refused.content["refusal"]["code"] == "no-email"
    assert refused.masked["problem"] == "the invitee has no e-mail address"
    assert organizer.address == "omar@clinic.example"


def test_nobody_reachable_fails_at_once() -> None:
    domain = StandInDomain(Person("invitee", "Ana", None), Person("organizer", "Omar", "x"))
    with pytest.raises(PermanentDeliveryError) as caught:
        render(make_action(recipient="both"), domain)
    assert caught.value.code == "no-email"


def test_no_people_at_all_is_a_clear_failure() -> None:
    domain = StandInDomain()
    domain.by_role["invitee"] = []
    with pytest.raises(PermanentDeliveryError, match="no recipient `invitee`"):
        render(make_action(), domain)


def test_a_literal_custom_address_may_be_anywhere() -> None:
    (message,) = render_custom("team@elsewhere.example", {})
    assert (message.recipient, message.address) == ("team@elsewhere.example",) * 2
    assert message.content["subject"] == "Hello"


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("desk@clinic.example", {}),
        ("desk@CLINIC.example", {}),
        ("omar@clinic.example", {}),
        ("lead@partner.example", {"recipient_domains": ("partner.example",)}),
        ("lead@eu.partner.example", {"recipient_domains": ("*.partner.example",)}),
        ("lead@xn--bcher-kva.example", {"recipient_domains": ("Bücher.example",)}),
    ],
)
def test_a_computed_address_may_be_in_own_and_allowed_domains(
    address: str, settings: dict[str, Any]
) -> None:
    (message,) = render_custom("{{ custom_lead }}", {"custom_lead": address}, **settings)
    assert message.address == address.replace("CLINIC", "clinic")


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("victim@elsewhere.example", {}),
        ("victim@notclinic.example", {}),
        ("victim@sub.clinic.example", {}),
        ("victim@partner.example.evil.example", {"recipient_domains": ("partner.example",)}),
        ("victim@partner.example", {"recipient_domains": ("*.partner.example", "..")}),
    ],
)
def test_a_computed_address_elsewhere_is_refused(address: str, settings: dict[str, Any]) -> None:
    with pytest.raises(PermanentDeliveryError, match="BOOKFLOW_RECIPIENT_DOMAINS") as caught:
        render_custom("{{ custom_lead }}", {"custom_lead": address}, **settings)
    assert caught.value.code == "recipient-not-allowed"


def test_a_free_mail_domain_is_nobodys_own() -> None:
    context = {"organizer_email": "omar@gmail.com", "custom_lead": "stranger@gmail.com"}
    with pytest.raises(PermanentDeliveryError) as caught:
        render_custom("{{ custom_lead }}", context)
    assert caught.value.code == "recipient-not-allowed"
    (message,) = render_custom("{{ organizer_email }}", context)
    assert message.address == "omar@gmail.com"


def test_a_computed_address_with_line_breaks_is_refused() -> None:
    with pytest.raises(PermanentDeliveryError) as caught:
        render_custom("{{ custom_lead }}", {"custom_lead": "a@clinic.example\r\nBcc: x@y.z"})
    assert caught.value.code == "invalid-email"


def test_line_breaks_never_reach_the_subject() -> None:
    domain = StandInDomain(Person("invitee", "Evil\r\nBcc: x@y.z", "ana@example.com"), ORGANIZER)
    (message,) = render(make_action(), domain)
    assert message.content["subject"] == "Hello Evil Bcc: x@y.z"


def test_what_people_read_is_bounded() -> None:
    (message,) = render(make_action(message="x" * 90_000))
    assert len(message.content["message"]) == 90_000
    assert len(message.masked["message"]) < 20_100
