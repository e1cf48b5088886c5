"""Every question about figures at 1,000,000 executions, and what counting costs who writes."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from benchmarks.measuring import Figure, percentile
from bookflow.journey.analytics.desk import Analytics, Question
from bookflow.journey.analytics.periods import Unit, choose_unit, last_days
from bookflow.ports.reports import ExecutionFilter
from bookflow.store.embedded import ensure_database, start_embedded, stop_embedded
from bookflow.store.migrating import upgrade
from bookflow.store.postgres import PostgresStore

EXECUTIONS = 1_000_000
WORKFLOWS = 1_000
DAYS = 90
BATCH = 50_000
ROUNDS = 40
TARGET_MS = 100.0
NOW = datetime(2026, 9, 1, 12, 7, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")
LENGTHS = (1, 7, 30, 90)

# the busiest workflow has about 30 times the executions of the median one
FILL = """
SELECT setseed(%(seed)s);
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
SELECT
    gen_random_uuid() AS event_id, gen_random_uuid() AS id,
    'workflow-' || floor(%(workflows)s * power(random(), 2)) AS workflow_id,
    'b-' || floor(random() * 200000) AS booking_id,
    %(now)s::timestamptz - random() * %(days)s * interval '1 day' AS due_at,
    exp(random() * 4) * interval '0.3 s' AS latency, random() AS luck
FROM generate_series(1, %(count)s);
INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at)
SELECT event_id, 'booking_created', booking_id, 'api', due_at, due_at FROM drawn;
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, created_at,
    started_at, completed_at, dag_id, run_id, actions_executed, rounds
)
SELECT
    id, workflow_id, 'v1', event_id, booking_id,
    CASE WHEN luck < 0.03 THEN 'failed' WHEN luck < 0.05 THEN 'cancelled' ELSE 'completed' END,
    due_at, due_at, due_at, due_at, due_at + latency, 'bookflow-' || workflow_id,
    'run-' || floor(extract(epoch FROM due_at) / 600), 3, 1
FROM drawn;
INSERT INTO bookflow.action_results (
    execution_id, action, type, status, error_code, cause, attempts, started_at, ended_at,
    duration_ms
)
SELECT
    d.id, a.action, a.type, o.status,
    CASE o.status WHEN 'failed' THEN 'http-503' WHEN 'skipped' THEN 'conditions' END,
    CASE o.status
        WHEN 'failed' THEN (ARRAY['http-503', 'http-timeout', 'smtp-550'])[1 + floor(d.luck * 90)]
        -- a workflow has one such rule
        WHEN 'skipped' THEN 'condition: attendee_count greater_than ' || length(d.workflow_id)
    END,
    1, d.due_at, d.due_at + d.latency, 20
FROM drawn AS d
CROSS JOIN (
    VALUES ('Confirm', 'send_email', 1), ('Text', 'send_sms', 2), ('Tell the CRM', 'webhook', 3)
) AS a (action, type, place)
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN a.place = 3 AND d.luck < 0.03 THEN 'failed'
        WHEN a.place = 2 AND d.luck > 0.7 THEN 'skipped'
        ELSE 'completed'
    END
) AS o (status);
INSERT INTO bookflow.deliveries (
    id, execution_id, action, recipient, channel, address, status, attempts, endpoint, error_code,
    created_at, claimed_at, sent_at, settled_at
)
SELECT
    gen_random_uuid(), d.id, a.action, 'invitee', a.channel, 'a@example.com',
    CASE WHEN d.luck < 0.03 AND a.channel = 'webhook' THEN 'failed' ELSE 'sent' END, 1,
    CASE a.channel
        WHEN 'email' THEN 'smtp:bookflow_smtp'
        ELSE 'https://example.com/' || substr(d.workflow_id, 10, 1)
    END,
    CASE WHEN d.luck < 0.03 AND a.channel = 'webhook' THEN 'http-503' END,
    d.due_at, d.due_at, d.due_at + d.latency, d.due_at + d.latency
FROM drawn AS d
CROSS JOIN (VALUES ('Confirm', 'email'), ('Tell the CRM', 'webhook')) AS a (action, channel);
"""


def measure() -> list[Figure]:
    """Fill a database of its own, fold, and time every question."""
    with _database() as dsn:
        filling = _fill(dsn, EXECUTIONS)
        store = PostgresStore.open(dsn, pool_size=2)
        try:
            folding = _fold(store)
            # what came since the last fold is added up while reading
            _fill(dsn, 2_000, seed=0.9)
            _analyze(dsn)
            figures = [_time(what, ask) for what, ask in _questions(store)]
        finally:
            store.close()
        return [
            Figure("analytics: rows of 1,000,000 executions counted while written", filling),
            Figure("analytics: all of them folded into roll-ups", folding),
            *figures,
            *_measure_burst(dsn),
        ]


def _questions(store: PostgresStore) -> Iterator[tuple[str, Callable[[int], object]]]:
    analytics = Analytics(store)
    some = frozenset(f"workflow-{number}" for number in range(0, WORKFLOWS, 20))
    yield "performance-stats", lambda n: analytics.tell_performance(_asked(n))
    yield (
        "performance-stats, 50 workflows visible",
        lambda n: analytics.tell_performance(_asked(n, some)),
    )
    yield "trends by day", lambda n: analytics.tell_trends(_asked(n))
    yield "trends by hour, 30 days", lambda n: analytics.tell_trends(_hourly(n))
    yield "failures", lambda n: analytics.tell_causes(_asked(n), "failed")
    yield "skips", lambda n: analytics.tell_causes(_asked(n), "skipped")
    yield "endpoints", lambda n: analytics.tell_endpoints(_asked(n))
    yield "actions", lambda n: analytics.tell_actions(_asked(n))
    yield "workflows", lambda n: analytics.rank_workflows(_asked(n))
    yield "compare", lambda n: analytics.tell_comparison(_asked(n))
    yield "execution-summary", lambda n: _summarize(store, analytics, n)
    yield "statistics of all workflows", lambda n: store.statistics(has_actions=False)
    yield "statistics of all workflows and actions", lambda n: store.statistics()
    page = [f"workflow-{number}" for number in range(50)]
    yield "statistics of a page of workflows", lambda n: store.statistics(page)
    for name, wanted in _filters():
        yield f"executions, {name}", lambda n, w=wanted: _list(store, w)


def _filters() -> dict[str, ExecutionFilter]:
    return {
        "all": ExecutionFilter(),
        "of a workflow": ExecutionFilter(workflow_id="workflow-7"),
        "failed": ExecutionFilter(status="failed"),
        "failed, of a workflow": ExecutionFilter(workflow_id="workflow-0", status="failed"),
        "of a booking": ExecutionFilter(subject_id="b-77"),
        "of a day": ExecutionFilter(since=NOW - timedelta(days=41), until=NOW - timedelta(days=40)),
        "of 50 workflows": ExecutionFilter(
            workflow_ids=frozenset(f"workflow-{number}" for number in range(0, WORKFLOWS, 20))
        ),
    }.items()


def _asked(number: int, chosen: frozenset[str] | None = None) -> Question:
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    length = LENGTHS[number // len(ZONES) % len(LENGTHS)]
    period = last_days(timedelta(days=length), NOW, zone)
    return Question(period, chosen, choose_unit(period))


def _hourly(number: int) -> Question:
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    return Question(last_days(timedelta(days=30), NOW, zone), unit=Unit.HOUR)


def _summarize(store: PostgresStore, analytics: Analytics, number: int) -> object:
    workflow_id = f"workflow-{number * 7}"
    asked = replace(_asked(number), workflow_ids=frozenset({workflow_id}))
    failed = ExecutionFilter(workflow_id=workflow_id, status="failed")
    return (
        analytics.summarize_workflow(workflow_id, asked),
        store.statistics([workflow_id]),
        _list(store, failed),
    )


def _list(store: PostgresStore, wanted: ExecutionFilter) -> object:
    return store.list_executions(wanted, limit=50, cursor=None)


def _time(what: str, ask: Callable[[int], object]) -> Figure:
    ask(0)
    taken = []
    for number in islice(cycle(range(ROUNDS)), ROUNDS):
        started = time.perf_counter()
        ask(number)
        taken.append((time.perf_counter() - started) * 1000)
    p95 = percentile(taken, 0.95)
    return Figure(
        f"analytics at 1,000,000 executions: {what}, p95",
        f"{p95:.0f} ms (p50 {percentile(taken, 0.5):.0f} ms)",
        f"<= {TARGET_MS:.0f} ms",
        p95 <= TARGET_MS,
    )


@contextmanager
def _database() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="bookflow-bench-"))
    try:
        dsn = ensure_database(start_embedded(home / "postgres"), "bookflow")
        upgrade(dsn)
        yield dsn
    finally:
        stop_embedded(home / "postgres")
        shutil.rmtree(home, ignore_errors=True)


def _fill(dsn: str, count: int, seed: float = 0.0) -> str:
    started = time.perf_counter()
    with psycopg.connect(dsn, cursor_factory=psycopg.ClientCursor) as connection:
        for number in range(0, count, BATCH):
            params = {
                "seed": seed or number / count,
                "workflows": WORKFLOWS,
                "days": DAYS if not seed else 1,
                "now": NOW,
                "count": min(BATCH, count - number),
            }
            connection.execute(FILL.encode(), params)
            connection.commit()
    return f"{time.perf_counter() - started:.0f} s"


def _fold(store: PostgresStore) -> str:
    started = time.perf_counter()
    total = 0
    while count := store.fold_figures(limit=500_000):
        total += count
    return f"{total:,} changes in {time.perf_counter() - started:.0f} s"


def _analyze(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


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
