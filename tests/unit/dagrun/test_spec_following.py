from __future__ import annotations

from collections.abc import Collection

import pytest

from bookflow.airflow_client.reparsing import ShownDag
from bookflow.dagrun.shard_watching import ShardWatch
from bookflow.dagrun.spec_following import (
    FAILED_SECONDS,
    HEARING_SHARE,
    LONGEST_LOOK_SECONDS,
    LONGEST_NET_SECONDS,
    LOOKS_SHARE,
    REST_SECONDS,
    REVIEW_SECONDS,
    SpecFollower,
)
from bookflow.spec.shard_keeping import Update
from bookflow.spec.sharding import name_of_shard


class Keeper:
    """Shards that change when a test says so."""

    def __init__(self) -> None:
        self.looks = 0
        self.news = Update()
        self.moves = Update()
        self.has_news = False
        self.is_hearing = False
        self.wanted = {"a": 0, "b": 1}
        self.touched: list[set[int]] = []
        self.ended: list[set[int]] = []

    def update(self) -> Update:
        self.looks += 1
        self.has_news = False
        news, self.news = self.news, Update()
        return news

    def has_news_in_folders(self) -> bool:
        return self.has_news

    def touch(self, shards: Collection[int]) -> None:
        self.touched.append(set(shards))

    def end_moves(self, shards: Collection[int]) -> Update:
        self.ended.append(set(shards))
        moves, self.moves = self.moves, Update()
        return moves


class Ledger:
    """Airflow's DAGs; `is_away` makes its database fail."""

    def __init__(self) -> None:
        self.shown = {
            "a": ShownDag(name_of_shard(0), 0.75),
            "b": ShownDag(name_of_shard(1), 0.75),
        }
        self.is_away = False
        self.reads: list[set[str] | None] = []
        self.retired: list[str] = []
        self.asked = 0
        self.hurried: list[str] = []

    def read(self, workflow_ids: Collection[str] | None = None) -> dict[str, ShownDag]:
        if self.is_away:
            raise OSError("no database")
        self.reads.append(None if workflow_ids is None else set(workflow_ids))
        return self.shown

    def retire(self, workflow_ids: Collection[str]) -> None:
        self.retired += workflow_ids

    def ask_for_failed_files(self) -> None:
        self.asked += 1

    def ask_for_files(self, names: Collection[str]) -> None:
        self.hurried += names


class Processor:
    """A dag-processor that looks each second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.effort = 0.0
        self.effort_of_look = 0.0
        self.begun: dict[int, float] = {}
        self.keeper, self.ledger = Keeper(), Ledger()
        self.follower = SpecFollower(
            self.keeper,  # type: ignore[arg-type]  # a stand-in
            self.ledger,
            ShardWatch(lambda number: self.begun.get(number, 0.5)),
            clock=lambda: self.now,
            wall=lambda: self.now,
            effort=self._spend,
        )

    def _spend(self) -> float:
        self.effort += self.effort_of_look
        return self.effort

    def pass_time(self, seconds: float) -> list[bool]:
        told = []
        end = self.now + seconds
        while self.now < end:
            self.now += 1.0
            told.append(self.follower.look())
        return told


@pytest.fixture
def processor() -> Processor:
    return Processor()


def test_many_specs_are_looked_at_more_rarely(processor: Processor) -> None:
    processor.pass_time(30)
    assert processor.keeper.looks == 30
    processor.effort_of_look = 3 * LOOKS_SHARE
    processor.pass_time(30)
    assert 39 <= processor.keeper.looks <= 41
    processor.effort_of_look = 1.0
    looks = processor.keeper.looks
    processor.pass_time(100)
    assert 100 / LONGEST_LOOK_SECONDS - 3 < processor.keeper.looks - looks < 25


def test_specs_that_the_kernel_tells_of_are_looked_at_even_more_rarely(
    processor: Processor,
) -> None:
    processor.keeper.is_hearing = True
    processor.effort_of_look = 3 * HEARING_SHARE
    processor.pass_time(30)
    assert 9 <= processor.keeper.looks <= 11
    processor.effort_of_look = 1.0
    looks = processor.keeper.looks
    processor.pass_time(100)
    assert 100 / LONGEST_NET_SECONDS - 3 < processor.keeper.looks - looks < 14


def test_news_in_folders_are_looked_at_though_it_is_not_yet_time(processor: Processor) -> None:
    processor.effort_of_look = 1.0
    processor.pass_time(2)
    looks = processor.keeper.looks
    processor.keeper.has_news = True
    processor.pass_time(1)
    assert processor.keeper.looks == looks + 1


def test_airflow_is_told_of_files_that_came_and_of_nothing_else(processor: Processor) -> None:
    processor.keeper.news = Update(frozenset({1}))
    assert processor.pass_time(1) == [False]
    processor.keeper.news = Update(frozenset({1}), has_other_files=True)
    assert processor.pass_time(2) == [True, False]


def test_touched_shards_are_watched_until_they_are_shown(processor: Processor) -> None:
    processor.keeper.news = Update(frozenset({1}))
    processor.pass_time(3)
    # only what is waited for is asked about
    assert {frozenset(read or ()) for read in processor.ledger.reads} == {frozenset("b")}
    processor.begun[1] = processor.now
    processor.ledger.shown["b"] = ShownDag(name_of_shard(1), processor.now + 0.5)
    processor.pass_time(2)
    reads = len(processor.ledger.reads)
    processor.pass_time(5)
    assert len(processor.ledger.reads) == reads
    assert processor.keeper.touched == []


def test_shards_that_do_not_show_are_touched_again(processor: Processor) -> None:
    processor.keeper.news = Update(frozenset({1}))
    processor.pass_time(25)
    assert processor.keeper.touched == [{1}]


def test_changed_shard_overtakes_the_others(processor: Processor) -> None:
    processor.keeper.news = Update(frozenset({1}))
    processor.pass_time(8)
    assert processor.ledger.hurried == [name_of_shard(1)]


def test_now_and_then_everything_is_reviewed(processor: Processor) -> None:
    processor.ledger.shown["former"] = ShownDag(name_of_shard(0), 1.0)
    processor.pass_time(REVIEW_SECONDS + FAILED_SECONDS + 2)
    assert processor.ledger.reads == [None, None, None]
    assert set(processor.ledger.retired) == {"former"}
    assert processor.ledger.asked == 1


def test_moves_end_when_their_shards_are_shown(processor: Processor) -> None:
    processor.keeper.moves = Update(frozenset({0}), has_other_files=True)
    assert True in processor.pass_time(REVIEW_SECONDS + 1)
    assert processor.keeper.ended[0] == {0, 1}


def test_database_that_is_away_stops_no_parsing(
    processor: Processor, caplog: pytest.LogCaptureFixture
) -> None:
    processor.ledger.is_away = True
    processor.keeper.news = Update(frozenset({1}))
    looks = processor.keeper.looks
    processor.pass_time(60)
    assert processor.keeper.looks == looks + 60
    assert 0 < caplog.text.count("could not be looked at") < 5
    processor.ledger.is_away = False
    processor.pass_time(60)
    assert processor.keeper.touched[0] == {1}


def test_after_an_error_it_rests(processor: Processor) -> None:
    processor.follower.rest()
    processor.keeper.has_news = True
    processor.pass_time(REST_SECONDS - 1)
    assert processor.keeper.looks == 0
    processor.pass_time(2)
    assert processor.keeper.looks > 0
