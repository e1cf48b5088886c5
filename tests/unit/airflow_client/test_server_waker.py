from __future__ import annotations

import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from bookflow.airflow_client.run_names import Wake
from bookflow.airflow_client.runs_in_server import RecentlyMade, ServerWaker

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


class Starter:
    """Keeps what it was asked for; knows every DAG but the `unknown`, and can be held up."""

    def __init__(self) -> None:
        self.rounds: list[set[Wake]] = []
        self.unknown: set[str] = set()
        self.broken = False
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def start_runs(self, wakes: Collection[Wake]) -> Collection[Wake]:
        self.entered.set()
        self.gate.wait(10)
        self.rounds.append(set(wakes))
        if self.broken:
            self.broken = False
            raise OSError("no database")
        return [wake for wake in wakes if wake.workflow_id in self.unknown]


def make_waker(starter: Starter, *, patience: float = 60.0) -> ServerWaker:
    return ServerWaker(starter, now=lambda: NOW, patience=patience, retry_after=0.02)


def wait_until(condition: object) -> None:
    deadline = time.monotonic() + 5
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_burst_for_one_workflow_costs_one_further_run() -> None:
    starter = Starter()
    starter.gate.clear()
    waker = make_waker(starter)
    waker.start()
    waker.wake("a", NOW)
    assert starter.entered.wait(5)
    for _ in range(100):
        waker.wake("a", NOW)
        waker.wake("b", NOW - timedelta(hours=1))
    starter.gate.set()
    waker.stop()
    assert starter.rounds == [{Wake("a")}, {Wake("a"), Wake("b")}]


def test_due_time_rounds_up_so_that_the_run_finds_its_execution_due() -> None:
    starter = Starter()
    waker = make_waker(starter)
    waker.wake("a", NOW + timedelta(seconds=10))
    waker.start()
    waker.stop()
    (wake,) = starter.rounds[0]
    assert wake.run_after == datetime(2026, 3, 1, 12, 0, 11, tzinfo=UTC)


def test_what_was_asked_before_stop_is_still_made() -> None:
    starter = Starter()
    waker = make_waker(starter)
    waker.wake("a", NOW)
    waker.start()
    waker.stop()
    assert starter.rounds == [{Wake("a")}]


def test_unknown_dag_is_tried_again_until_it_is_parsed() -> None:
    starter = Starter()
    starter.unknown = {"new"}
    waker = make_waker(starter)
    waker.start()
    waker.wake("new", NOW)
    wait_until(lambda: len(starter.rounds) >= 3)
    starter.unknown = set()
    made = len(starter.rounds) + 2
    time.sleep(0.2)
    waker.stop()
    assert len(starter.rounds) <= made


def test_unknown_dag_is_given_up_with_advice(caplog: pytest.LogCaptureFixture) -> None:
    starter = Starter()
    starter.unknown = {"gone"}
    waker = make_waker(starter, patience=0.1)
    waker.start()
    waker.wake("gone", NOW)
    wait_until(lambda: "doesn't know the DAG bookflow-gone" in caplog.text)
    waker.stop()
    assert "import errors" in caplog.text


def test_thread_outlives_a_broken_database(caplog: pytest.LogCaptureFixture) -> None:
    starter = Starter()
    starter.broken = True
    waker = make_waker(starter)
    waker.start()
    waker.wake("a", NOW)
    wait_until(lambda: len(starter.rounds) == 1)
    waker.wake("b", NOW)
    wait_until(lambda: len(starter.rounds) == 2)
    waker.stop()
    assert starter.rounds[1] == {Wake("b")}
    assert "bookflow_clock" in caplog.text


def test_state_tells_a_stopped_thread_and_dags_airflow_does_not_know() -> None:
    starter = Starter()
    starter.unknown = {"new"}
    waker = make_waker(starter)
    assert waker.check()["status"] == "unhealthy"
    waker.start()
    assert waker.check() == {"status": "healthy", "waiting": 0, "unknown_dags": []}
    waker.wake("new", NOW)
    wait_until(lambda: waker.check()["unknown_dags"] == ["bookflow-new"])
    assert waker.check()["status"] == "degraded"
    waker.stop()
    assert waker.check()["status"] == "unhealthy"


def test_second_wish_for_a_time_to_come_finds_the_run_there() -> None:
    starter = Starter()
    waker = make_waker(starter)
    waker.start()
    later = NOW + timedelta(hours=1)
    waker.wake("a", later)
    wait_until(lambda: starter.rounds)
    for _ in range(100):
        waker.wake("a", later)
    waker.wake("a", later + timedelta(seconds=1))
    waker.stop()
    due = int(later.timestamp()) + 1
    assert starter.rounds == [{Wake("a", due)}, {Wake("a", due + 1)}]


def test_wish_for_now_is_never_taken_for_an_earlier_one() -> None:
    starter = Starter()
    waker = make_waker(starter)
    waker.start()
    for number in range(3):
        waker.wake("a", NOW)
        wait_until(lambda wanted=number: len(starter.rounds) > wanted)
    waker.stop()
    assert starter.rounds == [{Wake("a")}] * 3


def test_run_that_could_not_be_made_is_asked_for_again() -> None:
    starter = Starter()
    starter.broken = True
    waker = make_waker(starter)
    waker.start()
    later = NOW + timedelta(hours=1)
    waker.wake("a", later)
    wait_until(lambda: starter.rounds)
    waker.wake("a", later)
    waker.stop()
    assert len(starter.rounds) == 2


def test_only_the_newest_runs_are_remembered() -> None:
    made = RecentlyMade(2)
    made.add([Wake("a", 1), Wake("b", 2)])
    made.add([Wake("c", 3)])
    assert [Wake("a", 1) in made, Wake("b", 2) in made, Wake("c", 3) in made] == [False, True, True]
