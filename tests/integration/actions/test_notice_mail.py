"""Notices over real sockets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.actions.notice_mail import NoticeMail
from bookflow.demo.receivers import SmtpFault, SmtpReceiver
from bookflow.ports.endpoints import Notice
from bookflow.records import ConnectionInfo
from bookflow.settings import Settings
from tests.action_stand_ins import StandInConnections

PLAIN = {"disable_ssl": True, "disable_tls": True, "from_email": "desk@example.com"}


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


def make_mail(port: int, **settings: Any) -> NoticeMail:
    info = ConnectionInfo("bookflow_smtp", host="127.0.0.1", port=port, extra=PLAIN)
    return NoticeMail(Settings(**settings), StandInConnections([info]))


def make_notice(number: int = 1, owner: str = "hana@example.org") -> Notice:
    return Notice(
        id=uuid.UUID(int=number),
        kind="disabled",
        about="https://example.com/hook",
        owner=owner,
        subject="bookflow calls https://example.com/hook no more",
        message="It answered 410.\n",
        created_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        attempts=1,
    )


def test_notice_arrives_with_the_same_message_id_every_time(smtp: SmtpReceiver) -> None:
    mail = make_mail(smtp.port)
    assert mail.send([make_notice()]) == {}
    assert mail.send([make_notice()]) == {}
    first, second = smtp.messages
    assert first.recipients == ("hana@example.org",)
    assert first.message_id == second.message_id == f"<{uuid.UUID(int=1)}@example.com>"
    assert first.subject == "bookflow calls https://example.com/hook no more"


def test_one_bad_owner_costs_no_other_notice(smtp: SmtpReceiver) -> None:
    failed = make_mail(smtp.port).send([make_notice(1, "team-7"), make_notice(2)])
    assert failed == {uuid.UUID(int=1): "the organizer is no e-mail address"}
    assert len(smtp.messages) == 1


def test_refusal_is_told_and_not_raised(smtp: SmtpReceiver) -> None:
    smtp.script(SmtpFault(reply="451 4.7.1 try again later"))
    [reason] = make_mail(smtp.port).send([make_notice()]).values()
    assert "451" in reason


def test_missing_connection_is_told_for_every_notice() -> None:
    mail = NoticeMail(Settings(), StandInConnections())
    failed = mail.send([make_notice(1), make_notice(2)])
    assert set(failed) == {uuid.UUID(int=1), uuid.UUID(int=2)}
    assert "bookflow_smtp" in failed[uuid.UUID(int=1)]
