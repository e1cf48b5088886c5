"""Receivers on real sockets, one of each kind for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture
def sms() -> Iterator[SmsReceiver]:
    with SmsReceiver() as receiver:
        yield receiver


@pytest.fixture
def hooks() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver
