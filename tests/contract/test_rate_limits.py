"""Rate limits that hold over all workers, alike in both stores."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from bookflow.ports.endpoints import PermitRequest
from bookflow.settings import Rate
from tests.contract.conftest import NOW

TEN = Rate(10, 1)
PATIENCE = timedelta(seconds=5)


def ask(key: str = "smtp:a", wanted: int = 1, rate: Rate = TEN, at: Any = NOW) -> PermitRequest:
    return PermitRequest(key, rate, wanted, at + PATIENCE)


def most_within(slots: list[datetime], seconds: float) -> int:
    ordered = sorted(slots)
    length = timedelta(seconds=seconds)
    return max(sum(first <= slot < first + length for slot in ordered) for first in ordered)


def test_free_limit_gives_its_whole_count_at_once(store: Any) -> None:
    [grant] = store.take_permits([ask(wanted=10)], now=NOW)
    assert grant.slots == (NOW,) * 10
    assert grant.next_at > NOW + timedelta(seconds=1)


def test_more_than_the_count_lies_a_period_later(store: Any) -> None:
    [grant] = store.take_permits([ask(wanted=25)], now=NOW)
    waits = [(slot - NOW).total_seconds() for slot in grant.slots]
    assert waits == [0.0] * 10 + [1.1] * 10 + [2.2] * 5


def test_nothing_is_reserved_beyond_what_is_worth_waiting_for(store: Any) -> None:
    rate = Rate(3, 3600)
    [first] = store.take_permits([ask(wanted=5, rate=rate)], now=NOW)
    assert len(first.slots) == 3
    later = NOW + timedelta(minutes=30)
    [second] = store.take_permits([ask(rate=rate, at=later)], now=later)
    assert second.slots == ()
    assert second.next_at == first.next_at > NOW + timedelta(hours=1)
    [third] = store.take_permits([ask(rate=rate, at=second.next_at)], now=second.next_at)
    assert third.slots == (second.next_at,)


def test_keys_do_not_share_their_permits(store: Any) -> None:
    one, other = store.take_permits([ask("b", 10), ask("a", 10)], now=NOW)
    assert one.slots == other.slots == (NOW,) * 10


def test_limit_that_was_lowered_counts_what_was_sent_before(store: Any) -> None:
    store.take_permits([ask(wanted=10)], now=NOW)
    [grant] = store.take_permits([ask(rate=Rate(2, 60))], now=NOW)
    assert grant.slots == ()


def test_limit_that_was_raised_gives_more(store: Any) -> None:
    store.take_permits([ask(wanted=2, rate=Rate(2, 60))], now=NOW)
    [grant] = store.take_permits([ask(wanted=9, rate=Rate(10, 60))], now=NOW)
    assert grant.slots == (NOW,) * 8


def test_idle_limits_are_forgotten(store: Any) -> None:
    store.take_permits([ask("a"), ask("b", rate=Rate(1, 3600))], now=NOW)
    assert store.forget_permits(now=NOW + timedelta(seconds=1)) == 0
    assert store.forget_permits(now=NOW + timedelta(seconds=2)) == 1
    [grant] = store.take_permits([ask("b", rate=Rate(1, 3600))], now=NOW)
    assert grant.slots == ()


def test_many_workers_never_exceed_the_rate(store: Any) -> None:
    """Threads at a hundred moments in disorder: any second holds ten permits at most."""
    picks = random.Random(7)
    moments = [NOW + timedelta(seconds=picks.uniform(0, 8)) for _ in range(200)]

    def take(at: datetime) -> list[tuple[str, datetime]]:
        requests = [ask("a", picks.randint(1, 3), at=at), ask("b", 1, at=at)]
        picks.shuffle(requests)
        grants = store.take_permits(requests, now=at)
        return [
            (request.key, slot)
            for request, grant in zip(requests, grants, strict=True)
            for slot in grant.slots
        ]

    with ThreadPoolExecutor(16) as pool:
        taken = [one for part in pool.map(take, moments) for one in part]
    for key in ("a", "b"):
        slots = [slot for name, slot in taken if name == key]
        assert len(slots) > 50
        assert most_within(slots, 1.0) <= 10
