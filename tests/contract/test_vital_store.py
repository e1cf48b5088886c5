"""What the monitor reads: the same in both stores."""

from __future__ import annotations

from datetime import timedelta

from bookflow.ports.upkeep import EndedTally, RunningTally
from bookflow.records import RunKey
from tests.contract.conftest import NOW, PLAN, RUN, minutes

SINCE = NOW - minutes(60)
UNTIL = NOW + minutes(60)


def end(scene, status="completed", after=0.0, code=None):
    """Give an execution that was claimed now and ended so many seconds later."""
    run = RunKey(RUN.dag_id, f"run-{status}-{after}-{code}")
    execution = scene.book(run=run)
    scene.result(execution, status, error_code=code)
    scene.store.finish(run, PLAN, now=NOW + timedelta(seconds=after))
    return execution


def tally(scene, since=SINCE, until=UNTIL):
    return scene.store.tally_ended(since, until, slow_seconds=60)


def test_ended_executions_are_tallied_with_their_causes(scene):
    end(scene)
    end(scene, "failed", code="smtp-550")
    end(scene, "failed", 1, code="smtp-550")
    end(scene, "failed", 90, code="http-500")
    scene.book()
    assert tally(scene) == [
        EndedTally(
            "welcome", total=4, failed=3, slow=1, longest=90.0, causes=("smtp-550", "http-500")
        )
    ]


def test_only_what_ended_in_that_time_counts(scene):
    end(scene, after=60)
    assert tally(scene, until=NOW) == []
    assert tally(scene, since=NOW + minutes(1)) == []
    assert tally(scene, until=NOW + minutes(1))[0].total == 1


def test_cancelled_executions_say_nothing_of_failures(scene):
    execution = scene.book()
    scene.store.cancel_execution(execution, reason="", actor="ada", now=NOW)
    assert tally(scene) == []


def test_running_executions_are_tallied_by_their_claim(scene):
    scene.running()
    scene.running()
    assert scene.store.tally_running(NOW) == []
    assert scene.store.tally_running(NOW + minutes(1)) == [RunningTally("welcome", 2, NOW)]


def test_oldest_due_execution_of_each_workflow(scene):
    scene.book(due_at=NOW - minutes(3))
    scene.book(due_at=NOW - minutes(9))
    scene.book(workflow="remind", due_at=NOW + minutes(1))
    scene.running()
    assert scene.store.oldest_due(NOW) == {"welcome": NOW - minutes(9)}
    assert scene.store.oldest_due(NOW - minutes(9)) == {}


def test_last_tick_of_the_clock(store):
    assert store.last_tick() is None
    store.tick(lambda tick: tick.cover(NOW, []), now=NOW)
    assert store.last_tick() == NOW
    store.tick(lambda tick: tick.cover(NOW, []), now=NOW + minutes(1))
    assert store.last_tick() == NOW + minutes(1)


def test_versions_of_spec_files(store):
    from bookflow.ports.clock import SpecRule

    known = SpecRule("a.yaml", "1", workflow_id="a", version="v", organizer="o@example.com")
    store.rewrite_rules(lambda _: {"a.yaml": known, "b.yaml": SpecRule("b.yaml", "2")})
    assert store.load_versions() == {"a.yaml": ("v", "a", "o@example.com"), "b.yaml": ("", "", "")}
