from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bookflow.airflow_client.reparsing import FactoryReparser, Parse

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATIENCE = 20.0


class Desk:
    """An Airflow whose dag-processor is played by the test."""

    def __init__(self) -> None:
        self.asked = 0
        self.asked_for_errors = 0
        self.retired: list[tuple[list[str], datetime]] = []
        self.parsed_at: datetime | None = START - timedelta(hours=1)
        self.has_file = True
        self.failures = 0
        self.looked = threading.Semaphore(0)

    def ask(self) -> bool:
        if self.failures:
            self.failures -= 1
            raise OSError("no database")
        self.asked += 1
        return self.has_file

    def ask_for_errors(self) -> None:
        self.asked_for_errors += 1

    def last_parse(self) -> Parse | None:
        self.looked.release()
        begun = self.parsed_at
        return Parse(begun, begun + timedelta(seconds=1)) if begun else None

    def retire(self, workflow_ids: Collection[str], instant: datetime) -> None:
        self.retired.append((list(workflow_ids), instant))

    def wait_for_looks(self, count: int) -> None:
        for _ in range(count):
            assert self.looked.acquire(timeout=PATIENCE)


class Clock:
    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def start(desk: Desk) -> Iterator[Callable[..., FactoryReparser]]:
    started: list[FactoryReparser] = []

    def begin(patience: float = 60.0, ask_again_after: float = 0.02) -> FactoryReparser:
        reparser = FactoryReparser(
            desk,
            now=Clock(),
            patience=patience,
            look_after=0.01,
            ask_again_after=ask_again_after,
            ask_blindly_after=0.02,
        )
        reparser.start()
        started.append(reparser)
        return reparser

    yield begin
    for reparser in started:
        reparser.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_parsing_is_asked_for_until_it_began_after_the_change(
    desk: Desk, start: Callable[..., FactoryReparser]
) -> None:
    start().request(changed=["a"], gone=[])
    desk.wait_for_looks(4)
    wait_until(lambda: desk.asked >= 2)
    desk.parsed_at = START
    desk.wait_for_looks(2)
    desk.parsed_at = START + timedelta(hours=1)
    wait_until(lambda: len(desk.retired) == 2)
    asked = desk.asked
    start().stop()
    assert desk.asked == asked


def test_request_that_met_a_running_parse_is_repeated_when_that_ends(
    desk: Desk, start: Callable[..., FactoryReparser]
) -> None:
    start(ask_again_after=PATIENCE * 2).request(changed=["a"], gone=[])
    desk.wait_for_looks(4)
    assert desk.asked == 1
    desk.parsed_at = START
    wait_until(lambda: desk.asked == 2)
    desk.wait_for_looks(4)
    assert desk.asked == 2, "once for each parse that ends"
    assert desk.asked_for_errors == 0, "nothing may be parsed before the workflows"
    desk.parsed_at = START + timedelta(hours=1)
    wait_until(lambda: desk.asked_for_errors == 1)
    assert desk.asked == 2


def test_first_workflow_is_asked_for_twice_since_nothing_tells_of_its_parse(
    desk: Desk, start: Callable[..., FactoryReparser], caplog: pytest.LogCaptureFixture
) -> None:
    desk.parsed_at = None
    reparser = start(ask_again_after=PATIENCE * 2)
    reparser.request(changed=["a"], gone=[])
    wait_until(lambda: desk.asked == 2)
    reparser.request(changed=["a"], gone=[])
    wait_until(lambda: desk.asked == 4)
    assert not caplog.records


def test_dags_that_are_gone_are_taken_from_the_lists_before_and_after(
    desk: Desk, start: Callable[..., FactoryReparser]
) -> None:
    reparser = start()
    reparser.request(changed=["a", "b"], gone=["a"])
    desk.wait_for_looks(1)
    desk.parsed_at = START + timedelta(hours=1)
    wait_until(lambda: len(desk.retired) == 2)
    assert [ids for ids, _ in desk.retired] == [["a"], ["a"]]
    desk.parsed_at = START
    reparser.request(changed=["b"], gone=["b"])
    reparser.request(changed=["b"], gone=[])
    wait_until(lambda: desk.retired[-1][1] == START + timedelta(seconds=3))
    assert desk.retired[-1][0] == []


def test_airflow_without_our_dags_has_nothing_to_parse(
    desk: Desk, start: Callable[..., FactoryReparser]
) -> None:
    desk.has_file = False
    reparser = start()
    reparser.request(changed=["a"], gone=[])
    wait_until(lambda: desk.asked == 1)
    reparser.request(changed=["b"], gone=[])
    wait_until(lambda: desk.asked == 2)
    reparser.stop()
    assert desk.asked == 2


def test_failure_of_airflows_database_does_not_end_the_thread(
    desk: Desk, start: Callable[..., FactoryReparser], caplog: pytest.LogCaptureFixture
) -> None:
    desk.failures = 1
    desk.parsed_at = START + timedelta(hours=1)
    reparser = start()
    reparser.request(changed=["a"], gone=[])
    wait_until(lambda: "could not be asked" in caplog.text)
    reparser.request(changed=["b"], gone=[])
    wait_until(lambda: desk.asked == 1)


def test_dag_processor_that_does_not_run_is_told_of(
    desk: Desk, start: Callable[..., FactoryReparser], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        start(patience=0.05).request(changed=["a"], gone=[])
        wait_until(lambda: "is the dag-processor running?" in caplog.text)


def test_change_before_the_end_is_still_asked_for(desk: Desk) -> None:
    reparser = FactoryReparser(desk, now=Clock())
    reparser.request(changed=["a"], gone=[])
    reparser.start()
    reparser.stop()
    assert desk.asked == 1
