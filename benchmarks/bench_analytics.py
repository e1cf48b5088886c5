"""Every question about figures at 1,000,000 executions, and what counting costs who writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from benchmarks import bench_lists
from benchmarks.history import AT, EXECUTIONS, NOW, WORKFLOWS, analyze, database, fill, fold
from benchmarks.measuring import Figure, percentile
from benchmarks.timing import time_answers
from bookflow.journey.analytics.desk import Analytics, Question
from bookflow.journey.analytics.periods import Unit, choose_unit, last_days
from bookflow.ports.reports import ExecutionFilter
from bookflow.store.postgres import PostgresStore

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")
LENGTHS = (1, 7, 30, 90)


def measure() -> list[Figure]:
    """Fill a database of its own, fold, and time every question."""
    with database() as dsn:
        filling = fill(dsn, EXECUTIONS)
        store = PostgresStore.open(dsn, pool_size=2)
        try:
            folding = fold(store)
            # what came since the last fold is added up while reading
            fill(dsn, 2_000, days=1)
            analyze(dsn)
            figures = [
                time_answers(f"{AT}: {what}", ask) for what, ask in list_questions(store, NOW)
            ]
        finally:
            store.close()
        return [
            Figure("analytics: rows of 1,000,000 executions counted while written", filling),
            Figure("analytics: all of them folded into roll-ups", folding),
            *figures,
            *_measure_burst(dsn),
            *bench_lists.measure(dsn),
        ]


def list_questions(
    store: PostgresStore, now: datetime
) -> Iterator[tuple[str, Callable[[int], object]]]:
    """Give every question about the figures of `benchmarks.history`, which ends `now`."""
    analytics = Analytics(store)
    some = frozenset(f"workflow-{number}" for number in range(0, WORKFLOWS, 20))

    def ask(number: int, chosen: frozenset[str] | None = None) -> Question:
        return _ask_for(now, number, chosen)

    yield "performance-stats", lambda n: analytics.tell_performance(ask(n))
    yield (
        "performance-stats, 50 workflows visible",
        lambda n: analytics.tell_performance(ask(n, some)),
    )
    yield "trends by day", lambda n: analytics.tell_trends(ask(n))
    yield "trends by hour, 30 days", lambda n: analytics.tell_trends(_hourly(now, n))
    yield "failures", lambda n: analytics.tell_causes(ask(n), "failed")
    yield "skips", lambda n: analytics.tell_causes(ask(n), "skipped")
    yield "endpoints", lambda n: analytics.tell_endpoints(ask(n))
    yield "actions", lambda n: analytics.tell_actions(ask(n))
    yield "workflows", lambda n: analytics.rank_workflows(ask(n))
    yield "compare", lambda n: analytics.tell_comparison(ask(n))
    yield "execution-summary", lambda n: _summarize(store, analytics, now, n)
    yield "statistics of all workflows", lambda n: store.statistics(has_actions=False)
    yield "statistics of all workflows and actions", lambda n: store.statistics()
    page = [f"workflow-{number}" for number in range(50)]
    yield "statistics of a page of workflows", lambda n: store.statistics(page)


def ask_performance(store: PostgresStore, now: datetime) -> object:
    """Ask for performance-stats of 30 days."""
    period = last_days(timedelta(days=30), now, ZoneInfo("UTC"))
    return Analytics(store).tell_performance(Question(period, None, choose_unit(period)))


def _ask_for(now: datetime, number: int, chosen: frozenset[str] | None = None) -> Question:
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    length = LENGTHS[number // len(ZONES) % len(LENGTHS)]
    period = last_days(timedelta(days=length), now, zone)
    return Question(period, chosen, choose_unit(period))


def _hourly(now: datetime, number: int) -> Question:
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    return Question(last_days(timedelta(days=30), now, zone), unit=Unit.HOUR)


def _summarize(store: PostgresStore, analytics: Analytics, now: datetime, number: int) -> object:
    workflow_id = f"workflow-{number * 7}"
    asked = replace(_ask_for(now, number), workflow_ids=frozenset({workflow_id}))
    failed = ExecutionFilter(workflow_id=workflow_id, status="failed")
    return (
        analytics.summarize_workflow(workflow_id, asked),
        store.statistics([workflow_id]),
        _list(store, failed),
    )


def _list(store: PostgresStore, wanted: ExecutionFilter) -> object:
    return store.list_executions(wanted, limit=50, cursor=None)


def _measure_burst(dsn: str) -> list[Figure]:
    """Settle 500 executions in one statement each, counted and not counted."""
    counted, plain = (_settle(dsn, is_counted) for is_counted in (True, False))
    return [
        Figure(
            "analytics: settling 500 executions with 1,500 results and 1,000 deliveries",
            f"{counted:.0f} ms",
            peer=f"{plain:.0f} ms without counting",
            ratio=f"{counted / plain:.2f}x",
        )
    ]


SETTLE = (
    "UPDATE bookflow.deliveries SET status = 'sent', settled_at = now() "
    "WHERE execution_id = ANY(%s)",
    "UPDATE bookflow.action_results SET status = 'completed', ended_at = now() "
    "WHERE execution_id = ANY(%s)",
    "UPDATE bookflow.executions SET status = 'completed', completed_at = now() WHERE id = ANY(%s)",
)
REOPEN = (
    "UPDATE bookflow.deliveries SET status = 'sending' WHERE execution_id = ANY(%s)",
    "UPDATE bookflow.action_results SET status = 'retrying' WHERE execution_id = ANY(%s)",
    "UPDATE bookflow.executions SET status = 'running', completed_at = NULL WHERE id = ANY(%s)",
)
TRIGGERED = ("deliveries", "action_results", "executions")


def _settle(dsn: str, is_counted: bool) -> float:
    taken = []
    with psycopg.connect(dsn) as connection:
        for table in TRIGGERED:
            verb = "ENABLE" if is_counted else "DISABLE"
            connection.execute(f"ALTER TABLE bookflow.{table} {verb} TRIGGER USER".encode())
        connection.commit()
        for number in range(10):
            rows = connection.execute(
                "SELECT id FROM bookflow.executions WHERE workflow_id = %s LIMIT 500",
                (f"workflow-{number}",),
            ).fetchall()
            ids = [row[0] for row in rows]
            for statement in REOPEN:
                connection.execute(statement.encode(), (ids,))
            connection.commit()
            started = time.perf_counter()
            for statement in SETTLE:
                connection.execute(statement.encode(), (ids,))
            connection.commit()
            taken.append((time.perf_counter() - started) * 1000)
    return percentile(taken, 0.5)
