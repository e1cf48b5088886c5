"""What would lose, double or delay a message where several things go wrong at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bookflow.ports import LEASE
from bookflow.records import RunKey
from bookflow.store.batches import CUT_OFF_LIMIT
from tests.contract.clockwork import HOUR, Desk
from tests.contract.conftest import NOW, PLAN, RUN, make_booking, make_outcome, minutes

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(store: Any) -> Desk:
    desk = Desk(store)
    desk.tick(NOW - HOUR)
    return desk


def gathered(scene, execution):
    return replace(scene.deliver(execution), digest_key="k", digest_window=60.0)


def begin_digest(scene, count=2):
    """Let a digest of several begin and fail for now; gives its deliveries in their order."""
    found = sorted((gathered(scene, scene.running()) for _ in range(count)), key=lambda d: d.id)
    scene.store.claim_deliveries(found, now=NOW)
    states = scene.store.claim_deliveries(found, now=NOW + minutes(1))
    assert {state.digest_id for state in states.values()} == {found[0].id}
    again = NOW + minutes(2)
    tried = [make_outcome(d, "retrying", not_before=again, digest_id=found[0].id) for d in found]
    scene.store.settle([], tried)
    return found


def test_a_task_that_dies_at_every_try_is_given_up(scene):
    execution = scene.running()
    scene.result(execution, "retrying", resume_at=NOW + minutes(1), reason="busy")
    scene.store.finish(RUN, PLAN, now=NOW)
    at = NOW + minutes(1)
    for number in range(CUT_OFF_LIMIT):
        run = RunKey(RUN.dag_id, f"again-{number}")
        at += minutes(1)
        assert scene.store.claim("welcome", run, limit=10, now=at).count == 1
        finish = scene.store.finish(run, PLAN, now=at + SECOND)
        assert all(wake > at for wake in finish.wake_at)
    assert scene.read(execution)["status"] == "failed"


def test_what_a_digest_left_behind_goes_out_under_an_id_of_its_own(scene):
    first, second = begin_digest(scene)
    scene.claim_delivery(first, NOW + minutes(2))
    scene.store.settle([], [make_outcome(first, digest_id=first.id)])
    state = scene.claim_delivery(second, NOW + minutes(3))
    assert (state.hold, state.digest_id) == (None, second.id)


def test_a_digest_keeps_its_id_while_nothing_of_it_was_sent(scene):
    first, second = begin_digest(scene)
    state = scene.claim_delivery(second, NOW + minutes(2))
    assert (state.hold, state.digest_id) == (None, first.id)


def test_a_digest_whose_task_died_goes_out_under_the_same_id(scene):
    deliveries = begin_digest(scene, 3)
    scene.store.claim_deliveries(deliveries, now=NOW + minutes(2))
    states = scene.store.claim_deliveries(deliveries, now=NOW + minutes(2) + LEASE)
    assert {state.digest_id for state in states.values()} == {deliveries[0].id}


def test_foreign_events_with_the_keys_of_reminders_stop_no_clock(clock):
    clock.rule()
    clock.put(NOW + HOUR, at=NOW - 10 * HOUR)
    key = f"before_meeting:b-1:{(NOW + HOUR).isoformat()}"
    for number, prefix in enumerate(("", "clock:")):
        other = make_booking(f"other-{number}")
        clock.record(clock.event(other, idempotency_key=prefix + key, occurred_at=NOW - HOUR))
    clock.tick()
    clock.tick(NOW + SECOND)
    assert clock.due() == [NOW]


def test_a_reminder_ahead_follows_a_shorter_delay(clock):
    clock.rule()
    clock.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR)
    clock.tick()
    assert clock.due() == [NOW + minutes(2)]
    clock.edit(delay_minutes=30, is_fresh=True, signature="2")
    clock.tick(NOW + minutes(1))
    clock.run(NOW + minutes(2))
    assert [item["status"] for item in clock.reminders()] in ([], ["pending"])
    clock.tick_until(NOW + minutes(2), NOW + minutes(32))
    assert clock.due() == [NOW + minutes(32)]


def test_a_reminder_ahead_does_not_come_for_an_event_type_no_longer_listened_to(clock):
    clock.rule(event_types=("intro",))
    clock.put(NOW + HOUR + minutes(2), at=NOW - 10 * HOUR)
    clock.tick()
    clock.edit(event_types=("other",), is_fresh=True, signature="2")
    clock.tick(NOW + minutes(1))
    clock.run(NOW + minutes(2))
    assert "completed" not in [item["status"] for item in clock.reminders()]


@pytest.mark.parametrize(("if_past", "made"), [("skip", 0), ("send", 1)])
def test_only_who_wants_past_reminders_reads_bookings_that_they_are_past_for(clock, if_past, made):
    clock.rule(if_past=if_past)
    clock.rule("sooner", delay_minutes=10)
    clock.put(NOW + 2 * HOUR, at=NOW - 10 * HOUR)
    clock.tick()
    clock.put(NOW + HOUR / 2, at=NOW + SECOND)
    assert clock.tick(NOW + 2 * SECOND).made == made
    clock.tick(NOW + minutes(19))
    assert len(clock.due()) == made + 1
