from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookflow.journey.dispatching import DEPTH_LIMIT, Dispatcher
from bookflow.ports.clock import SpecRule
from bookflow.records import RunKey, SubjectUpdate
from tests.unit.journey.conftest import NOW

START = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)


@pytest.fixture
def add_rule(world):
    def add(workflow_id: str, trigger: str, **changes: Any) -> None:
        rule = SpecRule(
            path=f"{workflow_id}.yaml",
            signature="",
            workflow_id=workflow_id,
            version="v1",
            trigger=trigger,
            **{"is_active": True, **changes},
        )
        world.store.rewrite_rules(lambda rules: {**rules, rule.path: rule})

    return add


@pytest.fixture
def insert(world, make_booking):
    """Insert a booking as SQL does, give its id."""

    def put(**changes: Any) -> str:
        times = {"start_time": START, "end_time": START + timedelta(minutes=30)}
        booking = world.domain.parse_subject({**make_booking(**times), **changes}, path="booking")
        world.store.insert_subject(booking, now=world.clock())
        return str(booking["id"])

    return put


@pytest.fixture
def dispatch(world):
    def run(limit: int = 1000) -> Any:
        dispatcher = Dispatcher(world.store, world.domain)
        return dispatcher.dispatch_changes(world.clock(), world.waker, limit=limit)

    return run


def workflows(world, booking: str) -> list[str]:
    return [one["workflow_id"] for one in world.store.subject_executions(booking)]


def test_a_row_starts_the_workflows_that_listen(world, add_rule, insert, dispatch):
    add_rule("welcome", "booking_created", delay_minutes=15)
    add_rule("notify", "booking_created", event_types=("intro", "demo"))
    add_rule("demo-only", "booking_created", event_types=("demo",))
    add_rule("goodbye", "booking_cancelled")
    add_rule("asleep", "booking_created", is_active=False)
    booking = insert()
    batch = dispatch()
    assert batch.changes == 1
    assert sorted(workflows(world, booking)) == ["notify", "welcome"]
    assert world.waker.calls == [("notify", NOW), ("welcome", NOW + timedelta(minutes=15))]


def test_executions_are_those_of_the_event(world, add_rule, insert, dispatch):
    add_rule("welcome", "booking_created")
    insert()
    world.clock.forward(minutes=3)
    [head] = dispatch().executions
    found = world.store.get_execution(head.id)
    assert (found["workflow_version"], found["due_at"]) == ("v1", NOW.isoformat())
    assert world.waker.calls == [("welcome", world.clock())], "what is past is due now"


def test_nothing_is_matched_twice(world, add_rule, insert, dispatch):
    add_rule("welcome", "booking_created")
    booking = insert()
    assert [dispatch().changes, dispatch().changes] == [1, 0]
    assert workflows(world, booking) == ["welcome"]


def test_a_batch_takes_what_its_limit_says(world, add_rule, insert, dispatch):
    add_rule("welcome", "booking_created")
    for _ in range(5):
        insert()
    assert [dispatch(limit=2).changes for _ in range(4)] == [2, 2, 1, 0]
    assert len(world.waker.calls) == 3, "one wake per workflow and batch"


def test_a_deleted_booking_starts_nothing(world, add_rule, insert, dispatch):
    add_rule("welcome", "booking_created")
    world.store.delete_subject(insert())
    batch = dispatch()
    assert (batch.changes, batch.executions, world.waker.calls) == (1, (), [])


def test_without_a_workflow_nothing_starts(world, insert, dispatch):
    insert()
    batch = dispatch()
    assert (batch.changes, batch.executions, dict(batch.notes)) == (1, (), {})


def set_status(world, workflow: str, status: str, number: int) -> None:
    """Run a workflow whose action sets the status of whatever it gets."""
    run = RunKey(f"bookflow-{workflow}", f"run-{number}")
    world.store.claim(workflow, run, limit=100, now=world.clock())
    updates = [
        SubjectUpdate(job.execution_id, "mark", workflow, job.subject_id, {"status": status})
        for job in world.store.load_jobs(run, "mark")
    ]
    world.store.apply_updates(updates, now=world.clock())


def test_a_workflow_is_never_started_by_its_own_change(world, add_rule, insert, dispatch, caplog):
    add_rule("closer", "booking_cancelled")
    add_rule("other", "booking_cancelled")
    booking = insert(status="confirmed")
    world.store.change_subject(booking, now=NOW, status="cancelled")
    dispatch()
    world.store.change_subject(booking, now=NOW, status="confirmed")
    dispatch()
    set_status(world, "closer", "cancelled", 1)
    batch = dispatch()
    assert [head.workflow_id for head in batch.executions] == ["other"]
    assert list(batch.notes.values()) == ["workflow `closer` is not started by its own change"]
    assert "`closer` is not started by its own change" in caplog.text


def test_the_change_of_a_workflow_starts_others(world, add_rule, insert, dispatch):
    add_rule("approve", "booking_requested")
    add_rule("welcome", "booking_confirmed")
    booking = insert(status="pending")
    dispatch()
    set_status(world, "approve", "confirmed", 1)
    dispatch()
    assert sorted(workflows(world, booking)) == ["approve", "welcome"]


def test_two_workflows_that_undo_each_other_stop(world, add_rule, insert, dispatch, caplog):
    add_rule("closer", "booking_confirmed")
    add_rule("opener", "booking_cancelled")
    booking = insert(status="pending")
    world.store.change_subject(booking, now=NOW, status="confirmed")
    numbers = itertools.count(1)
    for _ in range(20):
        world.clock.forward(seconds=1)
        dispatch()
        set_status(world, "closer", "cancelled", next(numbers))
        set_status(world, "opener", "confirmed", next(numbers))
    assert workflows(world, booking) == ["closer", "opener"] * ((DEPTH_LIMIT + 1) // 2)
    assert "change 6 in a row by workflows; a chain stops after 5" in caplog.text
    assert "these did not start: closer" in caplog.text
    assert not world.store.has_changes()
