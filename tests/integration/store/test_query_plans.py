"""Hot queries stay on their indexes when there are many executions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from bookflow.ports.reports import (
    DELIVERY_REACH,
    DeliveryFilter,
    ExecutionFilter,
    ExecutionOrder,
)
from bookflow.records import RunKey, new_id
from bookflow.store.delivery_pages import OF_DELIVERIES, delivery_params, delivery_words
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_reports import filter_params, filter_words
from bookflow.store.report_shapes import make_cursor, pack_cursor

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

FILL = """
INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at)
SELECT
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'booking_created',
    'b-' || n % 10000, 'api', now(), now()
FROM generate_series(1, 40000) AS n;
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, created_at,
    dag_id, run_id
)
SELECT
    ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'w-' || n % 200, 'v',
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'b-' || n % 10000,
    CASE
        WHEN n % 50 = 7 THEN 'pending' WHEN n % 50 = 3 THEN 'failed'
        WHEN n > 39900 THEN 'running' ELSE 'completed'
    END,
    '2026-03-01 00:00+00'::timestamptz + n * interval '1 s',
    '2026-03-01 00:00+00'::timestamptz + n * interval '1 s',
    '2026-03-01 00:00+00'::timestamptz + n * interval '1 s',
    CASE WHEN n % 50 <> 7 THEN 'bookflow-w' END, CASE WHEN n % 50 <> 7 THEN 'run-' || n / 100 END
FROM generate_series(1, 40000) AS n;
UPDATE bookflow.events SET trigger = 'manual' WHERE right(id::text, 3) = '077';
UPDATE bookflow.executions SET
    completed_at = CASE WHEN status IN ('completed', 'failed') THEN due_at END,
    actions_failed = (status = 'failed')::integer;
INSERT INTO bookflow.action_results (
    execution_id, action, type, status, error_code, started_at
)
SELECT
    id, 'mail', 'send_email',
    CASE WHEN right(id::text, 1) IN ('3', '6') THEN 'skipped' ELSE 'completed' END,
    CASE WHEN right(id::text, 3) = '013' THEN 'rare' ELSE 'common' END, due_at
FROM bookflow.executions WHERE status IN ('completed', 'failed');
ANALYZE bookflow.action_results;
INSERT INTO bookflow.runs (dag_id, run_id, workflow_id, claimed_at)
SELECT 'bookflow-w', 'run-' || n, 'w-' || n % 200, now() FROM generate_series(0, 20000) AS n;
INSERT INTO bookflow.deliveries (
    id, execution_id, action, recipient, channel, address, status, created_at, claimed_at,
    not_before, digest_key
)
SELECT
    gen_random_uuid(), id, 'mail', 'invitee', 'email', 'a@example.com',
    CASE WHEN status = 'pending' THEN 'waiting' ELSE 'sent' END, due_at, due_at, due_at,
    workflow_id
FROM bookflow.executions;
ANALYZE bookflow.events;
ANALYZE bookflow.executions;
ANALYZE bookflow.runs;
ANALYZE bookflow.deliveries;
"""

RUN = {"dag_id": "bookflow-w", "run_id": "run-77"}
CURSOR = make_cursor({"created_at": NOW - timedelta(hours=30), "id": UUID(int=7)})


@pytest.fixture(scope="module")
def filled(clone_database):
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        yield connection


def scans(connection, query, params):
    [[plan]] = connection.execute(
        b"EXPLAIN (FORMAT JSON) " + query, params, prepare=False
    ).fetchall()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return list(walk(found[0]["Plan"]))


def walk(node):
    if "Relation Name" in node:
        yield node["Relation Name"], node["Node Type"], node.get("Index Name")
    for child in node.get("Plans", ()):
        yield from walk(child)


def assert_no_seq_scan(found):
    assert found
    assert [scan for scan in found if scan[1] == "Seq Scan" and scan[0] == "executions"] == []


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("take_due", {"workflow_id": "w-7", "now": NOW, "limit": 500, **RUN}),
        ("count_held", {"workflow_id": "w-7", "now": NOW, **RUN}),
        ("load_jobs", {**RUN, "action": "mail"}),
        ("workflows_to_wake", {"now": NOW}),
        ("count_ended", RUN),
        ("settle_executions", {**RUN, "actions": ["mail"], "stale": ["stale"], "now": NOW}),
        ("retire_results", {**RUN, "actions": ["mail"], "reason": "r", "code": "c", "now": NOW}),
        ("park_executions", {**RUN, "actions": ["mail"], "soon": NOW, "limit": 6}),
        ("park_all", {**RUN, "now": NOW, "limit": 6}),
        ("close_cancelled", {**RUN, "code": "c", "sending": "s", "now": NOW}),
    ],
)
def test_run_queries_use_indexes(filled, name, params):
    assert_no_seq_scan(scans(filled, load_queries("runs")[name].sql, params))


def test_waking_reads_only_pending_executions(filled):
    found = scans(filled, load_queries("runs")["workflows_to_wake"].sql, {"now": NOW})
    assert {index for table, _, index in found if table == "executions"} == {"executions_due"}


@pytest.mark.parametrize(
    ("wanted", "cursor"),
    [
        (ExecutionFilter(), None),
        (ExecutionFilter(), CURSOR),
        (ExecutionFilter(workflow_id="w-7"), CURSOR),
        (ExecutionFilter(subject_id="b-7"), None),
        (ExecutionFilter(status="failed"), CURSOR),
        (ExecutionFilter(status="running"), None),
        (ExecutionFilter(status="completed"), None),
        (ExecutionFilter(run=RunKey("bookflow-w", "run-77")), None),
        (ExecutionFilter(since=NOW - timedelta(hours=31), until=NOW - timedelta(hours=30)), None),
        (ExecutionFilter(workflow_ids=frozenset({"w-1", "w-2"})), CURSOR),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lists_use_indexes(filled, wanted, cursor):
    params = filter_params(wanted, cursor)
    query = load_queries("reports")["list_executions"].given(*filter_words(params))
    assert_no_seq_scan(scans(filled, query, {**params, "limit": 51}))


@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (ExecutionFilter(), ExecutionOrder.OLDEST, "executions_newest"),
        (ExecutionFilter(), ExecutionOrder.DUE_FIRST, "executions_by_due"),
        (ExecutionFilter(), ExecutionOrder.DUE_LAST, "executions_by_due"),
        (ExecutionFilter(), ExecutionOrder.ENDED_FIRST, "executions_ended"),
        (ExecutionFilter(), ExecutionOrder.ENDED_LAST, "executions_ended"),
        (
            ExecutionFilter(workflow_id="w-7"),
            ExecutionOrder.ENDED_LAST,
            "executions_of_workflow_ended",
        ),
        (
            ExecutionFilter(workflow_id="w-7"),
            ExecutionOrder.DUE_LAST,
            "executions_of_workflow_by_due",
        ),
        (ExecutionFilter(status="failed"), ExecutionOrder.DUE_LAST, "executions_by_due"),
        (ExecutionFilter(has_failures=True), ExecutionOrder.NEWEST, "executions_with_failures"),
        (ExecutionFilter(event_id=UUID(int=7)), ExecutionOrder.NEWEST, "executions_once_per_event"),
        (ExecutionFilter(trigger="manual"), ExecutionOrder.NEWEST, "executions_once_per_event"),
        (ExecutionFilter(trigger="booking_created"), ExecutionOrder.NEWEST, "executions_newest"),
        (ExecutionFilter(cause="rare"), ExecutionOrder.NEWEST, "executions_pkey"),
        (ExecutionFilter(cause="common"), ExecutionOrder.NEWEST, "executions_pkey"),
        (ExecutionFilter(cause="rare", workflow_id="w-7"), ExecutionOrder.NEWEST, None),
        (ExecutionFilter(cause="common", workflow_id="w-7"), ExecutionOrder.NEWEST, None),
    ],
    ids=lambda value: getattr(value, "name", None) or "filter",
)
def test_each_order_and_filter_reads_an_index(filled, wanted, order, index):
    for cursor in (None, make_cursor({order.field: NOW, "id": UUID(int=7)}, order)):
        params = filter_params(wanted, cursor, order)
        query = load_queries("reports")["list_executions"].given(*filter_words(params, order))
        found = scans(filled, query, {**params, "limit": 51})
        assert_no_seq_scan(found)
        assert not [scan for scan in found if scan[1] == "Seq Scan"]
        if wanted.cause is not None:
            assert ("action_results", "Index Only Scan", "action_results_by_cause") in found or (
                "action_results", "Index Scan", "action_results_by_cause",
            ) in found  # fmt: skip
        if cursor is None and index is not None:
            assert index in {name for table, _, name in found if table == "executions"}


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (DeliveryFilter(), "executions_newest"),
        (DeliveryFilter(statuses=frozenset({"failed"})), "executions_newest"),
        (
            DeliveryFilter(workflow_id="w-7", actions=frozenset({"mail"})),
            "executions_by_workflow",
        ),
        (DeliveryFilter(subject_id="b-7"), "executions_by_booking"),
        (DeliveryFilter(run=RunKey("bookflow-w", "run-77")), "executions_by_run"),
    ],
    ids=["all", "status", "action", "booking", "run"],
)
def test_deliveries_are_found_by_their_executions(filled, wanted, index):
    further = pack_cursor([NOW.isoformat(), str(UUID(int=7)), str(UUID(int=7))])
    for cursor in (None, further):
        params = delivery_params(wanted, cursor)
        words = delivery_words(params)
        params |= {"limit": 51, "reach": DELIVERY_REACH}
        found = scans(filled, load_queries("reports")["list_deliveries"].given(*words), params)
        assert not [scan for scan in found if scan[1] == "Seq Scan"]
        assert ("deliveries", "Index Scan", "deliveries_once") in found
        assert index in {name for table, _, name in found if table == "executions"} or cursor
        of_executions = set(words) - OF_DELIVERIES
        query = load_queries("reports")["end_of_reach"].given(*of_executions)
        assert_no_seq_scan(scans(filled, query, params))


@pytest.mark.parametrize(("word", "value"), [("subject_id", "b-7"), ("id", UUID(int=7))])
def test_single_lookups_use_indexes(filled, word, value):
    query = load_queries("reports")["find_executions"].given(word)
    assert_no_seq_scan(scans(filled, query, {word: value}))


def test_executions_of_duplicates_use_an_index(filled):
    query = load_queries("intake")["find_heads"].sql
    assert_no_seq_scan(scans(filled, query, {"event_ids": [new_id()]}))


def test_stranded_runs_are_found_among_the_running_alone(filled):
    params = {"before": NOW, "limit": 50}
    found = scans(filled, load_queries("runs")["stranded_runs"].sql, params)
    assert {index for table, _, index in found if table == "executions"} == {"executions_running"}
    assert ("runs", "Seq Scan", None) not in found


@pytest.mark.parametrize("name", ["measure_queue", "measure_deliveries", "count_by_workflow"])
def test_figures_of_the_moment_read_no_history(filled, name):
    found = scans(filled, load_queries("metrics")[name].sql, {"now": NOW})
    history = {"executions", "deliveries", "events", "action_results"}
    assert not [scan for scan in found if scan[0] in history and scan[1] == "Seq Scan"]


def test_open_windows_are_found_among_the_waiting_alone(filled):
    params = {"keys": ["w-7", "w-57"], "now": NOW - timedelta(days=9)}
    found = scans(filled, load_queries("deliveries")["open_windows"].sql, params)
    assert {index for _, _, index in found} == {"deliveries_open_digests"}


def test_what_ended_actions_left_open_is_found_by_their_executions(filled):
    query = load_queries("deliveries")["close_deliveries"].sql
    rows = json.dumps([{"execution_id": str(new_id()), "action": "mail"} for _ in range(100)])
    found = scans(filled, query, {"rows": rows, "code": "c", "sending": "s"})
    assert ("deliveries", "Seq Scan", None) not in found
