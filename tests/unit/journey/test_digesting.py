from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from bookflow.journey.digesting import EMAIL_LIMIT, SMS_LIMIT, digest_key_of, merge_messages
from bookflow.records import Message
from bookflow.spec.timing import Digest

HOUR = Digest(window=60)


def mail(number: int = 1, **content: Any) -> Message:
    given = {
        "to": "olive@example.org",
        "to_name": "Olive Host",
        "subject": f"Booking {number}",
        "message": f"Text {number}",
        "html": f"<p>HTML {number}</p>",
        "date": f"2026-03-02T1{number}:00:00+00:00",
        **content,
    }
    masked = {"to": given["to"], "subject": given["subject"], "message": given["message"]}
    return Message("organizer", "email", given["to"], given, masked, "smtp:main", "Europe/Berlin")


def text(words: str) -> Message:
    content = {"to": "+12025550100", "message": words, "segments": 1, "encoding": "GSM-7"}
    return Message("invitee", "sms", "+12025550100", content, content)


def test_one_message_stays_as_it_is() -> None:
    alone = mail()
    assert merge_messages([alone], HOUR, "email") is alone
    short = text("Hi")
    assert merge_messages([short], HOUR, "sms") is short


def test_mails_become_one_with_every_part_in_order() -> None:
    merged = merge_messages([mail(1), mail(2), mail(3)], HOUR, "email")
    line = "\n\n----------------------------------------\n\n"
    assert merged.content == {
        "to": "olive@example.org",
        "to_name": "Olive Host",
        "subject": "Booking 1 (and 2 more)",
        "message": f"Text 1{line}Text 2{line}Text 3",
        "html": "<p>HTML 1</p>\n<hr>\n<p>HTML 2</p>\n<hr>\n<p>HTML 3</p>",
        "date": "2026-03-02T11:00:00+00:00",
    }
    assert merged.masked["digest_count"] == 3
    assert merged.masked["subject"] == "Booking 1 (and 2 more)"
    first = mail(1)
    assert replace(merged, content=first.content, masked=first.masked) == first


def test_html_is_left_out_where_one_has_none() -> None:
    merged = merge_messages([mail(1), mail(2, html=None)], HOUR, "email")
    assert merged.content["html"] is None
    assert "html" not in merged.masked


def test_whole_pages_are_joined_inside_the_first_body() -> None:
    page = "<html><head><title>{0}</title></head><BODY class='x'>{0}</BODY></html>"
    pages = [mail(n, html=page.format(n)) for n in (1, 2)]
    merged = merge_messages(pages, HOUR, "email")
    assert merged.content["html"] == (
        "<html><head><title>1</title></head><BODY class='x'>1\n<hr>\n2</BODY></html>"
    )


@pytest.mark.parametrize(
    ("source", "subject"),
    [
        ("{{ digest_count }} bookings", "2 bookings"),
        ("{{ recipient_name }}: {{ digest_count * 2 }}", "Olive Host: 4"),
        ("{{ nothing }}", "Booking 1 (and 1 more)"),
        ("a\nb", "a b"),
    ],
)
def test_subject_is_that_of_the_digest(source: str, subject: str) -> None:
    merged = merge_messages([mail(1), mail(2)], Digest(window=60, subject=source), "email")
    assert merged.content["subject"] == subject


def test_subject_that_can_not_be_rendered_costs_nobody_the_mail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    runaway = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}"
    digest = Digest(window=60, subject=runaway)
    with caplog.at_level(logging.WARNING):
        merged = merge_messages([mail(1), mail(2)], digest, "email")
    assert merged.content["subject"] == "Booking 1 (and 1 more)"
    assert "subject can't be rendered" in caplog.text


def test_mail_that_would_be_too_large_says_what_is_missing() -> None:
    large = [mail(n, message="x" * (EMAIL_LIMIT // 3), html=None) for n in range(1, 6)]
    merged = merge_messages(large, HOUR, "email")
    assert len(merged.content["message"]) <= EMAIL_LIMIT
    assert merged.content["message"].endswith("… and 3 more")
    assert len(merged.masked["message"]) < 25_000


def test_texts_become_lines_of_one() -> None:
    merged = merge_messages([text("one"), text("two")], HOUR, "sms")
    assert merged.content == {"to": "+12025550100", "message": "one\ntwo"}
    assert (merged.recipient, merged.address) == ("invitee", "+12025550100")


@pytest.mark.parametrize("size", [1, 159, 700, 799, 800, 1_599, 1_600])
@pytest.mark.parametrize("count", [2, 3, 40, 500])
def test_long_texts_are_cut_to_whole_ones(size: int, count: int) -> None:
    words = [chr(97 + n % 26) * size for n in range(count)]
    merged = merge_messages([text(one) for one in words], HOUR, "sms").content["message"]
    assert len(merged) <= SMS_LIMIT
    lines = merged.split("\n")
    if lines == words:
        return
    last = lines.pop()
    assert last == f"... and {count - len(lines)} more"
    assert lines == words[: len(lines)] or (len(lines) == 1 and words[0].startswith(lines[0]))


def test_unknown_channel_is_refused() -> None:
    other = replace(mail(), channel="pigeon")
    with pytest.raises(ValueError, match="pigeon"):
        merge_messages([other, other], HOUR, "pigeon")


def test_key_tells_recipients_actions_and_workflows_apart() -> None:
    keys = {
        digest_key_of("w", "a", mail()),
        digest_key_of("w", "b", mail()),
        digest_key_of("v", "a", mail()),
        digest_key_of("w", "a", replace(mail(), address="other@example.org")),
        digest_key_of("w", "a", replace(text("x"), address="olive@example.org")),
    }
    assert len(keys) == 5
    again = replace(mail(2), address="Olive@Example.ORG")
    assert digest_key_of("w", "a", again) in keys


def test_key_holds_no_address() -> None:
    key = digest_key_of("w", "a", mail())
    assert key is not None
    assert "olive" not in key
    assert len(key) < 120


@pytest.mark.parametrize(
    "message",
    [
        replace(mail(), channel="webhook"),
        replace(mail(), channel="update"),
        replace(mail(), content={"refusal": {"code": "no-email", "reason": "none"}}),
    ],
)
def test_what_is_no_message_has_no_key(message: Message) -> None:
    assert digest_key_of("w", "a", message) is None
