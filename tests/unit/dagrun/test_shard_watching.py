from __future__ import annotations

from bookflow.airflow_client.reparsing import ShownDag
from bookflow.dagrun.shard_watching import (
    LONGEST_SECONDS,
    MOST_URGENT,
    PATIENCE_SECONDS,
    ShardWatch,
    Verdict,
)
from bookflow.spec.sharding import name_of_shard

WANTED = {"a": 0, "b": 0, "c": 1}


class Airflow:
    """What Airflow shows, and when parses began to read."""

    def __init__(self) -> None:
        self.begun: dict[int, float] = {}
        self.shown: dict[str, ShownDag] = {}
        self.watch = ShardWatch(lambda number: self.begun.get(number, 0.0))

    def parse(self, number: int, *ids: str, begun: float, ended: float) -> None:
        self.begun[number] = begun
        for workflow_id in ids:
            self.shown[workflow_id] = ShownDag(name_of_shard(number), ended)

    def parse_all(self, begun: float = 10.0) -> None:
        self.parse(0, "a", "b", begun=begun, ended=begun + 1)
        self.parse(1, "c", begun=begun, ended=begun + 1)

    def judge(self, now: float) -> Verdict:
        return self.watch.judge(WANTED, self.shown, now)


def test_parsed_shards_are_left_alone() -> None:
    airflow = Airflow()
    airflow.watch.expect([0, 1], 9.0)
    airflow.parse_all()
    assert airflow.judge(12.0) == Verdict(complete=frozenset({0, 1}))
    assert not airflow.watch.waits
    # however long ago
    assert airflow.judge(100_000.0) == Verdict(complete=frozenset({0, 1}))


def test_change_during_a_parse_is_parsed_again_as_soon_as_that_ends() -> None:
    airflow = Airflow()
    airflow.parse_all(begun=10.0)
    airflow.parse(0, begun=20.0, ended=0)
    airflow.watch.expect([0], 20.5)
    assert airflow.judge(20.6).again == frozenset()
    airflow.parse(0, "a", "b", begun=20.0, ended=21.0)
    assert airflow.judge(21.1).again == {0}
    # once
    assert airflow.judge(21.2).again == frozenset()
    airflow.parse(0, "a", "b", begun=21.5, ended=22.0)
    assert airflow.judge(22.1) == Verdict(complete=frozenset({0, 1}))


def test_parse_that_was_not_stored_is_tried_again_ever_more_rarely() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.watch.expect([0], 50.0)
    tries = []
    for now in range(50, 5_000):
        if airflow.judge(float(now)).again:
            tries.append(now)
            # it begins, and fails
            airflow.begun[0] = now + 0.5
    assert tries[:4] == [60, 71, 91, 131]
    assert tries[-1] - tries[-2] == LONGEST_SECONDS
    airflow.parse(0, "a", "b", begun=5_000.0, ended=5_001.0)
    assert airflow.judge(5_002.0) == Verdict(complete=frozenset({0, 1}))


def test_dags_that_airflow_took_out_of_service_are_parsed_again() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.judge(12.0)
    airflow.shown["c"] = ShownDag(name_of_shard(1), 11.0, is_stale=True)
    assert airflow.judge(100.0) == Verdict(complete=frozenset({0}))
    assert airflow.judge(100.0 + PATIENCE_SECONDS).again == {1}
    airflow.parse(1, "c", begun=112.0, ended=113.0)
    assert airflow.judge(114.0) == Verdict(complete=frozenset({0, 1}))


def test_dag_shown_in_another_shard_is_not_shown() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.shown["c"] = ShownDag(name_of_shard(0), 11.0)
    verdict = airflow.judge(12.0)
    assert (verdict.complete, verdict.gone) == ({0}, frozenset())


def test_dag_that_no_spec_wants_is_gone() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.shown["former"] = ShownDag(name_of_shard(0), 11.0)
    airflow.shown["older"] = ShownDag(name_of_shard(0), 11.0, is_stale=True)
    assert airflow.judge(12.0).gone == {"former"}


def test_changed_shard_behind_all_others_is_asked_for_once() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.watch.expect([1], 50.0)
    assert airflow.judge(51.0).urgent == frozenset()
    assert airflow.judge(52.5).urgent == {1}
    assert airflow.judge(53.0).urgent == frozenset()


def test_parse_that_has_begun_is_not_urgent() -> None:
    airflow = Airflow()
    airflow.parse_all()
    airflow.watch.expect([1], 50.0)
    airflow.begun[1] = 51.0
    assert airflow.judge(55.0).urgent == frozenset()


def test_where_everything_changed_nothing_is_urgent() -> None:
    airflow = Airflow()
    wanted = {f"w{number}": number for number in range(MOST_URGENT + 1)}
    airflow.watch.expect(list(wanted.values()), 50.0)
    assert airflow.watch.judge(wanted, {}, 55.0).urgent == frozenset()


def test_parse_that_fails_after_a_long_wait_is_tried_again_soon() -> None:
    airflow = Airflow()
    airflow.watch.expect([0, 1], 50.0)
    # there are many before it
    for now in range(50, 1_000):
        airflow.judge(float(now))
    airflow.begun[0] = 1_000.0
    tries = [now for now in range(1_000, 1_050) if 0 in airflow.judge(float(now)).again]
    assert tries == [1_010, 1_030]
