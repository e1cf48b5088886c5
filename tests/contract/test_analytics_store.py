"""Figures are right to the row whatever happened, on the roll-ups as in plain counting."""

from __future__ import annotations

import itertools
import math
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookflow.errors import ConflictError
from bookflow.ports.analytics import FigureRequest, Part
from bookflow.ports.inbound import DeliveryReport
from bookflow.ports.upkeep import Cut
from bookflow.ports.upkeep import Part as OldPart
from bookflow.records import ActionStatus, DeliveryStatus, RunKey, delivery_id
from bookflow.store.memory import MemoryStore
from bookflow.store.postgres import PostgresStore
from tests.contract.conftest import NOW, Scene, make_outcome, make_result, minutes

DAY = (NOW.replace(hour=0), NOW.replace(hour=0) + timedelta(days=1))
PLAN = [("mail", "send_email"), ("text", "send_sms")]
ALL = frozenset({"welcome", "remind", "never-ran"})


OF_GIVEN_WORKFLOWS = (Part.ACTIVITY, Part.ACTIONS, Part.WORKFLOW_LATENCIES)


def make_report(key: Any, status: str, at: datetime) -> DeliveryReport:
    return DeliveryReport(key, "", status, DeliveryStatus(status), at, error_code="30003")


def count(store: Any, part: Part, edges: tuple[datetime, ...] = DAY, **changes: Any) -> Any:
    [rows] = store.read_figures([FigureRequest(part, edges, **changes)])
    return rows


@pytest.fixture(params=["unfolded", "folded"])
def fold(request: pytest.FixtureRequest, store: Any) -> Callable[[], None]:
    """Fold before asking, or not: nobody may see the difference."""

    def do() -> None:
        if request.param == "folded":
            while store.fold_figures(limit=3):
                pass

    return do


def end(scene: Scene, *statuses: str, at: datetime = NOW, **changes: Any) -> None:
    """Let an execution of one action end per status."""
    run = RunKey("bookflow-welcome", f"run-{at.isoformat()}-{statuses}")
    for status in statuses:
        execution = scene.book(run=run)
        scene.result(execution, status, started_at=at, **changes)
    scene.store.finish(run, [("mail", "send_email")], now=at)


def test_executions_count_when_they_were_made_and_when_they_ended(scene, fold):
    end(scene, "completed", "completed", "failed", at=NOW + minutes(61))
    scene.book(due_at=NOW + minutes(600))
    fold()
    hours = tuple(NOW + timedelta(hours=n) for n in range(4))
    assert count(scene.store, Part.EXECUTIONS, hours) == [
        {"bucket": 0, "created": 4, "completed": 0, "failed": 0, "cancelled": 0},
        {"bucket": 1, "created": 0, "completed": 2, "failed": 1, "cancelled": 0},
    ]


def test_activity_is_counted_per_workflow_and_span(scene, fold):
    end(scene, "completed", "failed", at=NOW + minutes(61))
    scene.book(workflow="remind")
    fold()
    hours = tuple(NOW + timedelta(hours=n) for n in range(4))
    none = {"created": 0, "completed": 0, "failed": 0, "cancelled": 0}
    remind = {"workflow_id": "remind", "bucket": 0, **none, "created": 1}
    assert count(scene.store, Part.ACTIVITY, hours, workflow_ids=ALL) == [
        remind,
        {"workflow_id": "welcome", "bucket": 0, **none, "created": 2},
        {"workflow_id": "welcome", "bucket": 1, **none, "completed": 1, "failed": 1},
    ]
    only = frozenset({"remind"})
    assert count(scene.store, Part.ACTIVITY, hours, workflow_ids=only) == [remind]


def test_an_execution_that_is_retried_takes_its_failure_back(scene, fold):
    end(scene, "failed")
    fold()
    [execution] = [uuid.UUID(item["id"]) for item in listed(scene)]
    scene.store.retry_execution(execution, action=None, actor="ann", now=NOW + minutes(20))
    assert count(scene.store, Part.EXECUTIONS)[0]["failed"] == 0
    assert count(scene.store, Part.CAUSES) == []
    run = RunKey("bookflow-welcome", "again")
    scene.store.claim("welcome", run, limit=9, now=NOW + minutes(20))
    scene.result(execution, started_at=NOW + minutes(20))
    scene.store.finish(run, [("mail", "send_email")], now=NOW + minutes(21))
    fold()
    assert count(scene.store, Part.EXECUTIONS, (*DAY[:1], NOW + minutes(15), DAY[1])) == [
        {"bucket": 0, "created": 1, "completed": 0, "failed": 0, "cancelled": 0},
        {"bucket": 1, "created": 0, "completed": 1, "failed": 0, "cancelled": 0},
    ]


def listed(scene: Scene) -> list[dict[str, Any]]:
    from bookflow.ports.reports import ExecutionFilter

    return scene.store.list_executions(ExecutionFilter(), limit=500, cursor=None).items


@pytest.mark.parametrize(
    ("latency", "power"),
    [(0.0, 0), (0.001, 0), (0.00104, 1), (1.0, 177), (-60.0, 0), (86_400.0 * 3, 494)],
)
def test_latencies_fall_into_buckets_that_grow(scene, fold, latency, power):
    end(scene, "completed", at=NOW + timedelta(seconds=latency))
    fold()
    found = {"count": 1, **dict.fromkeys(("p50", "p90", "p95", "p99"), power)}
    assert count(scene.store, Part.LATENCIES, wide()) == [{"bucket": 0, **found}]
    asked = {"workflow_ids": frozenset({"welcome"})}
    assert count(scene.store, Part.WORKFLOW_LATENCIES, wide(), **asked) == [
        {"workflow_id": "welcome", **found}
    ]


@pytest.mark.parametrize("total", [1, 2, 9, 10, 11, 20])
def test_percentiles_are_of_the_nearest_rank(scene, fold, total):
    for number in range(total):
        end(scene, "completed", at=NOW + timedelta(seconds=2**number))
    fold()
    [found] = count(scene.store, Part.LATENCIES, wide())
    ranks = {percent: -(-total * percent // 100) - 1 for percent in (50, 90, 95, 99)}
    expected = {
        f"p{percent}": math.ceil(math.log(2**rank * 1000) / math.log(1.04))
        for percent, rank in ranks.items()
    }
    assert {key: found[key] for key in expected} == expected


def test_latencies_of_several_spans_are_told_for_all_of_them_as_well(scene, fold):
    end(scene, "completed", at=NOW + timedelta(seconds=1))
    end(scene, "completed", at=NOW + minutes(16))
    fold()
    hours = tuple(NOW + timedelta(hours=n / 4) for n in range(4))
    powers = [math.ceil(math.log(seconds * 1000) / math.log(1.04)) for seconds in (1, 16 * 60)]
    found = count(scene.store, Part.LATENCIES, hours)
    assert [(row["bucket"], row["count"], row["p50"], row["p99"]) for row in found] == [
        (0, 1, powers[0], powers[0]),
        (1, 1, powers[1], powers[1]),
        (None, 2, powers[0], powers[1]),
    ]


def wide() -> tuple[datetime, ...]:
    return (NOW - timedelta(days=40), NOW + timedelta(days=400))


def test_causes_are_counted_with_their_places(scene, fold):
    end(scene, "skipped", "skipped", cause="condition: duration less_than 30")
    end(scene, "failed", error_code="http-503")
    end(scene, "skipped", error_code="stale", cause="cancelled")
    end(scene, "completed")
    fold()
    assert [(r["status"], r["cause"], r["count"]) for r in count(scene.store, Part.CAUSES)] == [
        ("failed", "http-503", 1),
        ("skipped", "cancelled", 1),
        ("skipped", "condition: duration less_than 30", 2),
    ]
    place = {"workflow_id": "welcome", "action": "mail", "type": "send_email"}
    assert count(scene.store, Part.PLACES, status="skipped", limit=1) == [
        {**place, "status": "skipped", "cause": "condition: duration less_than 30", "count": 2}
    ]
    [failed] = count(scene.store, Part.PLACES)
    assert failed == {**place, "status": "failed", "cause": "http-503", "count": 1}


def test_results_that_go_on_are_no_figures_yet(scene, fold):
    execution = scene.running()
    scene.result(execution, "retrying", resume_at=NOW + minutes(5), error_code="http-503")
    fold()
    assert count(scene.store, Part.TYPES) == []
    assert scene.store.statistics()[0]["actions"][0]["total_executions"] == 1
    scene.result(execution, duration_ms=30.4)
    fold()
    assert count(scene.store, Part.TYPES) == [
        {"type": "send_email", "status": "completed", "count": 1, "duration_ms": 43}
    ]
    assert scene.store.statistics()[0]["actions"][0]["total_executions"] == 1


def test_deliveries_count_by_endpoint_and_a_late_word_corrects_them(scene, fold):
    execution = scene.running()
    sent, refused = scene.deliver(execution), scene.deliver(execution, "organizer")
    scene.claim_delivery(sent)
    scene.claim_delivery(refused)
    scene.store.settle(
        [], [make_outcome(sent), make_outcome(refused, "failed", error_code="smtp-550", attempts=3)]
    )
    fold()
    key = {"endpoint": "", "channel": "email"}
    bad = {**key, "status": "failed", "error_code": "smtp-550", "count": 1, "attempts": 3}
    good = {**key, "status": "sent", "error_code": "", "count": 1, "attempts": 1}
    assert count(scene.store, Part.ENDPOINTS) == [bad, good]
    scene.store.report_delivery(make_report(sent.id, "delivered", NOW + minutes(1)))
    assert count(scene.store, Part.ENDPOINTS) == [{**good, "status": "delivered"}, bad]


def test_only_chosen_workflows_count(scene, fold):
    end(scene, "completed")
    scene.book(workflow="remind")
    fold()
    for part in Part:
        assert count(scene.store, part, workflow_ids=frozenset()) == []
        assert count(scene.store, part, workflow_ids=frozenset({"never-ran", "\0"})) == []
    [own] = count(scene.store, Part.WORKFLOWS, workflow_ids=frozenset({"remind"}))
    assert (own["workflow_id"], own["created"]) == ("remind", 1)
    [together] = count(scene.store, Part.EXECUTIONS)
    assert together["created"] == 2


def test_what_is_cleaned_up_still_counts(scene, fold):
    end(scene, "failed", "completed", error_code="http-503")
    fold()
    requests = every_request((NOW - timedelta(days=3), NOW + timedelta(days=3)))
    before = scene.store.read_figures(requests), scene.store.statistics()
    scene.store.clean(OldPart.EXECUTIONS, Cut(NOW + timedelta(days=90)), limit=10)
    assert listed(scene) == []
    assert (scene.store.read_figures(requests), scene.store.statistics()) == before
    assert before[1][0]["total_executions"] == 2


def test_statistics_of_some_workflows(scene, fold):
    end(scene, "completed")
    scene.book(workflow="remind")
    fold()
    assert [row["workflow_id"] for row in scene.store.statistics()] == ["remind", "welcome"]
    assert [row["workflow_id"] for row in scene.store.statistics({"remind"})] == ["remind"]
    assert scene.store.statistics(frozenset()) == []
    brief = scene.store.statistics(has_actions=False)
    assert [row["actions"] for row in brief] == [[], []]


def every_request(*spans: tuple[datetime, ...]) -> list[FigureRequest]:
    return [
        FigureRequest(part, edges, chosen, status, limit=1000)
        for edges in spans
        for part in Part
        for chosen in (None, ALL, frozenset({"remind"}))
        for status in (("failed", "skipped") if part is Part.PLACES else ("failed",))
        if chosen is not None or part not in OF_GIVEN_WORKFLOWS
    ]


SPANS = (
    tuple(NOW + n * timedelta(minutes=15) for n in range(-3, 400)),
    tuple(NOW.replace(hour=0) + timedelta(days=n, hours=-1) for n in range(70)),
    (NOW - timedelta(days=50), NOW + timedelta(days=300)),
    tuple(NOW + timedelta(days=n, hours=n // 20, minutes=345) for n in range(-5, 60)),
    (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)),
)


@dataclass
class History:
    """Does the same to both stores, as runs, people and providers may do it in any order."""

    stores: tuple[MemoryStore, PostgresStore]
    now: datetime = NOW
    executions: list[Any] = field(default_factory=list)
    runs: list[RunKey] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def pick(self, choice: int) -> Any:
        return self.executions[choice % len(self.executions)] if self.executions else None

    def book(self, choice: int) -> None:
        scene = Scene(self.stores[0])
        event = scene.event(received_at=self.now, occurred_at=self.now)
        workflow = ("welcome", "remind")[choice % 2]
        due = self.now + timedelta(seconds=choice % 7)
        execution = scene.execution(event, workflow, due_at=due)
        for store in self.stores:
            store.record_events([event], [execution])
        self.executions.append(execution.id)

    def claim(self, choice: int) -> None:
        workflow = ("welcome", "remind")[choice % 2]
        run = RunKey(f"bookflow-{workflow}", f"run-{next(self.numbers)}")
        self.runs.append(run)
        for store in self.stores:
            store.claim(workflow, run, limit=3, now=self.now)

    def settle(self, choice: int) -> None:
        execution = self.pick(choice)
        if execution is None:
            return
        status = list(ActionStatus)[choice % 5]
        action, kind = PLAN[choice % 2]
        result = make_result(
            execution,
            status,
            action=action,
            type=kind,
            started_at=self.now,
            duration_ms=choice % 1000 / 3,
            error_code=("http-503", "smtp-550", None)[choice % 3],
            cause="condition: a equals b" if choice % 4 else None,
            resume_at=None if status.is_final else self.now + minutes(choice % 50),
        )
        delivery = Scene(self.stores[0]).deliver(execution, ("invitee", "organizer")[choice % 2])
        outcome = make_outcome(
            delivery,
            list(DeliveryStatus)[1 + choice % 5],
            at=self.now,
            error_code=("http-503", None)[choice % 2],
        )
        for store in self.stores:
            store.claim_deliveries([delivery], now=self.now)
            store.settle([result], [outcome])

    def finish(self, choice: int) -> None:
        if self.runs:
            run = self.runs[choice % len(self.runs)]
            for store in self.stores:
                store.finish(run, PLAN[: 1 + choice % 2], now=self.now)

    def release(self, choice: int) -> None:
        if self.runs:
            for store in self.stores:
                store.release(self.runs[choice % len(self.runs)], now=self.now)

    def decide(self, choice: int) -> None:
        """Cancel, or have it tried again; where the one is refused the other may go."""
        execution = self.pick(choice)
        if execution is None:
            return
        for store in self.stores:
            try:
                if choice % 2:
                    store.cancel_execution(execution, reason="no", actor="ann", now=self.now)
                else:
                    store.retry_execution(execution, action=None, actor="ann", now=self.now)
            except ConflictError:
                continue

    def report(self, choice: int) -> None:
        """Let a provider say later what became of a delivery."""
        execution = self.pick(choice)
        if execution is None:
            return
        key = delivery_id(execution, "mail", ("invitee", "organizer")[choice % 2])
        status = ("delivered", "failed")[choice % 3 == 0]
        for store in self.stores:
            store.report_delivery(make_report(key, status, self.now))

    def fold(self, choice: int) -> None:
        self.stores[1].fold_figures(limit=1 + choice % 40)

    def wait(self, choice: int) -> None:
        self.now += (minutes(0.1), minutes(14), minutes(500), timedelta(days=11))[choice % 4]

    def clean(self, choice: int) -> None:
        before = self.now - timedelta(days=choice % 9)
        for store in self.stores:
            store.clean(OldPart.EXECUTIONS, Cut(before), limit=100)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("book", "claim", "settle", "finish") * 2
            + ("settle", "release", "decide", "report", "fold", "wait", "clean")
        ),
        st.integers(0, 10_000),
    ),
    min_size=5,
    max_size=60,
)


@pytest.mark.database
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_random_histories_count_the_same(clean_database, steps):
    opened = PostgresStore.open(clean_database())
    try:
        history = History((MemoryStore(), opened))
        for step, choice in steps:
            getattr(history, step)(choice)
        requests = every_request(*SPANS)
        expected, found = (store.read_figures(requests) for store in history.stores)
        for request, wanted, got in zip(requests, expected, found, strict=True):
            assert (request.part, request.edges[:2], got) == (
                request.part,
                request.edges[:2],
                wanted,
            )
        assert opened.statistics() == history.stores[0].statistics()
    finally:
        opened.close()


@pytest.fixture
def clean_database(database: str) -> Callable[[], str]:
    """Give a function that empties the database once more."""

    def clean() -> str:
        with psycopg.connect(database) as connection:
            connection.execute("DELETE FROM bookflow.events")
            connection.execute("DELETE FROM bookflow.runs")
            connection.execute("DELETE FROM bookflow.bookings")
            for kind in ("execution", "latency", "action", "delivery"):
                for table in ("figures", "deltas"):
                    connection.execute(f"DELETE FROM bookflow.{kind}_{table}".encode())  # noqa: S608
        return database

    return clean
