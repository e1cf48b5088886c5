"""A database with a history of executions, which came one after the other as they do in life."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bookflow.store.embedded import ensure_database, start_embedded, stop_embedded
from bookflow.store.migrating import upgrade
from bookflow.store.postgres import PostgresStore

EXECUTIONS = 1_000_000
AT = f"analytics at {EXECUTIONS:,} executions"
WORKFLOWS = 1_000
DAYS = 90
BATCH = 50_000
WRITERS = 2
LAST_BEFORE_SPANS = "0011_management"
"""The revision after which a migration counts all roll-ups anew, which is how much is folded."""
NOW = datetime(2026, 9, 1, 12, 7, tzinfo=UTC)

# ids are made as the product does: version 7 of the moment, deliveries' by a hash
# the busiest workflow has about 30 times the executions of the median one
FILL = """
SELECT setseed(%(seed)s);
CREATE OR REPLACE FUNCTION pg_temp.id_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE RETURN (
    lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15)
)::uuid;
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
SELECT
    pg_temp.id_at(d.due_at) AS event_id, pg_temp.id_at(d.due_at) AS id, d.*
FROM (
    SELECT
        'workflow-' || floor(%(workflows)s * power(random(), 2)) AS workflow_id,
        'b-' || floor(random() * %(bookings)s) AS booking_id,
        %(since)s + (n - random()) / %(count)s * (%(until)s::timestamptz - %(since)s) AS due_at,
        exp(random() * 4) * interval '0.3 s' AS latency, random() AS luck
    FROM generate_series(1, %(count)s) AS n
) AS d;
INSERT INTO bookflow.events (
    id, trigger, booking_id, source, occurred_at, received_at, idempotency_key
)
SELECT
    event_id, 'booking_created', booking_id, 'api', due_at, due_at,
    CASE WHEN luck > 0.5 THEN 'evt-' || event_id END
FROM drawn;
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, anchor_at,
    created_at, started_at, completed_at, dag_id, run_id, actions_executed, rounds
)
SELECT
    id, workflow_id, 'v1', event_id, booking_id,
    CASE WHEN luck < 0.03 THEN 'failed' WHEN luck < 0.05 THEN 'cancelled' ELSE 'completed' END,
    due_at, due_at, CASE WHEN luck > 0.7 THEN due_at + interval '1 day' END,
    due_at, due_at, due_at + latency, 'bookflow-' || workflow_id,
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
def database(revision: str = "head") -> Iterator[str]:
    """Give an empty database of its own, which goes at the end."""
    home = Path(tempfile.mkdtemp(prefix="bookflow-bench-"))
    try:
        dsn = ensure_database(start_embedded(home / "postgres"), "bookflow")
        upgrade(dsn, revision)
        yield dsn
    finally:
        stop_embedded(home / "postgres")
        shutil.rmtree(home, ignore_errors=True)


def fill(
    dsn: str, count: int, *, days: int = DAYS, now: datetime = NOW, bookings: int = 200_000
) -> str:
    """Write executions of the last days with all they hold; two write at once, as tasks do."""
    started = time.perf_counter()
    batches = -(-count // BATCH)
    step = timedelta(days=days) / batches

    def write(number: int) -> None:
        since = now - timedelta(days=days) + number * step
        params = {
            "seed": number / batches,
            "workflows": WORKFLOWS,
            "bookings": bookings,
            "since": since,
            "until": since + step,
            "count": min(BATCH, count - number * BATCH),
        }
        with psycopg.connect(dsn, cursor_factory=psycopg.ClientCursor) as connection:
            connection.execute(FILL.encode(), params)

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(batches)))
    return f"{time.perf_counter() - started:.0f} s"


def fold(store: PostgresStore) -> str:
    """Fold what was counted, as the clock does."""
    started = time.perf_counter()
    total = 0
    while count := store.fold_figures(limit=500_000):
        total += count
    return f"{total:,} changes in {time.perf_counter() - started:.0f} s"


def fold_anew(dsn: str) -> str:
    """Count all roll-ups anew, in a database of `LAST_BEFORE_SPANS`, and bring it up to date."""
    started = time.perf_counter()
    upgrade(dsn)
    return f"{time.perf_counter() - started:.0f} s"


def analyze(dsn: str) -> None:
    """Leave the database as autovacuum does after a while."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
