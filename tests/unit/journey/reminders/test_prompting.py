from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.reminders.prompting import Prompter

PATIENCE = 10.0


class Plan:
    """Counts how often it was asked, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self._failures = list(failures)
        self._called = threading.Condition()

    def __call__(self) -> None:
        with self._called:
            self.calls += 1
            self._called.notify_all()
        if self._failures:
            raise self._failures.pop(0)

    def wait_for(self, calls: int) -> None:
        with self._called:
            assert self._called.wait_for(lambda: self.calls >= calls, PATIENCE)


@contextmanager
def running(plan: Callable[[], object], pause: float = 0.0) -> Iterator[Prompter]:
    prompter = Prompter(plan, pause=pause)
    prompter.start()
    try:
        yield prompter
    finally:
        prompter.stop()


def test_nothing_is_planned_until_somebody_asks() -> None:
    plan = Plan()
    with running(plan):
        pass
    assert plan.calls == 0


def test_every_request_after_a_plan_began_is_followed_by_a_plan() -> None:
    plan = Plan()
    with running(plan) as prompter:
        prompter.prompt()
        plan.wait_for(1)
        prompter.prompt()
        plan.wait_for(2)


def test_a_burst_of_requests_is_one_plan() -> None:
    plan = Plan()
    with running(plan, pause=PATIENCE) as prompter:
        prompter.prompt()
        plan.wait_for(1)
        for _ in range(50):
            prompter.prompt()
    assert plan.calls == 1


@pytest.mark.parametrize("failure", [DatabaseUnavailableError("away"), RuntimeError("unforeseen")])
def test_a_plan_that_fails_stops_no_later_one(failure: Exception) -> None:
    plan = Plan(failure)
    with running(plan) as prompter:
        prompter.prompt()
        plan.wait_for(1)
        prompter.prompt()
        plan.wait_for(2)


def test_plan_that_found_another_at_work_is_asked_again() -> None:
    plan = Plan()

    def busy_at_first() -> bool:
        plan()
        return plan.calls > 1

    with running(busy_at_first) as prompter:
        prompter.prompt()
        plan.wait_for(2)
    assert plan.calls == 2
