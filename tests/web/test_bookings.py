"""Finding bookings, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from bookflow.web.bookings import BookingList
from bookflow.web.deps import find_visibility
from bookflow.web.visibility import Visibility
from tests.web.workflow_scene import HELLO

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"


@pytest.fixture
def booked(workbench: Any, open_client: Any, make_booking: Any) -> Any:
    """Give a client who may send events, and has sent one."""
    (workbench.settings.specs_dir / "hello.yaml").write_text(HELLO)
    client = open_client(workbench, "admin")
    sent = client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    assert sent.status_code < 300
    return client


def find(client: Any, **asked: Any) -> list[str]:
    answer = client.get(f"{API}/bookings", params=asked)
    assert answer.status_code == 200
    return [one.id for one in BookingList.model_validate(answer.json()).bookings]


def test_a_booking_is_found_as_soon_as_its_event_came(booked: Any, make_booking: Any) -> None:
    invitee = make_booking()["invitee"]
    for text in ("bk-1", invitee["email"].upper(), f" {invitee['name'][:3]} ", ""):
        assert find(booked, search=text) == ["bk-1"], text
    assert find(booked, search="somebody else") == []


@pytest.mark.parametrize(("seen", "found"), [("hello", ["bk-1"]), ("other", [])])
def test_only_bookings_of_workflows_that_may_be_seen_are_found(
    booked: Any, shared_app: Any, seen: str, found: list[str]
) -> None:
    app = shared_app[0]
    app.dependency_overrides[find_visibility] = lambda: Visibility(frozenset({seen}))
    try:
        assert find(booked, search="bk-1") == found
    finally:
        del app.dependency_overrides[find_visibility]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "seach=ada", "search=%00"])
def test_what_is_no_search_is_refused(booked: Any, query: str) -> None:
    assert booked.get(f"{API}/bookings?{query}").status_code == 422
