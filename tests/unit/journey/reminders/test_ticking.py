from __future__ import annotations

import logging

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.reminders.ticking import Chore, ChoresFailedError, tick


def test_chores_are_done_in_order():
    done: list[str] = []
    tick([Chore("one", lambda: done.append("one")), Chore("two", lambda: done.append("two"))])
    assert done == ["one", "two"]


def test_chore_that_fails_stops_no_other_and_all_failures_are_told(caplog):
    done: list[str] = []

    def fail() -> None:
        raise DatabaseUnavailableError("the database is away")

    def break_down() -> None:
        raise ValueError("a slip")

    chores = [
        Chore("plan", fail),
        Chore("wake", lambda: done.append("wake")),
        Chore("purge", break_down),
    ]
    with pytest.raises(ChoresFailedError) as caught:
        tick(chores)
    assert done == ["wake"]
    assert str(caught.value) == (
        "2 chores of the clock failed, the next tick tries again: plan: the database is away; "
        "purge: a slip"
    )
    assert [name for name, _ in caught.value.failures] == ["plan", "purge"]
    logged = {record.getMessage(): record.exc_info for record in caplog.records}
    assert not logged["bookflow: plan failed: the database is away"]
    assert logged["bookflow: purge failed: a slip"]


def test_what_a_chore_did_is_logged(caplog):
    with caplog.at_level(logging.INFO):
        tick([Chore("plan", lambda: "3 planned"), Chore("wake", lambda: "")])
    assert caplog.messages == ["plan: 3 planned", "wake: nothing to do"]
