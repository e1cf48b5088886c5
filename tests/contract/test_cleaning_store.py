"""The clean-up deletes what is old and nothing else: the same in both stores."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookflow.journey.upkeep.cleaning import Cleaner, Kept
from bookflow.ports.clock import Anchor, SpecRule
from bookflow.ports.endpoints import Notice
from bookflow.ports.upkeep import Cut, Finding, Part
from bookflow.records import RunKey, new_id
from tests.contract.conftest import NOW, PLAN, RUN, make_booking, minutes
from tests.contract.test_incident_store import Watch

LATER = NOW + timedelta(days=100)
CUT = Cut(NOW + timedelta(days=10))


def end(scene, **changes):
    run = RunKey(RUN.dag_id, f"run-{new_id()}")
    execution = scene.book(run=run, **changes)
    scene.result(execution)
    delivery = scene.deliver(execution)
    scene.claim_delivery(delivery)
    scene.store.finish(run, PLAN, now=NOW + minutes(1))
    return execution


def clean(scene, part=Part.EXECUTIONS, cut=CUT, limit=100):
    return sum(clean_all(scene.store, part, cut, limit))


def clean_all(store, part, cut, limit):
    place = None
    while True:
        done = store.clean(part, cut, limit=limit, place=place)
        yield done.count
        place = done.place
        if place is None:
            return


def test_ended_executions_go_with_all_that_belongs_to_them(scene):
    old = end(scene)
    assert scene.store.count_old(Part.EXECUTIONS, CUT) == 1
    assert clean(scene) == 1
    assert scene.store.get_execution(old) is None
    assert clean(scene) == 0


@pytest.mark.parametrize("status", ["pending", "running"])
def test_open_executions_stay_however_old(scene, status):
    execution = scene.book() if status == "pending" else scene.running()
    assert clean(scene) == 0
    assert scene.read(execution)["status"] == status
    for part in (Part.EVENTS, Part.RUNS):
        assert clean(scene, part) == 0


def test_what_ended_since_stays(scene):
    execution = end(scene)
    assert clean(scene, cut=Cut(NOW + minutes(1))) == 0
    assert scene.read(execution)["status"] == "completed"


def test_batches_walk_past_what_stays(scene):
    for number in range(7):
        kept = {"anchor_at": NOW + timedelta(days=50)} if number % 2 else {}
        end(scene, **kept)
    assert list(clean_all(scene.store, Part.EXECUTIONS, CUT, 2)) == [2, 2, 0]


def test_reminders_stay_while_a_second_one_could_be_made(scene):
    start = make_booking()["start_time"]
    kept = end(scene, booking=make_booking("b-far"), anchor_at=start)
    assert clean(scene, cut=Cut(start)) == 0
    assert scene.read(kept)["status"] == "completed"
    known = scene.store.find_anchored([Anchor("welcome", "b-far", start)])
    assert [one.id for one in known.values()] == [kept]
    # a workflow may say that its reminders are worth sending for longer
    late = Cut(start + timedelta(days=1), {"welcome": start})
    assert clean(scene, cut=late) == 0
    assert clean(scene, cut=Cut(start + timedelta(days=1), {"other": start})) == 1


def test_events_stay_as_long_as_an_execution_refers_to_them(scene):
    event = scene.event()
    first = scene.execution(event, run=RUN)
    second = scene.execution(event, "other")
    scene.record(event, first, second)
    scene.result(first.id)
    scene.store.finish(RUN, PLAN, now=NOW + minutes(1))
    assert clean(scene) == 1
    assert clean(scene, Part.EVENTS) == 0
    scene.store.cancel_execution(second.id, reason="", actor="ada", now=NOW + minutes(2))
    assert clean(scene) == 1
    assert clean(scene, Part.EVENTS) == 1


def test_events_that_wait_for_the_dispatcher_stay(scene, desk):
    desk.insert("b-sql")
    assert clean(scene, Part.EVENTS, Cut(NOW + timedelta(days=3650))) == 0


def test_a_deleted_event_gives_its_key_free(scene):
    scene.record(scene.event(idempotency_key="k"))
    assert clean(scene, Part.EVENTS) == 1
    assert not scene.record(scene.event(idempotency_key="k")).is_duplicate


def test_runs_stay_as_long_as_an_execution_names_them(scene):
    end(scene)
    scene.store.claim("welcome", RunKey("bookflow-welcome", "empty"), limit=5, now=NOW)
    assert clean(scene, Part.RUNS) == 1
    assert clean(scene) == 1
    assert clean(scene, Part.RUNS) == 1


def test_the_audit_trail_loses_its_oldest_rows(scene):
    for number in range(3):
        execution = scene.book()
        at = NOW + timedelta(days=number)
        scene.store.cancel_execution(execution, reason="", actor="ada", now=at)
    assert clean(scene, Part.AUDIT, Cut(NOW + timedelta(days=2)), limit=1) == 2
    assert clean(scene, Part.AUDIT, Cut(NOW + timedelta(days=3))) == 1


def test_incidents_and_their_alerts_stay_while_open(store, scene):
    watch = Watch(store, clear_minutes=0)
    watch.look(Finding("clock", "clock", "late", "start it"))
    assert clean(scene, Part.NOTICES) == 0
    watch.look(after=5)
    assert clean(scene, Part.NOTICES) == 1
    assert clean(scene, Part.INCIDENTS) == 1
    assert watch.listed() == []


def test_notices_of_what_goes_on_stay(store, scene):
    notice = Notice(new_id(), "down", "smtp:x", "o@example.com", "s", "m", NOW)
    store.add_notices([notice])
    assert clean(scene, Part.NOTICES) == 0


class Domain:
    """As much of a domain as the clean-up asks for."""

    def __init__(self):
        from bookflow.domains.booking import BOOKING_VOCABULARY

        self.vocabulary = BOOKING_VOCABULARY

    def earliest_anchor(self, trigger, delay, if_late, now):
        return now - timedelta(minutes=delay + (if_late or 0))


def cleaner(store, now=lambda: LATER, **changes):
    values = {
        "kept": Kept(timedelta(days=90), timedelta(days=730)),
        "pause": lambda _: None,
        "budget": timedelta(minutes=5),
        "batch": 2,
        **changes,
    }
    return Cleaner(store, store, Domain(), now=now, **values)


def test_everything_old_goes_in_one_clean_up(scene):
    for _ in range(5):
        end(scene)
    wanted = {Part.EXECUTIONS: 5, Part.EVENTS: 5, Part.RUNS: 5}
    counted = cleaner(scene.store).count().counts
    assert {part: count for part, count in counted.items() if count} == wanted
    done = cleaner(scene.store).clean()
    assert {part: count for part, count in done.counts.items() if count} == wanted
    assert str(done) == "5 executions, 5 events, 5 runs"
    assert str(cleaner(scene.store).clean()) == "nothing is old enough"


def test_clean_up_ends_when_its_time_is_up(scene):
    for _ in range(5):
        end(scene)
    times = iter(LATER + minutes(number) for number in range(100))
    done = cleaner(scene.store, now=lambda: next(times), budget=timedelta(minutes=2)).clean()
    assert done.counts[Part.EXECUTIONS] == 4
    assert "the rest goes with the next" in str(done)


def test_clean_up_keeps_reminders_that_are_worth_sending_for_long(scene):
    rule = SpecRule(
        "f.yaml",
        "1",
        workflow_id="welcome",
        name="f",
        trigger="after_meeting",
        delay_minutes=60,
        says_active=True,
        is_active=True,
        if_late=200 * 24 * 60,
    )
    scene.store.rewrite_rules(lambda _: {"f.yaml": rule})
    kept = end(scene, anchor_at=NOW)
    assert cleaner(scene.store).clean().counts[Part.EXECUTIONS] == 0
    assert scene.read(kept)["status"] == "completed"
