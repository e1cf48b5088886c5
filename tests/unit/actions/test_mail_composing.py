import email
import email.policy
import uuid
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookflow.actions.mail_composing import (
    Sender,
    compose,
    fold_line,
    write_any,
    write_simple,
)
from bookflow.records import NewDelivery
from tests.action_stand_ins import FACTS, make_delivery

SENDER = Sender("bookings@clinic.example", "Clinic")


def content(**changes: Any) -> dict[str, Any]:
    base = {
        "to": "ana@example.com",
        "to_name": "Ana Lima",
        "subject": "Your booking",
        "message": "See you.\n",
        "html": None,
        "date": FACTS["timestamp"],
    }
    return {**base, **changes}


def read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def text_of(part: Any) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def test_headers_and_body() -> None:
    delivery = make_delivery()
    envelope = compose(content(), delivery, SENDER)
    mail = read(envelope.data)
    assert mail["From"] == "Clinic <bookings@clinic.example>"
    assert mail["To"] == "Ana Lima <ana@example.com>"
    assert mail["Message-ID"] == f"<{delivery.id}@clinic.example>" == envelope.message_id
    assert mail["Date"] == "Sat, 21 Nov 2026 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Bookflow-Execution"] == str(delivery.execution_id)
    assert mail.get_content_type() == "text/plain"
    assert text_of(mail) == "See you.\n"


def test_the_same_delivery_always_makes_the_same_message_id() -> None:
    delivery = NewDelivery(uuid.UUID(int=5), uuid.UUID(int=6), "a", "invitee", "email", "x")
    again = compose(content(text="changed"), delivery, SENDER)
    assert compose(content(), delivery, SENDER).message_id == again.message_id


def test_html_makes_an_alternative() -> None:
    mail = read(compose(content(html="<p>Bis bald, Änne</p>"), make_delivery(), SENDER).data)
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich = mail.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert text_of(rich) == "<p>Bis bald, Änne</p>\n"


@pytest.mark.parametrize(
    "hostile",
    ["Evil\r\nBcc: x@y.z", "Evil\nBcc: x@y.z", "Evil\rBcc: x@y.z", "Evil\r\n\r\nBcc: x@y.z",
     "Evil\u2028Bcc: x@y.z", "Evil\x0bBcc: x@y.z", "Evil\x85Bcc: x@y.z", 'E"vil\r\n Bcc: x@y.z',
     "=?utf-8?q?Evil=0D=0ABcc:_x@y.z?=", "<x@y.z>, Ana", "Evil\x00Bcc: x@y.z",
     "Evil\ud800\r\nBcc: x@y.z"],
)  # fmt: skip
def test_no_header_can_be_smuggled_in(hostile: str) -> None:
    data = compose(
        content(subject=hostile, to_name=hostile),
        make_delivery(),
        Sender("bookings@clinic.example", fold_line(hostile, 200)),
    ).data
    mail = read(data)
    assert mail["Bcc"] is None
    assert [name for name, _ in mail.items()] == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Bookflow-Execution",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    ]  # fmt: skip
    assert [address.addr_spec for address in mail["To"].addresses] == ["ana@example.com"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["bookings@clinic.example"]


def test_unicode_travels_in_seven_bits() -> None:
    name, subject, text = "山田 太郎", "تأكيد الحجز ✅ " * 8, "Grüße 😀\n" + "x" * 3_000 + "\n"
    envelope = compose(
        content(to_name=name, subject=subject, message=text), make_delivery(), SENDER
    )
    mail = read(envelope.data)
    assert envelope.data.isascii()
    assert max(len(line) for line in envelope.data.split(b"\r\n")) <= 998
    assert mail["To"].addresses[0].display_name == name
    assert mail["Subject"] == subject.strip()
    assert text_of(mail) == text
    assert not envelope.is_international


def test_an_international_address_needs_an_international_message() -> None:
    envelope = compose(content(to="пример@xn--e1afmkfd.example"), make_delivery(), SENDER)
    assert envelope.is_international
    assert "пример@xn--e1afmkfd.example".encode() in envelope.data


def test_halves_of_surrogate_pairs_do_not_stop_a_mail() -> None:
    mail = read(
        compose(content(subject="a\ud800b", message="c\udfffd"), make_delivery(), SENDER).data
    )
    assert (mail["Subject"], text_of(mail)) == ("a?b", "c?d\n")


def test_sender_is_read_with_and_without_a_name() -> None:
    assert Sender.parse("Clinic <b@clinic.example>") == Sender("b@clinic.example", "Clinic")
    assert Sender.parse("b@clinic.example") == Sender("b@clinic.example", "")
    with pytest.raises(ValueError, match="nobody"):
        Sender.parse("nobody")


def test_joined_emoji_and_scripts_that_need_joiners_survive() -> None:
    for text in ("👩‍👩‍👧 booked", "می‌خواهم", "Ana‏"):
        assert fold_line(text, 100) == text


def test_long_lines_are_cut() -> None:
    assert fold_line("x" * 600, 500) == "x" * 499 + "…"


PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90)
ODD = st.text(st.sampled_from("aZ9 .-_\"'<>@,;:=?()\\\t\r\n\x00\x0b\x0c\x1cä€"), max_size=90)
SHORT = st.lists(st.text(st.sampled_from("Abc012"), min_size=1, max_size=9), max_size=4).map(
    " ".join
)
# mostly what is simple, or nearly so
NAMES = st.one_of(SHORT, SHORT, SHORT, PLAIN, ODD)
BODIES = st.one_of(st.lists(SHORT | PLAIN, max_size=5).map("\n".join), PLAIN, ODD)
LOCALS = SHORT.map(lambda text: text.replace(" ", ".")) | st.text(
    st.sampled_from("aB9.+_-"), min_size=1, max_size=60
)


@settings(max_examples=300)
@given(NAMES, NAMES, NAMES, BODIES, LOCALS, st.booleans())
def test_simple_mail_is_what_the_library_would_write(
    sender_name: str, name: str, subject: str, body: str, local: str, is_test: bool
) -> None:
    sender = Sender("bookings@clinic.example", sender_name)
    asked = content(
        to=f"{local}@example.com", to_name=name, subject=subject, message=body, is_test=is_test
    )
    delivery = make_delivery()
    message_id = f"<{delivery.id}@clinic.example>"
    simple = write_simple(asked, delivery, sender, message_id)
    if simple is not None:
        assert simple == write_any(asked, delivery, sender, message_id)


@pytest.mark.parametrize("body", ["See you.", "See you.\n", "One\n\nTwo\n", ".\nFrom here"])
def test_an_ordinary_mail_is_simple(body: str) -> None:
    delivery = make_delivery()
    message_id = f"<{delivery.id}@clinic.example>"
    assert write_simple(content(message=body), delivery, SENDER, message_id) is not None
