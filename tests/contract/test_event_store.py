"""Past events are found by their ids, in both stores."""

from __future__ import annotations

from bookflow.records import new_id
from tests.contract.conftest import NOW


def test_an_event_is_found_as_it_was_recorded(scene):
    event = scene.event(trigger="booking_cancelled")
    scene.record(event)
    found = scene.store.find_event(event.id)
    assert (found.id, found.trigger) == (event.id, "booking_cancelled")
    assert (found.subject_id, found.occurred_at) == (event.subject_id, NOW)


def test_an_unknown_event_is_none(scene):
    scene.record(scene.event())
    assert scene.store.find_event(new_id()) is None
