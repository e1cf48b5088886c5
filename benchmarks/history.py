"""A database with the history of 1,000,000 executions."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bookflow.store.embedded import ensure_database, start_embedded, stop_embedded
from bookflow.store.migrating import upgrade
from bookflow.store.postgres import PostgresStore

EXECUTIONS = 1_000_000
WORKFLOWS = 1_000
DAYS = 90
BATCH = 50_000
NOW = datetime(2026, 9, 1, 12, 7, tzinfo=UTC)

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


@contextmanager
def database() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="bookflow-bench-"))
    try:
        dsn = ensure_database(start_embedded(home / "postgres"), "bookflow")
        upgrade(dsn)
        yield dsn
    finally:
        stop_embedded(home / "postgres")
        shutil.rmtree(home, ignore_errors=True)


def fill(dsn: str, count: int, seed: float = 0.0, now: datetime = NOW) -> str:
    started = time.perf_counter()
    with psycopg.connect(dsn, cursor_factory=psycopg.ClientCursor) as connection:
        for number in range(0, count, BATCH):
            params = {
                "seed": seed or number / count,
                "workflows": WORKFLOWS,
                "days": DAYS if not seed else 1,
                "now": now,
                "count": min(BATCH, count - number),
            }
            connection.execute(FILL.encode(), params)
            connection.commit()
    return f"{time.perf_counter() - started:.0f} s"


def fold(store: PostgresStore) -> str:
    started = time.perf_counter()
    total = 0
    while count := store.fold_figures(limit=500_000):
        total += count
    return f"{total:,} changes in {time.perf_counter() - started:.0f} s"


def analyze(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
