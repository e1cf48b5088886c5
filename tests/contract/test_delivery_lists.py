"""Deliveries of many executions, in pages."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bookflow.errors import InputError
from bookflow.ports.reports import DeliveryFilter
from bookflow.records import RunKey
from bookflow.store.report_shapes import make_cursor
from tests.contract.conftest import NOW, RUN, make_outcome, minutes


def fill(scene: Any, count: int = 4) -> list[uuid.UUID]:
    """Make executions one after another, each with a mail to two people."""
    made = []
    for number in range(count):
        event = scene.event(received_at=NOW + minutes(number))
        execution = scene.execution(event, run=RUN)
        scene.record(event, execution)
        made.append(execution.id)
        for recipient in ("invitee", "organizer"):
            scene.claim_delivery(scene.deliver(execution.id, recipient))
    return made


def find(scene: Any, **wanted: Any) -> list[dict[str, Any]]:
    page = scene.store.list_deliveries(DeliveryFilter(**wanted), limit=50, cursor=None)
    assert page.next_cursor is None
    items: list[dict[str, Any]] = page.items
    return items


def turn_pages(scene: Any, limit: int, **how: Any) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    for _ in range(30):
        page = scene.store.list_deliveries(DeliveryFilter(), limit=limit, cursor=cursor, **how)
        pages.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return pages
    raise AssertionError("the list has no end")


def test_delivery_says_what_it_belongs_to(scene: Any) -> None:
    [execution] = fill(scene, 1)
    first = scene.deliver(execution)
    scene.store.settle([], [make_outcome(first, "failed", error_message="refused")])
    [found] = find(scene, statuses=frozenset({"failed"}))
    scene.result(execution)
    [result] = scene.read(execution)["execution_log"]
    [logged] = [one for one in result["deliveries"] if one["recipient"] == "invitee"]
    assert found == {
        **logged,
        "execution_id": str(execution),
        "workflow_id": "welcome",
        "booking_id": scene.read(execution)["booking_id"],
        "action": "mail",
    }
    assert found["error_message"] == "refused"


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("reach", [1, 3, 1_000])
def test_pages_give_every_delivery_once_newest_execution_first(
    scene: Any, limit: int, reach: int
) -> None:
    made = fill(scene)
    seen = [item for page in turn_pages(scene, limit, reach=reach) for item in page]
    assert [item["execution_id"] for item in seen] == [
        str(key) for key in reversed(made) for _ in range(2)
    ]
    assert len({item["id"] for item in seen}) == 8


def test_page_looks_through_so_many_executions_and_no_more(scene: Any) -> None:
    old, *_ = fill(scene, 3)
    scene.store.settle([], [make_outcome(scene.deliver(old))])
    wanted, pages, cursor = DeliveryFilter(statuses=frozenset({"sent"})), [], None
    for _ in range(3):
        page = scene.store.list_deliveries(wanted, limit=5, cursor=cursor, reach=1)
        pages.append([item["execution_id"] for item in page.items])
        cursor = page.next_cursor
    assert pages == [[], [], [str(old)]]
    assert cursor is None


def test_filters(scene: Any) -> None:
    first, second = fill(scene, 2)
    other = scene.book(workflow="other", run=RunKey("bookflow-other", "run-9"))
    scene.claim_delivery(scene.deliver(other))
    booking = scene.read(first)["booking_id"]

    def executions(**wanted: Any) -> set[str]:
        return {item["execution_id"] for item in find(scene, **wanted)}

    both = {str(first), str(second)}
    assert executions(workflow_id="welcome") == both
    assert executions(workflow_ids=frozenset({"other"})) == {str(other)}
    assert executions(workflow_ids=frozenset()) == set()
    assert executions(workflow_id="welcome", workflow_ids=frozenset({"other"})) == set()
    assert executions(subject_id=booking) == {str(first)}
    assert executions(run=RUN) == both
    assert executions(actions=frozenset({"mail"})) == {*both, str(other)}
    assert executions(actions=frozenset({"text"})) == set()
    assert executions(statuses=frozenset({"sending"})) == {*both, str(other)}
    assert executions(statuses=frozenset({"sent", "failed"})) == set()


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "' OR 1=1 --", "%s"])
def test_hostile_filters_find_nothing(scene: Any, text: str) -> None:
    fill(scene, 1)
    assert find(scene, workflow_id=text) == []
    assert find(scene, actions=frozenset({text})) == []
    assert find(scene, run=RunKey(text, text)) == []


def test_cursor_of_another_list_is_refused(scene: Any) -> None:
    foreign = make_cursor({"created_at": NOW, "id": uuid.UUID(int=7)})
    for cursor in (foreign, "", "?", "WzFd", "x" * 400):
        with pytest.raises(InputError, match="not a cursor of the list of deliveries"):
            scene.store.list_deliveries(DeliveryFilter(), limit=2, cursor=cursor)
