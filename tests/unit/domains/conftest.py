"""A complete booking to vary in tests."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.settings import Settings

_BOOKING: dict[str, Any] = {
    "id": "bk-1",
    "status": "confirmed",
    "start_time": "2026-03-02T14:30:00+01:00",
    "end_time": "2026-03-02T15:15:00+01:00",
    "event_type": {"id": "et-1", "slug": "intro-call", "name": "Intro call", "duration": 45},
    "organizer": {
        "id": "org-1",
        "email": "olive@example.org",
        "name": "Olive van Host",
        "timezone": "Europe/Berlin",
        "phone": "+12025550100",
    },
    "invitee": {
        "name": "Ada Sample",
        "email": "ada@Example.COM",
        "phone": "+12025550142",
        "timezone": "America/New_York",
        "locale": "en-US",
    },
    "attendees": [],
    "meeting_link": "https://meet.example.com/1",
    "custom_answers": {"company": "Acme", "size": 40},
    "created_at": "2026-02-20T10:00:00Z",
}


def _make_booking(**changes: Any) -> dict[str, Any]:
    """Give a fresh booking; a dotted change goes by `organizer__timezone`, `...` removes a key."""
    booking = copy.deepcopy(_BOOKING)
    for name, value in changes.items():
        place = booking
        *parents, key = name.split("__")
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[key]
        else:
            place[key] = value
    return booking


@pytest.fixture(scope="session")
def make_booking() -> Callable[..., dict[str, Any]]:
    return _make_booking


@pytest.fixture(scope="session")
def domain() -> BookingDomain:
    return BookingDomain(Settings())
