"""Orders and further filters of the list of executions."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bookflow.errors import InputError
from bookflow.ports.reports import ExecutionFilter, ExecutionOrder
from bookflow.records import new_id
from tests.contract.conftest import NOW, PLAN, RUN, make_booking, minutes


def find(scene: Any, **wanted: Any) -> set[uuid.UUID]:
    page = scene.store.list_executions(ExecutionFilter(**wanted), limit=50, cursor=None)
    return {uuid.UUID(item["id"]) for item in page.items}


def fill(scene: Any) -> list[uuid.UUID]:
    """Make executions whose orders by creation, due time and end all differ; two never end."""
    made = []
    for number in range(8):
        event = scene.event(received_at=NOW + minutes(number))
        due = NOW + minutes((number * 3) % 8)
        execution = scene.execution(event, due_at=due)
        scene.record(event, execution)
        made.append(execution.id)
    for turn in range(6):
        run = type(RUN)(RUN.dag_id, f"end-{turn}")
        scene.store.claim("welcome", run, limit=1, now=NOW + minutes(60))
        held = [key for key in made if scene.read(key)["run_id"] == run.run_id]
        for key in held:
            scene.result(key)
        scene.store.finish(run, PLAN, now=NOW + minutes(100 - turn // 2))
    return made


@pytest.mark.parametrize("order", ExecutionOrder, ids=lambda order: order.name.lower())
def test_every_order_pages_through_everything_once(scene: Any, order: ExecutionOrder) -> None:
    made = fill(scene)
    seen: list[dict[str, Any]] = []
    cursor = None
    for _ in range(9):
        page = scene.store.list_executions(ExecutionFilter(), limit=3, cursor=cursor, order=order)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    expected = [item for item in map(scene.read, made) if item[order.field] is not None]
    expected.sort(key=lambda item: (item[order.field], item["id"]), reverse=order.is_descending)
    assert [item["id"] for item in seen] == [item["id"] for item in expected]
    assert len(expected) == (6 if order.field == "completed_at" else 8)


def test_cursor_of_another_order_is_refused(scene: Any) -> None:
    fill(scene)
    page = scene.store.list_executions(
        ExecutionFilter(), limit=2, cursor=None, order=ExecutionOrder.DUE_FIRST
    )
    for order in ExecutionOrder:
        if order is not ExecutionOrder.DUE_FIRST:
            with pytest.raises(InputError, match="in this order"):
                scene.store.list_executions(
                    ExecutionFilter(), limit=2, cursor=page.next_cursor, order=order
                )


def test_filters_by_statuses_trigger_and_event(scene: Any) -> None:
    waiting, running = scene.book(), scene.running()
    event = scene.event(trigger="booking_cancelled")
    first, second = (scene.execution(event, name) for name in ("a", "b"))
    scene.record(event, first, second)
    assert find(scene, statuses=frozenset({"running", "failed"})) == {running}
    assert find(scene, statuses=frozenset({"pending"})) == {waiting, first.id, second.id}
    assert find(scene, statuses=frozenset()) == set()
    assert find(scene, trigger="booking_cancelled") == {first.id, second.id}
    assert find(scene, trigger="booking_cancelled", workflow_id="a") == {first.id}
    assert find(scene, event_id=event.id) == {first.id, second.id}
    assert find(scene, event_id=new_id()) == set()


def test_filters_by_failures_and_cause(scene: Any) -> None:
    good, bad, odd = (scene.running() for _ in range(3))
    scene.result(good)
    scene.result(bad, "failed", error_code="smtp-550", reason="refused")
    scene.result(odd, "skipped", error_code="conditions", reason="no")
    scene.store.finish(RUN, PLAN, now=NOW)
    open_one = scene.book()
    assert find(scene, has_failures=True) == {bad}
    assert find(scene, has_failures=False) == {good, odd, open_one}
    assert find(scene, cause="smtp-550") == {bad}
    assert find(scene, cause="conditions") == {odd}
    assert find(scene, cause="conditions", has_failures=True) == set()
    assert find(scene, cause="nothing") == set()


def test_executions_of_a_cause_page_in_the_order_they_were_made(scene: Any) -> None:
    made = [scene.running() for _ in range(7)]
    for key in made:
        scene.result(key, "failed", error_code="smtp-550")
        scene.result(key, "failed", error_code="smtp-550", action="second")
    wanted = ExecutionFilter(cause="smtp-550")
    for order in (ExecutionOrder.NEWEST, ExecutionOrder.OLDEST):
        seen: list[uuid.UUID] = []
        cursor = None
        for _ in range(9):
            page = scene.store.list_executions(wanted, limit=2, cursor=cursor, order=order)
            seen += [uuid.UUID(item["id"]) for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == sorted(made, reverse=order.is_descending)
    with pytest.raises(InputError, match="`cause`") as caught:
        scene.store.list_executions(wanted, limit=2, cursor=None, order=ExecutionOrder.DUE_LAST)
    assert caught.value.field == "sort"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "' OR 1=1 --", "%s"])
def test_hostile_filters_find_nothing(scene: Any, text: str) -> None:
    scene.book()
    assert find(scene, trigger=text) == set()
    assert find(scene, cause=text) == set()
    assert find(scene, statuses=frozenset({text})) == set()


def test_results_are_listed_without_what_is_large(scene: Any) -> None:
    first, second = scene.running(make_booking("b-1")), scene.running(make_booking("b-2"))
    scene.result(first, rendered={"subject": "secret"})
    scene.result(first, "skipped", action="text", type="send_sms", error_code="conditions")
    scene.store.finish(RUN, [*PLAN, ("text", "send_sms")], now=NOW)
    found = scene.store.list_results([first, second, new_id()])
    assert set(found) <= {first, second}
    mail, text = found[first]
    assert mail == {
        "action": "mail",
        "type": "send_email",
        "status": "completed",
        "reason": None,
        "cause": None,
        "attempts": 1,
        "started_at": NOW.isoformat(),
        "duration_ms": 12.5,
    }
    assert (text["action"], text["cause"]) == ("text", "conditions")
    assert scene.store.list_results([]) == {}
